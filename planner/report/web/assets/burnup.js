// The kept measurements over time, the target, and the dates of rungs where a pace gives them.
function drawBurnup(holder) {
  const moments = data.moments.map(([taken, covered, points, label, rules]) => ({ at: new Date(taken), taken, covered, points, label, rules, value: points ? (100 * covered) / points : 0 }));
  const due = (data.rungs[0] ?? []).filter((rung) => rung[7]).map((rung) => ({ at: new Date(rung[7]), value: rung[0] }));
  const goal = data.target ? (100 * data.target.covered) / data.target.points : null;
  const picture = el("div", { class: "canvas" });
  holder.append(picture);
  if (due.length) holder.append(el("p", { class: "quiet" }, "Dotted: the rungs of the ladder at the recorded or given pace."));
  const changed = moments.filter((each) => each.rules);
  if (changed.length) holder.append(el("p", { class: "quiet" }, `Not comparable with the one before: ${changed.map((each) => `${each.taken.slice(0, 10)} (${each.rules})`).join("; ")}.`));
  tableBehind(holder, () => table("Kept measurements",
    [["taken", "name"], ["label", "name"], ["covered", "number"], ["points", "number"], ["percent", "number"], ["note", "name"]],
    moments.map((each) => [each.taken, each.label, count(each.covered), count(each.points), percent(each.covered, each.points), each.rules])));
  const values = [...moments, ...due].map((each) => each.value).concat(goal ?? []);
  const times = [...moments, ...due].map((each) => each.at.getTime());
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const room = Math.max(86400000, (to - from) * 0.05);
  // What was counted by other rules is another curve.
  const waves = moments.reduce((found, each) => {
    if (each.rules || !found.length) found.push([]);
    found[found.length - 1].push(each);
    return found;
  }, []);
  onWidth(picture, (width) => {
    const x = d3.scaleUtc([new Date(from - room), new Date(to + room)], [0, 1]);
    const y = d3.scaleLinear([Math.max(0, Math.min(...values) - 2), Math.min(100, Math.max(...values) + 2)], [0, 1]);
    const chart = frame(width, Math.round(Math.min(360, Math.max(260, width * 0.35))), x, y, { x: "date (UTC)", right: 20, format: x.tickFormat(8) });
    const line = d3.line((each) => x(each.at), (each) => y(each.value));
    for (const wave of waves) chart.root.append(svg("path", { class: "curve s0", d: line(wave) }));
    if (due.length) chart.root.append(svg("path", { class: "curve naive second", d: line([moments[moments.length - 1], ...due]) }));
    for (const each of moments) {
      chart.root.append(svg("circle", { class: "dot s0", cx: x(each.at), cy: y(each.value), r: 4.5 }, svg("title", {}, `${each.taken} ${each.label}: ${percent(each.covered, each.points)}`)));
      if (!chart.narrow && each.label) chart.root.append(svg("text", { class: "tick", x: x(each.at), y: y(each.value) - 10, "text-anchor": "middle" }, each.label.slice(0, 14)));
      if (each.rules) chart.root.append(svg("line", { class: "cursor", x1: x(each.at), x2: x(each.at), y1: chart.margin.top, y2: chart.bottom, "stroke-dasharray": "3 4" }));
    }
    if (goal !== null) goalLine(chart, y, goal, `target ${data.target.text}`, true);
    picture.replaceChildren(chart.root);
  });
}
