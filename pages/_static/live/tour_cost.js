/* The tour, steps 2 and 5: the cost over the gain, with a gain to move, and with noise if there is any.

   data: a; k, the gain at first; x and y, ranges; labels of both; noise {label, value, most, color}, the colour
   of the curve without it, or null. */
"use strict";

LQR.figures.tour_cost = (data, view) => {
  const { cost, interval, optimum, room } = LQR.oneState, { number, share } = LQR.words;
  const plot = view.plot({ x: data.x, y: data.y, labels: data.labels, ratio: 0.62 });
  const quiet = { a: data.a, noise: 0 }, told = data.noise;
  const noise = told && view.slider({
    label: told.label, min: 0, max: told.most, value: told.value, step: 0.01, words: (v) => number(v, 3),
  });
  const system = () => ({ a: data.a, noise: noise ? noise.value : 0 });
  const knob = plot.handle({
    label: "Gain", names: ["k", "cost"], value: [data.k, 0], on: (k) => cost(system(), k),
  });
  if (noise) view.legend([{ label: "with this noise", color: "currentColor" }, { label: "without noise", color: told.color }]);
  noise?.tick(1);
  view.button("Start again", () => {
    if (noise) noise.value = told.value;
    knob.move([data.k, 0]);
  });

  function sentence() {
    const s = system(), [k] = knob.value, best = optimum(s), ends = interval(s), lines = [];
    if (!ends) return "With a variance of 1 or more the mean square never shrinks: no gain stabilizes, nothing is left.";
    const least = cost(s, best), now = cost(s, k), floor = `${number(least, 3)} at k = ${number(best, 3)}`;
    if (noise) {
      const [low, high] = ends.map((end) => number(end, 3)), part = share(Math.sqrt(1 - s.noise));
      const wide = s.noise ? ` (${part} of the width without noise)` : "";
      lines.push(`Stable from ${low} to ${high}${wide}; the least cost is ${floor}.`);
    }
    const place = `At k = ${number(k, 3)}${noise && Math.abs(k - optimum(quiet)) < 5e-4 ? ", best without noise," : ""}`;
    if (now === Infinity) {
      const what = noise ? "the mean square of the state" : "the state";
      return [...lines, `${place} ${what} does not die out: the cost is infinite.`].join(" ");
    }
    lines.push(`${place} the cost is ${number(now, 3)}${noise ? "" : parts(s, k)}.`);
    const more = now / least < 1.9 ? `${share(now / least - 1)} more than` : `${number(now / least)} times`;
    if (now / least < 1.0005) lines.push("This is the floor of the valley, to the eye.");
    else lines.push(`That is ${more} the least${noise ? "" : `, which is ${floor}`}.`);
    return lines.join(" ");
  }
  const parts = (s, k) => `: the squares of the states sum to ${number(1 / room(s, k), 3)}, `
    + `and each counts 1 + k² = ${number(1 + k * k, 3)} times`;

  view.draw = () => {
    if (!plot.clear()) return;
    const s = system(), ends = interval(s), best = optimum(s);
    const [ink, pale] = [view.color("ink"), view.color("contour")];
    plot.axes();
    plot.within(() => {
      if (noise) plot.line(plot.curve((k) => cost(quiet, k), 800), told.color, { width: 1.5 });
      if (!ends) return;
      for (const x of ends) plot.rule({ x }, pale);
      plot.line(plot.curve((k) => cost(s, k), 800), ink, { width: 2.5 });
      plot.markers([[best, cost(s, best)]], "*", ink, { size: 10, halo: view.color("paper") });
    });
    noise?.row.classList.toggle("lqr-live-over", !ends);
    knob.place();
    view.say(sentence());
  };
  view.state = () => { // for tests
    const s = system(), [k] = knob.value;
    return { system: s, k, cost: cost(s, k), best: optimum(s) };
  };
};
