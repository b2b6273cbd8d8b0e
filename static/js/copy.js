// [data-copy="text"]: copies the text on a click and says so ([data-copied] is what is said).
"use strict";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = button.dataset.copy;
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    // Plain http in a home network has no clipboard interface.
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "sr";
    button.append(field);
    field.select();
    done = document.execCommand("copy");
    field.remove();
    button.focus();
  }
  if (!done) return;
  button.dataset.done = "";
  setTimeout(() => delete button.dataset.done, 2000);
  if (button.dataset.copied) document.dispatchEvent(new CustomEvent("say", { detail: { message: button.dataset.copied } }));
});
