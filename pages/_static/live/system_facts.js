/* What there is to say about one system: optimum, margins, what noise the gains survive, and a slice
   of its landscape. Numbers only; live/system.js shows them. */
"use strict";

Object.assign(LQR.system, (() => {
  const { add, frobenius, identity, inner, multiply, norm, radius, scale, solve, symmetricEigenvalues, transpose } = LQR.matrices;
  const { adjoint, allowedStep, atGain, gap, loop, meanSquareRadius, METHODS, operator, optimum, poles } = LQR.equations;

  const scaled = ([variances, directions], factor) => [variances.map((v) => v * factor), directions];
  const withNoise = (p, factor) => ({
    ...p, state_noise: scaled(p.state_noise, factor), input_noise: scaled(p.input_noise, factor),
  });
  const quiet = (p) => ({ ...p, state_noise: [[], []], input_noise: [[], []] });
  const isNoisy = (p) => [...p.state_noise[0], ...p.input_noise[0]].some((variance) => variance > 0);

  /* Factor on all variances at which K ceases to stabilize, 1 / rho((I - F)^-1 N) with F that of A - BK
     alone and N the noise's part of F_K (lqrpapers.studies.robustness.critical_scale). */
  function criticalScale(p, K) {
    if (!isFinite(atGain(quiet(p), K).cost)) return 0;
    const still = operator(loop(quiet(p), K)), noise = add(operator(loop(p, K)), still, -1);
    return 1 / radius(solve(add(identity(still.length), still, -1), noise));
  }

  /* How far P is from solving the generalised Riccati equation, over its size. */
  function residual(p, { K, P, R_K }) {
    const back = adjoint(loop(p, scale(K, 0))); // A'PA + sum_i alpha_i A_i'P A_i: F* at the gain zero
    const carried = back.reduce((sum, [weight, M]) => add(sum, multiply(M, P, transpose(M)), weight), p.Q);
    const next = add(carried, multiply(transpose(K), R_K, K), -1); // K = R_K^-1 B'PA
    return frobenius(add(next, P, -1)) / frobenius(P);
  }

  /* Everything at once. Without a stabilizing gain: what the gain that ignores the noise, if there is
     one, would bear, and whether the system is that near to being stabilizable that it may be. */
  function facts(p) {
    const noisy = isNoisy(p), best = optimum(p), still = noisy ? optimum(quiet(p)) : best;
    const of = (K) => ({
      K, cost: atGain(p, K).cost, poles: poles(p, K), radius: meanSquareRadius(p, K),
      critical: noisy ? criticalScale(p, K) : Infinity,
    });
    const found = { noisy, ignorant: noisy && still ? of(still.K) : null, open: meanSquareRadius(p, scale(transpose(p.B), 0)) };
    if (!best) return { ...found, edge: !!optimum(damped(p, 0.998)) };
    const { K } = best, price = noisy && still ? gap(best, atGain(p, still.K)) / best.cost : 0;
    return { ...found, best, ...of(K), price, residual: residual(p, best) };
  }

  /* The problem whose F_K is `factor` times that of p, at every gain. */
  const damped = (p, factor) => ({
    ...withNoise(p, factor), A: scale(p.A, Math.sqrt(factor)), B: scale(p.B, Math.sqrt(factor)),
  });

  /* The longest step of a descent from a gain that each method's theorem allows. */
  const steps = (p, at, best) => Object.fromEntries(METHODS.map((method) => [method, allowedStep(p, at, best, method)]));

  // --- A slice of the landscape -----------------------------------------------------------------

  const low = (k) => String(k).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);
  const unit = (X) => scale(X, 1 / frobenius(X));
  const STEEPEST = "steepest rise of the cost", FLATTEST = "flattest rise of the cost";

  /* A symmetric matrix's eigenvector for its largest or least eigenvalue, by inverse iteration. */
  function eigenvector(S, which) {
    const values = symmetricEigenvalues(S), value = Math[which](...values), n = S.length;
    const near = add(S, identity(n), -value - 1e-9 * Math.max(...values));
    let v = Array.from({ length: n }, (_, i) => [1 + 0.1 * i]);
    for (let round = 0; round < 4; round++) v = unit(solve(near, v) ?? v);
    return v;
  }

  /* Directions to choose from: the entries of K; those in which the cost is most and least curved at
     K*, where its second derivative along X is 2 tr X'R_K X Sigma_K; that to the noise-ignorant gain. */
  function ways(p, { best, ignorant }) {
    const entries = best.K.flatMap((row, i) => row.map((_, j) => ({
      name: `k${low(i + 1)}${low(j + 1)}`, X: best.K.map((r, a) => r.map((_, b) => +(a === i && b === j))), entry: [i, j],
    })));
    if (entries.length < 2) return entries;
    const outer = (which) => multiply(eigenvector(best.R_K, which), transpose(eigenvector(best.Sigma, which)));
    const found = [...entries, { name: STEEPEST, X: outer("max") }, { name: FLATTEST, X: outer("min") }];
    const away = ignorant && add(ignorant.K, best.K, -1);
    if (away && frobenius(away) > 1e-6 * frobenius(best.K)) found.push({ name: "towards the gain that ignores noise", X: unit(away) });
    return found;
  }

  /* How far K* can go in a direction until its cost is `most` times the least, or infinite. */
  function reach(p, best, X, most = 30) {
    const within = (t) => atGain(p, add(best.K, X, t)).cost < most * best.cost;
    let far = 0.1 * (1 + frobenius(best.K));
    while (!within(far / 2) && far > 1e-12) far /= 4;
    while (within(far) && far < 1e12) far *= 2;
    let near = far / 2;
    for (let round = 0; round < 5; round++) {
      const middle = (near + far) / 2;
      if (within(middle)) near = middle;
      else far = middle;
    }
    return far;
  }

  /* The plane through K* along two ways, of which the second is made orthogonal to the first: its
     ranges and a start in it, or null where both are the same direction. */
  function slice(p, best, across, up) {
    const along = inner(up.X, across.X), V = add(up.X, across.X, -along);
    if (frobenius(V) < 1e-6) return null;
    const turned = Math.abs(along) > 1e-9, vertical = { ...up, X: unit(V), entry: turned ? null : up.entry };
    const axes = [across, vertical].map(({ X, name, entry }, k) => {
      const zero = entry ? best.K[entry[0]][entry[1]] : 0, ends = [-reach(p, best, scale(X, -1)), reach(p, best, X)];
      return { X, zero, ends, label: entry ? name : `${name}${k && turned ? ` without ${across.name}` : ""}, from K*` };
    });
    const [x, y] = axes.map(({ zero, ends }) => ends.map((end) => zero + 1.2 * end));
    const origin = axes.reduce((K, { X, zero }) => add(K, X, -zero), best.K);
    const plane = { origin, across: axes[0].X, up: axes[1].X };
    for (let share = 0.7; ; share *= 0.8) {
      const start = [axes[0].zero + share * axes[0].ends[0], axes[1].zero + share * axes[1].ends[1]];
      const K = LQR.equations.gainAt(plane, ...start);
      if (atGain(p, K).cost < 12 * best.cost) return { plane, x, y, start, K, labels: axes.map(({ label }) => label) };
    }
  }

  /* The same for a system whose only gain is a number: the cost over it. */
  function line(p, best, { X, name }) {
    const [[star]] = best.K, ends = [-1, 1].map((sign) => star + 1.2 * sign * reach(p, best, scale(X, sign)));
    const plane = { origin: [[0]], across: X, up: [[0]] }, y = [0.8 * best.cost, 100 * best.cost];
    for (let share = 0.6; ; share *= 0.8) {
      const k = star + share * (ends[0] - star), { K, cost } = atGain(p, [[k]]);
      if (cost < 12 * best.cost) return { curve: true, plane, x: ends, y, start: [k, cost], K, labels: [name, "cost"] };
    }
  }

  /* Steps to begin with, and the ends of their sliders: what the theorem allows; for the gradient,
     which would hardly move, an eighth of what the curvature at the start suggests. */
  function sliders(p, at, best) {
    const allowed = steps(p, at, best), curved = 2 * norm(at.R_K), bent = curved * norm(at.Sigma);
    const ends = (step, suggested) => ({ step, least: Math.min(allowed.gradient, step) / 3, most: Math.max(step, 8 * suggested) });
    return {
      gauss_newton: { step: 0.5, least: 0.05, most: 2 },
      natural_gradient: { ...ends(allowed.natural_gradient, 1 / curved), least: allowed.natural_gradient / 30 },
      gradient: ends(Math.max(allowed.gradient, 1 / (8 * bent)), 1 / bent),
    };
  }

  /* The lines of Python of the page, with the system in them, and where there is one the start, the
     noise and the steps; where nothing stabilizes, with a word on what lqrlib says then. */
  function python(template, { problem, found, start, noise, steps }) {
    const list = (X) => JSON.stringify(X).replace(/,/g, ", ").replace(/:/g, ": ");
    const { A, B, Q, R, Sigma0, state_noise: [alpha, A_i], input_noise: [beta, B_j] } = problem;
    const given = Object.entries({ A, B, Q, R, Sigma0 }).map(([name, X]) => `    ${name}=${list(X)},\n`);
    if (alpha.length) given.push(`    state_noise=(${list(alpha)}, ${list(A_i)}),\n`);
    if (beta.length) given.push(`    input_noise=(${list(beta)}, ${list(B_j)}),\n`);
    const values = { problem: `lqrlib.LQR(\n${given.join("")})` };
    if (start) Object.assign(values, { start: list(start), noise, steps: list(steps) });
    const hopeless = "# No gain was found that stabilizes: the next line ends with lqrlib.NotStabilizableError.";
    return Object.entries(values).reduce(
      (text, [name, value]) => text.replace(new RegExp(`^${name} = .*$`, "m"), () => `${name} = ${value}`),
      found.best ? template : template.replace(/^best = /m, `${hopeless}\n$&`));
  }

  return { criticalScale, facts, line, python, quiet, reach, residual, slice, sliders, steps, ways, withNoise };
})());
