/* Fit each slide into its box, once, before the show: type as large as it goes, down to a floor; what
   is longer goes on with the next slide. All slides are laid out while this runs, so sizes are right. */
"use strict";

window.fitted = (() => {
  const SIZES = [32, 30, 28, 26, 24, 22, 20];
  const NARROWER = 30; // px by which a live figure is made narrower until it fits

  const full = (body) => body.scrollHeight > body.clientHeight + 1 || body.scrollWidth > body.clientWidth + 1;

  /* Whether one of the sizes does, the largest first. */
  function fits(body, sizes) {
    return sizes.some((size) => {
      body.style.fontSize = `${size}px`;
      return !full(body);
    });
  }

  /* A live figure draws itself in its width; the plot is as high as that asks for. */
  function narrow(body, figure) {
    const box = figure.querySelector(".lqr-live-figure"), view = LQR.views[figure.id];
    for (let width = body.clientWidth; width > 500; width -= NARROWER) {
      box.style.width = `${width}px`;
      view.draw();
      if (!full(body)) return;
    }
  }

  /* The blocks that may go to the next slide, and where: a formula stays with the words before it. */
  const apart = (block) => !block.matches(".math") && !block.previousElementSibling?.matches(".chip");

  /* Move what does not fit at the last but one size to a new slide behind this one. */
  function split(slide) {
    const body = slide.querySelector(".body"), next = slide.cloneNode(true), rest = next.querySelector(".body");
    next.removeAttribute("id");
    next.querySelector(".notes").replaceChildren();
    next.querySelector("h2")?.append(" (continued)");
    rest.replaceChildren();
    body.style.fontSize = `${SIZES.at(-2)}px`;
    const only = body.children.length === 1 ? body.firstElementChild : null;
    const from = only?.matches("ol, ul") ? only : body, to = from === body ? rest : only.cloneNode(false);
    if (from !== body) rest.append(to);
    while (full(body) && from.children.length > 1) {
      let last = from.lastElementChild;
      while (!apart(last) && last.previousElementSibling && last !== from.children[1]) {
        to.prepend(last);
        last = from.lastElementChild;
      }
      to.prepend(last);
    }
    if (to.matches("ol")) to.start = (from.start || 1) + from.children.length;
    if (!to.children.length) return null;
    slide.after(next);
    return next;
  }

  function fit(slide) {
    const body = slide.querySelector(".body"), figure = body.querySelector("figure.lqr-live-on");
    if (figure) return narrow(body, figure);
    if (fits(body, SIZES)) return;
    const next = split(slide);
    fits(body, SIZES);
    if (next) fit(next);
  }

  return () => document.querySelectorAll(".slides > section > section").forEach(fit);
})();
