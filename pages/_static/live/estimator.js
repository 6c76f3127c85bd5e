/* Three estimates of the gradient for two gains from N cost queries: what their radius does (Lemma
   "Leading bias and variance" of chapter 10).

   data: problem; places [{label, K, room, leading, radii, seeds, measured}], the distance from K to the
   edge of the stabilizing set, the Lemma's bias over r^2, and by kind the error [root mean square,
   least, largest] over seeds by radius and number of queries; kinds [{name, label, color, marker}];
   queries, chosen (a place in it); x, y, labels of the plane of gains. Errors are relative to the gradient. */
"use strict";

LQR.estimator = (() => {
  const { adjoint, loop, lyapunov, stageWeight } = LQR.equations;
  const { definite, frobenius, identity, inner } = LQR.matrices;

  /* C(K), as atGain has it, without the rest. */
  function cost(p, K) {
    const found = lyapunov(adjoint(loop(p, K)), stageWeight(p, K), identity(p.A.length));
    const stable = found && definite(Float64Array.from(found[1].flat()), p.A.length);
    return stable ? inner(found[0], p.Sigma0) : Infinity;
  }

  /* The two entries of a gain, moved by r (cos, sin). */
  const moved = (K, r, turn) => {
    let k = 0;
    return K.map((row) => row.map((entry) => entry + r * turn[k++]));
  };

  /* Relative bias, and variance of one sample by kind, at K: means over directions U = r W on the circle,
     by the trapezoid rule, which is exact to rounding while the ball is in the set. `outside` is the
     share of queries that are infinite. */
  function moments(p, { K, cost: centre, gradient }, r, points) {
    const angles = Array.from({ length: points }, (_, k) => (2 * Math.PI * k) / points);
    const turns = angles.map((t) => [Math.cos(t), Math.sin(t)]), plus = turns.map((turn) => cost(p, moved(K, r, turn)));
    const outside = plus.filter((J) => !isFinite(J)).length / points;
    const names = ["one point", "baseline", "two points"];
    const byKind = (values) => Object.fromEntries(names.map((name, k) => [name, values[k]]));
    if (outside) return { bias: Infinity, variances: byKind([Infinity, Infinity, Infinity]), outside };
    const odd = plus.map((J, k) => (J - plus[(k + points / 2) % points]) / 2); // W and -W
    const average = (values) => values.reduce((sum, x) => sum + x, 0) / points;
    const g = gradient.flat(), size = frobenius(gradient) ** 2;
    const mean = [0, 1].map((i) => (2 / r) * average(odd.map((J, k) => J * turns[k][i]))); // d/r^2 E J(K+U) U
    const bias = Math.hypot(mean[0] - g[0], mean[1] - g[1]) / Math.sqrt(size);
    const weights = [plus, plus.map((J) => J - centre), odd]; // what each multiplies U by
    const squares = weights.map((values) => (4 / r ** 2) * average(values.map((x) => x * x)));
    const variances = squares.map((square) => (square - mean[0] ** 2 - mean[1] ** 2) / size);
    return { bias, variances: byKind(variances), outside };
  }

  const samples = (kind, queries) => (kind === "two points" ? Math.floor(queries / 2) : queries);

  /* Root mean square relative error of an average. */
  const error = ({ bias, variances }, kind, queries) => Math.sqrt(bias ** 2 + variances[kind] / samples(kind, queries));

  return { cost, error, moments, samples };
})();

LQR.figures.estimator = (data, view) => {
  const { error, moments } = LQR.estimator, { atGain, gainAt, inverseCosts } = LQR.equations;
  const { number, share } = LQR.words, p = data.problem, SIZE = 101, RADII = [0.003, 0.6];
  const spread = ([low, high]) => Array.from({ length: SIZE }, (_, k) => low + ((high - low) * k) / (SIZE - 1));
  const single = data.places[0].K.length === 1, gain = (x, y) => (single ? [[x, y]] : [[x], [y]]);
  const axes = { origin: gain(0, 0), across: gain(1, 0), up: gain(0, 1) };
  const grid = inverseCosts(p, axes, spread(data.x), spread(data.y));
  const at = data.places.map(({ K }) => atGain(p, K));
  view.box.classList.add("lqr-live-pair");
  const plane = view.plot({ x: data.x, y: data.y, labels: data.labels }); // as wide as high
  const labels = ["radius r", "error / norm of the gradient"];
  const plot = view.plot({ x: RADII, y: [3e-4, 300], log: "xy", labels });
  for (const each of [plane, plot]) Object.assign(each.margin, { left: 66, right: 18 });

  const place = view.choice({ label: "Gain", options: data.places.map(({ label }) => label) });
  const radius = view.slider({
    label: "radius r (tick: edge of the stable set)", words: (power) => number(10 ** power),
    min: Math.log10(RADII[0]), max: Math.log10(RADII[1]), value: -1,
  });
  const queries = view.slider({
    label: "cost queries", min: 0, max: data.queries.length - 1, step: 1, value: data.chosen,
    words: (k) => number(data.queries[k]),
  });
  view.legend([
    ...data.kinds,
    { label: "bias alone", color: "var(--live-ink)" },
    { label: "bias, leading order", color: "var(--live-ink)", dashed: true },
  ]);
  view.button("Start again", () => {
    place.value = 0;
    radius.value = -1;
    queries.value = data.chosen;
  });

  /* Moments over the radii up to the edge, once for each gain: all that moves after that is N. */
  const known = new Map();
  const points = (r, room) => (r < 0.9 * room ? 128 : 512);
  function curve(k) {
    if (!known.has(k)) {
      const { room } = data.places[k], last = (0.99 * room) / RADII[0];
      const radii = Array.from({ length: 56 }, (_, j) => RADII[0] * last ** (j / 55));
      known.set(k, radii.map((r) => ({ r, ...moments(p, at[k], r, points(r, room)) })));
    }
    return known.get(k);
  }
  const best = (found, N) => data.kinds.reduce((a, b) => (error(found, b.name, N) < error(found, a.name, N) ? b : a));
  const here = () => ({ k: place.value, N: data.queries[queries.value], r: 10 ** radius.value });
  const least = (r) => {
    const { k, N } = here(), found = moments(p, at[k], r, points(r, data.places[k].room));
    return error(found, best(found, N).name, N);
  };
  const knob = plot.handle({
    label: "Radius, on the curve of the best estimate", names: ["radius", "error"], value: [0.1, 1], on: least,
    moved: ([r]) => (radius.value = Math.log10(r)),
  });

  /* Everything that is said, at this gain, radius and number of queries. */
  function state() {
    const { k, N, r } = here(), { K, room, leading } = data.places[k], found = moments(p, at[k], r, points(r, room));
    const errors = Object.fromEntries(data.kinds.map(({ name }) => [name, error(found, name, N)]));
    return { k, K, N, r, room, ...found, errors, leading: leading * r * r, winner: best(found, N) };
  }

  const called = ({ label }) => label.replace(",", " with"); // one point, baseline
  const off = (x) => (x < 1 ? share(x) : `${number(x)} times the gradient`);
  function sentence({ N, r, room, bias, outside, errors, leading, winner }) {
    if (outside || r >= room)
      return `The ball leaves the set: the radius is ${number(r / room, 3)} times the distance to its edge, and `
        + `${outside ? share(outside) : "hardly any"} of the queries are infinite. No estimate has a mean here, and no number of queries helps.`;
    const others = data.kinds.filter(({ name }) => name !== winner.name);
    const rest = others.map((kind) => `${called(kind)} by ${off(errors[kind.name])}`);
    const now = errors[winner.name], ten = Math.sqrt(bias ** 2 + (now ** 2 - bias ** 2) / 10); // of 10 N queries
    const more = ten > 0.9 * now ? "Almost all of it is bias, which no number of queries removes."
      : `Ten times the queries bring ${off(ten)}.`;
    return [
      `At ${share(r / room)} of the way to the edge of the stabilizing set, ${number(N)} queries: best is`,
      `${called(winner)}, off by ${off(errors[winner.name])} (root mean square); ${rest.join(", ")}.`,
      `All three have the same bias, ${off(bias)} (leading order: ${off(leading)}). ${more}`,
    ].join(" ");
  }

  function drawPlane({ k, K, r, room, outside }) {
    const [x, y] = K.flat(), paper = view.color("paper"), over = outside || r >= room;
    const shades = [view.color("outside"), view.color("hatch"), view.color("cheap")].map(LQR.rgb);
    plane.background(paper, () => {
      const shade = (inverse, column, row) => shades[inverse > 0 ? 2 : (column + row) % 9 < 1 ? 1 : 0];
      plane.paint(grid, SIZE, shade);
      plane.contour(grid, SIZE, 0, view.color("ink"), 1.4);
      plane.axes();
    });
    const color = over ? view.color("over") : view.color("star");
    const around = Array.from({ length: 181 }, (_, j) => (Math.PI * j) / 90);
    const rim = around.map((t) => [x + r * Math.cos(t), y + r * Math.sin(t)]);
    plane.within(() => {
      plane.fill(rim, [], color, 0.15);
      plane.line(rim, color, { halo: view.color("cheap") });
      plane.markers([[x, y]], "o", view.color("star"), { halo: view.color("cheap") });
    });
  }

  function drawErrors({ k: gain, N, room }) {
    const ink = view.color("ink"), paper = view.color("paper"), { radii, measured, leading } = data.places[gain];
    plot.within(() => {
      plot.rule({ x: room }, ink);
      plot.line(curve(gain).map((found) => [found.r, found.bias]), ink, { width: 1.5 });
      plot.line(RADII.map((x) => [x, leading * x * x]), ink, { width: 1.5, dashed: true });
      for (const [k, { name, color, marker }] of data.kinds.entries()) {
        const aside = 1.05 ** (k - 1); // or the ranges would hide each other
        plot.line(curve(gain).map((found) => [found.r, error(found, name, N)]), color);
        radii.forEach((radius, j) => {
          const [middle, low, high] = measured[name][j][queries.value], x = radius * aside;
          plot.line([[x, low], [x, high]], color, { width: 1.2 });
          plot.markers([[x, middle]], marker, color, { size: 5, halo: paper });
        });
      }
    });
    plot.label("edge", [room, 4e-4], { align: "right", dx: -4 });
    plot.axes();
  }

  view.draw = () => {
    if (!plane.clear() || !plot.clear()) return;
    const now = state();
    drawPlane(now);
    drawErrors(now);
    knob.value = [now.r, 0];
    knob.place();
    radius.tick(Math.log10(now.room));
    radius.row.classList.toggle("lqr-live-over", now.r >= now.room);
    view.say(sentence(now));
  };
  Object.assign(view, { state, radius, place, queries }); // for tests
};
