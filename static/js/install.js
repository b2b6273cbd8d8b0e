// Registers the service worker (static/js/sw.js) when the page has come to rest. Plain http has none.
"use strict";

addEventListener("load", () => setTimeout(() => navigator.serviceWorker?.register("/sw.js").catch(() => {}), 1_500));
