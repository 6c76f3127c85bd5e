/* Typeset the formulas, fit the slides, start the show. `data-deck` says how far this has come. */
"use strict";

(async () => {
  const told = new URLSearchParams(location.search), page = document.documentElement;
  const paper = ["print-pdf", "handout"].find((name) => told.has(name)); // all slides, one below the other

  /* A formula is drawn as paths; what it says is its TeX. */
  function label() {
    for (const { math, typesetRoot } of MathJax.startup.document.math) {
      typesetRoot.setAttribute("role", "img");
      typesetRoot.setAttribute("aria-label", math.trim());
    }
  }

  if (document.readyState !== "complete") await new Promise((loaded) => window.addEventListener("load", loaded));
  await MathJax.startup.promise;
  fitted();
  if (paper) {
    page.classList.add(paper);
  } else {
    document.getElementById("deck").className = "reveal";
    await Reveal.initialize({
      width: 1280, height: 720, margin: 0, center: false, transition: "none", backgroundTransition: "none",
      controls: false, slideNumber: "c/t", hash: true, navigationMode: "linear", plugins: [RevealNotes],
      keyboardCondition: (event) => !event.target.closest?.("figure, a"), // sliders have arrow keys, too
    });
  }
  page.dataset.deck = "shown";
  await MathJax.typesetPromise([...document.querySelectorAll(".notes")]);
  label();
  page.dataset.deck = "complete";
})();
