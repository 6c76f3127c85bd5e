/* The tour, steps 2 and 5: the cost over the gain, with a gain to move, and with noise if there is any.

   data: a; k, the gain at first; x and y, ranges; labels of both; noise {label, value, most} or null. */
"use strict";

LQR.figures.tour_cost = (data, view) => {
  const { cost, interval, optimum, room } = LQR.oneState, { number } = LQR.words;
  const plot = view.plot({ x: data.x, y: data.y, labels: data.labels, ratio: 0.62 });
  const quiet = { a: data.a, noise: 0 }, told = data.noise;
  const noise = told && view.slider({
    label: told.label, min: 0, max: told.most, value: told.value, step: 0.01, words: (v) => number(v, 3),
  });
  const system = () => ({ a: data.a, noise: noise ? noise.value : 0 });
  const knob = plot.handle({
    label: "Gain", names: ["k", "cost"], value: [data.k, 0], on: (k) => cost(system(), k),
  });
  noise?.tick(1);
  view.button("Start again", () => {
    if (noise) noise.value = told.value;
    knob.move([data.k, 0]);
  });

  function sentence() {
    const s = system(), [k] = knob.value, best = optimum(s), ends = interval(s);
    if (!ends) return "The variance is 1 or more: the noise alone keeps the mean square from shrinking. No gain stabilizes; nothing is left.";
    const least = cost(s, best), now = cost(s, k), times = now / least, lines = [];
    if (noise) {
      const [low, high] = ends.map((end) => number(end));
      const share = Math.sqrt(1 - s.noise), wide = s.noise ? ` (${LQR.words.share(share)} of its width without noise)` : "";
      lines.push(`Stable from ${low} to ${high}${wide}; best at ${number(best)}, cost ${number(least, 3)}.`);
    }
    if (now === Infinity) lines.push(`At k = ${number(k)} ${noise ? "the mean square of the state does not die out" : "the state does not die out"}: the cost is infinite.`);
    else if (times < 1.0005) lines.push(`k = ${number(k)} is the best gain, to the eye: the floor of the valley, at cost ${number(now, 3)}.`);
    else {
      const parts = noise ? "" : `: the squares of the states sum to ${number(1 / room(s, k))}, and each counts 1 + k² = ${number(1 + k * k)} times`;
      lines.push(`At k = ${number(k)} the cost is ${number(now, 3)}${parts}.`);
      lines.push(`That is ${number(times, 3)} times the least${noise ? "." : `, which is ${number(least, 3)} at k = ${number(best)}.`}`);
    }
    return lines.join(" ");
  }

  view.draw = () => {
    if (!plot.clear()) return;
    const s = system(), ends = interval(s), best = optimum(s), [ink, pale] = [view.color("ink"), view.color("contour")];
    plot.axes();
    plot.within(() => {
      if (noise) plot.line(plot.curve((k) => cost(quiet, k), 800), pale, { width: 1.5 });
      if (!ends) return;
      for (const x of ends) plot.rule({ x }, pale);
      plot.line(plot.curve((k) => cost(s, k), 800), ink, { width: 2.5 });
      plot.markers([[best, cost(s, best)]], "*", ink, { size: 10, halo: view.color("paper") });
    });
    noise?.row.classList.toggle("lqr-live-over", !ends);
    knob.place();
    view.say(sentence());
  };
  view.state = () => ({ system: system(), k: knob.value[0], cost: cost(system(), knob.value[0]), best: optimum(system()) });
};
