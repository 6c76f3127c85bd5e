/* The tour, step 6: two systems, one gain: both costs and their average.

   data: a, of the first; second {label, value, least, most}, the slider of the other's; k, the gain at
   first; x and y, ranges; labels of both; systems [{label, color}]; average, its label. */
"use strict";

LQR.figures.tour_two = (data, view) => {
  const { average, common, cost, interval, optimum, stationary } = LQR.oneState, { number, share } = LQR.words;
  const plot = view.plot({ x: data.x, y: data.y, labels: data.labels, ratio: 0.62 }), told = data.second;
  const second = view.slider({ label: told.label, min: told.least, max: told.most, value: told.value, step: 0.01, words: (a) => number(a, 3) });
  const systems = () => [{ a: data.a }, { a: second.value }];
  const knob = plot.handle({ label: "Gain", names: ["k", "average cost"], value: [data.k, 0], on: (k) => average(systems(), k) });
  second.tick(data.a); // where both are the same
  view.button("Start again", () => {
    second.value = told.value;
    knob.move([data.k, 0]);
  });
  view.legend([...data.systems, { label: data.average, color: "currentColor" }]);

  function found() {
    const both = systems(), [k] = knob.value, ends = common(both), best = ends && stationary(both, 0)[0].k;
    const own = both.map((s) => optimum(s)), alone = both.map((s, i) => cost(s, own[i]));
    return { systems: both, k, ends, best, own, alone: (alone[0] + alone[1]) / 2, costs: both.map((s) => cost(s, k)), shared: ends && average(both, best) };
  }
  function sentence(at) {
    const [first, other] = at.own.map((k) => number(k));
    if (!at.ends) return `The intervals do not overlap: no gain stabilizes both. Each on its own is easy, with k = ${first} and k = ${other}.`;
    const more = at.shared / at.alone - 1, own = `each with its own (${first} and ${other}) they cost ${number(at.alone, 3)}`;
    const price = more > 5e-4 ? `sharing costs ${share(more)} more` : "sharing costs nothing: they are the same, or nearly";
    const which = at.costs.map((c, i) => (c === Infinity ? ["first", "second"][i] : "")).filter(Boolean);
    const lines = [`Both are stable from ${number(at.ends[0])} to ${number(at.ends[1])}. The best common gain, ${number(at.best)}, costs ${number(at.shared, 3)} on average; ${own}: ${price}.`];
    if (which.length) lines.push(`At k = ${number(at.k)} the ${which.length > 1 ? "two are" : `${which[0]} is`} not stable.`);
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
