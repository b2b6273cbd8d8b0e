// details.menu: one open at a time, closed by a click elsewhere or Escape, opened upwards where there is no room below.
// [data-back] goes back in the history; article[data-href] opens by a click on its empty parts.
"use strict";

(() => {
  const opened = () => document.querySelectorAll("details.menu[open]");
  const close = (menu) => {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  };

  document.addEventListener("toggle", ({ target }) => {
    if (!target.matches?.("details.menu") || !target.open) return;
    for (const menu of opened()) if (menu !== target) close(menu);
    const list = target.querySelector(".menu-list");
    list?.classList.remove("over");
    const floor = innerHeight - (document.querySelector(".bottom")?.offsetHeight ?? 0);
    if (list && list.getBoundingClientRect().bottom > floor) list.classList.add("over");
  }, true);

  document.addEventListener("click", (event) => {
    if (!event.isTrusted) return; // a script presses again for somebody (wishes.js)
    for (const menu of opened()) {
      if (!menu.contains(event.target) || event.target.closest(".menu-list a, .menu-list button")) setTimeout(close, 0, menu);
    }
    if (event.target.closest("[data-back]") && history.length > 1) {
      event.preventDefault();
      history.back();
    }
    const card = event.target.closest("[data-href]");
    if (card && !event.target.closest("a, button, input, textarea, select, summary, label, form, details, [data-plain]")) {
      if (String(getSelection())) return; // marking text is not opening
      if (event.metaKey || event.ctrlKey) open(card.dataset.href);
      else location.assign(card.dataset.href);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") opened().forEach(close);
  });
})();
