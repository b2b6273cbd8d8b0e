// Completion of @handles and #tags in a composer's text; fetched by composer.js when somebody types one.
//   show(area, word): what begins like `word` ("@in"); no word: away with it.

let box, area, found = [], at = 0, asked = "", clock;

export function show(target, word) {
  area = target;
  if (!word || word.length < 2) return hide();
  asked = word;
  clearTimeout(clock);
  clock = setTimeout(ask, 150, word);
}

async function ask(word) {
  const answer = await fetch(`/complete/?q=${encodeURIComponent(word)}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || word !== asked) return;
  found = (await answer.json()).found;
  at = 0;
  if (found.length) draw();
  else hide();
}

function make() {
  box = document.createElement("ul");
  box.className = "completions plain";
  box.id = "completions";
  box.setAttribute("role", "listbox");
  box.addEventListener("mousedown", (event) => {
    event.preventDefault(); // the text keeps the focus
    const row = event.target.closest("li");
    if (row) take(Number(row.dataset.at));
  });
}

function draw() {
  if (!box) make();
  box.replaceChildren(...found.map(({ value, label }, number) => {
    const row = document.createElement("li");
    row.id = `completion-${number}`;
    row.dataset.at = number;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", String(number === at));
    const bold = document.createElement("b");
    bold.textContent = value;
    row.append(bold, label ? ` ${label}` : "");
    return row;
  }));
  if (area.nextElementSibling !== box) area.after(box);
  area.dataset.completing = "";
  area.setAttribute("aria-controls", box.id);
  area.setAttribute("aria-activedescendant", `completion-${at}`);
  area.addEventListener("keydown", keys);
  area.addEventListener("blur", hide);
}

function hide() {
  asked = "";
  box?.remove();
  if (!area) return;
  delete area.dataset.completing;
  area.removeAttribute("aria-controls");
  area.removeAttribute("aria-activedescendant");
  area.removeEventListener("keydown", keys);
  area.removeEventListener("blur", hide);
}

function keys(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) at = (at + step + found.length) % found.length;
  else if (event.key === "Escape") return event.stopPropagation(), hide();
  else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") take(at);
  else return;
  event.preventDefault();
  if (step) draw();
}

function take(number) {
  const end = area.selectionStart;
  const start = area.value.slice(0, end).search(/[@#][\p{L}\p{N}_]*$/u);
  area.setRangeText(`${found[number].value} `, start, end, "end");
  const target = area;
  hide();
  target.dispatchEvent(new Event("input", { bubbles: true }));
}
