/* The tour, step 7: the average cost of two systems after each has taken one step of its own.

   data: a, those of both; k, the gain at first; inner {label, value, most}, the slider of the step; x and
   y, ranges; labels of both; systems [{label, color}]; objective {label, color, marker}. */
"use strict";

LQR.figures.tour_adapt = (data, view) => {
  const { adapted, average, cost, objective, stationary } = LQR.oneState, { joined, number } = LQR.words;
  const plot = view.plot({ x: data.x, y: data.y, labels: data.labels, ratio: 0.62 }), told = data.inner;
  const systems = data.a.map((a) => ({ a })), look = data.objective;
  const inner = view.slider({
    label: told.label, min: 0, max: told.most, value: told.value, step: 0.005, words: (step) => number(step, 3),
  });
  const f = (k) => objective(systems, k, inner.value);
  const knob = plot.handle({ label: "Gain", names: ["k", "objective"], value: [data.k, 0], on: f });
  view.button("Start again", () => {
    inner.value = told.value;
    knob.move([data.k, 0]);
  });
  const before = { label: "average before the step", color: "currentColor", dashed: true };
  view.legend([...data.systems, before, { label: look.label, color: look.color }]);

  function found() {
    const step = inner.value, [k] = knob.value, places = stationary(systems, step);
    return { step, k, objective: f(k), before: average(systems, k), adapted: systems.map((s) => adapted(s, k, step)), places };
  }
  const short = (x) => number(x, 3);
  const change = (k) => `costs ${short(f(k))} after the step, ${short(average(systems, k))} before it`;

  /* How many minima there are, and where. */
  function valleys(floors) {
    const lowest = floors.reduce((a, b) => (f(b) < f(a) ? b : a), floors[0]);
    if (!floors.length) return "No minimum is left: wherever the gain is, the step throws a system out of its interval.";
    if (floors.length === 1) return `One minimum: ${short(lowest)}, which ${change(lowest)}.`;
    const where = `${["Two", "Three"][floors.length - 2] ?? "Several"} minima, at ${joined(floors.map(short))}`;
    return `${where}: where a descent ends depends on its start. The lowest, ${short(lowest)}, ${change(lowest)}.`;
  }
  function sentence({ step, k, objective: after, before, adapted: ends, places }) {
    const place = `k = ${short(k)}`, thrown = ends.flatMap((end, i) => (cost(systems[i], end) === Infinity ? [i + 1] : []));
    const first = step ? valleys(places.filter((one) => one.minimum).map((one) => one.k))
      : "No inner step: this is the average cost, with one valley.";
    if (before === Infinity) return `${first} At ${place} a system is not stable to begin with.`;
    if (!step) return `${first} At ${place} it is ${short(after)}.`;
    if (thrown.length) return `${first} From ${place} the step throws system ${joined(thrown)} out of its interval.`;
    const way = `From ${place} the step leads to ${ends.map(short).join(" and ")}`;
    return `${first} ${way}: the average cost goes from ${short(before)} to ${short(after)}.`;
  }

  view.draw = () => {
    if (!plot.clear()) return;
    const at = found(), paper = view.color("paper");
    plot.axes();
    plot.within(() => {
      systems.forEach((s, i) => plot.line(plot.curve((k) => cost(s, k), 1000), data.systems[i].color, { width: 1.5 }));
      plot.line(plot.curve((k) => average(systems, k), 1000), view.color("ink"), { width: 1.2, dashed: true });
      plot.line(plot.curve(f, 1600), look.color, { width: 3, halo: paper });
      const floors = at.places.filter((place) => place.minimum);
      plot.markers(floors.map(({ k }) => [k, f(k)]), look.marker, look.color, { size: 7, halo: paper });
      if (at.before < Infinity) systems.forEach((s, i) => {
        const { color } = data.systems[i], walk = [at.k, at.adapted[i]].map((k) => [k, cost(s, k)]);
        plot.line(walk, color, { width: 1.5, halo: paper });
        plot.markers(walk, "o", color, { size: 5, spacing: 0, halo: paper });
      });
    });
    knob.place();
    view.say(sentence(at));
  };
  view.state = found; // for tests
};
