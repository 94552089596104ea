// The modules of the plan, what they import, and what they touch outside: importers left, imported right, seams last.
const COLUMN = 192;
const ROW = 44;
const MOST_LETTERS = 20;
const BOX = { width: 150, height: 34 };

function importGraph() {
  const nodes = data.imports.nodes.map(([module, statements, covered, missing, gain, seams]) => ({ name: module, statements, covered, missing, gain, seams, out: new Set(), into: new Set() }));
  const edges = [];
  const link = (source, target, kind) => {
    if (source.out.has(target)) return;
    source.out.add(target);
    target.into.add(source);
    edges.push({ source, target, kind });
  };
  for (const [source, target, kind] of data.imports.edges) link(nodes[source], nodes[target], kind);
  const seams = new Map();
  for (const node of [...nodes]) {
    for (const kind of node.seams) {
      if (!seams.has(kind)) seams.set(kind, { name: kind, isSeam: true, out: new Set(), into: new Set() });
      link(node, seams.get(kind), "touches");
    }
  }
  return { nodes: [...nodes, ...seams.values()], edges };
}

// Longest way from a module that nothing here imports; an import that closes a ring counts for nothing.
function layered(graph) {
  const state = new Map();
  const ring = new Set();
  const visit = (node) => {
    state.set(node, "open");
    for (const next of node.out) {
      if (state.get(next) === "open") ring.add(`${graph.nodes.indexOf(node)}>${graph.nodes.indexOf(next)}`);
      else if (!state.has(next)) visit(next);
    }
    state.set(node, "done");
    order.unshift(node);
  };
  const order = [];
  for (const node of graph.nodes) if (!state.has(node)) visit(node);
  for (const node of graph.nodes) node.layer = 0;
  for (const node of order) {
    for (const next of node.out) {
      if (!ring.has(`${graph.nodes.indexOf(node)}>${graph.nodes.indexOf(next)}`)) next.layer = Math.max(next.layer, node.layer + 1);
    }
  }
  const last = Math.max(0, ...graph.nodes.filter((node) => !node.isSeam).map((node) => node.layer)) + 1;
  for (const node of graph.nodes) if (node.isSeam) node.layer = last;
  const columns = [];
  for (const node of graph.nodes) (columns[node.layer] ??= []).push(node);
  return columns.filter(Boolean);
}

// Each column by the middle of its neighbours, a few times there and back: fewer edges cross.
function ordered(columns) {
  columns.forEach((column) => column.forEach((node, place) => (node.place = place)));
  for (let round = 0; round < 8; round++) {
    const way = round % 2 ? [...columns].reverse() : columns;
    for (const column of way) {
      for (const node of column) {
        const near = [...(round % 2 ? node.out : node.into)];
        node.pull = near.length ? near.reduce((sum, each) => sum + each.place, 0) / near.length : node.place;
      }
      column.sort((a, b) => a.pull - b.pull || (a.name < b.name ? -1 : 1));
      column.forEach((node, place) => (node.place = place));
    }
  }
  const most = Math.max(...columns.map((column) => column.length));
  columns.forEach((column, number) => column.forEach((node, place) => {
    node.x = 4 + number * COLUMN;
    node.y = 6 + (place + (most - column.length) / 2) * ROW;
  }));
  return { width: columns.length * COLUMN - (COLUMN - BOX.width) + 8, height: most * ROW + 6 };
}

function commonPrefix(names) {
  const parts = names.map((name) => name.split(".")).filter((part) => part.length > 1);
  if (!parts.length) return "";
  let shared = 0;
  while (parts.every((part) => part.length > shared + 1 && part[shared] === parts[0][shared])) shared++;
  return shared ? `${parts[0].slice(0, shared).join(".")}.` : "";
}

// As many of the last parts of a dotted name as there is room for.
function shortened(name) {
  if (name.length <= MOST_LETTERS) return name;
  const parts = name.split(".");
  let shown = parts.pop();
  while (parts.length && shown.length + parts[parts.length - 1].length + 2 <= MOST_LETTERS) shown = `${parts.pop()}.${shown}`;
  return cut(`\u2026${shown}`);
}

function cut(text) {
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}\u2026` : text;
}

function drawImports(holder) {
  const graph = importGraph();
  const size = ordered(layered(graph));
  const prefix = commonPrefix(graph.nodes.filter((node) => !node.isSeam).map((node) => node.name));
  const root = svg("svg", { viewBox: `0 0 ${size.width} ${size.height}`, width: size.width, height: size.height, role: "group", "aria-label": "Imports of the plan's modules. Arrow keys move." });
  const readout = el("div", { class: "readout", "aria-live": "polite" });
  const marker = svg("marker", { id: "tip", viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" }, svg("path", { d: "M0 0 8 4 0 8z", fill: "currentColor" }));
  root.append(svg("defs", {}, marker));
  for (const edge of graph.edges) root.append((edge.line = svg("path", { class: `edge${edge.target.isSeam ? " seam" : ""}`, d: bend(edge), "marker-end": "url(#tip)" })));
  graph.nodes.forEach((node, place) => root.append((node.box = box(node, place))));
  holder.append(el("div", { class: "graph scroll" }, root), readout);
  const left = data.imports.left_out;
  holder.append(el("p", { class: "quiet" }, `Outlined: modules of the plan, with their gain in points. ${prefix ? `Names are shown without ${prefix.slice(0, -1)}. ` : ""}${left ? `${plural(left, "more module")} of the plan with less to gain are left out.` : ""}`));
  tableBehind(holder, () => table("Modules of the plan and what they import",
    [["module", "name"], ["gain", "number"], ["missing", "number"], ["imports", "name"], ["touches", "name"]],
    graph.nodes.filter((node) => !node.isSeam).map((node) => [node.name, node.gain ? `+${count(node.gain)}` : "", count(node.missing), listed(node.out, false), listed(node.out, true)])));

  function listed(nodes, isSeam) {
    return [...nodes].filter((node) => Boolean(node.isSeam) === isSeam).map((node) => node.name).sort().join(", ");
  }

  function told(node) {
    if (node.isSeam) return `${node.name}: touched by ${listed(node.into, false)}.`;
    const parts = [`${node.name}: ${node.gain ? `+${count(node.gain)} in the plan, ` : ""}${plural(node.missing, "point")} missing`];
    for (const [title, text] of [["imports", listed(node.out, false)], ["imported by", listed(node.into, false)], ["touches", listed(node.out, true)]]) if (text) parts.push(`${title} ${text}`);
    return `${parts.join("; ")}.`;
  }

  function box(node, place) {
    const label = node.isSeam ? cut(node.name) : shortened(node.name.startsWith(prefix) ? node.name.slice(prefix.length) : node.name);
    const figure = node.isSeam ? "outside" : node.gain ? `+${count(node.gain)}, ${count(node.missing)} missing` : `${count(node.missing)} missing`;
    const look = svg("g", { "aria-hidden": "true" }, svg("rect", { width: BOX.width, height: BOX.height }), svg("text", { x: 8, y: 14 }, label), svg("text", { class: "figure", x: 8, y: 28 }, figure));
    const hit = svg("rect", { class: "hit", width: BOX.width, height: BOX.height, role: "button", "aria-label": told(node), tabindex: place ? "-1" : "0" });
    node.hit = hit;
    hit.addEventListener("focus", () => choose(node));
    hit.addEventListener("click", () => hit.focus());
    hit.addEventListener("keydown", (event) => {
      if (event.key === "Escape") release();
      else if (event.key.startsWith("Arrow")) move(node, event.key.slice(5));
      else return;
      event.preventDefault();
    });
    return svg("g", { class: `node${node.isSeam ? " seam" : node.gain ? " planned" : ""}`, transform: `translate(${node.x} ${node.y})` }, look, hit);
  }

  function bend({ source, target }) {
    const isBack = target.x <= source.x;
    const [x1, y1] = [source.x + (isBack ? 0 : BOX.width), source.y + BOX.height / 2];
    const [x2, y2] = [target.x + (isBack ? BOX.width : 0), target.y + BOX.height / 2];
    const pull = isBack ? -30 : Math.max(24, (x2 - x1) / 2);
    return `M${x1} ${y1}C${x1 + pull} ${y1} ${x2 - pull} ${y2} ${x2} ${y2}`;
  }

  function choose(node) {
    root.classList.add("apart");
    for (const each of graph.nodes) each.box.classList.toggle("near", each === node || node.out.has(each) || node.into.has(each));
    for (const edge of graph.edges) edge.line.classList.toggle("near", edge.source === node || edge.target === node);
    readout.textContent = told(node);
  }

  function release() {
    root.classList.remove("apart");
    readout.textContent = "";
  }

  function move(node, direction) {
    const [dx, dy] = { Right: [1, 0], Left: [-1, 0], Down: [0, 1], Up: [0, -1] }[direction];
    const cost = (each) => Math.abs(each.x - node.x) * (dx ? 3 : 10) + Math.abs(each.y - node.y);
    const ahead = graph.nodes.filter((each) => (each.x - node.x) * dx + (each.y - node.y) * dy > 0 && (dx || each.x === node.x));
    const best = ahead.sort((a, b) => cost(a) - cost(b))[0];
    if (!best) return;
    node.hit.setAttribute("tabindex", "-1");
    best.hit.setAttribute("tabindex", "0");
    best.hit.focus();
  }

  root.addEventListener("focusout", (event) => {
    if (!root.contains(event.relatedTarget)) release();
  });
}
