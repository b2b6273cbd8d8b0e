// A conversation: what is written stands at once and is sent until it arrives; what others write comes without a reload and
// without moving what is being read. Everything is fetched from the ordinary address, which judges what may be seen.
//   .talk[data-conversation]  form[data-send]  template#pending  [data-message] [data-key] [data-gone]  form[data-read] [data-delete]
// In a list ([data-lines]) a conversation that moved up is shown once.
"use strict";

(() => {
  document.addEventListener("htmx:after:swap", () => {
    const seen = new Set();
    for (const line of document.querySelectorAll("[data-lines] > .letter")) {
      if (seen.has(line.id)) line.remove();
      seen.add(line.id);
    }
  });

  const talk = document.querySelector("main .talk");
  if (!talk) return;
  const room = talk.parentElement;
  const list = talk.querySelector(".messages");
  const form = document.querySelector("form[data-send]");
  const read = talk.querySelector("form[data-read]");
  const path = talk.dataset.conversation;
  const away = new URLSearchParams(location.search).has("before"); // an older page: nothing is added to it
  const keep = `outbox:${talk.dataset.me}:${path}`;
  const WINDOW = 21, MANY = 100, NET = 30_000, NEAR = 120;

  const messages = () => [...list.querySelectorAll("[data-message]")];
  const id = (item) => Number(item?.dataset.message ?? 0);
  const atEnd = () => Math.abs(room.scrollTop) < NEAR;
  const cookie = () => document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1];

  async function fragment(query) {
    const answer = await fetch(path + query, { headers: { "HX-Request": "true" }, redirect: "manual" }).catch(() => null);
    if (answer?.status === 404) location.assign("/messages/");
    return answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".talk") : null;
  }

  async function post(url, body) {
    body.set("csrfmiddlewaretoken", cookie() ?? body.get("csrfmiddlewaretoken"));
    return fetch(url, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
  }

  // --- what others write ---------------------------------------------------------------------------------------------

  // The room is measured from its end: what grows below must be scrolled past, unless the end is what is being read.
  function withoutMoving(change) {
    const end = atEnd(), height = room.scrollHeight, top = room.scrollTop;
    change();
    room.scrollTop = end ? 0 : top - (room.scrollHeight - height);
  }

  function place(fresh) {
    const old = document.getElementById(fresh.id);
    if (old) {
      if (old.hasAttribute("data-gone") !== fresh.hasAttribute("data-gone")) old.replaceWith(fresh);
      return;
    }
    const waiting = fresh.dataset.key && list.querySelector(`[data-pending="${CSS.escape(fresh.dataset.key)}"]`);
    if (waiting) {
      waiting.replaceWith(fresh);
      outbox.delete(fresh.dataset.key);
      remember();
    } else list.insertBefore(fresh, list.querySelector("[data-pending]"));
  }

  let busy = false, again = false;
  async function catchUp(from = id(messages().at(-WINDOW))) {
    if (away) return;
    if (busy) { again = true; return; }
    busy = true;
    const news = await fragment(`?after=${from}`);
    const items = news ? [...news.querySelectorAll("[data-message]")] : [];
    if (news) withoutMoving(() => {
      for (const item of items) place(item);
      talk.querySelector("[data-seen-line]").replaceChildren(...news.querySelector("[data-seen-line]").childNodes);
    });
    busy = false;
    if (news && news.dataset.open !== talk.dataset.open) return location.reload(); // one may write now, or not any more
    if (items.length >= MANY) return catchUp(id(items.at(-1)));
    if (again) { again = false; return catchUp(); }
    markRead();
  }

  let marked = Number(read?.querySelector("button") ? 0 : read?.elements.up_to.value);
  async function markRead() {
    const newest = id(messages().at(-1));
    if (!read || document.hidden || !atEnd() || newest <= marked) return;
    marked = newest;
    const body = new FormData(read);
    body.set("up_to", newest);
    const answer = await post(read.action, body).catch(() => null);
    if (!answer?.ok) { marked = 0; return; }
    const unread = await answer.json();
    for (const number of document.querySelectorAll("[data-letters]")) {
      number.textContent = unread.label;
      number.hidden = !unread.label;
    }
  }

  document.body.addEventListener("live:messages", () => { catchUp(); resend(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) catchUp(); });
  room.addEventListener("scroll", markRead, { passive: true });
  setInterval(() => { if (!document.hidden) catchUp(); }, NET);

  talk.addEventListener("click", async (event) => {
    const more = event.target.closest(".earlier a");
    if (!more || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    const above = await fragment(more.getAttribute("href"));
    if (!above) return;
    const first = list.firstElementChild;
    list.prepend(...above.querySelectorAll("[data-message]"));
    first?.querySelector(".day")?.toggleAttribute("hidden", sameDay(first.previousElementSibling, first));
    const next = above.querySelector(".earlier");
    if (next) more.closest(".earlier").replaceWith(next);
    else more.closest(".earlier").remove();
  });
  const dayOf = (item) => item?.querySelector("time")?.dateTime.slice(0, 10);
  const sameDay = (one, other) => Boolean(dayOf(one)) && dayOf(one) === dayOf(other);

  talk.addEventListener("submit", async (event) => {
    if (!event.target.matches("[data-delete]")) return;
    event.preventDefault();
    const item = event.target.closest("[data-message]");
    const answer = await post(event.target.action, new FormData(event.target)).catch(() => null);
    if (answer?.ok) catchUp(id(messages()[messages().indexOf(item) - 1]));
    else document.dispatchEvent(new CustomEvent("say", { detail: { message: document.getElementById("flash").dataset.failed, level: "error" } }));
  });

  // --- what one writes -----------------------------------------------------------------------------------------------

  const outbox = new Map(); // key → {body, item, stuck}
  let turn = Promise.resolve();

  function remember() {
    const texts = [...outbox].filter(([, one]) => !one.body.get("image")?.size).map(([key, one]) => [key, one.body.get("text")]);
    if (texts.length) sessionStorage.setItem(keep, JSON.stringify(texts));
    else sessionStorage.removeItem(keep);
  }

  function put(key, body) {
    const item = document.getElementById("pending").content.firstElementChild.cloneNode(true);
    item.dataset.pending = key;
    const file = body.get("image");
    item.querySelector(".text").textContent = body.get("text") || file?.name || "";
    list.append(item);
    room.scrollTop = 0;
    outbox.set(key, { body, item, stuck: false });
    remember();
    turn = turn.then(() => deliver(key));
  }

  function say(one, words, stuck) {
    one.stuck = stuck;
    one.item.classList.toggle("stuck", Boolean(stuck));
    one.item.querySelector("[data-status]").textContent = words;
  }

  async function deliver(key) {
    const one = outbox.get(key);
    if (!one) return;
    say(one, form.dataset.sending, "");
    const answer = await post(form.action, one.body).catch(() => null);
    if (answer?.ok) {
      outbox.delete(key);
      remember();
      await catchUp();
    } else if (!answer) {
      say(one, navigator.onLine ? form.dataset.failed : form.dataset.offline, "line");
    } else if (answer.type === "opaqueredirect") {
      say(one, form.dataset.signedOut, "session");
    } else {
      const said = await answer.json().catch(() => ({}));
      say(one, said.code === "csrf" ? form.dataset.signedOut : said.message ?? form.dataset.failed, "refused");
    }
  }

  // What the line lost goes out again by itself; what was refused waits for its author.
  function resend() {
    for (const [key, one] of outbox) if (one.stuck === "line") turn = turn.then(() => deliver(key));
  }

  if (form) {
    const area = form.elements.text;
    const newKey = () => { form.elements.client_key.value = crypto.getRandomValues(new Uint8Array(16)).reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), ""); };

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const body = new FormData(form);
      if (!body.get("text").trim() && !body.get("image")?.size) return area.focus();
      if (body.get("image")?.size && !body.get("alt").trim() && !body.get("alt_declined")) return form.elements.alt.focus();
      const key = body.get("client_key");
      for (const name of ["text", "alt", "image"]) form.elements[name].value = "";
      form.elements.alt_declined.checked = false;
      form.elements.image.dispatchEvent(new Event("change", { bubbles: true }));
      area.dispatchEvent(new Event("input", { bubbles: true }));
      newKey();
      put(key, body);
      area.focus();
    });
    area.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || !matchMedia("(pointer: fine)").matches) return;
      event.preventDefault();
      form.requestSubmit();
    });
    list.addEventListener("click", ({ target }) => {
      const key = target.closest("[data-pending]")?.dataset.pending;
      if (!key) return;
      if (target.closest("[data-again]")) turn = turn.then(() => deliver(key));
      if (target.closest("[data-take-back]")) {
        const one = outbox.get(key);
        area.value = [one.body.get("text"), area.value].filter(Boolean).join("\n");
        area.dispatchEvent(new Event("input", { bubbles: true }));
        one.item.remove();
        outbox.delete(key);
        remember();
        area.focus();
      }
    });
    addEventListener("online", resend);
    for (const [key, text] of JSON.parse(sessionStorage.getItem(keep) ?? "[]")) {
      const body = new FormData(form);
      body.set("text", text);
      body.set("client_key", key);
      for (const name of ["image", "alt", "alt_declined"]) body.delete(name);
      put(key, body);
    }
  }
  markRead();
})();
