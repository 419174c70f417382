// Everything here only adds to pages that work without it.

const POLL_MS = 30_000;
const edits = new WeakMap();

/** A control's value as one comparable text. */
function valueOf(control) {
  return control.type === "checkbox" || control.type === "radio" ? String(control.checked) : control.value;
}

/** What the server sent, also where the browser has already put a person's earlier edits back. */
function initial(control) {
  if (control.type === "checkbox" || control.type === "radio") return String(control.defaultChecked);
  if (control.tagName !== "SELECT") return control.defaultValue;
  const chosen = [...control.options].find((option) => option.defaultSelected) ?? control.options[0];
  return chosen ? chosen.value : "";
}

/** Whether a control is one of the settings, and not a button, a carried value or a tool that only helps to fill them in. */
function isSetting(control) {
  return control.name && !["hidden", "submit", "button"].includes(control.type) && !control.name.startsWith("map_");
}

/** The controls of `form` that differ from what the server sent; a group of radios counts once, by its chosen one. */
function changed(form) {
  const names = new Map();
  for (const [control, before] of edits.get(form)) {
    if (valueOf(control) !== before && (control.type !== "radio" || control.checked)) names.set(control.name, control);
  }
  return [...names.values()];
}

/** What a control is called, with its section: "When a quote is won: Stage". */
function labelOf(control) {
  const section = control.closest("section")?.querySelector("h2")?.textContent;
  const ids = control.getAttribute("aria-labelledby")?.split(" ");
  const legend = control.type === "radio" && control.closest("fieldset")?.querySelector("legend");
  const parts = ids ? ids.map((id) => document.getElementById(id)) : [legend || control.labels[0]];
  const label = parts.map((part) => part?.textContent.trim()).join(" ").replace(/\s*\(optional\)$/, "");
  return section ? `${section}: ${label}` : label;
}

function create(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Puts a control back to what the server sent. */
function reset(form, control) {
  for (const [other, before] of edits.get(form)) {
    if (other.name !== control.name) continue;
    if (other.type === "checkbox" || other.type === "radio") other.checked = before === "true";
    else other.value = before;
    if (valueOf(other) === before && (other.type !== "radio" || other.checked)) other.focus();
  }
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Marks each changed field in words, with a button that takes the change back. */
function mark(form, controls, marks) {
  const now = new Set(controls.map(({ name }) => name));
  for (const [name, element] of marks) {
    if (!now.has(name)) {
      element.remove();
      marks.delete(name);
    }
  }
  for (const control of controls.filter(({ name }) => !marks.has(name))) {
    const hidden = create("span", { class: "visually-hidden" }, ` ${labelOf(control)}`);
    const button = create("button", { type: "button", class: "button quiet small" }, "Reset", hidden);
    button.addEventListener("click", () => reset(form, control));
    const tag = create("span", { class: "tag", "data-tone": "info" }, "Changed");
    const element = create("span", { class: "changed" }, tag, button);
    (control.closest("fieldset, .control, td") ?? control.closest("label").parentElement).append(element);
    marks.set(control.name, element);
  }
}

/** The list of changes behind their number, each of which leads to its field. */
function disclosure(form) {
  const list = create("ul", { id: "changes", hidden: "" });
  const button = create("button", { type: "button", class: "button quiet", "aria-expanded": "false", "aria-controls": "changes" });
  const open = (is) => {
    list.hidden = !is;
    button.setAttribute("aria-expanded", String(is));
  };
  button.addEventListener("click", () => open(list.hidden));
  list.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    open(false);
    document.getElementById(link.hash.slice(1)).focus();
  });
  const wrap = create("div", { class: "changes" }, button, list);
  wrap.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    open(false);
    button.focus();
  });
  const fill = (controls, text) => {
    button.textContent = text;
    const link = (control) => create("li", {}, create("a", { href: `#${control.id}` }, labelOf(control)));
    list.replaceChildren(...controls.map(link));
    if (controls.length === 0) {
      if (wrap.contains(document.activeElement)) form.querySelector(".actions [type=submit]").focus();
      open(false);
      wrap.remove();
    } else if (!wrap.isConnected) {
      form.querySelector("[data-changes]").before(wrap);
    }
  };
  return fill;
}

/** Tells how many changes are unsaved: in words, in the list behind them, and beside each field. Returns if any are. */
function describer(form) {
  const marks = new Map();
  const fill = disclosure(form);
  return () => {
    const controls = changed(form);
    const count = controls.length;
    const refused = form.hasAttribute("data-unsaved");
    const state = form.querySelector("[data-changes]");
    const text = count === 0 ? (refused ? "Not saved" : "") : `${count} unsaved ${count === 1 ? "change" : "changes"}`;
    if (state.textContent !== text) state.textContent = text;
    state.classList.toggle("visually-hidden", count > 0);
    form.querySelector("[data-discard]").hidden = count === 0 && !refused;
    fill(controls, text);
    mark(form, controls, marks);
    return count > 0 || refused;
  };
}

function isDirty(form) {
  return !form.hasAttribute("data-sent") && (form.hasAttribute("data-unsaved") || changed(form).length > 0);
}

/** Counts unsaved changes, asks before they are lost, and saves on Ctrl+S or Cmd+S. */
function guard(form) {
  const controls = [...form.elements].filter(isSetting);
  edits.set(form, new Map(controls.map((control) => [control, initial(control)])));
  const describe = describer(form);
  let discarding = false;
  const ask = (event) => {
    if (discarding || !isDirty(form)) return;
    event.preventDefault();
    wake(); // whoever stays may want to press the same button later
  };
  // Only while there is something to lose: a page with such a listener is not kept for going back.
  const watch = () => {
    removeEventListener("beforeunload", ask);
    if (describe()) addEventListener("beforeunload", ask);
  };
  form.addEventListener("input", watch);
  form.addEventListener("change", watch);
  form.querySelector("[data-discard]").addEventListener("click", () => { discarding = true; });
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key === "s") {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  watch();
  warnEarly(form);
}

/** Tells while the page is looked at that somebody else saved settings; nothing is lost either way. */
function warnEarly(form) {
  const address = form.dataset.revisions;
  const shown = Number(form.elements.revision?.value);
  if (!address || !Number.isFinite(shown)) return;
  const place = create("div", { role: "status", class: "early" });
  form.querySelector(".actions").prepend(place);
  const timer = setInterval(async () => {
    if (document.visibilityState !== "visible") return;
    const answer = await fetch(address, { headers: { accept: "application/json" } }).catch(() => null);
    const newest = answer?.ok ? await answer.json().catch(() => null) : null;
    if (!(newest?.revision > shown)) return;
    clearInterval(timer);
    const link = create("a", { href: `/history/${newest.revision}`, target: "_blank", rel: "noopener" }, "Review in a new tab");
    place.append(`${newest.by ?? "Somebody"} saved changes while you have this page open. `, link);
  }, POLL_MS);
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
