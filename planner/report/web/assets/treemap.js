// The code as a map: area is missing points, colour the share covered or points per hour; choosing a part zooms in.
const MOST_CELLS = 150;
const MOST_INNER = 60;
const SHARES = [0.2, 0.4, 0.6, 0.8, 1];

function codeTree() {
  const root = { name: "all", kind: "package", parts: new Map() };
  for (const [module, path, points, covered, missing, isMeasured, units] of data.code) {
    if (!missing) continue;
    const names = module.split(".");
    const isPackage = path.endsWith("__init__.py");
    let at = root;
    for (const name of isPackage ? names : names.slice(0, -1)) {
      if (!at.parts.has(`${name}/`)) at.parts.set(`${name}/`, { name, kind: "package", parts: new Map() });
      at = at.parts.get(`${name}/`);
    }
    const parts = units.map(([unit, line, unitPoints, unitMissing, gain, cost]) => ({
      name: unit === "" ? "(elsewhere)" : unit === "<module>" ? "(module level)" : unit,
      unit, path, line, kind: "unit", points: unitPoints, missing: unitMissing, covered: unitPoints - unitMissing, gain, hours: cost,
    }));
    at.parts.set(path, {
      name: isPackage ? "__init__" : names[names.length - 1], kind: "module", path, points, missing, covered, isMeasured, parts: new Map(parts.map((each) => [each.name, each])),
    });
  }
  return added(root, "");
}

function added(node, above) {
  node.full = node.kind === "unit" ? `${above}:${node.name}` : above && above !== "all" ? `${above}.${node.name}` : node.name;
  node.children = [...(node.parts?.values() ?? [])].map((each) => added(each, node.full));
  for (const each of node.children) each.parent = node;
  node.children.sort((a, b) => b.missing - a.missing || (a.name < b.name ? -1 : 1));
  const sum = (key) => node.children.reduce((total, each) => total + (each[key] ?? 0), 0);
  if (node.kind === "package") for (const key of ["points", "covered", "missing"]) node[key] = sum(key);
  if (node.kind !== "unit") for (const key of ["gain", "hours"]) node[key] = sum(key);
  return node;
}

const colours = {
  share: {
    title: "share covered",
    of: (node) => (node.points ? node.covered / node.points : null),
    text: (node) => `${percent(node.covered, node.points)} covered`,
    edges: () => SHARES,
    label: (value) => `${Math.round(value * 100)} %`,
  },
  rate: {
    title: "points per hour",
    of: (node) => (node.hours ? node.gain / node.hours : null),
    text: (node) => (node.hours ? `${short.format(node.gain / node.hours)} points per hour` : "no test planned"),
    edges: (root) => quantiles(modulesOf(root).map(colours.rate.of).filter((value) => value)),
    label: (value) => short.format(value),
  },
};

function modulesOf(node) {
  return node.kind === "module" ? [node] : node.children.flatMap(modulesOf);
}

function quantiles(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const edges = [1, 2, 3, 4, 5].map((part) => Number((sorted[Math.floor((sorted.length * part) / 6)] ?? 0).toPrecision(2)));
  return [...new Set(edges)];
}

function shade(value, edges) {
  return value === null ? "kx" : `k${edges.filter((edge) => value >= edge).length}`;
}

function about(node) {
  const kind = ["unit", "parts"].includes(node.kind) ? "" : `${node.kind}, `;
  const rate = node.hours ? `, ${colours.rate.text(node)}` : "";
  return `${node.full}: ${kind}${plural(node.missing, "point")} missing of ${count(node.points)}, ${colours.share.text(node)}${rate}`;
}

function shownParts(node) {
  if (node.children.length <= MOST_CELLS) return node.children;
  const rest = node.children.slice(MOST_CELLS - 1);
  const whole = node.whole ?? node.full;
  const more = { name: `${count(rest.length)} smaller`, full: `${count(rest.length)} smaller parts of ${whole}`, whole, kind: "parts", parent: node, children: rest };
  for (const key of ["points", "covered", "missing", "gain", "hours"]) more[key] = rest.reduce((total, each) => total + each[key], 0);
  return [...node.children.slice(0, MOST_CELLS - 1), more];
}

function drawTreemap(holder) {
  const root = codeTree();
  let start = root;
  while (start.children.length === 1 && start.children[0].kind === "package") start = start.children[0];
  let here = start;
  let mode = root.hours ? "rate" : "share";
  let size = null;
  const crumbs = el("nav", { class: "crumbs", "aria-label": "Place on the map" });
  const map = el("div", { class: "treemap", role: "group" });
  const legend = el("ul", { class: "legend", "aria-label": "Colours" });
  const readout = el("div", { class: "readout", "aria-live": "polite" }, "Point at a part, or move to it, for its figures.");
  const edges = { share: SHARES, rate: colours.rate.edges(root) };
  const modes = Object.keys(colours).filter((key) => key === "share" || root.hours).reverse();
  const buttons = modes.map((key) => el("button", { type: "button", "aria-pressed": String(key === mode), onclick: () => paint(key) }, colours[key].title));
  const choice = el("div", { class: "controls" }, el("span", { id: "colour-by" }, "Colour by"), el("span", { class: "group", role: "group", "aria-labelledby": "colour-by" }, ...buttons));
  holder.append(choice, crumbs, map, legend, readout);
  tableBehind(holder, () => table("Modules, most missing points first",
    [["module", "name"], ["missing", "number"], ["points", "number"], ["covered", "number"], ["points per hour", "number"]],
    modulesOf(root).sort((a, b) => b.missing - a.missing || (a.full < b.full ? -1 : 1)).map((node) => [node.full, count(node.missing), count(node.points), percent(node.covered, node.points), node.hours ? short.format(node.gain / node.hours) : "-"])));

  function paint(key) {
    mode = key;
    buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(modes[place] === key)));
    draw();
  }

  function go(node) {
    here = node;
    draw();
    map.querySelector(".cell")?.focus();
    readout.textContent = `${about(here)}. ${plural(here.children.length, "part")}.`;
  }

  function open(node) {
    if (node.children.length) return go(node);
    readout.replaceChildren(about(node), ". ");
    const steps = stepsOf(node);
    if (steps) readout.append(el("button", { type: "button", onclick: () => showSteps(node.path, node.unit) }, `Show ${steps === 1 ? "its step" : `its ${steps} steps`}`));
    else readout.append("No step of the plan is aimed at it.");
  }

  function draw(width = map.clientWidth) {
    const height = Math.round(Math.min(600, Math.max(380, width * 0.5)));
    map.style.height = `${height}px`;
    map.setAttribute("aria-label", `Map of ${here.full}. Arrow keys move, Enter looks inside, Escape goes back.`);
    const parts = shownParts(here);
    const tree = { children: parts.map((each) => ({ node: each, children: inner(each).map((node) => ({ node })) })) };
    const laid = d3.treemap().tile(d3.treemapSquarify.ratio(1.3)).size([width, height]).round(true)
      .paddingTop((at) => (at.depth === 1 && at.children ? 21 : 0)).paddingInner(0)(
        d3.hierarchy(tree, (each) => (each.children?.length ? each.children : null)).sum((each) => (each.node && !each.children?.length ? each.node.missing : 0)).sort((a, b) => b.value - a.value));
    size = laid;
    map.replaceChildren(...(laid.children ?? []).map(cell));
    drawCrumbs();
    drawLegend();
  }

  function inner(node) {
    if (node.children.length <= MOST_INNER) return node.children;
    const rest = node.children.slice(MOST_INNER - 1);
    const missing = rest.reduce((total, each) => total + each.missing, 0);
    return [...node.children.slice(0, MOST_INNER - 1), { name: "", missing, points: 0, covered: 0, hours: 0, children: [] }];
  }

  // In percent, so that a page that is printed narrower than it was drawn loses nothing.
  function place(box, at, around) {
    const [width, height] = [around.x1 - around.x0, around.y1 - around.y0];
    const share = (part, all) => `${(100 * part) / all}%`;
    Object.assign(box.style, {
      left: share(at.x0 - around.x0, width), top: share(at.y0 - around.y0, height),
      width: share(at.x1 - at.x0, width), height: share(at.y1 - at.y0, height),
    });
  }

  // What is seen lies below the button, which has the whole of it as its name.
  function cell(at, number) {
    const node = at.data.node;
    const [width, height] = [at.x1 - at.x0, at.y1 - at.y0];
    const colour = at.children ? "holds" : shade(colours[mode].of(node), edges[mode]);
    const look = el("div", { class: `look ${colour}`, "aria-hidden": "true" });
    const button = el("button", { type: "button", class: "cell", "aria-label": about(node), tabindex: number ? "-1" : "0", onclick: () => open(node) });
    button.node = node;
    button.addEventListener("focus", () => (readout.textContent = about(node)));
    button.addEventListener("pointerenter", () => (readout.textContent = about(node)));
    if (width >= 30 && height >= 18) look.append(el("span", { class: "title" }, at.children && width >= 100 ? `${node.name} \u00b7 ${count(node.missing)}` : node.name));
    if (!at.children && width >= 30 && height >= 36) look.append(el("span", { class: "figure" }, count(node.missing)));
    look.append(...(at.children ?? []).map((leaf) => tile(leaf, at)));
    const part = el("div", { class: "part" }, look, button);
    place(part, at, size);
    return part;
  }

  function tile(leaf, at) {
    const node = leaf.data.node;
    const [width, height] = [leaf.x1 - leaf.x0, leaf.y1 - leaf.y0];
    const box = el("span", { class: `tile ${shade(colours[mode].of(node), edges[mode])}` });
    place(box, leaf, at);
    if (width >= 54 && height >= 19) box.textContent = node.name;
    return box;
  }

  function drawCrumbs() {
    const way = [];
    for (let node = here; node; node = node === start ? null : node.parent) way.unshift(node);
    const items = way.map((node) => el("li", {}, node === here ? el("span", { "aria-current": "location" }, node.name) : el("button", { type: "button", onclick: () => go(node) }, node.name)));
    crumbs.replaceChildren(el("ol", {}, ...items));
  }

  function drawLegend() {
    const values = edges[mode];
    const label = colours[mode].label;
    const texts = values.map((value, place) => (place ? `${label(values[place - 1])} to ${label(value)}` : `below ${label(value)}`));
    if (values.length) texts.push(`${label(values[values.length - 1])} or more`);
    if (mode === "share") texts.pop();
    const items = texts.map((text, place) => el("li", {}, el("span", { class: `swatch k${place}` }), text));
    if (mode === "rate") items.push(el("li", {}, el("span", { class: "swatch kx" }), "no test planned"));
    legend.replaceChildren(el("li", {}, `${colours[mode].title}:`), ...items);
  }

  map.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && here !== start) go(here.parent);
    else if (event.key.startsWith("Arrow")) move(event.key.slice(5));
    else return;
    event.preventDefault();
  });

  // To the nearest cell that lies in the direction, by the distance of centres, sideways steps counting double.
  function move(direction) {
    const from = document.activeElement;
    if (!from.classList.contains("cell")) return;
    const [dx, dy] = { Right: [1, 0], Left: [-1, 0], Down: [0, 1], Up: [0, -1] }[direction];
    const middle = (each) => {
      const box = each.getBoundingClientRect();
      return [box.left + box.width / 2, box.top + box.height / 2];
    };
    const [x, y] = middle(from);
    let best = null;
    for (const each of map.querySelectorAll(".cell")) {
      const [ex, ey] = middle(each);
      const ahead = (ex - x) * dx + (ey - y) * dy;
      const aside = Math.abs((ex - x) * dy) + Math.abs((ey - y) * dx);
      if (each !== from && ahead > 1 && (!best || ahead + 2 * aside < best.cost)) best = { each, cost: ahead + 2 * aside };
    }
    if (!best) return;
    from.tabIndex = -1;
    best.each.tabIndex = 0;
    best.each.focus();
  }

  onWidth(map, draw);
}
