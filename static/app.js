// Everything here only adds to pages that work without it.

const edits = new WeakMap();

/** A control's value as one comparable text. */
function valueOf(control) {
  return control.type === "checkbox" || control.type === "radio" ? String(control.checked) : control.value;
}

/** How many controls of `form` differ from what the server sent; a group of radios counts once. */
function changed(form) {
  const names = new Set();
  for (const [control, before] of edits.get(form)) {
    if (valueOf(control) !== before) names.add(control.name);
  }
  return names.size;
}

function describe(form) {
  const count = changed(form);
  const refused = form.hasAttribute("data-unsaved");
  const state = form.querySelector("[data-changes]");
  const text = count === 0 ? (refused ? "Not saved" : "") : `${count} unsaved ${count === 1 ? "change" : "changes"}`;
  if (state.textContent !== text) state.textContent = text;
  form.querySelector("[data-discard]").hidden = count === 0 && !refused;
}

function isDirty(form) {
  return !form.hasAttribute("data-sent") && (form.hasAttribute("data-unsaved") || changed(form) > 0);
}

/** Counts unsaved changes, asks before they are lost, and saves on Ctrl+S or Cmd+S. */
function guard(form) {
  const isSetting = (control) => control.name && control.type !== "hidden" && !control.name.startsWith("map_tools[");
  const controls = [...form.elements].filter(isSetting);
  edits.set(form, new Map(controls.map((control) => [control, initial(control)])));
  let discarding = false;
  form.addEventListener("input", () => describe(form));
  form.querySelector("[data-discard]").addEventListener("click", () => { discarding = true; });
  addEventListener("beforeunload", (event) => {
    if (discarding || !isDirty(form)) return;
    event.preventDefault();
    wake(); // whoever stays may want to press the same button later
  });
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key === "s") {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  describe(form);
}

/** What the server sent, also where the browser has already put a person's earlier edits back. */
function initial(control) {
  if (control.type === "checkbox" || control.type === "radio") return String(control.defaultChecked);
  if (control.tagName !== "SELECT") return control.defaultValue;
  const chosen = [...control.options].find((option) => option.defaultSelected) ?? control.options[0];
  return chosen ? chosen.value : "";
}

/** Lets a form that changes something be sent once; the server refuses a second one too. */
function once(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.hasAttribute("data-sent")) event.preventDefault();
  form.setAttribute("data-sent", "");
}

/** Makes every form ready to be sent again. */
function wake() {
  for (const form of document.querySelectorAll("[data-sent]")) form.removeAttribute("data-sent");
}

document.querySelectorAll("form[data-guard]").forEach(guard);
addEventListener("submit", once);
addEventListener("pageshow", (event) => { if (event.persisted) wake(); });
