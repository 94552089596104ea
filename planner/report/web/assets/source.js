// Source around what is missing, as text alone.
function sourceOf(target) {
  if (!target.source) return el("p", { class: "quiet" }, "The source is not in this file: see the lines above.");
  const [fragments, missingLines, partialLines, leftOut] = target.source;
  const missing = new Set(missingLines);
  const partial = new Set(partialLines);
  const rows = fragments.flatMap(([first, lines], place) => {
    const shown = lines.map((text, offset) => sourceLine(first + offset, text, missing, partial));
    return place ? [el("div", { class: "row" }, el("span", { class: "no" }, "\u22ee")), ...shown] : shown;
  });
  const more = leftOut ? el("p", { class: "quiet" }, `${plural(leftOut, "more missing statement")} further down.`) : null;
  return el("div", {},
    el("p", { class: "quiet" }, "\u2717 never ran; ~ ran, but not by every exit."),
    el("div", { class: "source", tabindex: "0", role: "region", "aria-label": `Source of ${target.path}` }, ...rows), more);
}

function sourceLine(number, text, missing, partial) {
  const kind = missing.has(number) ? "missing" : partial.has(number) ? "partial" : "";
  const mark = { missing: ["\u2717", "missing"], partial: ["~", "partly"] }[kind];
  return el("div", { class: `row ${kind}` },
    el("span", { class: "no" }, String(number)),
    mark ? el("span", { class: "mark", role: "img", "aria-label": mark[1] }, mark[0]) : el("span", { class: "mark" }),
    el("span", { class: "text" }, text));
}
