// The keyboard of payout reviews: ? help, a submit or approve, h hold the marked payout, r reject, j and k move, 1–9 tick a point,
// and [data-press] links. Never while typing, never together with Ctrl, Alt or Meta. Every key presses what is on the page as well.
"use strict";

(() => {
  const rows = () => [...document.querySelectorAll("tr[data-row]")];
  const at = () => document.querySelector("tr[data-row].at");
  const dialog = (id) => document.getElementById(id);

  function move(step) {
    const list = rows();
    if (!list.length) return;
    const index = list.indexOf(at());
    const next = list[Math.max(0, Math.min(list.length - 1, index + step))];
    at()?.classList.remove("at");
    next.classList.add("at");
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function decide() {
    const form = document.getElementById("decide");
    // The browser itself names the first point that is still open.
    if (form?.reportValidity()) dialog("review-sure")?.showModal();
  }

  function tick(number) {
    const box = document.querySelectorAll(".checklist input")[number - 1];
    if (!box) return;
    box.click();
    box.focus();
  }

  function hold() {
    const link = at()?.querySelector("[data-hold]");
    if (link) link.click();
    else document.querySelector("#hold-ring textarea")?.focus();
  }

  const keys = {
    "?": () => dialog("review-keys")?.showModal(),
    a: decide,
    h: hold,
    j: () => move(1),
    k: () => move(-1),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog")) return;
    const link = /^[a-z]$/.test(event.key) ? document.querySelector(`[data-press="${event.key}"]`) : null;
    const action = /^[1-9]$/.test(event.key) ? () => tick(Number(event.key)) : link ? () => link.click() : keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  for (const hint of document.querySelectorAll("[data-keys-open]")) hint.addEventListener("click", keys["?"]);
})();
