/* The tour, step 6: two systems, one gain: both costs and their average.

   data: a, of the first; second {label, value, least, most}, the slider of the other's; k, the gain at
   first; x and y, ranges; labels of both; systems [{label, color}]; average, its label. */
"use strict";

LQR.figures.tour_two = (data, view) => {
  const { average, common, cost, interval, optimum, stationary } = LQR.oneState, { number, share } = LQR.words;
  const plot = view.plot({ x: data.x, y: data.y, labels: data.labels, ratio: 0.62 }), told = data.second;
  const second = view.slider({
    label: told.label, min: told.least, max: told.most, value: told.value, step: 0.01, words: (a) => number(a, 3),
  });
  const systems = () => [{ a: data.a }, { a: second.value }], height = (k) => average(systems(), k);
  const knob = plot.handle({ label: "Gain", names: ["k", "average cost"], value: [data.k, 0], on: height });
  second.tick(data.a - 2); // below it the intervals do not overlap
  view.button("Start again", () => {
    second.value = told.value;
    knob.move([data.k, 0]);
  });
  view.legend([...data.systems, { label: data.average, color: "currentColor" }]);

  function found() {
    const both = systems(), [k] = knob.value, ends = common(both), own = both.map(optimum);
    const best = ends && stationary(both, 0)[0].k, alone = (cost(both[0], own[0]) + cost(both[1], own[1])) / 2;
    return { systems: both, k, costs: both.map((s) => cost(s, k)), ends, best, shared: ends && height(best), own, alone };
  }
  function sentence(at) {
    const [first, other] = at.own.map((k) => number(k, 3));
    if (!at.ends)
      return `The intervals do not overlap: no gain stabilizes both. Each alone is easy, with k = ${first} and k = ${other}.`;
    const [low, high] = at.ends.map((end) => number(end, 3)), more = at.shared / at.alone - 1;
    const price = more > 5e-4 ? `${share(more)} more than` : "the same, to the eye, as";
    const best = `The best common gain, ${number(at.best, 3)}, costs ${number(at.shared, 3)} on average`;
    const lines = [`Both are stable from ${low} to ${high}.`, `${best}, ${price} with a gain for each (${first} and ${other}).`];
    const out = at.costs.flatMap((c, i) => (c === Infinity ? [`system ${i + 1} is not stable`] : []));
    const costs = `the costs are ${at.costs.map((c) => number(c, 3)).join(" and ")}, on average ${number(height(at.k), 3)}`;
    lines.push(`At k = ${number(at.k, 3)} ${["", out[0], "neither is stable"][out.length] || costs}.`);
    return lines.join(" ");
  }

  view.draw = () => {
    if (!plot.clear()) return;
    const at = found(), [ink, paper] = [view.color("ink"), view.color("paper")], floor = data.y[0];
    plot.axes();
    plot.within(() => {
      at.systems.forEach((s, i) => {
        const { color } = data.systems[i], height = floor + (data.y[1] - floor) * (0.025 + 0.035 * i);
        plot.line(plot.curve((k) => cost(s, k), 1000), color, { width: 1.8, halo: paper });
        plot.line(interval(s).map((k) => [k, height]), color, { width: 6 });
        plot.markers([[at.own[i], cost(s, at.own[i])]], "o", color, { size: 6, halo: paper });
      });
      if (!at.ends) return;
      plot.line(plot.curve((k) => average(at.systems, k), 1000), ink, { width: 2.5 });
      plot.markers([[at.best, at.shared]], "*", ink, { size: 10, halo: paper });
    });
    second.row.classList.toggle("lqr-live-over", !at.ends);
    knob.place();
    view.say(sentence(at));
  };
  view.state = found; // for tests
};
