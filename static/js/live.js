// What changes on a page by itself. The server sends hints (ids only) over /live/; whatever is shown is fetched from the
// ordinary addresses, which judge who may see it. Nothing moves under the reader: new posts wait behind a button.
//
// The page says what it shows by attributes, read whenever they are needed:
//   [data-bell][data-since]       the number beside the bell; since: the newest notification known
//   [data-letters]                the number beside the envelope
//   [data-feed-since]             a home feed; the newest post id it has
//   [data-thread][data-since]     an open thread: its root, and the newest reply id it has
//   [data-post] [data-count=likes|replies|reposts]      numbers on a post
//   form[data-read-when-seen]     sent once the page is really looked at
// For each hint a DOM event goes to <body>: live:feed, live:thread, live:messages (also when the socket opens) (htmx elements fetch on it: hx-trigger="live:feed from:body").
"use strict";

(() => {
  const SCREEN_PAUSE = 1000; // the server reads a screen at most this often
  const POLL = 60_000; // without a socket, look this often
  const ASLEEP = 300_000; // hidden this long, a page gives its socket back
  const SPREAD = 400; // many pages get the same hint: they do not fetch in the same instant
  const SLOWEST = 60_000;
  const ENDED = 4401, REPLACED = 4409, FLOOD = 4429;

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const number = (element, name) => (element ? Number(element.dataset[name]) || 0 : undefined);
  if (!document.querySelector("[data-bell]")) return; // a visitor

  let socket = null;
  let tries = 0;
  let resting = false; // another page of this member took the place; until this one is looked at again
  let ended = false; // signed out: nothing more will come
  let retry, sleep, screenTimer;
  let sentScreen = "";
  const onScreen = new Set();
  const later = new Set(); // kinds hinted at while the page was hidden
  const changed = new Set(); // posts whose counts are to be fetched

  // --- the socket ------------------------------------------------------------------------------------------------

  function screen() {
    const thread = document.querySelector("[data-thread]");
    const feed = document.querySelector("[data-feed-since]");
    return {
      since: {
        feed: number(feed, "feedSince"),
        notifications: number(document.querySelector("[data-bell]"), "since"),
        thread: number(thread, "since"),
      },
      posts: [...onScreen].slice(0, 100),
      thread: number(thread, "thread") ?? 0,
    };
  }

  function connect() {
    clearTimeout(retry);
    if (socket || document.hidden || resting || ended) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const opened = (socket = new WebSocket(`${scheme}//${location.host}/live/`));
    opened.onopen = () => {
      const again = tries > 0 || sentScreen !== "";
      tries = 0;
      sentScreen = "";
      sendScreen();
      document.body.dataset.live = "on";
      tell("live:messages");
      if (again) refreshLetters(); // the server hints at all else that a time without a socket missed
    };
    opened.onmessage = (message) => take(JSON.parse(message.data));
    opened.onclose = (event) => {
      if (socket === opened) socket = null;
      delete document.body.dataset.live;
      if (event.code === ENDED) leave();
      if (event.code === REPLACED) resting = true;
      if (event.code === FLOOD) tries = Math.max(tries, 5);
      const wait = Math.min(SLOWEST, 1000 * 2 ** tries++) * (0.5 + Math.random());
      retry = setTimeout(connect, wait);
    };
  }

  // The session ended: for good, or another tab of this browser got a new one (a wallet was linked).
  async function leave() {
    ended = true;
    ended = !(await refreshBell());
    connect();
  }

  function sendScreen() {
    clearTimeout(screenTimer);
    screenTimer = undefined;
    if (socket?.readyState !== WebSocket.OPEN) return;
    const now = screen();
    const shown = JSON.stringify({ posts: now.posts, thread: now.thread });
    if (shown === sentScreen) return;
    socket.send(sentScreen ? shown : JSON.stringify(now));
    sentScreen = shown;
  }

  function screenChanged() {
    screenTimer ??= setTimeout(sendScreen, SCREEN_PAUSE);
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(sleep);
    if (document.hidden) {
      sleep = setTimeout(() => socket?.close(1000), ASLEEP);
      return;
    }
    resting = false;
    tries = 0;
    connect();
    for (const kind of later) act[kind]();
    later.clear();
    readWhenSeen();
  });
  addEventListener("online", () => { tries = 0; connect(); });
  addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
  addEventListener("pagehide", () => socket?.close(1000));

  // --- hints -----------------------------------------------------------------------------------------------------

  const tell = (name) => document.body.dispatchEvent(new CustomEvent(name));
  const act = {
    feed: () => tell("live:feed"),
    thread: () => tell("live:thread"),
    notifications: refreshBell,
    messages: () => { refreshLetters(); tell("live:messages"); },
    post: () => refreshCounts([...changed]),
  };

  function take(hint) {
    if (hint.t === "post") for (const id of hint.ids ?? [hint.id]) changed.add(id);
    if (!(hint.t in act)) return;
    if (document.hidden) later.add(hint.t);
    else setTimeout(act[hint.t], Math.random() * SPREAD);
  }

  async function fetchJSON(url, options) {
    const answer = await fetch(url, { ...options, headers: { Accept: "application/json" }, redirect: "error" }).catch(() => null);
    return answer?.ok ? answer.json() : null;
  }

  async function showNumber(selector, url, options) {
    const found = await fetchJSON(url, options);
    if (found) for (const element of all(selector)) {
      element.textContent = found.label;
      element.hidden = !found.label;
      element.title = found.text;
      if (found.latest) element.dataset.since = found.latest;
    }
    return found;
  }

  function refreshBell() {
    return showNumber("[data-bell]", "/notifications/count/");
  }

  function refreshLetters() {
    showNumber("[data-letters]", "/messages/count/");
  }

  async function refreshCounts(ids) {
    changed.clear();
    if (!ids.length) return;
    const found = await fetchJSON(`/posts/counts/?ids=${ids.slice(0, 100).join(",")}`);
    for (const [id, counts] of Object.entries(found?.posts ?? {})) {
      for (const element of all(`[data-post="${id}"] [data-count]`)) {
        // A card may hold another one (a quote): only its own numbers change.
        if (element.closest("[data-post]").dataset.post !== id) continue;
        const text = counts[element.dataset.count];
        if (text !== undefined && element.textContent !== text && !element.closest(".pending")) element.textContent = text;
      }
    }
  }

  async function readWhenSeen() {
    const form = document.querySelector("form[data-read-when-seen]");
    if (!form || document.hidden) return;
    delete form.dataset.readWhenSeen;
    form.hidden = (await showNumber("[data-bell]", form.action, { method: "POST", body: new FormData(form) })) !== null;
  }

  // --- posts on screen -------------------------------------------------------------------------------------------

  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const id = Number(target.dataset.post);
      if (isIntersecting) onScreen.add(id);
      else onScreen.delete(id);
    }
    screenChanged();
  });

  function forget(post) {
    watcher.unobserve(post);
    onScreen.delete(Number(post.dataset.post));
  }

  function eachPost(node, what) {
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    if (node.matches("[data-post]")) what(node);
    for (const post of all("[data-post]", node)) what(post);
  }

  // A button that appeared is told to screen readers, once; focus stays where it is.
  const voice = document.createElement("div");
  voice.className = "sr";
  voice.setAttribute("role", "status");
  document.body.append(voice);

  function announce(node) {
    const pill = node.nodeType === Node.ELEMENT_NODE && node.querySelector(".pill");
    if (pill && voice.textContent !== pill.textContent) voice.textContent = pill.textContent;
  }

  eachPost(document.body, (post) => watcher.observe(post));
  new MutationObserver((records) => {
    for (const { addedNodes, removedNodes } of records) {
      for (const node of removedNodes) eachPost(node, forget);
      for (const node of addedNodes) {
        eachPost(node, (post) => watcher.observe(post));
        announce(node);
      }
    }
    screenChanged();
  }).observe(document.body, { childList: true, subtree: true });

  // --- the safety net --------------------------------------------------------------------------------------------

  setInterval(async () => {
    if (document.hidden || ended || socket?.readyState === WebSocket.OPEN) return;
    if (!(await refreshBell())) return; // offline, or signed out
    tell("live:feed");
    tell("live:thread");
    act.messages();
    refreshCounts([...onScreen]);
  }, POLL);

  connect();
  readWhenSeen();
})();
