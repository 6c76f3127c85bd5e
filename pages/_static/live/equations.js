/* The book's equations for a few states, as lqrlib has them (objective, directions, descent).

   x+ = (A + sum_i delta_i A_i) x + (B + sum_j gamma_j B_j) u, u = -K x, variances alpha_i, beta_j.
   A problem is {A, B, Q, R, Sigma0, state_noise: [alpha, A_i], input_noise: [beta, B_j]}, and
   F_K(X) = sum_k w_k M_k X M_k' over A - BK, the A_i and the B_j K with weights 1, alpha, beta. */
"use strict";

LQR.equations = (() => {
  const { add, definite, eigenvalues, eliminate, frobenius, identity, inner, least, multiply, norm } = LQR.matrices;
  const { radius, scale, solve, transpose } = LQR.matrices;

  // --- The closed loop --------------------------------------------------------------------------

  const terms = ([variances, directions]) => variances.map((weight, i) => [weight, directions[i]]);
  const closed = (p, K) => add(p.A, multiply(p.B, K), -1); // A_K = A - BK
  const poles = (p, K) => eigenvalues(closed(p, K));

  /* The pairs [w_k, M_k] of F_K; those of its adjoint F_K* are transposed. */
  const loop = (p, K) => [
    [1, closed(p, K)],
    ...terms(p.state_noise),
    ...terms(p.input_noise).map(([weight, S]) => [weight, multiply(S, K)]),
  ];
  const adjoint = (pairs) => pairs.map(([weight, M]) => [weight, transpose(M)]);

  /* The entries (i, j), i <= j, of a symmetric matrix in a column, and back. */
  const known = []; // by n
  const entries = (n) => (known[n] ??= identity(n).flatMap((row, i) => row.flatMap((_, j) => (i <= j ? [[i, j]] : []))));
  const packed = (X) => entries(X.length).map(([i, j]) => (X[i][j] + X[j][i]) / 2);
  const unpacked = (column, n) => {
    const X = identity(n);
    entries(n).forEach(([i, j], k) => (X[i][j] = X[j][i] = column[k]));
    return X;
  };

  /* Matrix of F on those columns: the sum of Kronecker products, each symmetric pair once. */
  function operator(pairs) {
    const at = entries(pairs[0][1].length), F = at.map(() => new Array(at.length).fill(0));
    for (const [weight, M] of pairs)
      F.forEach((row, k) => {
        const [P, Q] = at[k].map((i) => M[i]);
        for (let l = 0; l < row.length; l++) {
          const a = at[l][0], b = at[l][1];
          row[l] += weight * (P[a] * Q[b] + (a === b ? 0 : P[b] * Q[a]));
        }
      });
    return F;
  }

  /* The solutions of X = F(X) + W for several W (S2 equations 2 and 3), or null. */
  function lyapunov(pairs, ...W) {
    const F = operator(pairs), columns = W.map(packed);
    const X = solve(add(identity(F.length), F, -1), F.map((_, k) => columns.map((column) => column[k])));
    return X && W.map((_, c) => unpacked(X.map((row) => row[c]), W[0].length));
  }

  /* rho(F_K): a gain is mean-square stabilizing where it is below one. */
  const meanSquareRadius = (p, K) => radius(operator(loop(p, K)));

  // --- Cost and directions at a gain ------------------------------------------------------------

  const sandwich = (P, S) => multiply(transpose(S), P, S); // S'PS
  const stageWeight = (p, K) => add(p.Q, sandwich(p.R, K)); // Q + K'RK
  const inputWeight = (p, P) => // R_K = R + B'PB + sum_j beta_j B_j'P B_j
    terms(p.input_noise).reduce((R, [beta, S]) => add(R, sandwich(P, S), beta), add(p.R, sandwich(P, p.B)));

  const positive = (S) => definite(Float64Array.from(S.flat()), S.length);

  /* Cost, gradient and so on; only the cost, infinite, where K does not stabilize. It does exactly
     where X = I + F_K*(X) has a positive definite solution. */
  function atGain(p, K) {
    const pairs = loop(p, K), back = lyapunov(adjoint(pairs), stageWeight(p, K), identity(p.A.length));
    if (!back || !positive(back[1])) return { K, cost: Infinity };
    const P = back[0]; // P_K = Q + K'RK + F_K*(P_K), S2 equation 2
    const [Sigma] = lyapunov(pairs, p.Sigma0); // Sigma_K = Sigma0 + F_K(Sigma_K), S2 equation 3
    const R_K = inputWeight(p, P);
    const E = add(multiply(R_K, K), multiply(transpose(p.B), P, p.A), -1); // R_K K - B'P_K A
    return {
      K, P, Sigma, R_K, E,
      cost: inner(P, p.Sigma0), // C(K) = tr P_K Sigma0
      gradient: scale(multiply(E, Sigma), 2), // 2 E_K Sigma_K, S2 Lemma 3.1
      natural_gradient: scale(E, 2), // 2 E_K
      gauss_newton: scale(solve(R_K, E), 2), // 2 R_K^-1 E_K
    };
  }

  /* C(K) - C* = tr (K - K*)' R_K* (K - K*) Sigma_K: no difference of costs, no cancellation. */
  function gap(best, at) {
    if (!isFinite(at.cost)) return Infinity;
    const away = add(at.K, best.K, -1);
    return inner(away, multiply(best.R_K, away, at.Sigma));
  }

  /* Everything at the best gain, or null where no gain stabilizes. Value iteration of the generalised
     Riccati equation, P -> Q + A'PA + sum_i alpha_i A_i'P A_i - A'PB R_P^-1 B'PA, until its gain
     stabilizes; then policy iteration, which is Gauss-Newton with step 1/2. */
  function optimum(p, rounds = 4096) {
    let P = identity(p.A.length);
    for (let round = 1; round <= rounds; round++) {
      const BPA = multiply(transpose(p.B), P, p.A), K = solve(inputWeight(p, P), BPA);
      if (!K || !isFinite(frobenius(P))) return null;
      if (Number.isInteger(Math.log2(round))) { // a test now and then is enough
        const at = atGain(p, K);
        if (isFinite(at.cost)) return policyIteration(p, at);
      }
      const next = add(add(p.Q, sandwich(P, p.A)), multiply(transpose(BPA), K), -1);
      P = terms(p.state_noise).reduce((sum, [alpha, S]) => add(sum, sandwich(P, S), alpha), next);
    }
    return null;
  }
  function policyIteration(p, at) {
    for (let round = 0, last = Infinity; round < 60; round++) {
      const step = scale(at.gauss_newton, 0.5), next = atGain(p, add(at.K, step, -1));
      if (!isFinite(next.cost)) break;
      at = next;
      const size = frobenius(step) / (1 + frobenius(at.K));
      if (size <= 1e-15 || (size < 1e-8 && size > last / 2)) break; // converged, or rounding is left
      last = size;
    }
    return at;
  }

  // --- Descent ----------------------------------------------------------------------------------

  const METHODS = ["gradient", "natural_gradient", "gauss_newton"];

  /* s_B = max(|| sum_j beta_j B_j B_j' ||, || sum_j beta_j B_j' B_j ||), magnitudes.noise_weight. */
  function noiseWeight(p) {
    const kicks = terms(p.input_noise), turned = kicks.map(([beta, S]) => [beta, transpose(S)]);
    const gram = ([beta, S]) => scale(multiply(transpose(S), S), beta), sum = (X, Y) => add(X, Y);
    return kicks.length ? Math.max(...[kicks, turned].map((each) => norm(each.map(gram).reduce(sum)))) : 0;
  }

  /* The largest step of a descent from `at` that the method's theorem allows (S2 Theorems 3.6, 3.5, 3.4;
     lqrpapers.constants: sharp.gradient_step of the sublevel, printed.natural_gradient_step). */
  function allowedStep(p, at, best, method) {
    if (method === "gauss_newton") return 0.5;
    const mu = least(p.Sigma0), q = least(p.Q), C = at.cost, nu = C / (mu * q), B = norm(p.B);
    if (method === "natural_gradient") {
      const printed = terms(p.input_noise).reduce((sum, [beta, S]) => sum + beta * norm(S) ** 2, B ** 2);
      return 0.5 / (norm(p.R) + (printed * C) / mu);
    }
    const noise = noiseWeight(p), b = B ** 2 + noise, weight = norm(p.R) + (b * C) / mu;
    const trace = inner(p.Sigma0, identity(p.A.length));
    const gain = Math.sqrt(Math.max(C - q * trace, 0) / (mu * least(p.R))); // bounds ||K|| where C(K) <= C
    const a = B * Math.sqrt(Math.max(nu - 1, 0)) + gain * noise;
    const slope = (2 * C * Math.sqrt((weight * gap(best, at)) / mu)) / q; // and this the gradient
    const level = 1 / (8 * nu * nu); // phi(d) = 2 a d + b d^2 at the longest step d
    return Math.min(level / (a + Math.sqrt(a * a + b * level)) / slope, q / (5 * C * weight));
  }

  /* The gains of a descent with a fixed step, each evaluated, until the direction is as short as the
     tolerance; the last has infinite cost where the descent left the set (lqrlib.descend). */
  function descend(p, start, method, step, count, tolerance = 0) {
    const path = [atGain(p, start)], going = (at) => isFinite(at.cost) && frobenius(at[method]) > tolerance;
    while (path.length <= count && going(path.at(-1))) {
      const at = path.at(-1);
      path.push(atGain(p, add(at.K, at[method], -step)));
    }
    return path;
  }

  // --- A plane of gains -------------------------------------------------------------------------

  const gainAt = (plane, x, y) => add(add(plane.origin, plane.across, x), plane.up, y);

  /* 1 / C(K) over a grid of K = origin + x across + y up, row by row; not positive where K does not
     stabilize. The system of P_K is quadratic in (x, y): six matrices, then one small elimination
     at each point, which is why the whole map takes milliseconds. */
  function inverseCosts(p, plane, xs, ys) {
    const n = p.A.length, at = entries(n), size = at.length, width = size + 2;
    const system = (x, y) => {
      const K = gainAt(plane, x, y), L = add(identity(size), operator(adjoint(loop(p, K))), -1);
      const W = [packed(stageWeight(p, K)), packed(identity(n))];
      return L.flatMap((row, k) => [...row, W[0][k], W[1][k]]);
    };
    const [o, e, w, u, d, c] = [[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1], [1, 1]].map(([x, y]) => system(x, y));
    const parts = o.map((_, i) => {
      const [x, xx, y, yy] = [(e[i] - w[i]) / 2, (e[i] + w[i]) / 2 - o[i], (u[i] - d[i]) / 2, (u[i] + d[i]) / 2 - o[i]];
      return [o[i], x, y, xx, yy, c[i] - o[i] - x - y - xx - yy];
    });
    const coefficients = Float64Array.from(parts.flat()), rows = new Float64Array(size * width);
    const weights = at.map(([i, j]) => (i === j ? 1 : 2) * p.Sigma0[i][j]);
    const found = new Float64Array(xs.length * ys.length), square = new Float64Array(n * n);
    for (let place = 0; place < found.length; place++) {
      const x = xs[place % xs.length], y = ys[Math.floor(place / xs.length)];
      for (let i = 0, k = 0; i < rows.length; i++, k += 6)
        rows[i] = coefficients[k] + x * (coefficients[k + 1] + x * coefficients[k + 3] + y * coefficients[k + 5])
          + y * (coefficients[k + 2] + y * coefficients[k + 4]);
      if (!eliminate(rows, size, width)) continue;
      let cost = 0;
      for (let k = 0, i = 0, j = 0; k < size; k++) {
        cost += weights[k] * rows[k * width + size];
        square[j * n + i] = rows[k * width + size + 1]; // the lower triangle of X
        if (++j === n) j = ++i;
      }
      found[place] = definite(square, n) ? 1 / cost : -Math.abs(1 / cost);
    }
    return found;
  }

  return {
    METHODS, adjoint, allowedStep, atGain, descend, gainAt, gap, inverseCosts, loop, lyapunov, meanSquareRadius,
    noiseWeight, operator, optimum, poles, stageWeight,
  };
})();
