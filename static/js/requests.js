// htmx requests: the CSRF header, and what to do with answers that are not the fragment that was asked for.
"use strict";

(() => {
  const flash = () => document.getElementById("flash").dataset;
  const say = (message) => document.dispatchEvent(new CustomEvent("say", { detail: { message, level: "error" } }));

  // Read at the moment of sending: a sign-in in another tab changes the token.
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    const token = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1];
    if (token && ctx.request.method !== "GET") ctx.request.headers["X-CSRFToken"] = token;
  });

  // While an answer was on its way, the place it belongs to may have been drawn anew (by a live hint, by another verb of
  // the same post): it goes to the successor, by id. htmx would drop it.
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (ctx.target?.isConnected === false) ctx.target = document.getElementById(ctx.target.id) ?? ctx.target;
  });

  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    if (ctx.response?.raw.redirected) {
      // The session ended, or the view answered with another page: go there instead of putting it into a corner.
      event.preventDefault();
      location.assign(ctx.response.raw.url);
    } else if (ctx.response?.status >= 400 && ctx.response.status !== 422 && !ctx.hx?.retarget) {
      // An error page for the whole window; the fragment on screen stays as it is.
      event.preventDefault();
      say(ctx.response.status === 404 ? flash().gone : flash().failed);
    }
  });

  // Live regions are read when words come into them.
  const line = document.getElementById("offline");
  const tell = () => { line.textContent = navigator.onLine ? "" : line.dataset.text; };
  if (line) {
    for (const kind of ["online", "offline"]) addEventListener(kind, tell);
    tell();
  }

  // What a page does not need at once: verbs that answer before the server does, by the first sign of a person; times, later.
  document.addEventListener("click", function first({ target }) {
    const button = target.closest("[data-copy]");
    if (!button) return;
    document.removeEventListener("click", first);
    import(flash().copying).then(() => button.click()); // from now on it listens itself
  });
  const fetchLater = (name) => flash()[name] && import(flash()[name]).catch(() => {});
  for (const kind of ["pointerover", "pointerdown", "keydown"]) addEventListener(kind, () => fetchLater("wishes"), { once: true });
  setTimeout(fetchLater, "zone" in document.body.dataset ? 1_000 : 30_000, "time"); // sooner while the clock is a guess

  document.addEventListener("htmx:error", ({ detail: { ctx, error } }) => {
    // Swapping problems are ours to find in the console; a request that never arrived is for the reader to know.
    if (ctx && !ctx.response) say(navigator.onLine ? flash().failed : flash().offline);
    else if (error) console.error(error);
  });
})();
