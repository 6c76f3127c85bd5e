/* A system that the reader types. Matrices come as Python, numpy or Matlab write them, or as plain
   rows; what cannot be used gets a sentence with the field's name, what was expected and what was
   given. No text is ever run as a program. */
"use strict";

LQR.system = (() => {
  const { least, scale, symmetricEigenvalues, identity } = LQR.matrices;
  const MOST = 6, TERMS = 36, LARGEST = 1e30, LONGEST = 60000; // states or inputs, noises, size, characters
  const FIELDS = ["A", "B", "Q", "R", "Sigma0", "alpha", "A_i", "beta", "B_j"];
  const plain = (x) => LQR.words.number(x, 3), sizes = (X) => `${X.length} × ${X[0].length}`;
  const rows = (n) => (n === 1 ? "1 row" : `${n} rows`), columns = (n) => (n === 1 ? "1 column" : `${n} columns`);

  class Fault extends Error {}
  class Misfit extends Fault {} // of another size than A and B ask for
  const refuse = (expected, got, Kind = Fault) => { throw new Kind(`expected ${expected}, got ${got}`); };

  // --- From text to numbers ---------------------------------------------------------------------

  const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
  function number(word, line) {
    const [over, under = "1", ...more] = word.split("/"), clear = (part) => NUMBER.test(part);
    const x = clear(over) && clear(under) && !more.length ? over / under : NaN;
    if (/^[-+]?(nan|inf|infinity)$/i.test(word) || (clear(over) && clear(under) && !isFinite(x)))
      refuse("finite numbers", `${word} in line ${line}`);
    if (isNaN(x)) refuse("numbers", `“${word.slice(0, 30)}” in line ${line}`);
    if (Math.abs(x) > LARGEST) refuse(`numbers up to ${plain(LARGEST)} in size`, `${word} in line ${line}`);
    return x;
  }

  /* Without what only Python and Matlab need: a name with "=", array(…), comments, a continued line.
     An empty line begins with \f. */
  const bare = (text) => text.trim().replace(/\r\n?/g, "\n").replace(/−/g, "-").replace(/[ \t]*[#%].*$/gm, "")
    .replace(/\.\.\.[ \t]*\n/g, " ").replace(/^\s*[A-Za-z]\w*\s*=/, "").replace(/,?\s*dtype\s*=\s*[\w.]+/g, "")
    .replace(/\b(?:(?:np|numpy)\.)?(?:array|asarray|matrix|mat)\s*(?=\()/g, "").replace(/\n[ \t]*(?=\n)/g, "\f");

  /* Blocks of text with an empty line between, each as brackets within brackets: a group is a list of
     rows, a row a list of numbers and groups. Inside two brackets a new line is only a space. */
  function blocks(text) {
    const opened = [[[]]], found = [];
    if (/,\s*,/.test(text)) refuse("a number between two commas", "none");
    let line = 1;
    for (const [token] of bare(text).matchAll(/[\n\f;()[\]{}]|[^\s,;()[\]{}]+/g)) {
      const group = opened.at(-1), deep = opened.length;
      if ("([{".includes(token)) opened.push([[]]);
      else if (")]}".includes(token)) {
        if (deep === 1) refuse("a bracket that opens for each that closes", `one “${token}” too many in line ${line}`);
        opened.pop();
        opened.at(-1).at(-1).push(group);
      } else if (token === "\f" && deep === 1) found.push(opened.pop()), opened.push([[]]);
      else if (token === ";" || (!token.trim() && deep < 3)) group.push([]);
      else if (token.trim()) group.at(-1).push(number(token, line));
      line += !token.trim();
    }
    if (opened.length > 1) refuse("a bracket that closes for each that opens", `${opened.length - 1} that stay open`);
    return [...found, opened[0]].filter((group) => group.flat().length);
  }

  /* A group as numbers in lists, brackets around a single list taken off. */
  function lists(group) {
    const items = group.flat(), full = group.filter((row) => row.length);
    if (!items.length) refuse("numbers", "empty brackets");
    const numbers = items.filter((item) => typeof item === "number").length;
    if (numbers === items.length) return full.length === 1 ? full[0] : full;
    if (numbers) refuse("numbers or lists of numbers in a pair of brackets", "both");
    const inside = items.map(lists);
    return inside.length === 1 ? inside[0] : inside;
  }
  const depth = (list) => (Array.isArray(list) ? 1 + depth(list[0]) : 0);

  function even(X) { // rows of equal length
    const all = X.every((row) => Array.isArray(row) && row.every((x) => typeof x === "number"));
    if (!all) refuse("rows of numbers", "brackets of different depth");
    const lengths = [...new Set(X.map((row) => row.length))];
    if (lengths.length > 1) refuse("rows of equal length", `rows of ${lengths.slice(0, 2).join(" and ")} numbers`);
    return X;
  }

  /* eye(n), diag(a, b, …), either with a factor before it, or null. */
  function named(text) {
    const told = bare(text).trim().replace(/;$/, "").match(/^(?:([^*]*)\*)?\s*(?:(?:np|numpy)\.)?(eye|diag)\s*\((.*)\)$/s);
    if (!told) return null;
    const factor = told[1] ? number(told[1].trim(), 1) : 1, inside = matrix(told[3]).flat(), [n] = inside;
    if (told[2] === "diag") return identity(inside.length).map((row, i) => row.map((x) => x * factor * inside[i]));
    if (!Number.isInteger(n) || n < 1 || n > MOST) refuse(`eye(n) with n from 1 to ${MOST}`, `eye(${told[3].slice(0, 30)})`);
    return scale(identity(n), factor);
  }

  function matrix(text) {
    if (text.length > LONGEST) refuse(`at most ${plain(LONGEST)} characters`, plain(text.length));
    if (!text.trim()) refuse("a matrix", "an empty field");
    const special = named(text);
    if (special) return special;
    const found = blocks(text);
    if (!found.length) refuse("numbers", "none");
    const list = lists(found.flat()), deep = depth(list);
    if (deep > 2) refuse("one matrix", `${list.length} of them, or more brackets than a matrix has`);
    return even(deep === 1 ? [list] : list);
  }

  /* Several matrices: in a list, or with an empty line between, or stacked, `count` of `high` rows. */
  function matrices(text, count, high) {
    if (!text.trim()) return [];
    if (text.length > LONGEST) refuse(`at most ${plain(LONGEST)} characters`, plain(text.length));
    const special = named(text);
    if (special) return [special];
    const found = blocks(text).map(lists).flatMap((list) => (depth(list) > 2 ? list : [depth(list) === 1 ? [list] : list]));
    found.forEach(even);
    if (found.length !== 1 || found[0].length !== count * high) return found;
    return Array.from({ length: count }, (_, k) => found[0].slice(k * high, (k + 1) * high));
  }

  // --- What a system needs ----------------------------------------------------------------------

  function sized(X, high, wide, whose, columnsOf = whose) {
    if (X.length !== high) refuse(`${rows(high)} as ${whose}`, X.length, Misfit);
    if (X[0].length !== wide) refuse(`${columns(wide)} as ${columnsOf}`, X[0].length, Misfit);
    return X;
  }
  function few(X, what, count) {
    if (count > MOST) refuse(`at most ${MOST} ${what}`, count);
    return X;
  }

  /* A symmetric positive definite matrix; asymmetry by rounding is averaged away, as in lqrlib. */
  function definite(X) {
    if (X.length !== X[0].length) refuse("a square matrix", sizes(X));
    for (let i = 0; i < X.length; i++)
      for (let j = 0; j < i; j++)
        if (Math.abs(X[i][j] - X[j][i]) > 1e-10 * Math.sqrt(Math.abs(X[i][i] * X[j][j])))
          refuse("a symmetric matrix", `${plain(X[j][i])} in row ${j + 1}, column ${i + 1} but ${plain(X[i][j])} across the diagonal`);
    const even = X.map((row, i) => row.map((x, j) => (x + X[j][i]) / 2)), low = least(even);
    const rounding = 1e-14 * Math.max(...symmetricEigenvalues(even).map(Math.abs));
    if (!(low > rounding))
      refuse("a positive definite matrix", `one with the eigenvalue ${plain(Math.abs(low) <= rounding ? 0 : low)}`);
    return even;
  }

  /* { problem } of the texts by field, or { faults } with a sentence for each field that has one; and
     where A and B are a pair but the rest is of another size, the `plainest` system of that pair. */
  function read(texts) {
    const faults = {}, X = {};
    let misfit = false;
    const given = (field) => (texts[field] ?? "").trim();
    function take(field, make) { // undefined where the field has a fault
      try {
        X[field] = make(texts[field] ?? "");
      } catch (fault) {
        if (!(fault instanceof Fault)) throw fault;
        faults[field] = `${field}: ${fault.message}.`;
        misfit ||= fault instanceof Misfit;
      }
    }
    take("A", (text) => {
      const A = matrix(text);
      if (A.length !== A[0].length) refuse("a square matrix", sizes(A));
      return few(A, "states", A.length);
    });
    const n = X.A?.length, fits = (M, wide, whose) => (n ? sized(M, n, wide ?? M[0].length, whose) : M);
    take("B", (text) => {
      const B = fits(matrix(text), null, "A has");
      return few(B, "inputs (columns)", B[0].length);
    });
    const m = X.B?.[0].length;
    take("Q", (text) => definite(fits(matrix(text), n, "A has")));
    take("R", (text) => {
      const R = matrix(text);
      return definite(m ? sized(R, m, m, "B has columns") : R);
    });
    take("Sigma0", (text) => (given("Sigma0") ? definite(fits(matrix(text), n, "A has")) : identity(n ?? 1)));
    for (const [variances, directions, wide, whose] of [["alpha", "A_i", n, "A has"], ["beta", "B_j", m, "B has"]]) {
      take(variances, (text) => {
        if (!given(variances)) return [];
        const list = matrix(text), flat = list.flat();
        if (list.length > 1 && list[0].length > 1) refuse("a list of variances", `a matrix, ${sizes(list)}`);
        const low = Math.min(...flat);
        if (low < 0) refuse("variances that are not negative", plain(low));
        if (flat.length > TERMS) refuse(`at most ${TERMS} variances`, flat.length);
        return flat;
      });
      take(directions, (text) => {
        const count = X[variances]?.length, list = matrices(text, count, n);
        if (n && count !== undefined && list.length !== count)
          refuse(`${count === 1 ? "1 matrix" : `${count} matrices`}, one for each variance in ${variances}`, list.length || "none");
        return list.map((M) => (n && wide ? sized(M, n, wide, "A has", whose) : M));
      });
    }
    const { A, B, Q, R, Sigma0 } = X, noises = { state_noise: [X.alpha, X.A_i], input_noise: [X.beta, X.B_j] };
    const none = { state_noise: [[], []], input_noise: [[], []] };
    if (misfit && A && B) return { faults, plainest: { A, B, Q: identity(n), R: identity(m), Sigma0: identity(n), ...none } };
    if (Object.keys(faults).length) return { faults };
    return { problem: { A, B, Q, R, Sigma0, ...noises } };
  }

  /* The texts, by field, of a problem. */
  function written({ A, B, Q, R, Sigma0, state_noise, input_noise }) {
    const rows = (M) => M.map((row) => row.join(", ")).join("\n"), all = (Ms) => Ms.map(rows).join("\n\n");
    const [alpha, A_i, beta, B_j] = [...state_noise, ...input_noise];
    const noises = { alpha: alpha.join(", "), A_i: all(A_i), beta: beta.join(", "), B_j: all(B_j) };
    return { A: rows(A), B: rows(B), Q: rows(Q), R: rows(R), Sigma0: rows(Sigma0), ...noises };
  }

  return { FIELDS, matrices, matrix, read, written };
})();
