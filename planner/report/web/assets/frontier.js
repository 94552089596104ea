// Percent covered over hours: a curve for each way, with its range, and the naive orders beside them.
function drawFrontier(holder) {
  const routes = data.routes.map((route, place) => ({
    ...route,
    isShown: true,
    style: route.kind === "order" ? `naive${place % 2 ? " second" : ""}` : `s${place % 6}`,
    posts: route.mileposts.map(([tests, at, low, middle, high, points]) => ({ tests, hours: at, points, covered: middle, low: (100 * low) / points, middle: (100 * middle) / points, high: (100 * high) / points })),
  }));
  const options = routes.filter((route) => route.kind === "option");
  const longest = Math.max(...options.map((route) => route.posts[route.posts.length - 1].hours)) * 1.25;
  const goal = data.target ? (100 * data.target.covered) / data.target.points : null;
  const values = routes.flatMap((route) => route.posts.filter((post) => post.hours <= longest).flatMap((post) => [post.low, post.high]));
  const low = Math.min(...values);
  const high = Math.max(...values, goal ?? 0);
  const slider = el("input", { type: "range", min: "0", max: String(longest), step: String(longest / 100), value: String(Math.min(longest, options.find((route) => route.is_recommended)?.posts.at(-1).hours ?? longest / 2)) });
  const readout = el("div", { class: "readout", "aria-live": "polite" });
  const picture = el("div", { class: "canvas" });
  const toggles = el("div", { class: "controls", role: "group", "aria-label": "Curves shown" }, ...routes.map((route) => {
    const swatch = svg("svg", { class: "chart", viewBox: "0 0 32 12", "aria-hidden": "true" }, svg("line", { class: `curve ${route.style}`, x1: 1, x2: 31, y1: 6, y2: 6 }));
    const button = el("button", { type: "button", class: "toggle", "aria-pressed": "true" }, swatch, route.name);
    button.addEventListener("click", () => {
      route.isShown = !route.isShown;
      button.setAttribute("aria-pressed", String(route.isShown));
      draw();
    });
    return button;
  }));
  holder.append(picture, toggles, el("div", { class: "controls" }, el("label", { class: "wide" }, "After hours of work", slider)), readout);
  tableBehind(holder, () => table("Percent covered after tests and hours, by way",
    [["way", "name"], ["tests", "number"], ["hours (P50)", "number"], ["P10", "number"], ["P50", "number"], ["P90", "number"]],
    routes.flatMap((route) => route.posts.map((post) => [route.name, count(post.tests), post.hours.toFixed(2), `${post.low.toFixed(2)} %`, percent(post.covered, post.points), `${post.high.toFixed(2)} %`]))));

  // A test counts once it is written: between two, what the last one brought.
  function at(route, value) {
    return route.posts.reduce((found, post) => (post.hours <= value + 1e-9 ? post : found), route.posts[0]);
  }

  function tell() {
    const value = Number(slider.value);
    const parts = routes.filter((route) => route.isShown).map((route) => {
      const post = at(route, value);
      return `${route.name}: ${percent(post.covered, post.points)} (P10-P90 ${post.low.toFixed(1)}-${post.high.toFixed(1)}), ${plural(post.tests, "test")}`;
    });
    const text = `After ${value ? hours(value) : "0 h"}: ${parts.join("; ")}.`;
    slider.setAttribute("aria-valuetext", value ? hours(value) : "0 h");
    readout.textContent = text;
  }

  // Steps where each test has its place, straight lines where many lie between two.
  function shape(route) {
    return route.posts[route.posts.length - 1].tests < route.posts.length ? d3.curveStepAfter : d3.curveLinear;
  }

  let cursor = null;
  let x = null;
  function draw(width = picture.clientWidth) {
    const height = Math.round(Math.min(460, Math.max(300, width * 0.45)));
    x = d3.scaleLinear([0, longest], [0, 1]);
    const pad = Math.max(0.5, (high - low) * 0.06);
    const y = d3.scaleLinear([Math.max(0, low - pad), Math.min(100, high + pad)], [0, 1]);
    const chart = frame(width, height, x, y, { x: "hours of work (P50)", right: 150 });
    chart.root.append(svg("defs", {}, svg("clipPath", { id: "inside" }, svg("rect", { x: chart.margin.left, y: 0, width: chart.right - chart.margin.left, height: chart.bottom }))));
    const inside = svg("g", { "clip-path": "url(#inside)" });
    const shown = routes.filter((route) => route.isShown);
    const band = (route) => d3.area((post) => x(post.hours), (post) => y(post.low), (post) => y(post.high)).curve(shape(route))(route.posts);
    const line = (route) => d3.line((post) => x(post.hours), (post) => y(post.middle)).curve(shape(route))(route.posts);
    for (const route of shown.filter((each) => each.kind === "option")) inside.append(svg("path", { class: `band ${route.style}`, d: band(route) }));
    for (const route of shown) inside.append(svg("path", { class: `curve ${route.style}${route.is_recommended ? " chosen" : ""}`, d: line(route) }));
    chart.root.append(inside);
    if (goal !== null) goalLine(chart, y, goal, `target ${data.target.text}`, !chart.narrow);
    if (!chart.narrow) names(chart, shown, y);
    cursor = svg("line", { class: "cursor", y1: chart.margin.top, y2: chart.bottom });
    chart.root.append(cursor);
    chart.root.addEventListener("pointermove", (event) => {
      const box = chart.root.getBoundingClientRect();
      const value = x.invert(((event.clientX - box.left) * width) / box.width);
      slider.value = String(Math.max(0, Math.min(longest, value)));
      show();
    });
    picture.replaceChildren(chart.root);
    show();
  }

  function names(chart, shown, y) {
    const ends = shown.map((route) => {
      const post = at(route, longest);
      const isPast = route.posts[route.posts.length - 1].hours > longest;
      return { post, x: isPast ? chart.right - 3 : x(post.hours), y: y(post.middle) };
    });
    const places = apart(ends.map((end, number) => [end.x + 9, end.y, shown[number].name]), chart.margin.top, chart.bottom - 6);
    shown.forEach((route, number) => {
      const end = ends[number];
      if (route.kind === "option") chart.root.append(svg("circle", { class: `dot ${route.style}`, cx: end.x, cy: end.y, r: 5 }));
      chart.root.append(svg("text", { class: `name ${route.style}`, x: end.x + 9, y: places[number], dy: ".35em" }, route.name));
    });
  }

  function show() {
    const place = x(Number(slider.value));
    cursor.setAttribute("x1", place);
    cursor.setAttribute("x2", place);
    tell();
  }

  slider.addEventListener("input", show);
  onWidth(picture, draw);
}
