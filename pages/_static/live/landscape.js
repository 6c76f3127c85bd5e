/* The cost over a plane of gains, and where three methods walk from a start that the reader moves.

   data: problem; plane {origin, across, up}, two orthogonal directions; x, y, their ranges; labels and
   names of both; ratio, height over width; levels of the cost over the least; start; methods [{name,
   label, color, marker, step, least, most}], the step with the ends of its slider; noise {label, most,
   step}, a factor on the variances, if there is noise; drawn and told, numbers of steps; size of the
   grid, if not 161; margin, if wider; words {lead, outside, none}; circles, more starts; chord, two gains
   or none, and its color; outline, whether the set without noise is outlined. With `curve` there is
   only one gain, across: y is the cost. */
"use strict";

LQR.figures.landscape = (data, view) => {
  const { allowedStep, atGain, descend, gainAt, gap, inverseCosts, optimum } = LQR.equations;
  const { joined, number, share } = LQR.words, SIZE = data.size ?? 161;
  const plot = view.plot({ x: data.x, y: data.y, labels: data.labels, ratio: data.ratio, log: data.curve ? "y" : "" });
  Object.assign(plot.margin, data.margin); // wider for long numbers
  const spread = ([low, high]) => Array.from({ length: SIZE }, (_, k) => low + ((high - low) * k) / (SIZE - 1));
  const [xs, ys] = [spread(data.x), spread(data.y)];
  const cost = (x) => Math.min(data.y[1], atGain(mapped().p, gainAt(data.plane, x, 0)).cost); // of the curve
  const on = data.curve && cost;
  const start = plot.handle({ label: "Start of the descents", names: data.names, value: data.start, on });

  for (const method of data.methods)
    method.slider = view.slider({
      label: method.label, mark: LQR.swatch(method.marker, method.color), words: (power) => number(10 ** power),
      min: Math.log10(method.least), max: Math.log10(method.most), value: Math.log10(method.step),
    });
  view.controls.prepend(LQR.element("p", { class: "lqr-live-lead" }, data.words.lead));
  const noise = !data.noise ? { value: 1 } : view.slider({
    label: data.noise.label, min: 0, max: data.noise.most, value: 1, step: data.noise.step ?? 0.1,
    words: (factor) => `${number(factor)}\u00a0×`,
  });
  noise.tick?.(1);
  view.button("Start again", () => {
    for (const method of data.methods) method.slider.value = Math.log10(method.step);
    noise.value = 1;
    start.value = data.start;
  });

  /* The problem with so many times its noise. */
  function problem(factor) {
    const scaled = ([variances, directions]) => [variances.map((v) => v * factor), directions];
    const { state_noise, input_noise } = data.problem;
    return { ...data.problem, state_noise: scaled(state_noise), input_noise: scaled(input_noise) };
  }

  /* The coordinates (x, y) of a gain in the plane. */
  const { add, inner } = LQR.matrices, { origin, across, up } = data.plane;
  const inPlane = (K) => [across, up].map((way) => inner(add(K, origin, -1), way) / inner(way, way));
  const place = ({ K, cost }) => (data.curve ? [K[0][0], Math.min(cost, data.y[1])] : inPlane(K));

  const quiet = data.outline && inverseCosts(problem(0), data.plane, xs, ys);
  let known = {}; // the map of the last noise
  function mapped() {
    if (known.noise !== noise.value) {
      const p = problem(noise.value), grid = data.curve ? null : inverseCosts(p, data.plane, xs, ys);
      known = { noise: noise.value, p, best: optimum(p), grid };
    }
    return known;
  }

  /* The three descents from the start. */
  function walks() {
    const { p, best } = mapped(), K = gainAt(data.plane, ...start.value), first = atGain(p, K);
    if (!best || !isFinite(first.cost)) return [];
    return data.methods.map((method) => {
      const step = 10 ** method.slider.value, allowed = allowedStep(p, first, best, method.name);
      const path = descend(p, K, method.name, step, data.drawn, 1e-9);
      const left = !isFinite(path.at(-1).cost), at = path[Math.min(data.told, path.length - 1)];
      return {
        ...method, step, allowed, multiple: step / allowed, path,
        left: left ? path.length - 1 : 0, share: gap(best, at) / gap(best, first),
      };
    });
  }

  function sentence(found) {
    const { best } = mapped();
    if (!best) return data.words.none;
    if (!found.length) return data.words.outside;
    const there = found.filter(({ left }) => !left || left > data.told);
    const told = there.map((walk, k) => `${walk.label} ${k ? "" : "has "}${share(walk.share)}${k ? "" : " of the gap left"}`);
    const lines = told.length ? [`After ${data.told} steps ${joined(told)}.`] : [];
    for (const { label, multiple, left } of found) {
      const times = `its step is ${number(multiple)} times what its theorem allows`;
      if (left) lines.push(`${label} left the set at step ${left}; ${times}.`);
    }
    const longer = found.filter(({ left, multiple }) => !left && multiple > 1.005);
    if (longer.length) {
      const many = longer.map(({ label, multiple }) => `${label} takes ${number(multiple)} times`);
      lines.push(`${joined(many)} the step that its theorem allows, and stays in the set all the same.`);
    }
    return lines.join(" ").replace(/(^|\. )([a-z])/g, (_, before, letter) => before + letter.toUpperCase());
  }

  /* The cost of the only gain; no gain stabilizes where it ends. */
  function curve() {
    const p = mapped().p, finite = (x) => atGain(p, gainAt(data.plane, x, 0)).cost;
    plot.axes();
    plot.within(() => plot.line(plot.curve((x) => (isFinite(finite(x)) ? finite(x) : NaN)), view.color("ink")));
  }

  /* The map: shades of the cost with lines between, hatched where it is infinite. */
  function paint(grid, least) {
    const shades = LQR.shades(view.color("cheap"), view.color("dear"), data.levels.length);
    const [outside, hatch] = [LQR.rgb(view.color("outside")), LQR.rgb(view.color("hatch"))];
    plot.paint(grid, SIZE, (inverse, column, row) => {
      if (!(inverse > 0)) return (column + row) % 9 < 1 ? hatch : outside;
      let level = 0;
      while (level < data.levels.length - 1 && 1 / inverse > data.levels[level + 1] * least) level++;
      return shades[level];
    });
    for (const level of data.levels.slice(1)) plot.contour(grid, SIZE, 1 / (level * least), view.color("contour"), 0.6);
    plot.contour(grid, SIZE, 0, view.color("ink"), 1.4);
    if (quiet) plot.contour(quiet, SIZE, 0, view.color("ink"), 1.2, true);
    plot.axes();
  }

  view.draw = () => {
    const { best, grid } = mapped();
    if (!plot.clear()) return;
    const paper = view.color("paper"), found = walks();
    plot.background(`${noise.value} ${paper}`, () => (data.curve ? curve() : paint(grid, best ? best.cost : 0)));
    plot.within(() => {
      if (data.chord.length) {
        const middle = [0, 1].map((k) => (data.chord[0][k] + data.chord[1][k]) / 2);
        plot.line(data.chord, data.color, { dashed: true });
        plot.markers([middle], "X", data.color, { size: 8, halo: paper });
      }
      for (const circle of data.circles) plot.markers([circle], "o", "#ffffff", { size: 6, halo: "#000000" });
      const drawn = [...found].sort((one, two) => two.path.length - one.path.length); // the shortest lies on top
      if (!data.curve) for (const { path, color } of drawn) plot.line(path.map(place), color, { halo: paper });
      for (const { path, color, marker } of drawn) plot.markers(path.slice(1).map(place), marker, color, { halo: paper });
      if (best) plot.markers([place(best)], "*", view.color("star"), { size: 10, halo: view.color("cheap") });
    });
    for (const { slider, name } of data.methods) {
      const walk = found.find((one) => one.name === name);
      slider.tick(walk ? Math.log10(walk.allowed) : NaN);
      slider.row.classList.toggle("lqr-live-over", walk?.multiple > 1.005);
    }
    start.place();
    view.say(sentence(found));
  };
  view.state = () => ({ get walks() { return walks(); }, map: mapped(), start, noise: noise.value }); // for tests
};
