// Elements are made here and nowhere else. Text becomes text, never markup: there is no innerHTML in this report.
const data = JSON.parse(document.getElementById("report-data").textContent);

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

const whole = new Intl.NumberFormat("en-US");
const short = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });

function count(number) {
  return whole.format(number);
}

function plural(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

// Never rounded up: 79.996 is no 80.00.
function percent(covered, points) {
  return points ? `${(Math.floor((covered * 10000) / points) / 100).toFixed(2)} %` : "-";
}

function hours(value) {
  return value < 1 ? `${Math.max(5, Math.round(value * 12) * 5)} min` : `${value.toFixed(1)} h`;
}

function table(caption, columns, rows) {
  const head = columns.map(([title, kind]) => el("th", { scope: "col", class: kind }, title));
  const body = rows.map((row) =>
    el("tr", {}, ...row.map((cell, place) => el(place ? "td" : "th", { class: columns[place][1], scope: place ? null : "row" }, String(cell)))),
  );
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("caption", { class: "unseen" }, caption), el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...body)));
}

// The table behind a picture is made when it is first opened: with thousands of modules it is longer than the picture.
function tableBehind(holder, make) {
  const details = el("details", { class: "behind" }, el("summary", {}, "The figures as a table"));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(make());
  });
  holder.append(details);
}

// Redraws when the width has really changed, in step with the browser's own painting.
function onWidth(node, draw) {
  let last = 0;
  new ResizeObserver(() => {
    const width = Math.floor(node.clientWidth);
    if (width > 0 && width !== last) {
      last = width;
      requestAnimationFrame(() => draw(width));
    }
  }).observe(node);
}
