/* Fit each slide into its box, once, before the show: type as large as it goes, down to a floor; what
   is longer goes on with the next slide. All slides are laid out while this runs, so sizes are right. */
"use strict";

window.fitted = (() => {
  const SIZES = [32, 30, 28, 26, 24, 22, 20];
  const PAGE = 1.15; // by which pages enlarge pictures (book/stage.py); their labels have 12 px without it
  const MORE = " (continued)";
  const NARROWER = 20; // px, until a live figure fits

  const full = (body) => body.scrollHeight > body.clientHeight + 1 || body.scrollWidth > body.clientWidth + 1;

  /* Whether one of the sizes does, the largest first. */
  function fits(body, sizes) {
    return sizes.some((size) => {
      body.style.fontSize = `${size}px`;
      return !full(body);
    });
  }

  /* A live figure's plots are as high as their width asks for. */
  function narrow(body, figure) {
    const box = figure.querySelector(".lqr-live-figure");
    const widest = box.matches(".lqr-live-two, .lqr-live-pair") ? 420 : 740; // two plots, or one
    for (let width = widest; width > 240; width -= NARROWER) {
      box.style.setProperty("--plot", `${width}px`);
      LQR.views[figure.id].draw();
      if (!full(body)) return;
    }
  }

  /* A tall picture goes beside its caption; where its labels were too small, on two slides. */
  function turn(slide, figure) {
    const picture = figure.querySelector("img"), ratio = picture.naturalHeight / picture.naturalWidth;
    const least = ratio * parseFloat(picture.dataset.style.replace(/\D*/, "")) / PAGE;
    if (ratio < 0.75) return;
    figure.classList.add("tall");
    if (picture.clientHeight >= least) return;
    const next = continued(slide), again = next.querySelector("figure");
    figure.classList.add("half");
    again.classList.add("half", "lower");
    again.removeAttribute("id");
  }

  /* The same slide again behind itself, without its notes. */
  function continued(slide) {
    const next = slide.cloneNode(true);
    next.removeAttribute("id");
    next.querySelector(".notes").replaceChildren();
    slide.after(next);
    return next;
  }

  /* The blocks that may go to the next slide, and where: a formula stays with the words before it. */
  const apart = (block) => !block.matches(".math") && !block.previousElementSibling?.matches(".chip");

  /* Each point of a list as a list of its own, which can go to another slide. */
  function loosen(list) {
    [...list.children].forEach((point, k) => {
      const own = list.cloneNode(false);
      if (list.matches("ol")) own.start = k + 1;
      own.append(point);
      list.before(own);
    });
    list.remove();
  }

  /* Move what does not fit at the last but one size to a new slide behind this one. */
  function split(slide) {
    const body = slide.querySelector(".body");
    body.querySelectorAll(":scope > :is(ol, ul)").forEach(loosen);
    const next = continued(slide), rest = next.querySelector(".body"), title = next.querySelector("h2");
    if (title && !title.textContent.endsWith(MORE)) title.append(MORE);
    const rows = body.querySelector(":scope > table:last-child > tbody");
    const from = rows ?? body, to = rows ? rest.querySelector("tbody") : rest;
    if (rows) rest.replaceChildren(to.parentElement);
    to.replaceChildren();
    body.style.fontSize = `${SIZES.at(-2)}px`;
    while (full(body) && from.children.length > 1) {
      let last = from.lastElementChild;
      while (!apart(last) && last !== from.children[1]) {
        to.prepend(last);
        last = from.lastElementChild;
      }
      to.prepend(last);
    }
    return to.children.length ? next : next.remove();
  }

  function fit(slide, sizes = SIZES) {
    const body = slide.querySelector(".body"), figure = body.querySelector("figure.lqr-live-on");
    if (figure) return narrow(body, figure);
    if (slide.matches(".figure")) return turn(slide, body.querySelector("figure"));
    if (fits(body, sizes)) return;
    const next = split(slide);
    fits(body, SIZES);
    if (next) fit(next, SIZES.slice(0, -1));
  }

  return () => document.querySelectorAll(".slides > section > section").forEach((slide) => fit(slide));
})();
