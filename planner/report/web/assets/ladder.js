// Rungs as bars: hours to each from today, to P50 in full, to P80 lighter.
function drawLadder(holder) {
  const rungs = data.rungs[0];
  const known = rungs.filter((rung) => rung[5] !== null);
  if (!known.length) return;
  const picture = el("div", { class: "canvas" });
  holder.append(picture);
  const x = d3.scaleLinear([0, Math.max(...known.map((rung) => rung[6]))], [0, 1]);
  onWidth(picture, (width) => {
    const row = 30;
    const height = rungs.length * row + 34;
    const root = svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Hours from today to each rung; the table above has the figures" });
    x.range([72, width - 130]);
    rungs.forEach(([value, , gain, , text, middle, sure], place) => {
      const top = (rungs.length - 1 - place) * row;
      root.append(svg("text", { x: 62, y: top + 19, "text-anchor": "end" }, `${+value.toFixed(2)} %`));
      if (middle !== null) {
        root.append(
          svg("rect", { class: "rung late", x: x(0), y: top + 5, width: Math.max(1, x(sure) - x(0)), height: row - 10 }),
          svg("rect", { class: "rung", x: x(0), y: top + 5, width: Math.max(1, x(middle) - x(0)), height: row - 10 }),
        );
      }
      root.append(svg("text", { class: "tick", x: x(sure ?? 0) + 8, y: top + 19 }, text ? `${text}, +${count(gain)}` : `+${count(gain)}: no tests known`));
    });
    root.append(svg("text", { class: "tick", x: x(0), y: height - 8 }, "hours from today: P50 in full, P80 lighter"));
    picture.replaceChildren(root);
  });
}
