// The keys of the moderators' queue: whatever carries data-key is pressed, data-focus is written in, data-open is opened.
// Never while typing, never together with Ctrl, Alt or Meta.
"use strict";

(() => {
  const help = document.getElementById("queue-keys");
  const button = document.querySelector("[data-queue-help]");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => help.showModal());
  }
  const bar = document.querySelector("[data-undo-until]");
  // By this machine's clock only how long it is shown; whether it is too late is judged where it is decided.
  if (bar) setTimeout(() => bar.remove(), 10_000);

  let sent = false;
  document.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = event.target.method !== "dialog";
  });
  addEventListener("pageshow", () => (sent = false));

  // What was typed about a case waits in this tab for whoever comes back to it, until it is sent.
  for (const field of document.querySelectorAll("[data-focus]")) {
    const kept = field.form.action;
    if (!field.value) field.value = sessionStorage.getItem(kept) ?? "";
    field.addEventListener("input", () => sessionStorage.setItem(kept, field.value));
    field.form.addEventListener("submit", () => sessionStorage.removeItem(kept));
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat || help.open) return;
    if (event.key === "Escape") return event.target.blur?.();
    const typing = event.target.closest("textarea, select, input:not([type=radio], [type=checkbox])");
    if (typing) return;
    if (event.key === "?") return help.showModal();
    if (!/^[a-z1-9]$/.test(event.key)) return;
    const field = document.querySelector(`[data-focus="${event.key}"]`);
    const more = document.querySelector(`[data-open="${event.key}"]`);
    const thing = document.querySelector(`[data-key="${event.key}"]`);
    if (field) field.focus();
    else if (more) {
      more.open = true;
      more.querySelector("input, button").focus();
    } else if (thing) thing.click();
    else return;
    event.preventDefault();
  });
  // Enter on the tick suspends by the button beside it, and never by the first button of the form.
  document.querySelector("[data-open=s]")?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.type !== "checkbox") return;
    event.preventDefault();
    event.currentTarget.querySelector("button").click();
  });
})();
