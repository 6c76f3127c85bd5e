/* Which gains stabilize in the mean square, against the variances of two noises.

   data: problem, with one input and one noise term on the state and on the input; x and y, ranges of
   its two gains, x logarithmic; labels and names of both; start, a gain; noise, the variances
   [alpha, beta]; most, their largest; sliders, their labels; shares of the critical variance at which
   a line is drawn; boundary and found, variances at which the last gain is lost, in closed form and by
   bisection; state, from which second moments start; steps; system, a word for it; looks {kept,
   moment, mean}. */
"use strict";

LQR.stableSet = (() => {
  const { atGain, inverseCosts, loop, optimum } = LQR.equations;
  const { add, inner, identity, multiply, scale, transpose } = LQR.matrices;

  const noisy = (p, alpha, beta) =>
    ({ ...p, state_noise: [[alpha], p.state_noise[1]], input_noise: [[beta], p.input_noise[1]] });

  /* The problem whose cost is K S K', where S = A_K S A_K' + alpha A_1 S A_1' + bb' and B_1 = b: with
     Q = 0, R = 1, Sigma0 = bb'. The largest beta that K survives is one over it (chapter 4, "The level
     a gain survives"; the proof holds with alpha in F_0). */
  function energy(p, alpha) {
    const b = p.input_noise[1][0], none = { Q: scale(p.A, 0), R: [[1]], input_noise: [[], []] };
    return { ...p, ...none, Sigma0: multiply(b, transpose(b)), state_noise: [[alpha], p.state_noise[1]] };
  }

  /* The beta up to which K stabilizes; 0 where alpha alone is too much for it. */
  const level = (p, alpha, K) => 1 / atGain(energy(p, alpha), K).cost;

  /* The same over a grid of gains (x, y), row by row; negative where alpha alone is too much. */
  const plane = { origin: [[0, 0]], across: [[1, 0]], up: [[0, 1]] };
  const levels = (p, alpha, xs, ys) => inverseCosts(energy(p, alpha), plane, xs, ys);

  /* The last gain as beta grows, and the beta at which it is lost; null where alpha leaves none. */
  function last(p, alpha) {
    const best = optimum(energy(p, alpha), 256);
    return best && { K: best.K, level: 1 / best.cost };
  }

  /* The part of the area with a level above `least`, of that where `whole` is positive. */
  function share(grid, least, whole, xs, ys) {
    const widths = xs.map((x, k) => (xs[k + 1] ?? x) - (xs[k - 1] ?? x)).map((w, k, all) => (k % (all.length - 1) ? w / 2 : w));
    let [kept, all] = [0, 0];
    for (let k = 0; k < xs.length * ys.length; k++) {
      if (grid[k] > least) kept += widths[k % xs.length];
      if (whole[k] > 0) all += widths[k % xs.length];
    }
    return kept / all;
  }

  /* E||x_t||^2 for t = 0 to `steps` under u = -Kx from the state x: traces of F_K^t(xx'). */
  function moments(p, K, x, steps) {
    const pairs = loop(p, K), found = [], zero = scale(identity(x.length), 0);
    let X = x.map((a) => x.map((b) => a * b));
    for (let t = 0; t <= steps; t++) {
      found.push(inner(X, identity(x.length)));
      X = pairs.reduce((sum, [weight, M]) => add(sum, multiply(M, X, transpose(M)), weight), zero);
    }
    return found;
  }
  return { last, level, levels, moments, noisy, share };
})();

LQR.figures.stable_set = (data, view) => {
  const { last, level, levels, moments, noisy, share } = LQR.stableSet, { meanSquareRadius } = LQR.equations;
  const { number } = LQR.words, SIZE = 161, p = data.problem, { looks } = data;
  const map = view.plot({ x: data.x, y: data.y, labels: data.labels, ratio: 0.92, log: "x" });
  const time = view.plot({ x: [0, data.steps], y: [1e-6, 1e3], labels: ["steps", ""], ratio: 0.3, log: "y" });
  const plane = view.plot({ x: [0, data.most[0]], y: [0, data.most[1]], labels: ["α", "β"], ratio: 0.85 });
  view.legend(["moments", "means"].map((name) => ({ ...looks[name], dashed: name === "means" })));
  view.box.append(LQR.element("div", {}, map.frame, time.frame, view.controls.firstChild));
  view.controls.append(plane.frame);

  const gain = map.handle({ label: "Gain", names: data.names, value: data.start });
  const sliders = data.sliders.map((label, k) => view.slider({
    label, min: 0, max: data.most[k], value: data.noise[k], words: (variance) => number(variance, 3),
  }));
  const set = (variances) => variances.forEach((variance, k) => (sliders[k].value = variance));
  const noise = plane.handle({ label: "Noise", names: ["α", "β"], value: data.noise, moved: set });
  view.button("Start again", () => {
    set(data.noise);
    gain.value = data.start;
  });

  const xs = Array.from({ length: SIZE }, (_, k) => data.x[0] * (data.x[1] / data.x[0]) ** (k / (SIZE - 1)));
  const ys = Array.from({ length: SIZE }, (_, k) => data.y[0] + ((data.y[1] - data.y[0]) * k) / (SIZE - 1));
  const whole = levels(p, 0, xs, ys);
  let known = {}; // the levels for the last alpha
  function state() {
    const [alpha, beta] = sliders.map((slider) => slider.value), K = [gain.value];
    if (known.alpha !== alpha) known = { alpha, grid: levels(p, alpha, xs, ys), last: last(p, alpha) };
    const now = noisy(p, alpha, beta), quiet = noisy(p, 0, 0);
    return {
      ...known, beta, K, survives: level(p, alpha, K), calm: level(p, 0, K) > 0, radius: meanSquareRadius(now, K),
      left: share(known.grid, beta, whole, xs, ys), moments: moments(now, K, data.state, data.steps),
      means: moments(quiet, K, data.state, data.steps),
    };
  }

  function sentence({ alpha, beta, last, survives, calm, radius, left }) {
    const end = radius < 1 ? "it dies out" : `it grows without end${calm ? ", though the mean dies out" : ""}`;
    const factor = Math.abs(radius - 1) < 0.005 ? `almost exactly 1` : number(radius, 3);
    const rate = `in the long run each step multiplies the second moment by ${factor}, so ${end}`;
    if (!calm) return `At this gain the ${data.system} falls with a perfect motor, too: ${rate}.`;
    const where = alpha > 0 ? ` together with α = ${number(alpha)}` : "", lines = [];
    if (!(survives > 0)) lines.push(`For this gain α = ${number(alpha)} alone is too much: ${rate}.`);
    else {
      const times = survives < beta ? `, ${number(beta / survives, 3)} times as much` : "";
      lines.push(`At this gain the ${data.system} survives a variance β of ${number(survives, 3)}${where}.`);
      lines.push(`The motor's error stands at ${number(beta, 3)}${times}: ${rate}.`);
    }
    if (!last) lines.push(`No gain survives α = ${number(alpha)}, not even with a perfect motor.`);
    else if (beta >= last.level) lines.push(`No gain is left: the last one, the star, was lost at ${number(last.level, 3)}.`);
    else lines.push(`Of the gains that a perfect motor allows, ${left === 1 ? "all" : LQR.words.share(left)} of the area is left.`);
    return lines.join(" ");
  }

  /* A colour on the paper as if it were thin. */
  const thin = (color, opacity) => {
    const paper = LQR.rgb(view.color("paper"));
    return LQR.rgb(color).map((c, k) => opacity * c + (1 - opacity) * paper[k]);
  };

  function paint({ grid, beta, last }) {
    const [outside, hatch, kept] = [LQR.rgb(view.color("outside")), LQR.rgb(view.color("hatch")), thin(looks.kept.color, 0.5)];
    const lost = thin(view.color("ink"), 0.14);
    map.paint(grid, SIZE, (found, column, row) => (found > beta ? kept : found > 0 ? lost : (column + row) % 9 < 1 ? hatch : outside));
    if (last) for (const part of data.shares) map.contour(grid, SIZE, part * last.level, view.color("contour"), 0.7);
    map.contour(whole, SIZE, 0, view.color("ink"), 1.2);
    map.contour(grid, SIZE, beta, view.color("ink"), 2);
    map.axes();
  }

  view.draw = () => {
    if (!map.clear() || !time.clear() || !plane.clear()) return;
    const now = state(), paper = view.color("paper"), ink = view.color("ink"), [x, y] = data.boundary;
    map.background(`${now.alpha} ${now.beta} ${paper}`, () => paint(now));
    if (now.last) map.within(() => map.markers([now.last.K[0]], "*", ink, { size: 9, halo: paper }));

    const curve = x.map((alpha, k) => [alpha, y[k]]);
    plane.within(() => {
      plane.fill([[0, 0], [x.at(-1), 0]], curve, looks.kept.color, 0.5);
      plane.line(curve, ink);
      plane.markers(data.found, "d", ink, { size: 4, spacing: 0 });
      plane.label("some gain", [0, 0], { align: "left", dx: 12, dy: -12 });
      plane.label("no gain", data.most, { align: "right", dx: -12, dy: 28 });
    });
    plane.axes();
    time.within(() => {
      time.rule({ y: 1 }, view.color("contour"), { width: 1 });
      for (const name of ["means", "moments"]) {
        const look = looks[name];
        time.line(now[name].map((square, t) => [t, square]), look.color, { halo: paper, dashed: name === "means" });
      }
    });
    time.axes();
    sliders[1].tick(now.survives);
    sliders[1].row.classList.toggle("lqr-live-over", now.beta >= now.survives);
    noise.value = [now.alpha, now.beta];
    for (const handle of [gain, noise]) handle.place();
    view.say(sentence(now));
  };
  view.state = state; // for tests
};
