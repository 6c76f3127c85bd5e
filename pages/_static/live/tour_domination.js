/* The tour, step 4: the gap of the cost below a constant times its squared slope, over the gain.

   data: a; k, the gain at first; x and y, ranges; labels of both; names of the two curves. */
"use strict";

LQR.figures.tour_domination = (data, view) => {
  const { cost, domination, gap, slope } = LQR.oneState, { number } = LQR.words;
  const plot = view.plot({ x: data.x, y: data.y, labels: data.labels, ratio: 0.62 });
  const system = { a: data.a, noise: 0 }, lambda = domination(system);
  const certified = (k) => slope(system, k) ** 2 / lambda, actual = (k) => gap(system, k);
  const knob = plot.handle({ label: "Gain", names: ["k", "gap"], value: [data.k, 0], on: actual });
  view.button("Start again", () => knob.move([data.k, 0]));

  function found() {
    const [k] = knob.value;
    const blind = (slope(system, k) ** 2 * cost(system, k)) / 4; // lambda >= 4 / C(k)
    return { k, slope: slope(system, k), gap: actual(k), certified: certified(k), blind, lambda };
  }
  function sentence(at) {
    const place = `k = ${number(at.k, 3)}`;
    if (at.gap === Infinity) return `${place} does not stabilize: there is neither slope nor gap.`;
    if (at.gap < 1e-9) return "The slope is zero, to the eye, and so is the gap: this is the best gain.";
    const told = `so the gap is at most ${number(at.certified, 3)}, or ${number(at.blind, 3)} without knowing k*`;
    const truth = `It is ${number(at.gap, 3)}: the promise is ${number(at.certified / at.gap, 3)} times as much.`;
    return `At ${place} the slope is ${number(at.slope)}, ${told}. ${truth}`;
  }

  view.legend(data.names.map((label, k) => ({ label, color: "currentColor", dashed: k === 1 })));

  view.draw = () => {
    if (!plot.clear()) return;
    const at = found(), ink = view.color("ink");
    plot.axes();
    plot.within(() => {
      for (const x of LQR.oneState.interval(system)) plot.rule({ x }, view.color("contour"), { width: 1, dashed: false });
      const [lower, upper] = [actual, certified].map((f) => plot.curve(f, 800).filter((at) => isFinite(at[1])));
      plot.fill(lower, upper, view.color("contour"), 0.15);
      plot.line(plot.curve(actual, 800), ink, { width: 2.5 });
      plot.line(plot.curve(certified, 800), ink, { width: 2, dashed: true });
      if (at.gap < Infinity) plot.line([[at.k, at.gap], [at.k, at.certified]], ink, { width: 1.2 });
      if (at.gap < Infinity) plot.markers([[at.k, at.certified]], "o", ink, { halo: view.color("paper") });
    });
    knob.place();
    view.say(sentence(at));
  };
  view.state = found; // for tests
};
