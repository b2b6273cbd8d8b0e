// Pictures in a composer: uploaded at once with progress, described, put in order, given a point of focus.
// Fetched by composer.js when somebody adds one:  add(form, files), and adopt(form) for tiles that the server sent.

const MOST = 4;
const ready = new WeakSet();
const say = (message) => document.dispatchEvent(new CustomEvent("say", { detail: { message, level: "error" } }));
const tiles = (form) => [...form.querySelectorAll("[data-tile]")];
const token = () => document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1] ?? "";

export function adopt(form) {
  for (const tile of tiles(form)) showSpot(tile);
  if (ready.has(form)) return;
  ready.add(form);
  form.addEventListener("click", (event) => press(form, event));
  form.addEventListener("keydown", nudge);
}

export function add(form, files) {
  adopt(form);
  const room = MOST - tiles(form).length;
  const input = form.querySelector("[data-picture]");
  if (files.length > room) say(input.dataset.tooMany);
  for (const file of files.slice(0, room)) {
    const tile = fresh(form);
    tile.querySelector("img").src = URL.createObjectURL(file);
    upload(form, input, file, tile);
  }
}

// Pictures that were uploaded before the page was loaded anew: [{id, url, alt, focus}].
export function restore(form, rows) {
  for (const { id, url, alt, focus } of rows) {
    const tile = fresh(form);
    tile.dataset.url = tile.querySelector("img").src = url;
    tile.querySelector("[name=picture]").value = id;
    tile.querySelector("[name=picture_focus]").value = focus;
    tile.querySelector("textarea").value = alt;
    tile.querySelector("progress").hidden = true;
  }
  adopt(form);
}

function fresh(form) {
  const tile = form.querySelector("[data-tile-shape]").content.firstElementChild.cloneNode(true);
  form.querySelector("[data-tiles]").append(tile);
  return tile;
}

function state(tile, error) {
  const line = tile.querySelector("[data-tile-error]");
  line.textContent = error;
  line.hidden = !error;
  for (const field of tile.querySelectorAll("input, textarea")) field.disabled = Boolean(error);
}

function upload(form, input, file, tile) {
  const bar = tile.querySelector("progress");
  bar.hidden = false;
  state(tile, "");
  const request = new XMLHttpRequest(); // fetch tells no progress of an upload
  const waiting = lock(form);
  request.open("POST", input.dataset.upload);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", token());
  request.upload.onprogress = ({ loaded, total }) => { bar.value = (100 * loaded) / total; };
  request.onloadend = () => {
    waiting();
    bar.hidden = true;
    const answer = read(request.responseText);
    if (request.status === 201) {
      tile.querySelector("[name=picture]").value = answer.id;
      tile.dataset.url = answer.url;
      // Whoever is typing already goes on where they are: the rest of their words would land in another field.
      if (!document.activeElement.matches("textarea, input:not([type=file])")) tile.querySelector("textarea").focus({ preventScroll: true });
      changed(form);
    } else {
      state(tile, answer.message ?? (request.status ? input.dataset.failed : input.dataset.waits));
      // Without a connection it waits here for the next one, which may carry nothing yet when the browser tells of it.
      const again = () => tile.isConnected && upload(form, input, file, tile);
      if (!request.status && navigator.onLine) setTimeout(again, 3_000);
      else if (!request.status) addEventListener("online", again, { once: true });
    }
  };
  const body = new FormData();
  body.append("image", file);
  request.send(body);
}

function read(text) {
  try { return JSON.parse(text); } catch { return {}; }
}

// Nothing is sent while a picture is on its way.
function lock(form) {
  const button = form.querySelector(".end .btn");
  button.dataset.waiting = Number(button.dataset.waiting ?? 0) + 1;
  button.disabled = true;
  return () => {
    button.dataset.waiting -= 1;
    button.disabled = Number(button.dataset.waiting) > 0;
  };
}

function press(form, event) {
  const button = event.target.closest("button");
  const tile = button?.closest("[data-tile]");
  if (!tile) return;
  if ("drop" in button.dataset) drop(form, tile);
  else if ("earlier" in button.dataset) tile.previousElementSibling?.before(tile);
  else if ("later" in button.dataset) tile.nextElementSibling?.after(tile);
  else if ("spot" in button.dataset && event.detail) {
    const box = button.getBoundingClientRect();
    moveSpot(tile, (100 * (event.clientX - box.left)) / box.width, (100 * (event.clientY - box.top)) / box.height);
    return;
  }
  changed(form);
  if ("drop" in button.dataset) return;
  button.focus();
}

// What stands there is kept with the text.
function changed(form) {
  form.querySelector("textarea").dispatchEvent(new Event("input", { bubbles: true }));
}

function nudge(event) {
  const step = { ArrowLeft: [-10, 0], ArrowRight: [10, 0], ArrowUp: [0, -10], ArrowDown: [0, 10] }[event.key];
  if (!step || !event.target.matches("[data-spot]")) return;
  event.preventDefault();
  const tile = event.target.closest("[data-tile]");
  const [x, y] = tile.querySelector("[name=picture_focus]").value.split(",").map(Number);
  moveSpot(tile, x + 2 * step[0], y + 2 * step[1]);
}

function moveSpot(tile, x, y) {
  const within = (value) => Math.round(Math.max(0, Math.min(100, value)));
  tile.querySelector("[name=picture_focus]").value = `${within(x)},${within(y)}`;
  showSpot(tile);
  changed(tile.closest("form"));
}

function showSpot(tile) {
  const [x, y] = tile.querySelector("[name=picture_focus]").value.split(",");
  const fifth = (value) => Math.min(4, Math.floor(value / 20)); // as the server crops
  tile.querySelector(".spot").className = `spot fx${fifth(x)} fy${fifth(y)}`;
}

function drop(form, tile) {
  const id = tile.querySelector("[name=picture]").value;
  const next = tile.nextElementSibling ?? tile.previousElementSibling;
  tile.remove();
  (next?.querySelector("[data-drop]") ?? form.querySelector("[data-picture]")).focus();
  if (id) fetch(`/posts/pictures/${id}/discard/`, { method: "POST", headers: { "X-CSRFToken": token() } }).catch(() => {});
}
