// Keeps [data-ago] times true while a page stays open; the words come from <body data-ago-…>, as the server writes them.
"use strict";

(() => {
  const words = document.body.dataset;

  // With a pattern ("for {}") in data-ago, the age stands in a sentence: it is never "now" there.
  function age(moment, pattern) {
    const minutes = Math.max(pattern ? 1 : 0, Math.floor((Date.now() - moment) / 60_000));
    if (minutes < 1) return words.agoNow;
    if (minutes < 60) return words.agoMinutes.replace("{n}", minutes);
    if (minutes < 1440) return words.agoHours.replace("{n}", Math.floor(minutes / 60));
    if (minutes < 10_080) return words.agoDays.replace("{n}", Math.floor(minutes / 1440));
    return null; // a date does not age
  }

  function refresh() {
    if (document.hidden) return;
    for (const element of document.querySelectorAll("time[data-ago]")) {
      const pattern = element.dataset.ago;
      const short = age(Date.parse(element.dateTime), pattern);
      const text = short && pattern ? pattern.replace("{}", short) : short;
      if (text === null) element.removeAttribute("data-ago");
      else if (element.textContent !== text) element.textContent = text;
    }
  }

  // Once a visit: whose clock this is, for the times that the server writes. It never replaces a choice.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (words.zone !== undefined && zone && zone !== words.zone && sessionStorage.zone !== zone) {
    sessionStorage.zone = zone;
    const token = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1] ?? "";
    fetch("/settings/time/seen/", { method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams({ zone }) }).catch(() => {});
  }

  refresh(); // fetched a while after the page
  setInterval(refresh, 30_000);
  document.addEventListener("visibilitychange", refresh);
})();
