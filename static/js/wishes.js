// Like, repost, bookmark, follow: a press shows at once what it wishes, the server's answer corrects it, an error takes it back.
//   button[data-wish="what-id"], itself or its form with hx-post; data-look: the class of a pressed one
//   in it [data-count]: one more or less; [data-other]: the words of the other state
// In a menu (a repost) the summary has the class and the number: it is what is seen.
// Presses while an answer is on its way only change the wish: what was wished last is what comes of it.
// Fetched by requests.js at the first sign of a person.
"use strict";

const waiting = new Map(); // by wish: {button, on: wished now, was: as it stood before}
const sign = (button) => button.closest("details.menu")?.querySelector("summary") ?? button;
const pressed = (button) => sign(button).classList.contains(button.dataset.look);
const now = ({ button }) => (button.isConnected ? button : document.querySelector(`[data-wish="${button.dataset.wish}"]`));

function show(button, on) {
  if (pressed(button) === on) return;
  if (button.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", on);
  sign(button).classList.toggle(button.dataset.look, on);
  const words = button.querySelector("[data-other]");
  if (words) [words.textContent, words.dataset.other] = [words.dataset.other, words.textContent];
  const count = sign(button).querySelector("[data-count]");
  // Short forms (1.2K) do not change by one.
  if (count && /^\d{0,3}$/.test(count.textContent)) count.textContent = Math.max(0, Number(count.textContent) + (on ? 1 : -1)) || "";
}

function hold(wish) {
  const button = now(wish);
  if (!button) return;
  show(button, wish.on);
  sign(button).classList.add("pending"); // live.js leaves its number alone
}

document.addEventListener("click", (event) => {
  const wish = waiting.get(event.target.closest?.("[data-wish]")?.dataset.wish);
  if (!wish) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  wish.on = !wish.on;
  hold(wish);
}, true);

// Muted or blocked: their cards leave the page, and are there again after an undo.
document.addEventListener("leftout", ({ detail: { pk, out } }) => {
  for (const card of document.querySelectorAll(`article[data-by~="${pk}"]`)) card.hidden = out;
});

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const source = ctx.sourceElement;
  const button = source.matches("[data-wish]") ? source : source.querySelector(":scope > [data-wish]");
  if (!button) return;
  ctx.wish = { button, on: !pressed(button), was: pressed(button) };
  waiting.set(button.dataset.wish, ctx.wish);
  hold(ctx.wish);
});

// An answer draws the whole row: wishes beside it are still wishes.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  for (const wish of waiting.values()) if (wish !== ctx.wish) hold(wish);
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const { wish } = ctx;
  if (!wish) return;
  waiting.delete(wish.button.dataset.wish);
  const button = now(wish);
  if (!button) return;
  sign(button).classList.remove("pending");
  if (!ctx.response || ctx.response.status >= 400) show(button, wish.was);
  else if (pressed(button) !== wish.on) setTimeout(() => button.click());
});
