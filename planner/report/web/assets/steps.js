// The steps of an option as a table that sorts and filters, each of which opens.
const MOST_ROWS = 100;
const columns = [
  { title: "no.", key: (step) => step.order, kind: "number" },
  { title: "file", key: (step) => step.target.path },
  { title: "test of", key: (step) => step.name },
  { title: "gain", key: (step) => step.gain, kind: "number" },
  { title: "by import", key: (step) => step.imported, kind: "number" },
  { title: "hours", key: (step) => step.hours, kind: "number" },
  { title: "touches", key: (step) => step.kinds.join(", ") },
];

const textAt = (place) => data.table[place];

const targets = data.targets.map(([path, unit, tests, missing, lines, asserts, reasons, seams, source]) => ({
  path, unit, tests, missing, lines, source, asserts: asserts.map(textAt), reasons: reasons.map(textAt),
  seams: seams.map(([kind, name, double, have, needsBuilding]) => ({ kind: textAt(kind), name: textAt(name), double: textAt(double), have: textAt(have), needsBuilding })),
}));

const options = data.options.map((option) => ({
  ...option,
  steps: option.steps.map(([order, target, test, gain, imported, text, cost, builds]) => {
    const found = targets[target];
    const kinds = [...new Set(found.seams.map((seam) => seam.kind))];
    const unit = found.unit === "<module>" ? "its import" : found.unit;
    return {
      order, target: found, test, gain, imported, text, hours: cost, builds, kinds, name: unit, isLast: option.measure_after.includes(order),
      words: `${found.path} ${found.unit} ${unit} ${kinds.join(" ")}`.toLowerCase(),
    };
  }),
}));

let stepsView = null;

function stepsOf(node) {
  return options.length ? stepsView.option().steps.filter((step) => step.target.path === node.path && step.target.unit === node.unit).length : 0;
}

function showSteps(path, unit) {
  stepsView.filter(`${path} ${unit}`);
}

function drawSteps(holder) {
  let option = options[0];
  let sort = { column: columns[0], isDown: false };
  let most = MOST_ROWS;
  const words = el("input", { type: "search", id: "steps-words", autocomplete: "off", spellcheck: "false" });
  const seam = el("select", { id: "steps-seam" });
  const which = el("select", { id: "steps-option" }, ...options.map((each, place) => el("option", { value: String(place) }, each.label)));
  const status = el("p", { class: "quiet", role: "status" });
  const body = el("tbody");
  const heads = columns.map((column) => el("th", { scope: "col", class: column.kind, "aria-sort": "none" }, el("button", { type: "button", onclick: () => sortBy(column) }, column.title)));
  const more = el("button", { type: "button", class: "more", onclick: () => { most += MOST_ROWS; draw(); } }, "Show more");
  holder.append(
    el("div", { class: "controls" },
      el("label", {}, "Option", which), el("label", {}, "Find", words), el("label", {}, "Touches", seam)),
    status,
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of steps" }, el("table", { class: "steps" }, el("thead", {}, el("tr", {}, ...heads)), body)),
    more);

  function sortBy(column) {
    sort = { column, isDown: sort.column === column ? !sort.isDown : column.kind === "number" && column !== columns[0] };
    draw();
  }

  function kinds() {
    const found = [...new Set(option.steps.flatMap((step) => step.kinds))].sort();
    seam.replaceChildren(el("option", { value: "" }, "anything"), el("option", { value: "-" }, "nothing outside"), ...found.map((kind) => el("option", { value: kind }, kind)));
  }

  function fits(step) {
    const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const touches = seam.value === "" || (seam.value === "-" ? !step.kinds.length : step.kinds.includes(seam.value));
    return touches && asked.every((word) => step.words.includes(word));
  }

  function draw() {
    const found = option.steps.filter(fits);
    const key = sort.column.key;
    found.sort((a, b) => {
      const [one, other] = sort.isDown ? [key(b), key(a)] : [key(a), key(b)];
      return one < other ? -1 : one > other ? 1 : a.order - b.order;
    });
    heads.forEach((head, place) => head.setAttribute("aria-sort", columns[place] !== sort.column ? "none" : sort.isDown ? "descending" : "ascending"));
    body.replaceChildren(...found.slice(0, most).map(row));
    more.hidden = found.length <= most;
    const gain = found.reduce((sum, step) => sum + step.gain, 0);
    status.textContent = `${plural(found.length, "step")} of ${count(option.steps.length)}, +${count(gain)}${found.length > most ? `; the first ${count(most)} are shown` : ""}.`;
  }

  function row(step) {
    const open = el("button", { type: "button", class: "open", "aria-expanded": "false", "aria-label": `Step ${step.order}: ${step.name}` }, count(step.order));
    const note = step.isLast ? el("div", { class: "quiet" }, "then measure and plan again") : null;
    const line = el("tr", {},
      el("td", { class: "number" }, open), el("td", {}, el("code", {}, step.target.path)),
      el("td", {}, el("code", {}, step.name), step.target.tests > 1 ? ` (test ${step.test})` : "", note),
      el("td", { class: "number" }, `+${count(step.gain)}`), el("td", { class: "number" }, step.imported ? count(step.imported) : ""),
      el("td", { class: "number" }, step.text), el("td", {}, step.kinds.join(", ")));
    open.addEventListener("click", () => toggle(open, line, step));
    return line;
  }

  function toggle(open, line, step) {
    const isOpen = open.getAttribute("aria-expanded") === "true";
    open.setAttribute("aria-expanded", String(!isOpen));
    if (isOpen) line.nextElementSibling.remove();
    else line.after(el("tr", { class: "inside" }, el("td", { colspan: String(columns.length) }, el("div", {}, ...inside(step)))));
  }

  which.addEventListener("change", () => {
    option = options[Number(which.value)];
    most = MOST_ROWS;
    kinds();
    draw();
  });
  for (const each of [words, seam]) each.addEventListener("input", () => { most = MOST_ROWS; draw(); });
  kinds();
  draw();
  stepsView = {
    option: () => option,
    filter: (text) => {
      words.value = text;
      seam.value = "";
      draw();
      words.focus();
      holder.scrollIntoView({ block: "start" });
    },
  };
}

// What one needs to know to write the test.
function inside(step) {
  const target = step.target;
  const doubles = target.seams.map(({ kind, name, double, have, needsBuilding }) =>
    `${kind} (${name}): ${have ? `${have} is there` : needsBuilding ? (step.builds.includes(double) ? `build ${double} with this step` : `${double}, built by an earlier step`) : double}`);
  return [
    list("Why these figures", target.reasons),
    target.lines ? el("p", {}, "Missing lines: ", el("code", {}, target.lines)) : null,
    list("Assert on", target.asserts, "code"),
    list("Doubles", doubles),
    el("h3", {}, "Source"),
    sourceOf(target),
  ].filter(Boolean);
}

function list(title, items, tag = "span") {
  return items.length ? el("div", {}, el("h3", {}, title), el("ul", {}, ...items.map((item) => el("li", {}, el(tag, {}, item))))) : null;
}
