/* The MAML objective over one gain: the average cost of two mirrored tasks x+ = a x + b u and a x - b u
   after one inner step on each. At a = 0 the two are one task.

   data: problem, the first task; settings [{words, difference, share, gain}], a, the inner step as a multiple
   of 1/J''(0), and the gain to drag, from which a choice starts; most {difference, share}, ends of the sliders;
   above, how far the cost axis reaches above the cost in the middle; looks {tasks, maml}, labels and colours. */
"use strict";

LQR.meta_objective = (() => {
  const variance = ([variances, shapes]) => variances.reduce((sum, v, i) => sum + v * shapes[i][0][0] ** 2, 0);

  /* The cost of a task with one state and its first three derivatives at a gain, J = Sigma0 N / D with
     N = Q + R k^2 and D = 1 - (A - B k)^2 - noise: they solve (J D)^(j) = Sigma0 N^(j). */
  function cost(p, k) {
    const [A, B, Q, R, S] = [p.A, p.B, p.Q, p.R, p.Sigma0].map((X) => X[0][0]), kick = variance(p.input_noise);
    const D = 1 - (A - B * k) ** 2 - variance(p.state_noise) - kick * k * k;
    if (!(D > 0)) return [Infinity, NaN, NaN, NaN]; // k does not stabilize
    const D1 = 2 * B * (A - B * k) - 2 * kick * k, D2 = -2 * (B * B + kick), J = (S * (Q + R * k * k)) / D;
    const J1 = (2 * S * R * k - J * D1) / D, J2 = (2 * S * R - 2 * J1 * D1 - J * D2) / D;
    return [J, J1, J2, (-3 * J2 * D1 - 3 * J1 * D2) / D];
  }

  /* The gains that stabilize every task, an interval: D > 0 for each. */
  function common(tasks) {
    const ends = tasks.map((p) => {
      const [A, B] = [p.A[0][0], p.B[0][0]], c = B * B + variance(p.input_noise), middle = (A * B) / c;
      const half = Math.sqrt(middle * middle + (1 - A * A - variance(p.state_noise)) / c);
      return [middle - half, middle + half];
    });
    return [Math.max(...ends.map(([low]) => low)), Math.min(...ends.map(([, high]) => high))];
  }

  /* J_ML at a gain (S1 equation 3), its slope (S1 equation 4) and curvature, and for each task the cost
     of k, the gain after the inner step, and the cost of that. */
  function at(tasks, k, step) {
    const each = tasks.map((p) => {
      const [J, J1, J2, J3] = cost(p, k), adapted = k - step * J1, [after, slope, bend] = cost(p, adapted);
      const rate = 1 - step * J2; // of the adapted gain
      return { cost: J, adapted, after, slope: slope * rate, bend: bend * rate * rate - step * slope * J3 };
    });
    const mean = (name) => each.reduce((sum, task) => sum + task[name], 0) / tasks.length;
    const value = each.every(({ after }) => isFinite(after)) ? mean("after") : Infinity;
    return { k, value, slope: mean("slope"), bend: mean("bend"), each };
  }

  /* Where the slope of J_ML changes its sign between two neighbouring numbers: minima and maxima. The
     gains that are looked at stand closer and closer towards both ends of the common interval. */
  function stationary(tasks, step, count = 3000) {
    const [low, high] = common(tasks), found = [], slope = (k) => at(tasks, k, step).slope;
    let before = NaN, last = NaN;
    for (let i = 0; i < count; i++) {
      const k = (low + high) / 2 + ((high - low) / 2) * Math.tanh(24 * (i / (count - 1) - 0.5)), here = slope(k);
      if (isFinite(before) && isFinite(here) && before > 0 !== here > 0) {
        let [a, b] = [last, k];
        for (let middle = (a + b) / 2; a < middle && middle < b; middle = (a + b) / 2)
          if (slope(middle) > 0 === before > 0) a = middle;
          else b = middle;
        found.push({ ...at(tasks, b, step), kind: before > 0 ? "maximum" : "minimum", between: [a, b] });
      }
      [before, last] = [here, k];
    }
    return found;
  }
  return { at, common, cost, stationary };
})();

LQR.figures.meta_objective = (data, view) => {
  const { at, common, cost, stationary } = LQR.meta_objective, { joined } = LQR.words, [first] = data.settings;
  const number = (x, digits = 3) => LQR.words.number(Math.abs(x) < 1e-9 ? 0 : x, digits);
  const axes = ["gain k", "cost"];
  const plot = view.plot({ x: [-1, 1], y: [1, 2], labels: axes, ratio: 0.85 });

  const start = view.choice({ label: "Start from", options: data.settings.map(({ words }) => words) });
  const difference = view.slider({
    label: "tasks x⁺ = a x ± u", min: 0, max: data.most.difference, value: first.difference, step: 0.01,
    words: (a) => (a ? `a = ${number(a)}` : "a = 0: one task"),
  });
  const share = view.slider({
    label: "inner step ηₗ", min: 0, max: data.most.share, value: first.share,
    words: (times) => `${number(length(times))} = ${number(times, 2)}\u00a0/\u00a0J″(0)`,
  });
  share.tick(1);

  /* The two tasks, and the inner step: the slider's multiple of 1/J''(0). */
  function family() {
    const B = data.problem.B[0][0];
    return [1, -1].map((sign) => ({ ...data.problem, A: [[difference.value]], B: [[sign * B]] }));
  }
  function length(times) {
    return times / cost(family()[0], 0)[2];
  }
  const here = (k) => at(family(), k, length(share.value));

  const names = ["gain k", "objective"], label = "Gain from which the inner step is drawn";
  const knob = plot.handle({ label, names, value: [first.gain, 1], on: (k) => here(k).value, color: data.looks.maml.color });
  function begin() {
    const chosen = data.settings[start.value];
    [difference.value, share.value, knob.value] = [chosen.difference, chosen.share, [chosen.gain, 1]];
  }
  start.group.addEventListener("change", begin);
  view.button("Start again", begin);
  view.legend([
    ...data.looks.tasks,
    data.looks.maml,
    { label: "lowest", marker: "*", color: "#767676" },
    { label: "minimum", marker: "v", color: "#767676" },
    { label: "maximum", marker: "^", color: "#767676" },
  ]);

  function found() {
    const points = stationary(family(), length(share.value)), least = Math.min(...points.map(({ value }) => value));
    const marker = ({ kind, value }) => (kind === "maximum" ? "^" : value < least * (1 + 1e-9) ? "*" : "v");
    return points.map((point) => ({ ...point, marker: marker(point) }));
  }

  /* Places in words: the landscape is even, so that all but the middle come in pairs. */
  const places = (points) => joined([...new Set(points.map(({ k }) => `±${number(Math.abs(k))}`))]);
  const many = (count, one, more) => `${count} ${count === 1 ? one : more}`;

  function landscape(points) {
    const middle = points[(points.length - 1) / 2], least = `The middle is the lowest (${number(middle.value)}).`;
    if (points.length === 1) return `The objective has one minimum, in the middle (${number(middle.value)}).`;
    const maxima = points.filter(({ kind }) => kind === "maximum").length;
    const counts = [many(points.length - maxima, "minimum", "minima"), many(maxima, "maximum", "maxima")];
    const far = points.filter((point) => point.marker === "*" && point !== middle);
    const own = (point) => number(Math.max(...point.each.map((task) => task.cost)));
    const where = middle.marker === "*"
      ? `The middle and ${places(far)} are equally low (${number(middle.value)})`
      : `The middle is a ${middle.kind} (${number(middle.value)}); the lowest, at ${places(far)}, are ${LQR.words.number(middle.value - far[0]?.value)} lower`;
    const before = () => `yet before the step ${difference.value ? "one task costs" : "it costs"} ${own(far[0])} there, against ${own(middle)} in the middle`;
    return `The objective has ${joined(counts)}. ${far.length ? `${where}, ${before()}.` : least}`;
  }

  function dragged({ k, value, each }) {
    const tasks = difference.value ? each : each.slice(0, 1), all = (name) => joined([...new Set(tasks.map((task) => number(task[name])))]);
    if (tasks.some((task) => !isFinite(task.cost)))
      return `The gain that you drag, ${number(k)}, does not stabilize ${tasks.length > 1 ? "both tasks" : "the task"}: the objective is infinite.`;
    if (!share.value) return `Without an inner step it is the average cost: ${number(value)} at the gain that you drag.`;
    const moved = `One inner step leads from the gain that you drag, ${number(k)}, to ${all("adapted")}`;
    if (!isFinite(value)) return `${moved}, which no longer stabilizes: the objective is infinite.`;
    return `${moved}: the cost goes from ${all("cost")} to ${all("after")}${tasks.length > 1 ? `, on average ${number(value)}` : ""}.`;
  }

  /* A task's cost at a gain, and an arrow from there to the cost at the gain after the inner step. */
  function arrow(task, k, color) {
    const [from, to] = [plot.at([k, task.cost]), plot.at([task.adapted, task.after])], { pen } = plot;
    const angle = Math.atan2(to[1] - from[1], to[0] - from[0]), away = Math.hypot(to[0] - from[0], to[1] - from[1]);
    LQR.mark(pen, "o", ...from, 4.5, color, view.color("paper"));
    if (!(away > 3)) return;
    const back = Math.min(11, away), wing = (turn) => [to[0] - back * Math.cos(angle + turn), to[1] - back * Math.sin(angle + turn)];
    Object.assign(pen, { strokeStyle: color, lineWidth: 2.4, lineJoin: "round", lineCap: "round" });
    pen.beginPath();
    for (const [a, b] of [[from, to], [wing(0.45), to], [to, wing(-0.45)]]) pen.moveTo(...a), pen.lineTo(...b);
    pen.stroke();
  }

  view.draw = () => {
    if (!plot.clear()) return;
    const tasks = family(), step = length(share.value), points = found(), [low, high] = common(tasks);
    const own = tasks.map((p) => plot.curve((k) => cost(p, k)[0])), bottom = Math.min(...own[0].map(([, y]) => y));
    const top = cost(tasks[0], 0)[0] + data.above;
    plot.y = [bottom - 0.06 * (top - bottom), top];
    const shown = difference.value ? [0, 1] : [0], color = (i) => data.looks.tasks[i].color;
    plot.within(() => {
      for (const [a, b] of [[plot.x[0], low], [high, plot.x[1]]])
        plot.fill([[a, plot.y[0]], [b, plot.y[0]]], [[a, top], [b, top]], view.color("outside"), 1);
      for (const i of shown) plot.line(own[i], color(i), { width: 1.5 });
      plot.line(plot.curve((k) => at(tasks, k, step).value, 1000), data.looks.maml.color, { width: 3, halo: view.color("paper") });
      for (const i of shown) arrow(here(knob.value[0]).each[i], knob.value[0], color(i));
      for (const { k, value, marker } of points)
        LQR.mark(plot.pen, marker, ...plot.at([k, value]), marker === "*" ? 10 : 6.5, view.color("ink"), view.color("paper"));
      for (const k of high < 0.8 ? [(low - 1) / 2, (high + 1) / 2] : []) plot.label("unstable", [k, top], { dy: 24 });
    });
    plot.axes();
    knob.place();
    start.value = +(difference.value > 0);
    share.value = share.value; // its words depend on the tasks
    share.row.classList.toggle("lqr-live-over", share.value > 1.005);
    const past = share.value > 1.005 ? ` The step is ${number(share.value)} times 1/J″(0), longer than the propositions assume.` : "";
    view.say(`${landscape(points)} ${dragged(here(knob.value[0]))}${past}`);
  };
  view.state = () => ({ tasks: family(), step: length(share.value), points: found(), at: here(knob.value[0]) }); // for tests
};
