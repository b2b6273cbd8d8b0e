// The page without a connection: goes to where the reader wanted as soon as the site answers again.
"use strict";

(() => {
  if (location.pathname === document.body.dataset.page) return; // opened by its own address: there is nowhere to go
  let wait = 2_000;
  let clock;

  async function look() {
    clearTimeout(clock);
    try {
      const answer = await fetch(document.body.dataset.page, { method: "HEAD", cache: "no-store", credentials: "omit" });
      if (answer.ok) return location.reload();
    } catch {
      // Still nothing.
    }
    wait = Math.min(wait * 1.5, 30_000);
    clock = setTimeout(look, wait);
  }

  addEventListener("online", look);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  clock = setTimeout(look, wait);
})();
