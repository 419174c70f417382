// The category map without a round trip: what its tools do on the server happens here at once.

/** The text that a row's control shows. */
function shownIn(control) {
  return control.tagName === "SELECT" && control.value ? control.selectedOptions[0].label : control.value;
}

/** Gives a control a value as if it had been typed, so that whoever counts changes hears of it. */
function setValue(control, value) {
  if (control.value === value) return;
  control.value = value;
  for (const name of ["input", "change"]) control.dispatchEvent(new Event(name, { bubbles: true }));
}

const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

/** One row: its parts, and how it stands. */
class MapRow {
  constructor(row) {
    this.row = row;
    this.box = row.querySelector("[type=checkbox]");
    this.control = row.querySelector("[name$='[autotask_category]']");
    this.suggestion = row.querySelector(".suggestion");
    this.accept = this.suggestion?.querySelector("button");
    this.tag = row.querySelector(".tag");
    this.label = row.querySelector("th bdi").textContent;
    this.products = Number(row.querySelector(".num").textContent);
    this.sent = { value: this.control.value, state: row.dataset.state };
  }

  get value() {
    return this.control.value.trim();
  }

  /** What only the server knows holds for as long as the control shows what it sent. */
  get state() {
    if (this.control.value === this.sent.value) return this.sent.state;
    if (this.value) return "mapped";
    return this.suggestion ? "suggested" : "unmapped";
  }

  get isExact() {
    return this.value === "" && this.suggestion?.hasAttribute("data-exact");
  }

  get isWrong() {
    return this.control.getAttribute("aria-invalid") === "true";
  }

  get isChanged() {
    return this.value !== (this.row.dataset.saved ?? "");
  }

  fits({ words, state, changed }) {
    const text = `${this.label} ${shownIn(this.control)}`.toLowerCase();
    const mine = this.state;
    const isState = !state || state === mine || (state === "unmapped" && mine === "suggested");
    return this.isWrong || (words.every((word) => text.includes(word)) && isState && (!changed || this.isChanged));
  }

  describe() {
    const { state } = this;
    this.row.dataset.state = state;
    const { text, tone } = STATES[state];
    if (this.tag.textContent !== text) this.tag.textContent = text;
    this.tag.dataset.tone = tone;
    if (this.suggestion) this.suggestion.hidden = this.value !== "";
  }
}

const STATES = {
  mapped: { text: "Mapped", tone: "ok" },
  suggested: { text: "Suggested", tone: "info" },
  unmapped: { text: "Not mapped", tone: "warn" },
  attention: { text: "Needs attention", tone: "warn" },
};

function enhance(section) {
  const table = section.querySelector("tbody");
  const rows = [...table.rows].map((row) => new MapRow(row));
  const byElement = new Map(rows.map((row) => [row.row, row]));
  const find = (selector) => section.querySelector(selector);
  const tool = (name) => find(`[data-tool="${name}"]`);
  const [search, state, changed] = ["search", "state", "changed"].map((id) => find(`#map_tools-${id}`));
  const target = find("[name='map_tools[target]']");
  const status = find("[data-map-status]");
  const all = selectAll(find("#map-all"), rows);
  let saying;
  let filling = false;

  /** Says it once typing pauses, so that a screen reader is not interrupted with every key. */
  function say(text) {
    clearTimeout(saying);
    saying = setTimeout(() => { status.textContent = text; }, 300);
  }

  function filter(before = "") {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = { words, state: state.value, changed: changed.checked };
    for (const row of rows) row.row.hidden = !row.fits(wanted);
    const shown = rows.filter((row) => !row.row.hidden).length;
    all.describe();
    say(`${before} ${shown === rows.length && before ? "" : `${shown} of ${rows.length} shown.`}`.trim());
  }

  function summarize() {
    const of = (...states) => rows.filter((row) => states.includes(row.row.dataset.state));
    const used = (some) => `used by ${plural(some.reduce((sum, row) => sum + row.products, 0), "product", "products")}`;
    const [open, broken] = [of("unmapped", "suggested"), of("attention")];
    let text = `${of("mapped").length} of ${rows.length} mapped.`;
    if (open.length) text += ` ${open.length} not mapped, ${used(open)}.`;
    if (broken.length) text += ` ${broken.length} to look at, ${used(broken)}.`;
    const summary = find("[data-map-summary]");
    if (summary.textContent !== text) summary.textContent = text;
    const exact = rows.filter((row) => row.isExact).length;
    tool("accept_exact").textContent = `Accept ${exact} exact ${exact === 1 ? "match" : "matches"}`;
    tool("accept_exact").hidden = exact === 0;
  }

  /** Fills some rows in; they stay where they are, whatever the filter, until the filter is used again. */
  function fill(some, valueOf) {
    filling = true;
    for (const row of some) {
      setValue(row.control, valueOf(row));
      row.describe();
    }
    filling = false;
    summarize();
  }

  const tools = {
    filter: () => filter(),
    accept_exact() {
      const exact = rows.filter((row) => row.isExact);
      fill(exact, (row) => row.accept.dataset.value);
      say(`${plural(exact.length, "exact match", "exact matches")} accepted. Nothing is saved yet.`);
      search.focus();
    },
    map_selected() {
      if (!rows.some((row) => row.box.checked)) return selected();
      // What stands in no list is the server's to tell: it knows every name of a category.
      if (target.value && !isListed()) return false;
      if (!target.value) return say("Choose an Autotask category for the selected rows first.");
      return selected(() => target.value, `mapped to ${shownIn(target)}`);
    },
    clear_selected: () => selected(() => "", "cleared"),
  };

  function isListed() {
    const options = target.options ?? document.getElementById("options-product_categories")?.options ?? [];
    return [...options].some((option) => option.value === target.value);
  }

  function selected(valueOf, what) {
    const some = rows.filter((row) => row.box.checked);
    if (!some.length) return say("Select at least one row first.");
    fill(some, valueOf);
    for (const row of some) row.box.checked = false;
    all.describe();
    return say(`${plural(some.length, "row", "rows")} ${what}. Nothing is saved yet.`);
  }

  function accept(row) {
    fill([row], () => row.accept.dataset.value);
    say("1 suggestion accepted. Nothing is saved yet.");
    row.control.focus();
  }

  section.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const row = button && byElement.get(button.closest("tr"));
    const isDone = row && button === row.accept ? accept(row) : tools[button?.dataset.tool]?.();
    const isOurs = button && (button.dataset.tool || (row && button === row.accept));
    if (isOurs && isDone !== false) event.preventDefault();
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    filter();
  });
  search.addEventListener("input", () => filter());
  for (const control of [state, changed]) control.addEventListener("change", () => filter());
  table.addEventListener("input", (event) => {
    if (filling) return;
    const row = byElement.get(event.target.closest("tr"));
    if (event.target === row?.control) {
      row.describe();
      summarize();
    }
    all.describe();
  });
  tool("filter").hidden = true;
  for (const row of rows) row.describe();
  summarize();
  if (search.value || state.value || changed.checked) filter(status.textContent);
}

/** The box above the boxes: checks every row that is shown. Only a script can do that, so only it shows the box. */
function selectAll(box, rows) {
  box.hidden = false;
  const shown = () => rows.filter((row) => !row.row.hidden);
  box.addEventListener("change", () => {
    for (const row of shown()) row.box.checked = box.checked;
  });
  const describe = () => {
    const some = shown();
    const checked = some.filter((row) => row.box.checked).length;
    box.checked = checked > 0 && checked === some.length;
    box.indeterminate = checked > 0 && checked < some.length;
  };
  return { describe };
}

document.querySelectorAll("[data-map]").forEach((section) => {
  if (section.querySelector("tbody")) enhance(section);
});
