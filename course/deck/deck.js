/* Typeset the formulas, fit the slides, start the show. */
"use strict";

(async () => {
  const told = new URLSearchParams(location.search);
  await new Promise((ready) => (document.readyState === "complete" ? ready() : window.addEventListener("load", ready)));
  await MathJax.startup.promise;
  for (const { math, typesetRoot } of MathJax.startup.document.math) {
    typesetRoot.setAttribute("role", "img");
    typesetRoot.setAttribute("aria-label", math.trim());
  }
  fitted();
  document.documentElement.dataset.deck = "fitted";
  if (told.has("handout")) { // slides and notes one below the other, for paper
    document.documentElement.classList.add("handout");
  } else {
    document.getElementById("deck").className = "reveal";
    await Reveal.initialize({
      width: 1280, height: 720, margin: 0, center: false, hash: true, slideNumber: "c/t", transition: "none",
      backgroundTransition: "none", controls: false,
      navigationMode: "linear", pdfSeparateFragments: false, plugins: [RevealNotes],
      keyboardCondition: (event) => !event.target.closest?.("figure, a, summary"), // sliders have arrow keys, too
    });
  }
  document.documentElement.dataset.deck = "ready";
})();
