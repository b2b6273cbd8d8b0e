// Short messages at the foot of the page: [data-toast] goes by itself, [data-dismiss] sends it away.
// Another script says something with: document.dispatchEvent(new CustomEvent("say", {detail: {message, level}})).
"use strict";

(() => {
  const flash = document.getElementById("flash");
  if (!flash) return;

  function startClock(toast) {
    const wait = toast.matches(".error") ? 12_000 : toast.querySelector("[data-undo]") ? 8_000 : 6_000;
    let clock = setTimeout(() => toast.remove(), wait);
    const hold = () => clearTimeout(clock);
    const release = () => { hold(); clock = setTimeout(() => toast.remove(), wait); };
    toast.addEventListener("mouseenter", hold);
    toast.addEventListener("focusin", hold);
    toast.addEventListener("mouseleave", release);
    toast.addEventListener("focusout", release);
  }

  flash.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest("[data-toast]").remove());
  new MutationObserver((records) => {
    for (const { addedNodes } of records) for (const node of addedNodes) if (node.dataset?.toast !== undefined) startClock(node);
  }).observe(flash, { childList: true });
  flash.querySelectorAll("[data-toast]").forEach(startClock);

  document.addEventListener("say", ({ detail: { message, level = "" } }) => {
    const toast = document.createElement("div");
    toast.className = `toast ${level}`;
    toast.dataset.toast = "";
    toast.setAttribute("role", level === "error" ? "alert" : "status");
    const text = document.createElement("p");
    text.textContent = message;
    toast.append(text);
    flash.append(toast);
  });
})();
