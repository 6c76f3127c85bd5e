/* The tour, step 3: gradient descent on the cost of one gain, from a start to move, with a step to choose.

   data: a; start; x and y, ranges; labels of both; steps {value, least, most}; drawn and told, numbers of
   steps; color, marker. */
"use strict";

LQR.figures.tour_downhill = (data, view) => {
  const { cost, descend, gap, interval, opposite, optimum, safeStep } = LQR.oneState, { number, share } = LQR.words;
  const plot = view.plot({ x: data.x, y: data.y, labels: data.labels, ratio: 0.62 });
  const system = { a: data.a, noise: 0 }, best = optimum(system), { value, least, most } = data.steps;
  const f = (k) => cost(system, k);
  const start = plot.handle({ label: "Start", names: ["k", "cost"], value: [data.start, 0], on: f });
  const power = view.slider({
    label: "step η", mark: LQR.swatch(data.marker, data.color), words: (p) => number(10 ** p),
    min: Math.log10(least), max: Math.log10(most), value: Math.log10(value),
  });
  view.button("Start again", () => {
    power.value = Math.log10(value);
    start.move([data.start, 0]);
  });

  /* The descent. `safe` is one over the largest curvature below the height of the start; `left` and
     `crossed` are the first steps out of the interval and past the best gain, -1 where there are none. */
  function walk() {
    const [k] = start.value, step = 10 ** power.value, path = descend(system, k, step, data.drawn);
    const safe = isFinite(f(k)) ? safeStep(system, k) : NaN;
    const past = (at, t) => (at - best) * (path[t - 1] - best) < 0 && Math.abs(path[t - 1] - best) > 1e-9;
    const crossed = path.findIndex((at, t) => t > 0 && past(at, t));
    const rest = gap(system, path[Math.min(data.told, path.length - 1)]) / gap(system, k);
    return { path, step, safe, multiple: step / safe, left: path.findIndex((at) => f(at) === Infinity), crossed, rest };
  }

  function sentence({ path, safe, multiple, left, crossed, rest }) {
    if (left === 0) return "Out here the cost is infinite: there is no slope to follow.";
    if (gap(system, path[0]) < 1e-9) return "The start is the best gain: the slope is zero, and nothing moves.";
    const after = `after ${data.told} steps`, kept = `${after} ${share(rest)} of the gap is left`, lines = [];
    if (left > 0) {
      const where = `Step ${left} jumps to k = ${number(path[left], 3)}, out of the interval`;
      lines.push(`${where}: the cost is infinite, the descent is over.`);
    } else if (rest > 1) {
      lines.push(`It swings to and fro: ${after} the gap is ${number(rest)} times what it was at the start.`);
    } else if (crossed > 0) lines.push(`Step ${crossed} overshoots, to the other side of the best gain; ${kept}.`);
    else lines.push(`It never overshoots; ${kept}.`);
    const sure = `1/L, which is ${number(safe)}`;
    if (multiple > 1) lines.push(`The step is ${number(multiple)} times as long as ${sure}: it may go up.`);
    else lines.push(`The step is no longer than ${sure}: every step is sure to go down.`);
    return lines.join(" ");
  }

  view.draw = () => {
    if (!plot.clear()) return;
    const found = walk(), [ink, paper] = [view.color("ink"), view.color("paper")];
    const places = found.path.map((k) => [k, Math.min(f(k), 1.1 * data.y[1])]); // out of the interval, above
    const [k] = start.value, level = [k, opposite(system, k)].map((gain) => [gain, f(k)]);
    plot.axes();
    plot.within(() => {
      for (const x of interval(system)) plot.rule({ x }, view.color("contour"));
      if (isFinite(f(k))) plot.line(level, view.color("contour"), { dashed: true });
      plot.line(plot.curve(f, 800), ink, { width: 2.5 });
      plot.line(places, data.color, { width: 1.5, halo: paper });
      plot.markers(places, data.marker, data.color, { size: 5, spacing: 6, halo: paper });
      plot.markers([[best, f(best)]], "*", ink, { size: 10, halo: paper });
    });
    power.tick(Math.log10(found.safe));
    power.row.classList.toggle("lqr-live-over", found.multiple > 1);
    start.place();
    view.say(sentence(found));
  };
  view.state = () => ({ system, start: start.value[0], ...walk() }); // for tests
};
