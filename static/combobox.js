// Long lists: a text field with a shared datalist becomes a combobox, as the ARIA practices describe one with list
// autocomplete and manual selection. What is posted stays what stands in the field; the server reads it.

const MOST = 50;
const lists = new Map();
const names = new WeakMap();
const status = document.createElement("div");
let open = null;
let count = 0;

/** A text without case and accents, as the words of a search are compared. */
function fold(text) {
  const lower = text.toLowerCase();
  return /^[\0-\x7f]*$/.test(lower) ? lower : lower.normalize("NFD").replace(/\p{M}/gu, "");
}

/** The options of a shared list, read once. */
function optionsOf(name) {
  if (!lists.has(name)) {
    const options = document.getElementById(name)?.options ?? [];
    lists.set(name, Array.from(options, ({ value }) => ({ text: value, folded: fold(value) })));
  }
  return lists.get(name);
}

/** Whatever has all the words in any order; what begins with the text comes first. */
function matches(options, text) {
  const whole = fold(text).trim();
  if (whole === "") return options;
  const words = whole.split(/\s+/);
  const [first, rest] = [[], []];
  for (const option of options) {
    if (words.every((word) => option.folded.includes(word))) (option.folded.startsWith(whole) ? first : rest).push(option);
  }
  return [...first, ...rest];
}

/** The text with the searched words marked, whatever their case and accents. */
function marked(text, words) {
  if (words.length === 0) return [text];
  const letters = Array.from(text);
  const folded = letters.map(fold);
  const places = folded.flatMap((part, index) => Array.from(part, () => index));
  const line = folded.join("");
  const hits = new Set();
  for (const word of words) {
    for (let at = line.indexOf(word); at >= 0; at = line.indexOf(word, at + word.length)) {
      for (let unit = at; unit < at + word.length; unit += 1) hits.add(places[unit]);
    }
  }
  const parts = [];
  for (let start = 0; start < letters.length; ) {
    const hit = hits.has(start);
    let end = start;
    while (end < letters.length && hits.has(end) === hit) end += 1;
    const part = letters.slice(start, end).join("");
    parts.push(hit ? mark(part) : part);
    start = end;
  }
  return parts;
}

function mark(text) {
  const element = document.createElement("mark");
  element.textContent = text;
  return element;
}

function nameOf(input) {
  const ids = input.getAttribute("aria-labelledby")?.split(" ") ?? [];
  const labels = ids.length > 0 ? ids.map((id) => document.getElementById(id)) : [...input.labels];
  return labels.map((label) => label?.textContent.trim()).join(" ");
}

/** Builds the popup; it is there only while it is open. */
function show(input, search = "") {
  if (open?.input !== input) {
    close();
    count += 1;
    const popup = document.createElement("div");
    const list = document.createElement("ul");
    const more = document.createElement("p");
    popup.className = "popup";
    popup.popover = "manual";
    list.id = `options-shown-${count}`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", nameOf(input));
    popup.append(list, more);
    popup.addEventListener("mousedown", (event) => event.preventDefault());
    popup.addEventListener("click", ({ target }) => accept(target.closest("[role=option]")));
    input.after(popup);
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-controls", list.id);
    open = { input, popup, list, more, active: null };
    popup.showPopover?.();
  }
  fill(search);
}

function fill(search) {
  const { input, list, more } = open;
  const options = optionsOf(names.get(input));
  const found = matches(options, search);
  // Without a search the current value comes first.
  const current = found.find(({ text }) => text === input.value);
  const sorted = search === "" && current ? [current, ...found.filter((option) => option !== current)] : found;
  const words = fold(search).split(/\s+/).filter(Boolean);
  list.replaceChildren(...sorted.slice(0, MOST).map(({ text }, index) => option(text, index, words)));
  move(null);
  more.textContent = summary(found.length, options.length, search);
  more.hidden = more.textContent === "";
  list.hidden = found.length === 0;
  say(more.textContent || `${found.length} ${found.length === 1 ? "option" : "options"}`);
}

function option(text, index, words) {
  const item = document.createElement("li");
  item.id = `${open.list.id}-${index}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  if (text === open.input.value) item.setAttribute("data-current", "");
  item.append(...marked(text, words));
  return item;
}

function summary(found, all, search) {
  if (all === 0) return "This list is empty in Autotask.";
  if (found === 0) return `Nothing is called “${search.trim()}”. Type another part of the name.`;
  return found > MOST ? `Showing ${MOST} of ${found}. Keep typing to narrow.` : "";
}

function close() {
  if (!open) return;
  const { input, popup } = open;
  open = null;
  popup.remove();
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-controls");
  input.removeAttribute("aria-activedescendant");
  say("");
}

/** Moves through the options; the field keeps the focus and its value. */
function move(item) {
  open.active?.setAttribute("aria-selected", "false");
  open.active = item;
  if (!item) {
    open.input.removeAttribute("aria-activedescendant");
    return;
  }
  item.setAttribute("aria-selected", "true");
  item.scrollIntoView({ block: "nearest" });
  open.input.setAttribute("aria-activedescendant", item.id);
  const items = [...open.list.children];
  say(`${item.textContent}, ${items.indexOf(item) + 1} of ${items.length}`);
}

function step(by) {
  const items = [...open.list.children];
  if (items.length === 0) return;
  const at = items.indexOf(open.active);
  const next = at < 0 && by < 0 ? items.length - 1 : (at + by + items.length) % items.length;
  move(items[next]);
}

function accept(item) {
  if (!item) return;
  const { input } = open;
  const text = item.textContent;
  close();
  put(input, text);
  input.setSelectionRange(text.length, text.length);
  say(`${text} chosen`);
}

/** Changes the field as typing would, so that whoever counts changes hears of it. */
function put(input, text) {
  if (input.value === text) return;
  input.value = text;
  for (const type of ["input", "change"]) {
    input.dispatchEvent(new CustomEvent(type, { bubbles: true, detail: "chosen" }));
  }
}

function say(text) {
  status.textContent = text;
}

const keys = {
  ArrowDown(event, input) {
    if (!open) show(input);
    if (!event.altKey) step(1);
    return true;
  },
  ArrowUp(event, input) {
    if (event.altKey) {
      close();
      return true;
    }
    if (!open) show(input);
    step(-1);
    return true;
  },
  Enter() {
    if (!open) return false;
    if (open.active) accept(open.active);
    else close();
    return true;
  },
  Escape(_, input) {
    if (open) close();
    else put(input, "");
    return true;
  },
  Home: leaveOptions,
  End: leaveOptions,
  ArrowLeft: leaveOptions,
  ArrowRight: leaveOptions,
  Tab() {
    close();
    return false;
  },
};

/** Back to the text of the field, in which the key then moves. */
function leaveOptions() {
  if (open) move(null);
  return false;
}

function onKey(event) {
  if (event.isComposing || event.ctrlKey || event.metaKey) return;
  if (keys[event.key]?.(event, event.currentTarget)) event.preventDefault();
}

function upgrade(input) {
  names.set(input, input.getAttribute("list"));
  // The browser's own popup would lie over ours.
  input.removeAttribute("list");
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"]]) {
    input.setAttribute(name, value);
  }
  input.addEventListener("keydown", onKey);
  input.addEventListener("input", (event) => {
    if (event.detail !== "chosen" && event.isTrusted) show(input, input.value);
  });
  input.addEventListener("click", () => (open ? close() : show(input)));
  input.addEventListener("blur", close);
}

const fields = document.querySelectorAll("input[list]");
if (fields.length > 0) {
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  document.querySelector("main").append(status);
  fields.forEach(upgrade);
}
