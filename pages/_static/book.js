// Opened from disk, the search page may not read other pages: show results without excerpts.
if (window.location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}

// A formula in a line of text that is wider than the text scrolls by itself, so the page does not.
function markWideFormulas() {
  for (const formula of document.querySelectorAll("article mjx-container:not([display])")) {
    formula.classList.remove("lqr-wide");
    const box = formula.parentElement.closest("p, li, dt, dd, td, th, figcaption, div, section");
    if (formula.offsetWidth > box.clientWidth) formula.classList.add("lqr-wide");
  }
}

window.addEventListener("load", async () => {
  if (window.MathJax?.startup?.promise) await window.MathJax.startup.promise;
  markWideFormulas();
  window.addEventListener("resize", markWideFormulas);
  document.addEventListener("toggle", markWideFormulas, true); // a proof was opened
  document.addEventListener("click", () => setTimeout(markWideFormulas)); // a solution, perhaps
});

// Paper is white: a dark page is printed in light colours, and dark again afterwards.
let screenTheme = "";
function onPaper(printing) {
  const root = document.documentElement;
  if (printing === (screenTheme !== "")) return;
  [screenTheme, root.dataset.theme] = printing ? [root.dataset.theme || "light", "light"] : ["", screenTheme];
}
matchMedia("print").addEventListener("change", ({ matches }) => onPaper(matches));
window.addEventListener("beforeprint", () => onPaper(true));
window.addEventListener("afterprint", () => onPaper(false));
