// Going back to a list that was extended by "Load more" finds the same place again: as many pages are loaded as before.
// (Where the browser kept the whole page, there is nothing to do.)
"use strict";

(() => {
  const key = `place:${location.pathname}${location.search}`;
  let pages = 0;

  document.addEventListener("htmx:before:request", ({ target }) => {
    if (target.closest?.(".more")) pages += 1;
  });
  addEventListener("pagehide", () => {
    if (pages) sessionStorage.setItem(key, JSON.stringify({ pages, y: scrollY }));
    else sessionStorage.removeItem(key);
  });

  const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
  sessionStorage.removeItem(key);
  if (!kept || performance.getEntriesByType("navigation")[0]?.type !== "back_forward") return;
  history.scrollRestoration = "manual";
  let left = Math.min(kept.pages, 10);
  const step = () => {
    const link = document.querySelector(".more a, .more button");
    if (left-- > 0 && link) link.click();
    else {
      document.removeEventListener("htmx:after:swap", step);
      scrollTo(0, kept.y);
      history.scrollRestoration = "auto";
    }
  };
  document.addEventListener("htmx:after:swap", step);
  // htmx binds its attributes on DOMContentLoaded, after the deferred scripts.
  addEventListener("DOMContentLoaded", () => setTimeout(step));
})();
