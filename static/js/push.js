// Being told while the site is closed, for this device: [data-push] says which of [data-push-says] is shown. The browser asks
// its question only after a click on [data-push-on]. What follows from it is the service worker's (sw.js).
"use strict";

(() => {
  const box = () => document.querySelector("[data-push]");
  const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  const say = (message, level) => document.dispatchEvent(new CustomEvent("say", { detail: { message, level } }));
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const hex = (buffer) => [...new Uint8Array(buffer)].map((one) => one.toString(16).padStart(2, "0")).join("");
  const same = (one, other) => hex(one) === hex(other);

  async function manager() {
    await navigator.serviceWorker.register("/sw.js");
    return (await navigator.serviceWorker.ready).pushManager;
  }

  function show(state) {
    for (const one of box().querySelectorAll("[data-push-says]")) one.hidden = one.dataset.pushSays !== state;
  }

  async function tell(subscription) {
    const token = box().querySelector("[name=csrfmiddlewaretoken]") ?? document.querySelector("[name=csrfmiddlewaretoken]");
    return fetch(box().dataset.url, {
      method: "POST", body: JSON.stringify(subscription), redirect: "manual",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token.value },
    });
  }

  // What the browser has and what the site knows must be the same; what the member turned on is put right without a word.
  async function look() {
    if (!box()) return;
    if (!able) return show("unsupported");
    if (Notification.permission === "denied") return show("blocked");
    const known = box().dataset.here;
    const found = known && Notification.permission === "granted" ? await (await manager()).getSubscription() : null;
    if (!found) return show("off");
    show("on");
    if (hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(found.endpoint))) !== known) await tell(found);
  }

  async function turnOn() {
    if ((await Notification.requestPermission()) !== "granted") return look();
    const push = await manager();
    const key = bytes(box().dataset.push);
    const old = await push.getSubscription();
    if (old && !same(old.options.applicationServerKey ?? [], key)) await old.unsubscribe();
    const made = await push.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const answer = await tell(made);
    if (!answer.ok) {
      await made.unsubscribe();
      throw new Error((await answer.json().catch(() => ({}))).message ?? "");
    }
    say(box().dataset.done);
    await window.htmx.ajax("GET", box().dataset.url, { target: box(), swap: "outerHTML" });
    box().querySelector(".rows button")?.focus();
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-push-on]");
    if (!button) return;
    button.disabled = true;
    try {
      await turnOn();
    } catch (error) {
      say((error.name === "Error" && error.message) || box().dataset.failed, "error");
    } finally {
      button.disabled = false;
    }
  });

  // The site forgets the device by the form; the browser gives its subscription up as well.
  document.addEventListener("submit", (event) => {
    if (able && event.target.matches("[data-push-off]"))
      navigator.serviceWorker.ready.then(({ pushManager }) => pushManager.getSubscription()).then((one) => one?.unsubscribe()).catch(() => {});
  });

  document.addEventListener("htmx:after:swap", look);
  look().catch(() => show("off"));
})();
