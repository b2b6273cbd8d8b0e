// [data-preview]: a picture that was chosen for oneself is shown as it will appear, before it is sent, and can be taken out again.
//   in it input[type=file], [data-preview-now] what is shown until then, img[data-preview-new], button[data-preview-drop]
"use strict";

for (const box of document.querySelectorAll("[data-preview]")) {
  const input = box.querySelector("input[type=file]");
  const now = box.querySelector("[data-preview-now]");
  const fresh = box.querySelector("[data-preview-new]");
  const drop = box.querySelector("[data-preview-drop]");

  const swap = (chosen) => {
    fresh.hidden = !chosen;
    now.hidden = chosen;
  };

  const show = () => {
    const [file] = input.files;
    if (fresh.src) URL.revokeObjectURL(fresh.src);
    drop.hidden = !file;
    if (file) fresh.src = URL.createObjectURL(file);
    else swap(false);
  };

  // What the browser cannot draw is for the server to judge.
  fresh.addEventListener("load", () => swap(true));
  fresh.addEventListener("error", () => swap(false));
  input.addEventListener("change", show);
  drop.addEventListener("click", () => {
    input.value = "";
    show();
    input.focus();
  });
  show(); // a page that was left and come back to keeps its file
}
