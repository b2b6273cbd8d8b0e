// The keyboard: ? help, n compose, j and k move, l like, b bookmark, r reply, o open, u undo, / search, g h home, g n notifications, g m messages.
// Never while typing, never together with Ctrl, Alt or Meta.
"use strict";

(() => {
  let after = ""; // the g that was pressed before
  let clock;
  const go = (path) => location.assign(path);
  const posts = () => [...document.querySelectorAll("main .post[data-post]:not([hidden])")];
  const at = () => document.querySelector("main .post.at");

  function move(step) {
    const list = posts();
    if (!list.length) return;
    const top = (document.querySelector(".head")?.offsetHeight ?? 0) + 8;
    const now = at();
    let index = list.indexOf(now);
    if (now) index += step;
    else index = list.findIndex((post) => post.getBoundingClientRect().bottom > top + 40);
    const next = list[Math.max(0, Math.min(list.length - 1, index))];
    now?.classList.remove("at");
    next.classList.add("at");
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
    scrollTo(0, next.getBoundingClientRect().top + scrollY - top);
  }

  const press = (selector) => at()?.querySelector(selector)?.click();
  const help = () => document.getElementById("keys")?.showModal();
  const compose = () => {
    const area = document.querySelector("#composer textarea");
    if (!area) return go("/#composer");
    scrollTo(0, 0);
    area.focus();
  };

  const search = () => {
    const field = [...document.querySelectorAll("[data-search]")].find((one) => one.checkVisibility());
    if (!field) return go("/search/");
    field.focus();
    field.select();
  };

  const plain = {
    "?": help, n: compose, "/": search,
    j: () => move(1), k: () => move(-1),
    l: () => press(".acts .like"), b: () => press(".acts .keep"), r: () => press(".acts .reply"),
    u: () => [...document.querySelectorAll("[data-undo]")].at(-1)?.click(),
    o: () => at()?.dataset.href && go(at().dataset.href),
  };
  const afterG = { h: () => go("/"), n: () => go("/notifications/"), m: () => go("/messages/"), e: () => go("/explore/"), r: () => go("/rewards/") };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    // Out of the search field, so that the keys work on what was found.
    if (event.key === "Escape" && event.target.matches("[data-search], [type=search]")) event.target.blur();
    if (event.target.closest("input, textarea, select, [contenteditable], dialog[open], :popover-open")) return;
    const member = document.querySelector("[data-bell]");
    const action = after === "g" ? afterG[event.key] : plain[event.key];
    after = event.key === "g" && after !== "g" ? "g" : "";
    clearTimeout(clock);
    clock = setTimeout(() => { after = ""; }, 1000);
    if (!action || (!member && !["?", "/", "j", "k", "o"].includes(event.key))) return;
    event.preventDefault();
    action();
  });

  for (const button of document.querySelectorAll("[data-help]")) {
    button.hidden = false;
    button.addEventListener("click", help);
  }
})();
