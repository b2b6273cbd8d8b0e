// Puts back what stood in a composer of this tab besides its text: thread, options, poll, pictures, and the key by which
// sending it twice makes one post. Fetched by composer.js when there is something:  recall(form, {fields, urls})

export async function recall(form, { fields, urls }) {
  const values = new Map();
  for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value]);
  for (const [name, found] of values) {
    if (name.startsWith("picture") || name === "text") continue;
    [...form.querySelectorAll(`[name="${name}"]`)].forEach((field, place) => put(field, found, place));
  }
  for (const box of form.querySelectorAll("details")) {
    if ([...box.querySelectorAll("input:not([type=hidden])")].some((field) => field.type !== "checkbox" && field.value)) box.open = true;
  }
  const input = form.querySelector("[data-picture][data-module]");
  const rows = (values.get("picture") ?? []).map((id, place) => ({
    id, url: urls[place], alt: values.get("picture_alt")?.[place] ?? "", focus: values.get("picture_focus")?.[place] ?? "50,50",
  })).filter(({ id, url }) => id && url);
  if (!input || !rows.length || form.querySelector("[data-tile]")) return;
  input.multiple = true;
  (await import(input.dataset.module)).restore(form, rows);
}

function put(field, found, place) {
  if (field.type === "checkbox") field.checked = found.includes(field.value);
  else if (field.matches("select")) {
    if ([...field.options].some(({ value }) => value === found[place])) field.value = found[place];
  } else if (found[place] !== undefined) field.value = found[place];
  if (field.matches("[data-local]")) field.dispatchEvent(new Event("change", { bubbles: true })); // what the button says
}
