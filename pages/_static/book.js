// Small things that every page needs: its lines, its names for a screen reader, its paper.
(() => {
  // --- Lines ------------------------------------------------------------------------------------

  // A line may break before and after a formula, a picture to the browser: not between it and the
  // punctuation or the end of a word that touches it.
  function keepPunctuation() {
    for (const formula of document.querySelectorAll("article span.math")) {
      let inner = formula;
      while (inner.parentElement.matches("em, strong, a, span.math") && inner.parentElement.childNodes.length === 1)
        inner = inner.parentElement;
      const [before, after] = [inner.previousSibling, inner.nextSibling];
      const opening = before?.nodeType === 3 ? /[^\s]{1,3}$/.exec(before.data)?.[0] : undefined;
      const closing = after?.nodeType === 3 ? /^[^\s]{1,12}(?=\s|$)|^[^\s\w]{1,3}/.exec(after.data)?.[0] : undefined;
      // "n = 6": a number pasted behind the formula's no-break space, too.
      const pasted = !closing && after?.data === "\u00a0" && after.nextSibling;
      const number = pasted && pasted.matches?.(".lqr-number") ? [after, pasted] : [];
      if (!opening && !closing && !number.length) continue;
      const kept = document.createElement("span");
      kept.className = "lqr-kept";
      inner.before(kept);
      if (opening) before.data = before.data.slice(0, -opening.length);
      if (closing) after.data = after.data.slice(closing.length);
      kept.append(opening ?? "", inner, closing ?? "", ...number);
    }
  }

  // "Theorem 3.4", "chapter 7": the number of a link stays beside its word.
  function keepNumbers() {
    for (const link of document.querySelectorAll("article a.reference.internal"))
      if (/^[a-z]+\s[\d.]+$/i.test(link.textContent)) link.classList.add("lqr-kept");
  }

  // A line of code that is wider than the column goes on below, indented.
  function hangLongLines() {
    for (const code of document.querySelectorAll("article pre")) {
      if (code.closest(".cell_output")) continue; // columns of numbers
      const lines = code.innerHTML.split("\n"); // no element of it goes over the end of a line
      const plain = code.textContent.split("\n");
      if (!plain.some((line) => line.length > 36)) continue;
      code.innerHTML = lines
        .map((line, i) => {
          if (plain[i].length <= 36) return line; // what a solution has room for on a phone
          const indent = Math.min(plain[i].search(/\S|$/), 12) + 4;
          return `<span class="lqr-code-line" style="--hang: ${indent}ch">${line}</span>`;
        })
        .join("\n");
    }
  }

  // --- Names ------------------------------------------------------------------------------------

  const words = (element) => {
    const copy = element.cloneNode(true);
    for (const extra of copy.querySelectorAll("button, .headerlink, .visually-hidden, svg")) extra.remove();
    return copy.textContent.replace(/[#\s]+/g, " ").trim();
  };

  // What a cell makes: its figure, or its place.
  function cellName(cell, number) {
    for (let next = cell.nextElementSibling; next && !next.matches(".cell, section"); next = next.nextElementSibling) {
      const caption = next.querySelector("figcaption .caption-number");
      if (caption) return words(caption);
    }
    const heading = cell.closest("section")?.querySelector(":is(h1, h2, h3)");
    return `cell ${number}${heading ? `, ${words(heading)}` : ""}`;
  }

  // The statement whose proof a box holds.
  function statementBefore(box) {
    for (let before = box.previousElementSibling; before; before = before.previousElementSibling) {
      const number = before.querySelector(":scope > .admonition-title > .caption-number");
      if (number) return ` of ${words(number)}`;
      if (before.matches("section")) break;
    }
    return "";
  }

  function hear(element, text) {
    const said = document.createElement("span");
    said.className = "visually-hidden";
    said.textContent = text;
    element.append(said);
  }

  function nameControls() {
    document.querySelectorAll("article div.cell").forEach((cell, i) => {
      const name = cellName(cell, i + 1);
      for (const summary of cell.querySelectorAll("summary[aria-label]")) {
        summary.removeAttribute("aria-label");
        for (const line of summary.children) hear(line, `: ${name}`);
      }
      cell.querySelectorAll("button.copybtn").forEach((button) => {
        const part = button.closest(".cell_output") ? "output" : "code";
        button.ariaLabel = `Copy ${part}: ${name}`;
      });
    });
    let blocks = 0;
    for (const button of document.querySelectorAll("button.copybtn:not([aria-label])"))
      button.ariaLabel = `Copy code: block ${++blocks}`;
    for (const summary of document.querySelectorAll("article summary")) {
      const line = summary.querySelector(".sd-summary-text") ?? summary;
      if (words(line) === "Proof") hear(line, statementBefore(summary.parentElement));
    }
    for (const button of document.querySelectorAll("article button.toggle-button")) {
      const box = button.closest(".admonition");
      const title = words(button.parentElement);
      button.ariaLabel = `Show or hide: ${title}${title === "Proof" ? statementBefore(box) : ""}`;
    }
    for (const link of document.querySelectorAll("article a.headerlink")) {
      const number = link.parentElement.querySelector(":scope > .caption-number");
      link.ariaLabel = `Link to ${words(number ?? link.parentElement)}`;
    }
    // A notebook is for keeping, not for another tab.
    for (const link of document.querySelectorAll("a.btn-download-source-button")) {
      link.removeAttribute("target");
      link.download = "";
    }
  }

  document.addEventListener("DOMContentLoaded", () => (keepPunctuation(), keepNumbers(), hangLongLines()));
  window.addEventListener("load", nameControls); // buttons of other scripts are there by then

  // --- Paper ------------------------------------------------------------------------------------

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

  // --- Bibliography: its entries have roles that a list may not hold ----------------------------
  document.addEventListener("DOMContentLoaded", () =>
    document.querySelectorAll(".citation-list[role]").forEach((list) => list.removeAttribute("role")),
  );
})();
