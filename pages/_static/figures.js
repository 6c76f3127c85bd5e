/* A figure as large as the window, and the fold of the code that a link leads to.

   Below a figure stand links to its data and its cell (book/stage.py); here the button "Larger" joins
   them, and each gets the figure's number for those who hear it alone. */
"use strict";

(() => {
  const dialog = document.createElement("dialog");
  dialog.className = "lqr-lightbox";
  const shut = document.createElement("button");
  Object.assign(shut, { type: "button", className: "lqr-lightbox-close", textContent: "Close" });
  shut.addEventListener("click", () => dialog.close());
  let opener = null;

  /* The wide picture; focus goes back to the button when the window is closed. */
  function enlarge(button, picture, name) {
    opener = button;
    const large = document.createElement("img");
    Object.assign(large, { src: picture.src, alt: picture.alt });
    large.addEventListener("load", () => large.style.setProperty("--ratio", large.naturalWidth / large.naturalHeight));
    dialog.setAttribute("aria-label", name);
    dialog.replaceChildren(shut, large);
    dialog.showModal();
  }
  dialog.addEventListener("close", () => opener?.focus());
  dialog.addEventListener("click", (event) => event.target !== shut && dialog.close());

  function complete(row) {
    const figure = row.closest("figure"), picture = figure.querySelector("img");
    const name = figure.querySelector(".caption-number")?.textContent.trim() || "Figure";
    for (const link of row.querySelectorAll("a")) {
      link.setAttribute("aria-label", `${name}, ${link.textContent.toLowerCase().replace("csv", "CSV")}`);
    }
    // a live figure has its own controls, and is no picture
    if (!picture || document.querySelector(`script.lqr-live[data-figure="${figure.id}"]`)) return;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: "Larger" });
    button.setAttribute("aria-label", `${name}, larger`);
    button.setAttribute("aria-haspopup", "dialog");
    button.addEventListener("click", () => enlarge(button, picture, name));
    picture.classList.add("lqr-enlarges");
    picture.addEventListener("click", () => enlarge(button, picture, name));
    row.prepend(button, " ");
  }

  /* Open the code of the cell that the address names, wherever it was folded away. */
  function unfold() {
    const place = decodeURIComponent(window.location.hash.slice(1));
    const anchor = place.startsWith("cell-") && document.getElementById(place);
    if (!anchor) return;
    const cell = anchor.nextElementSibling;
    for (let outer = anchor.closest("details"); outer; outer = outer.parentElement.closest("details")) outer.open = true;
    const fold = cell?.querySelector("details");
    if (fold) fold.open = true;
    anchor.scrollIntoView();
    anchor.tabIndex = -1;
    anchor.focus({ preventScroll: true });
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.body.append(dialog);
    document.querySelectorAll(".lqr-figure-row").forEach(complete);
    unfold();
  });
  window.addEventListener("hashchange", unfold);
  document.addEventListener("click", (event) => event.target.closest?.(".lqr-figure-row a") && setTimeout(unfold));
})();
