// A frame for curves: a scale in each direction, ticks and grid lines.
function frame(width, height, x, y, names) {
  const narrow = width < 560;
  const margin = { left: 52, right: narrow ? 14 : names.right, top: 14, bottom: 46 };
  x.range([margin.left, width - margin.right]);
  y.range([height - margin.bottom, margin.top]);
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  const root = svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  for (const tick of y.ticks(6)) {
    root.append(
      svg("line", { class: "grid", x1: margin.left, x2: right, y1: y(tick), y2: y(tick) }),
      svg("text", { class: "tick", x: margin.left - 8, y: y(tick), dy: ".35em", "text-anchor": "end" }, `${+tick.toFixed(2)} %`),
    );
  }
  const format = names.format ?? ((tick) => short.format(tick));
  for (const tick of x.ticks(narrow ? 4 : 8)) {
    root.append(
      svg("line", { class: "axis", x1: x(tick), x2: x(tick), y1: bottom, y2: bottom + 5 }),
      svg("text", { class: "tick", x: x(tick), y: bottom + 20, "text-anchor": "middle" }, format(tick)),
    );
  }
  root.append(
    svg("line", { class: "axis", x1: margin.left, x2: right, y1: bottom, y2: bottom }),
    svg("text", { class: "tick", x: (margin.left + right) / 2, y: height - 6, "text-anchor": "middle" }, names.x),
  );
  return { root, margin, right, bottom, narrow };
}

// Each name beside its point, or as near above or below as no other name lies: [x, y, text] -> y of each.
function apart(names, low, high) {
  const boxes = [];
  return names.map(([x, y, text]) => {
    const width = text.length * 7.6;
    const isFree = (at) => at >= low && at <= high && boxes.every((box) => Math.abs(box.y - at) >= 16 || box.x + box.width < x || x + width < box.x);
    const steps = Array.from({ length: 24 }, (_, number) => (number % 2 ? -1 : 1) * Math.ceil(number / 2) * 8);
    const found = y + (steps.find((step) => isFree(y + step)) ?? 0);
    boxes.push({ x, y: found, width });
    return found;
  });
}

function goalLine(chart, y, value, text, atLeft) {
  chart.root.append(
    svg("line", { class: "goal", x1: chart.margin.left, x2: chart.right, y1: y(value), y2: y(value) }),
    svg("text", { x: atLeft ? chart.margin.left + 6 : chart.right - 6, y: y(value) - 6, "text-anchor": atLeft ? "start" : "end" }, text),
  );
}
