/* Two tasks of one state: their costs and MAML's objective over the gain, and what the common gain
   costs each task above its own best, over how much the tasks differ.

   data: tasks, two problems of lqrlib that differ by `drawn`; epsilon {least, most, value}; inner
   {least, most, value}, the inner step times the largest curvature at the gain of least average cost;
   start, a gain; x, ranges of gain and cost, and of the bias; looks {first, second, average, maml};
   theorem, with its place `href`; steps, of a descent at the most. */
"use strict";

LQR.bias = (() => {
  const root = Math.sqrt, LIMIT = Math.SQRT2 - 1; // eta_l L from which on kappa >= 1
  const mean = (values) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const NAMES = { a: "A", b: "B", q: "Q", r: "R", s: "Sigma0" };

  /* Both tasks as {a, b, q, r, s}, their difference scaled to epsilon as lqrpapers.studies.families does. */
  function tasksAt({ tasks, drawn }, epsilon) {
    const [first, second] = tasks.map((task) => Object.entries(NAMES).map(([key, name]) => [key, task[name][0][0]]));
    const moved = first.map(([key, x], k) => [key, x + (epsilon / drawn) * (second[k][1] - x)]);
    return [first, moved].map(Object.fromEntries);
  }

  /* J and its derivatives at the gain k, by partial fractions: with z = a - bk
     J = s (alpha / (1 - z) + beta / (1 + z) - r / b^2), alpha and beta positive, so J is convex. */
  function at({ a, b, q, r, s }, k) {
    const z = a - b * k, alpha = (q + r * ((a - 1) / b) ** 2) / 2, beta = (q + r * ((a + 1) / b) ** 2) / 2;
    if (!(Math.abs(z) < 1)) return { z, cost: Infinity, slope: NaN, curvature: NaN };
    const [u, v] = [1 / (1 - z), 1 / (1 + z)];
    return {
      z, cost: (s * (q + r * k * k)) / (1 - z * z),
      slope: -b * s * (alpha * u * u - beta * v * v), curvature: 2 * b * b * s * (alpha * u ** 3 + beta * v ** 3),
    };
  }

  /* The best gain of one task (the Riccati equation is quadratic in P), and gradient domination there:
     lambda = 4 mu^2 sigma_min(R) / ||Sigma*||. */
  function best({ a, b, q, r, s }) {
    const c = r * (1 - a * a) - q * b * b, discriminant = root(c * c + 4 * b * b * q * r);
    const P = c > 0 ? (2 * q * r) / (c + discriminant) : (discriminant - c) / (2 * b * b);
    const k = (a * b * P) / (r + b * b * P), Sigma = s / (1 - (a - b * k) ** 2);
    return { k, R_K: r + b * b * P, domination: (4 * s * s * r) / Sigma };
  }

  /* J(k) - J*, without a difference of costs. */
  const gap = (task, k) => (best(task).R_K * (k - best(task).k) ** 2 * task.s) / (1 - at(task, k).z ** 2);

  /* MAML's objective, its derivative and the adapted gains at k, for the inner step eta. */
  function meta(tasks, k, eta) {
    const before = tasks.map((task) => at(task, k)), adapted = before.map(({ slope }) => k - eta * slope);
    const after = tasks.map((task, i) => at(task, adapted[i]));
    const cost = mean(after.map((one) => (isNaN(one.cost) ? Infinity : one.cost)));
    return { before, after, adapted, cost, slope: mean(after.map(({ slope }, i) => (1 - eta * before[i].curvature) * slope)) };
  }

  /* Where f passes from negative to positive between two numbers: bisection, down to the last digit. */
  function zero(f, low, high) {
    for (let middle = (low + high) / 2; low < middle && middle < high; middle = (low + high) / 2)
      if (f(middle) > 0) high = middle;
      else low = middle;
    return high;
  }

  /* The gain of least average cost, between the best ones as far as both tasks are stable, and the
     largest curvature there, by which inner steps are told. */
  function average(tasks) {
    const own = tasks.map((task) => best(task).k), ends = tasks.map(({ a, b }) => [(a - 1) / b, (a + 1) / b].sort((x, y) => x - y));
    const low = Math.max(Math.min(...own), ...ends.map((end) => end[0])), high = Math.min(Math.max(...own), ...ends.map((end) => end[1]));
    const k = zero((k) => meta(tasks, k, 0).slope, low, high);
    return { k, L: Math.max(...tasks.map((task) => at(task, k).curvature)) };
  }

  /* The first stationary gain of J_ML downhill from there; NaN where J_ML becomes infinite before. */
  function stationary(tasks, { k, L }, eta) {
    const f = (k) => meta(tasks, k, eta).slope, first = f(k), way = -Math.sign(first);
    if (first === 0) return k;
    for (let far = Math.abs(first) / L, near = 0; ; [near, far] = [far, 1.3 * far]) {
      const slope = f(k + way * far);
      if (isNaN(slope)) return NaN;
      if (Math.sign(slope) !== -way) return zero(f, ...[k + way * near, k + way * far].sort((x, y) => x - y));
    }
  }

  /* K*_ML, that stationary gain, what it costs each above its best, and the most that the
     sharper theorem promises, b_i^2 / lambda_i, with f and L there (lqrpapers.constants.meta). J'' is
     convex in k, so L over an inner step is the larger of the curvatures at its ends. */
  function common(tasks, relative, middle = average(tasks)) {
    const scale = middle.L, eta = relative / scale, k = stationary(tasks, middle, eta);
    if (isNaN(k)) return { eta, k, scale, gaps: [NaN, NaN], bias: NaN, L: NaN, turn: NaN, kappa: NaN, promised: NaN };
    const { before, after } = meta(tasks, k, eta), L = Math.max(...[...before, ...after].map(({ curvature }) => curvature));
    const turn = eta * L, kappa = turn * (2 + turn), gaps = tasks.map((task) => gap(task, k));
    const bounds = tasks.map((task, i) => {
      const f = mean(before.map(({ slope }) => Math.abs(slope - before[i].slope)));
      return ((1 + kappa) / (1 - kappa)) ** 2 * (f * f) / best(task).domination;
    });
    return { eta, k, scale, gaps, bias: Math.max(...gaps), L, turn, kappa, promised: kappa < 1 ? Math.max(...bounds) : Infinity };
  }

  /* Descent on J_ML with the outer step 1/L over the tasks' sub-level sets of the start (part 2 of the
     theorem): an interval each, with the largest curvature at its ends. */
  function descend(tasks, start, eta, steps) {
    const first = tasks.map((task) => at(task, start));
    if (!isFinite(meta(tasks, start, eta).cost)) return { path: [start], left: true, settled: false };
    const L = Math.max(...tasks.map((task, i) => {
      const { a, b, q, r } = task, { z, curvature } = first[i], level = first[i].cost / task.s + r / (b * b);
      const alpha = (q + r * ((a - 1) / b) ** 2) / 2, beta = (q + r * ((a + 1) / b) ** 2) / 2;
      return Math.max(curvature, at(task, (a - ((beta - alpha) / level - z)) / b).curvature); // the gain of equal cost
    }));
    const path = [start];
    for (let k = start, step = 1; step <= steps; step++) {
      const { slope } = meta(tasks, k, eta), next = k - slope / L;
      if (!isFinite(meta(tasks, next, eta).cost)) return { path, left: true, settled: false };
      path.push(next);
      if (Math.abs(next - k) <= 1e-15 * (1 + Math.abs(k))) return { path, left: false, settled: true };
      k = next;
    }
    return { path, left: false, settled: false };
  }

  return { LIMIT, at, average, best, common, descend, gap, mean, meta, tasksAt, zero };
})();

LQR.figures.bias = (data, view) => {
  const { LIMIT, at, best, common, descend, gap, mean, meta, tasksAt } = LQR.bias, { number } = LQR.words, { looks } = data;
  view.box.classList.add("lqr-live-two");
  const costs = view.plot({ x: data.x, y: data.cost, labels: ["gain", "cost"], ratio: 0.95, log: "y" });
  const { least, most } = data.epsilon, labels = ["heterogeneity", "largest gap of a task"];
  const biases = view.plot({ x: [least, data.end], y: data.bias, labels, ratio: 0.95, log: "xy" });
  biases.margin.left = 64;

  const differ = view.slider({
    label: "heterogeneity", min: Math.log10(least), max: Math.log10(most), value: Math.log10(data.epsilon.value),
    words: (power) => number(10 ** power),
  });
  const inner = view.slider({
    label: "inner step × largest curvature", min: Math.log10(data.inner.least), max: Math.log10(data.inner.most),
    value: Math.log10(data.inner.value), words: (power) => number(10 ** power),
  });
  const claim = LQR.element("p", { class: "lqr-live-claim" });
  view.controls.append(claim);
  const tasks = () => tasksAt(data, 10 ** differ.value), relative = () => 10 ** inner.value;
  const start = costs.handle({
    label: "Start of the descent", names: ["gain", "MAML objective"], value: [data.start, 1], color: looks.maml.color,
    on: (k) => meta(tasks(), k, common(tasks(), relative()).eta).cost,
  });
  view.button("Start again", () => {
    [differ.value, inner.value] = [Math.log10(data.epsilon.value), Math.log10(data.inner.value)];
    start.value = [data.start, 1];
  });
  view.legend([
    { label: looks.first.label, color: looks.first.color }, { label: looks.second.label, color: looks.second.color },
    { label: looks.average.label, color: looks.average.color }, { label: looks.maml.label, color: looks.maml.color },
    { label: "promised", color: "currentColor", dashed: true },
  ]);

  const levels = Array.from({ length: 81 }, (_, k) => least * (most / least) ** (k / 80));
  const families = levels.map((epsilon) => tasksAt(data, epsilon)), middles = families.map(LQR.bias.average);
  let curve = {}; // over heterogeneity, for the last inner step
  function along() {
    if (curve.relative !== relative())
      curve = { relative: relative(), found: families.map((each, k) => common(each, relative(), middles[k])) };
    return curve.found;
  }

  function ending({ path, left, settled }, found) {
    const steps = (path.length - 1).toLocaleString("en"), last = path.at(-1), here = `From ${number(path[0])} the descent`;
    if (left && path.length === 1) return `From ${number(path[0])} a task is not stabilized, before or after its inner step: no descent starts there.`;
    if (left) return `${here} leaves the stabilizing gains at step ${path.length}.`;
    if (!settled) return `${here} is still on its way after ${steps} steps, at ${number(last)}.`;
    if (Math.abs(last - found.k) < 1e-6) return `${here} ends there after ${steps} steps.`;
    return `${here} ends elsewhere, at ${number(last)}, where a task costs ${number(Math.max(...tasks().map((t) => gap(t, last))))} above its best.`;
  }

  function sentence(found, walk) {
    const own = tasks().map((task) => number(best(task).k)).join(" and ");
    const end = ending(walk, found);
    const before = `At heterogeneity ${number(10 ** differ.value)} the tasks' best gains are ${own};`;
    if (isNaN(found.k)) return `${before} MAML's objective has no best gain near the least average cost. ${end}`;
    const bias = `${before} MAML's, ${number(found.k)}, costs a task up to ${number(found.bias)} more than its own best.`;
    if (!(found.kappa < 1)) return `${bias} The theorem promises nothing for this inner step. ${end}`;
    return `${bias} The promise is ${number(found.promised)}, ${number(found.promised / found.bias)} times as much. ${end}`;
  }

  function tell(found) {
    const over = !(found.kappa < 1), times = found.turn / LIMIT;
    inner.row.classList.toggle("lqr-live-over", over);
    inner.tick(Math.log10((LIMIT * found.scale) / found.L));
    const excess = isNaN(times) ? "is too long" : `exceeds (√2 − 1)/L by ${number(times)}×`;
    claim.innerHTML = `${over ? `inner step ${excess}` : `κ = ${number(found.kappa)} < 1`} (<a href="${data.href}">${data.theorem}</a>)`;
  }

  view.draw = () => {
    const now = tasks(), found = common(now, relative()), walk = descend(now, start.value[0], found.eta, data.steps);
    const paper = view.color("paper"), ink = view.color("ink"), objective = (k) => meta(now, k, found.eta).cost;
    tell(found);
    view.say(sentence(found, walk));
    view.found = { found, walk };
    if (!costs.clear() || !biases.clear()) return;
    costs.axes();
    costs.within(() => {
      const each = now.map((task) => (k) => at(task, k).cost), both = (k) => mean(each.map((f) => f(k)));
      costs.line(costs.curve(each[0]), looks.first.color);
      costs.line(costs.curve(each[1]), looks.second.color);
      costs.line(costs.curve(both), view.color("contour"), { width: 3 });
      costs.line(costs.curve(objective), looks.maml.color);
      now.forEach((task, i) => costs.markers([[best(task).k, each[i](best(task).k)]], "*", Object.values(looks)[i].color, { size: 9, halo: paper }));
      const path = walk.path.map((k) => [k, objective(k)]);
      costs.markers(path.slice(1), looks.maml.marker, looks.maml.color, { halo: paper, spacing: 10 });
      if (!isNaN(found.k)) costs.markers([[found.k, objective(found.k)]], "*", looks.maml.color, { size: 10, halo: ink });
    });
    biases.axes();
    biases.within(() => {
      const line = (name) => along().map((one, k) => [levels[k], one[name]]);
      biases.line(line("promised").map(([x, y]) => [x, isFinite(y) ? y : NaN]), ink, { dashed: true });
      biases.line(line("bias"), looks.maml.color, { halo: paper });
      biases.rule({ x: data.end }, ink);
      if (isFinite(found.promised)) biases.markers([[10 ** differ.value, found.promised]], "o", ink, { size: 5, halo: paper });
      if (!isNaN(found.k)) biases.markers([[10 ** differ.value, found.bias]], looks.maml.marker, looks.maml.color, { size: 7, halo: ink });
    });
    start.place();
  };
  view.state = () => ({ ...view.found, tasks: tasks(), relative: relative() }); // for tests
};
