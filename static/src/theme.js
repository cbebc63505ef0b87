// Settles light or dark before the first paint, for those who follow the system.
// Loaded in <head>, not deferred; everything else waits for app.js.
const root = document.documentElement;
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function settle() {
  const choice = root.dataset.themeChoice || "auto";
  root.dataset.bsTheme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
}

settle();
dark.addEventListener("change", settle);
document.addEventListener("theme:choose", (event) => {
  root.dataset.themeChoice = event.detail;
  settle();
});
