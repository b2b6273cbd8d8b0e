// The service worker: shows a page of its own where there is no connection. It keeps that page and static files, nothing
// else: no page, no answer of the site and no picture of a member is ever stored, so that nobody who takes up the device
// later finds what was read on it. (Pictures that the owner of the device shares wait here on their way: see below.)
// KEPT (written before this by the server): version, page, files, under, receive, share, icon, name.
// Where a member turned it on (push.js), it also shows what the site pushes, and leads to it.
"use strict";

const { version, page, files, under, icon, name: site } = self.KEPT;
const NAME = `shell-${version}`;
// A name with the hash of its content never comes to mean something else.
const HASHED = /\.[0-9a-f]{12}\.(?:css|js|svg|png|woff2)$/;
const MOST = 80; // files of one deployment are fewer

// Without cookies: what comes is the same for everybody.
const own = (address) => new Request(address, { credentials: "omit", cache: address === page ? "reload" : "default" });

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(NAME).then((kept) => kept.addAll([page, ...files].map(own))));
});

addEventListener("activate", (event) => {
  const clean = async () => {
    for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
    await registration.navigationPreload?.enable();
  };
  event.waitUntil(clean());
});

async function navigated(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match(page, { ignoreVary: true })) ?? Response.error();
  }
}

async function hashed(request) {
  const kept = await caches.open(NAME);
  const found = await kept.match(request, { ignoreVary: true });
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok && answer.type === "basic" && (await kept.keys()).length < MOST) await kept.put(request, answer.clone());
  return answer;
}

async function unhashed(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const found = await caches.match(request, { ignoreVary: true });
    if (found) return found;
    throw error;
  }
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(navigated(event));
  else if (pathname.startsWith(under) && !search) event.respondWith(HASHED.test(pathname) ? hashed(request) : unhashed(request));
});

// --- what another app shares (the share_target of the manifest) ---
// The pictures wait in a cache whose name tells since when, until the composer takes them (compose-shared.js), and no longer
// than minutes. The words go on in the address, as they do where no worker is at work.

const SHARED = "shared-";
const SHORTLY = 3 * 60_000;
const MOST_SHARED = 5; // one more than a post takes, so that the composer says so
const ROOM = { title: 600, text: 8_000, url: 3_000 }; // in an address, encoded

async function forget(within = SHORTLY) {
  for (const name of await caches.keys()) {
    if (name.startsWith(SHARED) && !(Date.now() - Number(name.slice(SHARED.length)) < within)) await caches.delete(name);
  }
}

function fitting(words, most) {
  let found = words.slice(0, most);
  while (new URLSearchParams({ found }).toString().length > most) found = found.slice(0, 0.9 * found.length);
  return found;
}

async function shared(request) {
  const onward = new URLSearchParams();
  try {
    const given = await request.formData();
    for (const [name, most] of Object.entries(ROOM)) {
      const words = given.get(name);
      if (typeof words === "string" && words) onward.set(name, fitting(words, most));
    }
    const pictures = given.getAll("pictures").filter((one) => one instanceof File && one.type.startsWith("image/"));
    if (pictures.length) {
      await forget(0); // what was shared last counts
      const waiting = await caches.open(SHARED + Date.now());
      for (const [place, file] of pictures.slice(0, MOST_SHARED).entries()) await waiting.put(`${self.KEPT.receive}${place}`, new Response(file));
      onward.set("pictures", "wait");
    }
  } catch {
    await forget(0);
    onward.set("pictures", "lost"); // no room on the device, or a form that cannot be read
  }
  return Response.redirect(`${self.KEPT.share}?${onward}`, 303);
}

forget();
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode !== "navigate") return;
  event.waitUntil(forget());
  const { origin, pathname } = new URL(request.url);
  // Only a page as a whole: in a frame another site could do it unseen.
  if (request.method !== "POST" || origin !== location.origin || pathname !== self.KEPT.receive || request.destination !== "document") return;
  event.respondWith(shared(request));
  event.waitUntil(new Promise((done) => setTimeout(done, SHORTLY)).then(() => forget()));
});

// --- push --------------------------------------------------------------------------------------------------------------

const here = (path) => {
  const url = new URL(path, location.origin);
  return url.origin === location.origin ? url.href : location.origin;
};

addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data.json();
  } catch {
    // Something must be shown for every push: browsers take the right away otherwise.
  }
  const { title = site, body = "", url = "/notifications/", tag = "", loud = false } = said;
  const shown = { body, tag, icon, badge: icon, data: { url }, renotify: Boolean(tag && loud) };
  event.waitUntil(registration.showNotification(title, shown));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = here(event.notification.data?.url ?? "/");
  const lead = async () => {
    const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
    const open = pages.find((one) => one.url === url);
    // A page on which something may be half written is not navigated away.
    return open ? open.focus() : clients.openWindow(url);
  };
  event.waitUntil(lead());
});

// The browser's own renewal of a subscription; given up where the site does not know this device any more.
addEventListener("pushsubscriptionchange", (event) => {
  const renew = async () => {
    const asked = await fetch("/settings/notifications/devices/renew/", { redirect: "manual", headers: { Accept: "application/json" } });
    if (!asked.ok) return event.newSubscription?.unsubscribe(); // signed out
    const { key, token } = await asked.json();
    const bytes = Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
    const made = event.newSubscription ?? await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes });
    const answer = await fetch("/settings/notifications/devices/renew/", {
      method: "POST", redirect: "error", body: JSON.stringify(made),
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
    });
    if (!answer.ok) await made.unsubscribe();
  };
  event.waitUntil(renew());
});
