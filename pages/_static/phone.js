// What is wider than its column: it scrolls by itself, says so, and the keyboard reaches it.
(() => {
  const SIDEWAYS = {
    "mjx-container": "Formula",
    ".lqr-scroll, .pst-scrollable-table-container": "Table",
    ".cell_output pre, .output.text_html": "Output",
    "pre": "Code",
    ".lqr-map-scroll": "Map",
  };
  const ALL_SIDEWAYS = Object.keys(SIDEWAYS).map((kind) => `article :is(${kind})`).join();
  const PHONE = matchMedia("screen and (max-width: 600px)");

  // The number of an equation stands beside it where there is room for both.
  function placeNumbers() {
    const numbered = [...document.querySelectorAll("article div.math > .eqno")].map((number) => {
      const [box, drawn] = [number.parentElement, number.parentElement.querySelector("mjx-container > svg")];
      const needed = (drawn?.getBoundingClientRect().width ?? 0) + number.offsetWidth + 16;
      return [box, box.clientWidth > 0 && needed > box.clientWidth];
    });
    for (const [box, above] of numbered) box.classList.toggle("lqr-eqno-above", above);
  }

  // A formula in a line of text is one word, and may be wider than the text.
  function markWideFormulas() {
    const wide = [...document.querySelectorAll("article mjx-container:not([display])")].map((formula) => {
      const box = formula.parentElement.closest("p, li, dt, dd, td, th, figcaption, div, section");
      const drawn = formula.querySelector("svg")?.getBoundingClientRect().width ?? 0;
      const room = box.clientWidth - (formula.closest(".lqr-kept") ? 12 : 0);
      return [formula, box.clientWidth > 0 && drawn > room + 0.5];
    });
    for (const [formula, is] of wide) formula.classList.toggle("lqr-wide", is);
  }

  // On a phone the rows of a table are cards, each cell with the head of its column; a matrix of
  // numbers scrolls, and two columns are left side by side where they fit.
  function makeCards() {
    for (const table of document.querySelectorAll("article table.table:not(.lqr-results)")) {
      const heads = [...table.querySelectorAll("thead th")];
      const cells = [...table.querySelectorAll("tbody td")];
      const length = cells.reduce((sum, cell) => sum + cell.textContent.length, 0) / cells.length;
      table.classList.remove("lqr-cards");
      const wide = table.parentElement.scrollWidth > table.parentElement.clientWidth + 2;
      const many = heads.length > 2 ? !(heads.length > 4 && length < 8) : heads.length === 2 && wide;
      const cards = PHONE.matches && many;
      table.classList.toggle("lqr-cards", cards);
      if (!cards || table.getAttribute("role")) continue;
      // Without the layout of a table a browser forgets that it is one.
      const roles = { table: "table", "thead, tbody": "rowgroup", tr: "row", th: "columnheader", td: "cell" };
      table.setAttribute("role", "table");
      for (const [parts, role] of Object.entries(roles))
        for (const part of table.querySelectorAll(parts)) part.setAttribute("role", role);
      for (const row of table.querySelectorAll("tbody tr"))
        [...row.children].forEach((cell, i) => {
          if (!i || !heads[i] || !cell.textContent.trim()) return;
          const label = document.createElement("span");
          label.className = "lqr-label";
          label.ariaHidden = "true"; // the head itself is read
          label.append(...(heads[i].querySelector("p") ?? heads[i]).cloneNode(true).childNodes);
          cell.prepend(label);
        });
    }
  }

  function nameOf(box, number) {
    const kind = Object.keys(SIDEWAYS).find((selector) => box.matches(selector));
    const equation = box.parentElement.querySelector(":scope > .eqno")?.firstChild.textContent;
    return `${SIDEWAYS[kind]} ${equation ?? number}, scrolls sideways`;
  }

  // Say at which sides more of it is hidden.
  function cue(box) {
    const [left, right] = [box.scrollLeft > 2, box.scrollLeft < box.scrollWidth - box.clientWidth - 2];
    box.dataset.lqrWide = left && right ? "both" : left ? "left" : "right";
  }

  function markWide() {
    const boxes = [...document.querySelectorAll(ALL_SIDEWAYS)];
    const wide = boxes.map((box) => {
      if (box.scrollWidth <= box.clientWidth + 2) return false;
      return getComputedStyle(box).overflowX !== "visible" && box.clientWidth > 0;
    });
    boxes.forEach((box, i) => {
      if (wide[i]) {
        if (!box.dataset.lqrWide) box.addEventListener("scroll", () => cue(box), { passive: true });
        cue(box);
        if (box.querySelector("svg a")) return; // the statements of the map are where the keyboard stops
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.ariaLabel = nameOf(box, i + 1);
      } else if (box.dataset.lqrWide) {
        delete box.dataset.lqrWide;
        for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
      }
    });
  }

  function fit() {
    makeCards();
    placeNumbers();
    markWideFormulas();
    markWide();
  }

  window.addEventListener("load", async () => {
    if (window.MathJax?.startup?.promise) await window.MathJax.startup.promise;
    let asked = 0;
    const soon = () => {
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(fit);
    };
    fit();
    window.addEventListener("resize", soon);
    window.addEventListener("beforeprint", fit);
    document.addEventListener("toggle", soon, true); // a proof was opened
    document.addEventListener("click", soon); // a solution, perhaps
  });
})();
