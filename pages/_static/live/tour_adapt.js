/* The tour, step 7: the average cost of two systems after each has taken one step of its own.

   data: a, those of both; k, the gain at first; inner {label, value, most}, the slider of the step; x and
   y, ranges; labels of both; systems [{label, color}]; objective {label, color, marker}. */
"use strict";

LQR.figures.tour_adapt = (data, view) => {
  const { adapted, average, cost, objective, stationary } = LQR.oneState, { joined, number } = LQR.words;
  const plot = view.plot({ x: data.x, y: data.y, labels: data.labels, ratio: 0.62 }), told = data.inner;
  const systems = data.a.map((a) => ({ a })), look = data.objective;
  const inner = view.slider({ label: told.label, min: 0, max: told.most, value: told.value, step: 0.005, words: (step) => number(step, 3) });
  const f = (k) => objective(systems, k, inner.value);
  const knob = plot.handle({ label: "Gain", names: ["k", "objective"], value: [data.k, 0], on: f });
  view.button("Start again", () => {
    inner.value = told.value;
    knob.move([data.k, 0]);
  });
  view.legend([...data.systems, { label: look.label, color: look.color }]);

  function found() {
    const step = inner.value, [k] = knob.value;
    return { step, k, objective: f(k), before: average(systems, k), adapted: systems.map((s) => adapted(s, k, step)), places: stationary(systems, step) };
  }
  function sentence({ step, k, objective: after, before, adapted: ends, places }) {
    const floors = places.filter((place) => place.lowest).map((place) => place.k);
    const lowest = floors.length ? floors.reduce((a, b) => (f(b) < f(a) ? b : a)) : NaN;
    const count = ["No", "One", "Two", "Three"][floors.length], lines = [];
    if (!step) lines.push("No inner step: this is the average cost, with one valley.");
    else if (!floors.length) lines.push("No minimum is left: wherever the gain is, the step throws a system out of its interval.");
    else if (floors.length === 1) lines.push(`One minimum, at ${number(lowest)}.`);
    else lines.push(`${count} minima, at ${joined(floors.map((at) => number(at)))}: where a descent ends depends on its start. The lowest, at ${number(lowest)}, costs ${number(f(lowest), 3)} after the step, but ${number(average(systems, lowest), 3)} before it.`);
    if (before === Infinity) lines.push(`At k = ${number(k)} a system is not stable to begin with.`);
    else if (after === Infinity) lines.push(`From k = ${number(k)} the step throws ${joined(ends.flatMap((end, i) => (cost(systems[i], end) === Infinity ? [`system ${i + 1}`] : [])))} out of its interval.`);
    else if (step) lines.push(`From k = ${number(k)} the step leads to ${ends.map((end) => number(end)).join(" and ")}; the average cost goes from ${number(before, 3)} to ${number(after, 3)}.`);
    return lines.join(" ");
  }

  view.draw = () => {
    if (!plot.clear()) return;
    const at = found(), paper = view.color("paper");
    plot.axes();
    plot.within(() => {
      systems.forEach((s, i) => plot.line(plot.curve((k) => cost(s, k), 1000), data.systems[i].color, { width: 1.5 }));
      plot.line(plot.curve(f, 1600), look.color, { width: 3, halo: paper });
      const floors = at.places.filter((place) => place.lowest);
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
