// Light, dark, or as the system has it.
const themes = ["system", "light", "dark"];

function drawTheme(holder) {
  const buttons = themes.map((name) =>
    el("button", { type: "button", "aria-pressed": String(name === "system"), onclick: () => choose(name) }, name),
  );
  function choose(name) {
    if (name === "system") document.documentElement.removeAttribute("data-theme");
    else document.documentElement.setAttribute("data-theme", name);
    buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(themes[place] === name)));
  }
  holder.append(el("div", { class: "controls" }, el("span", { class: "group", role: "group", "aria-label": "Colours" }, ...buttons)));
}
