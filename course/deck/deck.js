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
  if (told.has("print-pdf") || told.has("handout")) { // all slides, one below the other, for paper
    document.documentElement.classList.add(told.has("handout") ? "handout" : "paper");
  } else {
    document.getElementById("deck").className = "reveal";
    await Reveal.initialize({
      width: 1280, height: 720, margin: 0, center: false, hash: true, slideNumber: "c/t", transition: "none",
      backgroundTransition: "none", controls: false,
      navigationMode: "linear", plugins: [RevealNotes],
      keyboardCondition: (event) => !event.target.closest?.("figure, a, summary"), // sliders have arrow keys, too
    });
  }
  document.documentElement.dataset.deck = "ready";
})();
