/* Everything by hand for one state, as the tour has it.

   x+ = (a + delta) x + u, u = -k x, delta of mean zero and variance `noise`, x_0 of second moment 1, each
   step costs x^2 + u^2. A system is {a, noise}; gains are plain numbers; what is infinite is Infinity. */
"use strict";

LQR.oneState = (() => {
  const mean = (f, list) => list.reduce((sum, one) => sum + f(one), 0) / list.length;

  // --- One system -------------------------------------------------------------------------------

  /* 1 - (a - k)^2 - noise: positive where the mean square of x shrinks; the sum of x_t^2 is one over it. */
  const room = ({ a, noise = 0 }, k) => 1 - (a - k) ** 2 - noise;

  /* The gains that stabilize, [low, high], or null where there are none. */
  function interval({ a, noise = 0 }) {
    const reach = Math.sqrt(1 - noise);
    return noise < 1 ? [a - reach, a + reach] : null;
  }

  /* C(k) = (1 + k^2) / room. */
  const cost = (s, k) => (room(s, k) > 0 ? (1 + k * k) / room(s, k) : Infinity);

  /* C'(k) = 2 h / room^2 with h = a k^2 + (2 - noise - a^2) k - a, and C''(k); NaN where C is infinite. */
  const middle = ({ a, noise = 0 }) => 2 - noise - a * a;
  const h = (s, k) => s.a * k * k + middle(s) * k - s.a;
  const slope = (s, k) => (room(s, k) > 0 ? (2 * h(s, k)) / room(s, k) ** 2 : NaN);
  function curvature(s, k) {
    const d = room(s, k), rise = 2 * s.a * k + middle(s);
    return d > 0 ? (2 * (rise * d - 4 * h(s, k) * (s.a - k))) / d ** 3 : NaN;
  }

  /* The best gain, where h = 0: the root of the sign of a, without cancellation; null where none stabilizes. */
  function optimum(s) {
    const b = middle(s), root = Math.hypot(b, 2 * s.a);
    if (!interval(s)) return null;
    return b > 0 ? (2 * s.a) / (b + root) : s.a ? (root - b) / (2 * s.a) : 0;
  }

  /* C(k) - C(k*) = (k - k*)^2 (1 + C(k*)) / room: no difference of costs, no cancellation. */
  function gap(s, k) {
    const best = optimum(s);
    return room(s, k) > 0 ? ((k - best) ** 2 * (1 + cost(s, best))) / room(s, k) : Infinity;
  }

  /* The lambda of gap <= slope^2 / lambda (S2 Lemma 3.2): 4 over the sum of x_t^2 at the best gain. */
  const domination = (s) => 4 * room(s, optimum(s));

  /* The other gain of the same cost, without noise: both solve a quadratic, whose roots have a known sum. */
  const opposite = (s, k) => (2 * s.a * cost(s, k)) / (1 + cost(s, k)) - k;

  /* One over the largest curvature among gains no dearer than k. C'' is convex, so it is largest at an end. */
  const safeStep = (s, k) => 1 / Math.max(curvature(s, k), curvature(s, opposite(s, k)));

  /* k - step C'(k), again and again; the last has infinite cost where the descent left the interval. */
  function descend(s, start, step, count) {
    const path = [start];
    while (path.length <= count && isFinite(cost(s, path.at(-1)))) path.push(path.at(-1) - step * slope(s, path.at(-1)));
    return path;
  }

  // --- Several systems and one gain -------------------------------------------------------------

  const average = (systems, k) => mean((s) => cost(s, k), systems);

  /* Where all of them are stable, [low, high], or null. */
  function common(systems) {
    const all = systems.map(interval);
    if (all.includes(null)) return null;
    const low = Math.max(...all.map((one) => one[0])), high = Math.min(...all.map((one) => one[1]));
    return low < high ? [low, high] : null;
  }

  /* One step of descent on the system's own cost. */
  const adapted = (s, k, step) => (step ? k - step * slope(s, k) : room(s, k) > 0 ? k : NaN);

  /* MAML's objective, the average cost after one such step, and its slope by the chain rule. */
  const objective = (systems, k, step) => mean((s) => cost(s, adapted(s, k, step)), systems);
  const objectiveSlope = (systems, k, step) =>
    mean((s) => (1 - step * curvature(s, k)) * slope(s, adapted(s, k, step)), systems);

  /* Gains at which the objective's slope changes sign on a grid, halved to rounding: [{k, minimum}].
     Without a step there is one, the best common gain. */
  function stationary(systems, step, size = 1600) {
    const [low, high] = common(systems) ?? [0, 0], f = (k) => objectiveSlope(systems, k, step), found = [];
    const at = (place) => low + ((high - low) * (place + 0.5)) / size;
    for (let place = 1; place < size; place++) {
      let [left, right] = [at(place - 1), at(place)];
      const rising = f(right) > 0;
      if (!(f(left) * f(right) < 0)) continue;
      for (let round = 0; round < 50; round++) {
        const half = (left + right) / 2;
        if (f(half) > 0 === rising) right = half;
        else left = half;
      }
      found.push({ k: (left + right) / 2, minimum: rising });
    }
    return found;
  }

  return {
    adapted, average, common, cost, curvature, descend, domination, gap, interval, objective, objectiveSlope,
    opposite, optimum, room, safeStep, slope, stationary,
  };
})();
