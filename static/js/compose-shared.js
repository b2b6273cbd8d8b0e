// On the page to which pictures were shared: takes them out of where the service worker keeps them (sw.js) and puts them into
// the composer, as if they had been chosen there. They are deleted before they are added; what is too old is not taken.
"use strict";

const SHARED = "shared-";
const SHORTLY = 3 * 60_000;

async function taken() {
  const found = [];
  for (const name of await caches.keys()) {
    if (!name.startsWith(SHARED)) continue;
    if (Date.now() - Number(name.slice(SHARED.length)) < SHORTLY) {
      const waiting = await caches.open(name);
      for (const request of await waiting.keys()) {
        const blob = await (await waiting.match(request)).blob();
        found.push(new File([blob], "picture", { type: blob.type }));
      }
    }
    await caches.delete(name);
  }
  return found;
}

// A second visit (reload, back) finds nothing to take, and says nothing of it.
const form = document.querySelector("#composer");
const input = form?.querySelector("[data-picture]");
const files = input && window.caches ? await taken() : [];
if (files.length) (await import(input.dataset.module)).add(form, files);
