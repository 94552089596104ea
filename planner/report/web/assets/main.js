// Each part draws into its own place, where the page has one.
const parts = { theme: drawTheme, steps: drawSteps, frontier: drawFrontier, code: drawTreemap, ladder: drawLadder, imports: drawImports, burnup: drawBurnup };
for (const [key, draw] of Object.entries(parts)) {
  const holder = document.getElementById(key === "theme" ? key : `${key}-picture`);
  if (holder) draw(holder);
}
document.documentElement.setAttribute("data-ready", "");
