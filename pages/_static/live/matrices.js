/* Small dense matrices, as arrays of rows: products, elimination, eigenvalues.
   Plain scripts under one name, LQR: a page opened from disk may not load modules. */
"use strict";
window.LQR = window.LQR || {};

LQR.matrices = (() => {
  const transpose = (X) => X[0].map((_, j) => X.map((row) => row[j]));
  const add = (X, Y, weight = 1) => X.map((row, i) => row.map((x, j) => x + weight * Y[i][j]));
  const scale = (X, c) => X.map((row) => row.map((x) => c * x));
  const inner = (X, Y) => X.reduce((s, row, i) => row.reduce((t, x, j) => t + x * Y[i][j], s), 0);
  const frobenius = (X) => Math.hypot(...X.flat());
  const identity = (n) => Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => +(i === j)));
  const multiply = (X, Y, ...more) => {
    const Z = X.map((row) => {
      const sum = new Array(Y[0].length).fill(0);
      for (let k = 0; k < row.length; k++) for (let j = 0; j < sum.length; j++) sum[j] += row[k] * Y[k][j];
      return sum;
    });
    return more.length ? multiply(Z, ...more) : Z;
  };

  /* Solve L X = W by elimination with partial pivoting, in place: `rows` is [L | W], `size` rows of
     `width` numbers one after the other, and X then stands where W stood. False: L is singular. */
  function eliminate(rows, size, width) {
    for (let k = 0; k < size; k++) {
      let pivot = k;
      for (let i = k + 1; i < size; i++)
        if (Math.abs(rows[i * width + k]) > Math.abs(rows[pivot * width + k])) pivot = i;
      const top = rows[pivot * width + k];
      if (!(Math.abs(top) > 0)) return false;
      if (pivot !== k)
        for (let j = k; j < width; j++) {
          const kept = rows[pivot * width + j];
          rows[pivot * width + j] = rows[k * width + j];
          rows[k * width + j] = kept;
        }
      for (let i = k + 1; i < size; i++) {
        const factor = rows[i * width + k] / top;
        for (let j = k + 1; j < width; j++) rows[i * width + j] -= factor * rows[k * width + j];
      }
    }
    for (let column = size; column < width; column++)
      for (let i = size - 1; i >= 0; i--) {
        let sum = rows[i * width + column];
        for (let j = i + 1; j < size; j++) sum -= rows[i * width + j] * rows[j * width + column];
        rows[i * width + column] = sum / rows[i * width + i];
      }
    return true;
  }

  /* L^-1 W, or null where L is singular. */
  function solve(L, W) {
    const size = L.length, width = size + W[0].length;
    const rows = Float64Array.from(L.flatMap((row, i) => [...row, ...W[i]]));
    if (!eliminate(rows, size, width)) return null;
    return L.map((_, i) => Array.from(rows.subarray(i * width + size, (i + 1) * width)));
  }

  /* Whether a symmetric matrix, given flat by its lower triangle, is positive definite: Cholesky's
     pivots are positive. In place. */
  function definite(S, n) {
    for (let k = 0; k < n; k++) {
      const pivot = S[k * n + k];
      if (!(pivot > 0)) return false;
      for (let i = k + 1; i < n; i++)
        for (let j = k + 1; j <= i; j++) S[i * n + j] -= (S[i * n + k] * S[j * n + k]) / pivot;
    }
    return true;
  }

  /* Eigenvalues of a symmetric matrix by Jacobi's rotations. */
  function symmetricEigenvalues(S) {
    const X = S.map((row) => [...row]), n = X.length;
    for (let sweep = 0; sweep < 30; sweep++)
      for (let p = 0; p < n; p++)
        for (let q = p + 1; q < n; q++) {
          if (X[p][q] === 0) continue;
          const angle = Math.atan2(2 * X[p][q], X[q][q] - X[p][p]) / 2;
          const c = Math.cos(angle), s = Math.sin(angle);
          for (const row of X) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
          const [P, Q] = [X[p], X[q]];
          X[p] = P.map((x, j) => c * x - s * Q[j]);
          X[q] = P.map((x, j) => s * x + c * Q[j]);
          X[p][q] = X[q][p] = 0;
        }
    return X.map((row, i) => row[i]);
  }
  const least = (S) => Math.min(...symmetricEigenvalues(S));
  const norm = (X) => Math.sqrt(Math.max(...symmetricEigenvalues(multiply(transpose(X), X)))); // spectral

  /* Largest modulus of an eigenvalue, by Gelfand: ||M^t||^(1/t) with t = 2^50. */
  function radius(M) {
    let logarithm = 0, power = M;
    for (let t = 1; t <= 2 ** 50; t *= 2) {
      const size = frobenius(power);
      if (!(size > 0)) return size; // nilpotent, or not a number
      logarithm += Math.log(size) / t;
      power = scale(power, 1 / size);
      power = multiply(power, power);
    }
    return Math.exp(logarithm);
  }

  /* Eigenvalues [re, im] by the QR algorithm in complex numbers. Rotations make M a Hessenberg matrix;
     then M - sI = QR, M <- RQ + sI with Wilkinson's shift s, until the last row is zero but for its
     end, and on without that row and column. */
  function eigenvalues(M) {
    const plus = ([a, b], [x, y], sign = 1) => [a + sign * x, b + sign * y], conjugate = ([a, b]) => [a, -b];
    const times = ([a, b], [x, y]) => [a * x - b * y, a * y + b * x];
    const root = ([a, b]) => {
      const re = Math.sqrt((Math.hypot(a, b) + Math.abs(a)) / 2), im = re && Math.abs(b) / (2 * re);
      return a >= 0 ? [re, b < 0 ? -im : im] : [im, b < 0 ? -re : re];
    };
    const Z = M.map((row) => row.map((x) => [x, 0])), found = [], small = 1e-16 * frobenius(M);
    /* Turn rows j and i so that Z[i][column] is zero; what is returned turns the columns likewise. */
    function turn(j, i, column) {
      const size = Math.hypot(...Z[j][column], ...Z[i][column]);
      if (!(size > 0)) return () => {};
      const [x, y] = [Z[j][column], Z[i][column]].map((z) => z.map((part) => part / size)), [J, I] = [Z[j], Z[i]];
      Z[j] = J.map((z, k) => plus(times(conjugate(x), z), times(conjugate(y), I[k])));
      Z[i] = J.map((z, k) => plus(times(x, I[k]), times(y, z), -1));
      return () => Z.forEach((row) => {
        const [z, w] = [row[j], row[i]];
        row[j] = plus(times(x, z), times(y, w));
        row[i] = plus(times(conjugate(x), w), times(conjugate(y), z), -1);
      });
    }
    for (let j = 0; j < Z.length - 2; j++) for (let i = j + 2; i < Z.length; i++) turn(j + 1, i, j)();
    for (let round = 1; Z.length > 1; round++) {
      const n = Z.length - 1, [[a, b], [c, d]] = [n - 1, n].map((i) => [Z[i][n - 1], Z[i][n]]);
      if (Math.hypot(...c) <= small || round > 3000) {
        found.push(Z.pop()[n]);
        for (const row of Z) row.pop();
        continue;
      }
      const half = plus(a, d, -1).map((x) => x / 2), away = root(plus(times(half, half), times(b, c)));
      const nearer = half[0] * away[0] + half[1] * away[1] > 0 ? -1 : 1; // to the end of the last row
      const shift = round % 11 ? plus(plus(d, half), away, nearer) : plus(d, [Math.hypot(...c), 0]);
      const shifted = (sign) => Z.forEach((row, i) => (row[i] = plus(row[i], shift, sign)));
      shifted(-1);
      Array.from({ length: n }, (_, j) => turn(j, j + 1, j)).forEach((columns) => columns());
      shifted(1);
    }
    return [...found, Z[0][0]];
  }

  return {
    add, definite, eigenvalues, eliminate, frobenius, identity, inner, least, multiply, norm, radius,
    scale, solve, symmetricEigenvalues, transpose,
  };
})();
