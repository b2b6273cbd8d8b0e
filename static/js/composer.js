// form[data-composer]: counts as people count, grows with the text, takes pictures that are chosen, dropped or pasted,
// sends with Ctrl+Enter, keeps what was typed in this tab until it is sent: through a reload, a lost connection, an ended session.
//   textarea[data-limit]   [data-counter]   input[type=file][data-picture][data-module]: the script for pictures, fetched when needed
"use strict";

(() => {
  const graphemes = window.Intl?.Segmenter && new Intl.Segmenter(undefined, { granularity: "grapheme" });
  const count = (text) => {
    const clean = text.replace(/\r\n?/g, "\n").trim().normalize("NFC");
    return graphemes ? [...graphemes.segment(clean)].length : [...clean].length;
  };
  const canGrow = window.CSS?.supports("field-sizing", "content");

  function refresh(area) {
    if (!canGrow) {
      area.rows = Math.max(2, Math.min(18, area.value.split("\n").length + Math.floor(area.value.length / 60)));
    }
    const form = area.form;
    const counter = form?.querySelector("[data-counter]");
    if (!counter) return;
    const left = Number(area.dataset.limit) - count(area.value);
    counter.textContent = left <= 100 ? String(left) : "";
    counter.classList.toggle("near", left <= 50 && left >= 0);
    counter.classList.toggle("over", left < 0);
    area.toggleAttribute("aria-invalid", false);
    if (left < 0) area.setAttribute("aria-invalid", "true");
  }

  // What pictures need is only fetched when somebody adds one.
  async function addPictures(form, files) {
    const input = form?.querySelector("[data-picture]");
    const pictures = [...files].filter((file) => file.type.startsWith("image/"));
    if (!input?.dataset.module || !pictures.length) return;
    (await import(input.dataset.module)).add(form, pictures);
  }

  // A form that takes one picture along shows it with its description field ([data-picture-box], shown by data-on).
  function showPicture(input) {
    const box = input.form.querySelector("[data-picture-box]");
    const image = box.querySelector("img");
    const [file] = input.files;
    if (image.src.startsWith("blob:")) URL.revokeObjectURL(image.src);
    box.toggleAttribute("data-on", Boolean(file));
    if (file) image.src = URL.createObjectURL(file);
    else image.removeAttribute("src");
  }

  function chosen(input) {
    if (!input.dataset.module) return showPicture(input);
    const files = [...input.files];
    input.value = "";
    addPictures(input.form, files);
  }

  // What is typed is kept on the server a moment later, so that it is found again anywhere.
  const clocks = new WeakMap();
  function keep(form) {
    clearTimeout(clocks.get(form));
    clocks.set(form, setTimeout(() => {
      if (!form.isConnected) return;
      const body = new FormData(form);
      body.delete("image");
      fetch(form.dataset.drafts, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => {});
    }, 2000));
  }

  const TYPED = /(?:^|[\s(])([@#][\p{L}\p{N}_]+)$/u;
  async function complete(area) {
    const word = area.value.slice(0, area.selectionStart).match(TYPED)?.[1];
    if (word || area.dataset.completing) (await import(area.form.dataset.complete)).show(area, word);
  }

  const here = location.pathname + location.search;
  const draftKey = (form) => `draft:${form.dataset.who}:${form.dataset.composer}`;
  const kept = (key) => JSON.parse(sessionStorage.getItem(key) ?? "null");

  // `sent`: with a new page as the answer, which shows whether it arrived.
  function remember(form, sent) {
    const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
    const urls = [...form.querySelectorAll("[data-tile] [name=picture]:enabled")].map((one) => one.closest("[data-tile]").dataset.url);
    if (fields.some(([name, value]) => value && ["text", "then", "choice", "picture", "warning"].includes(name))) sessionStorage.setItem(draftKey(form), JSON.stringify({ here, sent, fields, urls }));
    else sessionStorage.removeItem(draftKey(form));
  }

  function recall(form, area) {
    const draft = kept(draftKey(form));
    if (!draft || form.querySelector(".errorlist")) return;
    const before = new Map(draft.fields);
    // A form that holds something else (a draft that was opened) keeps that.
    if (area.value && before.get("client_key") !== form.elements.client_key?.value) return;
    area.value = before.get("text") ?? "";
    if (form.dataset.kept) import(form.dataset.kept).then((module) => module.recall(form, draft));
  }

  function prepare(root) {
    for (const form of root.querySelectorAll?.("form[data-composer]") ?? []) {
      const area = form.querySelector("textarea");
      if (!area || form.dataset.ready !== undefined) continue;
      form.dataset.ready = "";
      const input = form.querySelector("[data-picture]");
      if (input?.dataset.module) input.multiple = true; // without scripts one is sent along with the form
      recall(form, area);
      if (input?.files.length) chosen(input); // before this script was there
      if (form.querySelector("[data-tile]")) import(form.querySelector("[data-picture]").dataset.module).then((module) => module.adopt(form));
      refresh(area);
    }
  }

  function focusByHash() {
    if (location.hash !== "#composer") return;
    const area = document.querySelector("#composer textarea");
    if (!area) return;
    scrollTo(0, 0);
    area.focus();
    history.replaceState(history.state, "", location.pathname + location.search);
  }

  document.addEventListener("input", ({ target }) => {
    if (!target.form?.matches("form[data-composer]")) return;
    remember(target.form);
    if (!target.matches("textarea")) return;
    refresh(target);
    if (target.form.dataset.drafts) keep(target.form);
    if (target.dataset.limit && target.form.dataset.complete) complete(target);
  });
  document.addEventListener("change", ({ target }) => {
    if (target.matches("input[data-local]")) {
      // The offset at that time, which may be another than today's.
      target.form.post_at_offset.value = target.value ? new Date(target.value).getTimezoneOffset() : "";
      target.form.classList.toggle("planned", target.value);
    }
    if (target.matches("form[data-composer] input[data-picture]")) chosen(target);
  });
  document.addEventListener("paste", (event) => {
    const form = event.target.closest?.("form[data-composer]:has([data-module])");
    if (!form || !event.clipboardData.files.length) return;
    event.preventDefault();
    addPictures(form, event.clipboardData.files);
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const form = event.target.closest?.("form[data-composer]:has([data-module])");
      if (!form || !event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      form.classList.toggle("over-drop", kind === "dragover");
      if (kind === "drop") addPictures(form, event.dataTransfer.files);
    });
  }
  document.addEventListener("click", ({ target }) => {
    const input = target.closest("[data-picture-drop]")?.closest("form").querySelector("[data-picture]");
    if (!input) return;
    input.value = "";
    showPicture(input);
    input.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("form[data-composer] textarea")) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  });
  document.addEventListener("submit", ({ target }) => {
    if (!target.matches("form[data-composer]")) return;
    clearTimeout(clocks.get(target));
    if ("send" in target.dataset) sessionStorage.removeItem(draftKey(target)); // a conversation keeps what it sends itself
    else if (!target.hasAttribute("hx-post")) remember(target, true);
  });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement.matches("form[data-composer]") && ctx.response.raw.ok && !ctx.response.raw.redirected) sessionStorage.removeItem(draftKey(ctx.sourceElement));
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    ctx.sourceElement.classList.toggle("unsent", ctx.sourceElement.matches("form[data-composer]") && !(ctx.response?.status < 500));
  });
  document.addEventListener("htmx:after:process", ({ target }) => prepare(target.parentNode ?? target));
  addEventListener("hashchange", focusByHash);
  if (document.querySelector("[data-bell]")) {
    for (const key of Object.keys(sessionStorage).filter((key) => key.startsWith("draft:"))) {
      if (kept(key).sent && kept(key).here !== here) sessionStorage.removeItem(key); // it led to another page: it arrived
    }
  }
  prepare(document);
  focusByHash();
})();
