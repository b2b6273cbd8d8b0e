// Long courses of figures: the picture that the server drew gives way to one in which each day is pointed at, with the pointer or
// with arrow keys, Home and End. The figures are those of the table below it, which stays, and so does the picture without scripts.
"use strict";

(() => {
  // Days as the rest of the page writes them: 1 Sep.
  const language = document.documentElement.lang.replace(/^(en)?$/, "en-GB");
  const short = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" });
  const compact = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });

  function read(card) {
    const rows = [...card.querySelectorAll("tr[data-value]")].reverse();
    return {
      days: rows.map((row) => Date.parse(row.querySelector("time").dateTime) / 1000),
      values: rows.map((row) => (row.dataset.value === "" ? null : Number(row.dataset.value))),
      said: rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim()).join(": ")),
    };
  }

  function draw(box) {
    const card = box.closest(".metric");
    const drawn = box.querySelector("svg");
    const { days, values, said } = read(card);
    if (!drawn || days.length < 2) return;
    const scale = Number(box.dataset.scale);
    const height = Math.max(160, drawn.clientHeight);
    const pane = document.createElement("div");
    const words = document.createElement("p");
    // A day between two of which nothing is known has no line to be on.
    const known = (index) => values[index] !== null && values[index] !== undefined;
    const alone = values.map((_value, index) => index).filter((at) => known(at) && !known(at - 1) && !known(at + 1));
    let chart;
    let at = days.length - 1;

    function say(index) {
      at = index;
      words.textContent = said[at];
      pane.setAttribute("aria-valuenow", at);
      pane.setAttribute("aria-valuetext", said[at]);
    }

    function move(index) {
      say(Math.max(0, Math.min(days.length - 1, index)));
      chart.setCursor({ left: chart.valToPos(days[at], "x"), top: chart.valToPos(values[at] ?? 0, "y") }, false);
    }

    function build() {
      chart?.destroy();
      const line = getComputedStyle(pane).color;
      const ink = getComputedStyle(words).color;
      const edge = getComputedStyle(pane).borderBlockEndColor;
      const font = `12px ${getComputedStyle(words).fontFamily}`;
      const axis = { stroke: ink, font, ticks: { show: false } };
      chart = new uPlot(
        {
          width: pane.clientWidth,
          height,
          padding: [8, 12, 0, 0],
          legend: { show: false },
          tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
          cursor: { drag: { x: false, y: false }, y: false },
          scales: { y: { range: (_chart, _least, most) => [0, most || 1] } },
          axes: [
            { ...axis, grid: { show: false }, space: 70, size: 28, values: (_chart, all) => all.map((one) => short.format(one * 1000)) },
            {
              ...axis,
              grid: { stroke: edge, width: 1 },
              space: 28,
              size: (_chart, labels) => 16 + 7.2 * Math.max(3, ...(labels || []).map((label) => label.length)),
              values: (_chart, all) => all.map((one) => compact.format(one / scale) + box.dataset.unit),
            },
          ],
          series: [{}, { stroke: line, width: 2, points: { show: true, size: 4, stroke: line, fill: line, filter: () => alone } }],
          hooks: { setCursor: [(made) => made.cursor.idx != null && say(made.cursor.idx)] },
        },
        [days, values],
        pane,
      );
    }

    pane.className = "pane";
    pane.tabIndex = 0;
    pane.setAttribute("role", "slider");
    pane.setAttribute("aria-label", card.querySelector("h2").textContent);
    pane.setAttribute("aria-description", drawn.getAttribute("aria-label"));
    pane.setAttribute("aria-valuemin", 0);
    pane.setAttribute("aria-valuemax", days.length - 1);
    words.className = "meta";
    words.setAttribute("aria-hidden", "true"); // the slider says it
    drawn.classList.add("on-paper");
    box.append(pane, words);
    say(at);
    build();

    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 7, PageDown: -7 };
    pane.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key in steps) move(at + steps[event.key]);
      else if (event.key === "Home") move(0);
      else if (event.key === "End") move(days.length - 1);
      else return;
      event.preventDefault();
    });
    new ResizeObserver(() => pane.clientWidth && chart.setSize({ width: pane.clientWidth, height })).observe(pane);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", build);
  }

  for (const box of document.querySelectorAll("[data-long]")) draw(box);
})();
