/* One state, x+ = (a + s xi) x with xi ~ N(0, 1): what of a roll-out's cost is finite, and its tail
   (Lemma "When the cost of a roll-out has a variance" of chapter 7).

   data: centers a and variances s^2 at which roll-outs were simulated; shares of them that cost more
   than the quantiles {middle, low, high}, powers of ten by center, variance and share, over seeds;
   simulated {runs, seeds, steps}; regions [{name, label, color}], names both, mean, none; marked
   settings [a, s^2] and the start. Costs are in units of the first step's mean cost. */
"use strict";

LQR.tail = (() => {
  const second = (a, v) => a * a + v; // m2 = E M^2, M = a + s xi, v = s^2
  const fourth = (a, v) => a ** 4 + 6 * a * a * v + 3 * v * v; // m4 = E M^4
  const meanEdge = (a) => 1 - a * a; // the v at which m2 = 1
  const varianceEdge = (a) => Math.sqrt((1 + 2 * a ** 4) / 3) - a * a; // the v at which m4 = 1

  /* Mean and standard deviation of the cost, infinite where they are. */
  function moments(a, v) {
    const [m2, m4] = [second(a, v), fourth(a, v)];
    const mean = m2 < 1 ? 1 / (1 - m2) : Infinity; // E Z = 1 + m2 E Z
    const square = (3 * (1 + m2)) / ((1 - m2) * (1 - m4)); // 3 E Z^2, E Z^2 = 1 + 2 m2 E Z + m4 E Z^2
    return { m2, m4, mean, deviation: m4 < 1 ? Math.sqrt(square - mean * mean) : Infinity };
  }

  /* Stirling's series, far enough out. */
  function logGamma(x) {
    let shift = 0;
    for (; x < 15; x++) shift += Math.log(x);
    const y = 1 / (x * x), series = 1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y / 1188)));
    return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series / x - shift;
  }

  /* log E |a + s xi|^(2k). M^2 / v is chi-square with 1 + 2j degrees of freedom, j drawn from Poisson's
     distribution with mean x = a^2 / (2v): a sum over j of positive terms. */
  function logMoment(a, v, k) {
    const x = (a * a) / (2 * v);
    let logarithm = k * Math.log(2 * v) - x + logGamma(k + 0.5) - logGamma(0.5);
    let sum = 0, term = 1, ratio = 1;
    for (let j = 0; ratio >= 1 || term > 1e-17 * sum; j++) {
      sum += term;
      ratio = (x * (k + 0.5 + j)) / ((0.5 + j) * (j + 1));
      term *= ratio;
      if (sum > 1e200) (sum *= 1e-200), (term *= 1e-200), (logarithm += 200 * Math.LN10);
    }
    return logarithm + Math.log(sum);
  }

  /* The k > 0 at which E |a + s xi|^(2k) = 1: costs exceed z with probability of order z^-k. Infinite
     beyond `most`, as good as no tail; 0 where no state tends to zero. */
  function exponent(a, v, most = 256) {
    if (v === 0) return Math.abs(a) < 1 ? Infinity : 0;
    let low = 0, high = 1;
    while (logMoment(a, v, high) < 0) {
      if (high >= most) return Infinity;
      [low, high] = [high, 2 * high];
    }
    for (let round = 0; round < 60; round++) {
      const middle = (low + high) / 2;
      if (logMoment(a, v, middle) < 0) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }

  /* Powers of ten of the simulated quantiles at (a, v), with straight lines between settings. */
  function quantiles({ centers, variances }, table, a, v) {
    const place = (list, z) => {
      const i = Math.max(0, Math.min(list.length - 2, list.findIndex((next) => next > z) - 1));
      const k = z >= list.at(-1) ? list.length - 2 : i;
      return [k, Math.min(1, Math.max(0, (z - list[k]) / (list[k + 1] - list[k])))];
    };
    const [i, p] = place(centers, Math.abs(a)), [j, q] = place(variances, v);
    return table[i][j].map((_, k) => {
      const along = (row) => row[j][k] + q * (row[j + 1][k] - row[j][k]);
      return along(table[i]) + p * (along(table[i + 1]) - along(table[i]));
    });
  }

  /* How far an average of `count` roll-outs is off, over the mean. With a variance: its standard
     deviation. Without: what most averages miss, the part of the mean that is in costs so large that
     they come less than once in `count` roll-outs, by the power law through `anchor` = [z, share above]. */
  function error({ mean, deviation }, kappa, [z, share], count) {
    if (isFinite(deviation)) return deviation / mean / Math.sqrt(count);
    const rare = z * (share * count) ** (1 / kappa); // exceeded once in `count`
    return ((kappa / (kappa - 1)) * rare) / count / mean; // E[c; c > rare]
  }

  /* How many roll-outs make that error `aim`. */
  function needed(found, kappa, anchor, aim) {
    const power = isFinite(found.deviation) ? 2 : kappa / (kappa - 1);
    return (error(found, kappa, anchor, 1) / aim) ** power;
  }

  return { error, exponent, fourth, logMoment, meanEdge, moments, needed, quantiles, second, varianceEdge };
})();

LQR.figures.tail = (data, view) => {
  const { error, exponent, meanEdge, moments, needed, quantiles, varianceEdge } = LQR.tail;
  const { number, share } = LQR.words, AIM = 0.1, { runs, seeds, steps } = data.simulated;
  const top = data.variances.at(-1), regions = Object.fromEntries(data.regions.map((one) => [one.name, one]));
  view.box.classList.add("lqr-live-pair");
  const names = ["a, mean of the factor M", "s², its variance"];
  const plane = view.plot({ x: [0, 0.95], y: [0, top], labels: names, ratio: 0.95 });
  const tail = view.plot({
    x: [0.01, 1e6], y: [1e-6, 1], log: "xy", ratio: 0.95,
    labels: ["cost / mean cost of the first step", "share of roll-outs that cost more"],
  });
  for (const plot of [plane, tail]) Object.assign(plot.margin, { left: 66, right: 18 });
  const setting = plane.handle({ label: "Mean and variance of the factor", names: ["a", "s²"], value: data.start });
  const count = view.slider({
    label: "roll-outs averaged", min: 1, max: 6, value: 3, step: 0.1,
    words: (power) => number(Math.round(10 ** power), 3),
  });
  view.legend([
    { label: `${number(runs, 3)} roll-outs of ${steps} steps, median of ${seeds} seeds`, color: "var(--live-ink)" },
    { label: "the tail's power law", color: "var(--live-ink)", dashed: true },
  ]);
  view.button("Start again", () => {
    count.value = 3;
    setting.value = data.start;
  });

  /* Everything that is drawn and said, at the setting of the handle. */
  function state() {
    const [a, v] = setting.value, found = moments(a, v), kappa = exponent(a, v);
    const [middle, low, high] = ["middle", "low", "high"].map((name) => {
      const powers = quantiles(data, data.quantiles[name], a, v);
      return powers.map((power, k) => [10 ** power, data.shares[k]]);
    });
    const anchor = middle.at(-1), averaged = Math.round(10 ** count.value);
    const region = isFinite(found.deviation) ? "both" : isFinite(found.mean) ? "mean" : "none";
    const off = error(found, kappa, anchor, averaged), enough = needed(found, kappa, anchor, AIM);
    return { a, v, ...found, kappa, middle, low, high, anchor, averaged, region, off, enough };
  }

  const many = (x) => (x < 1e99 ? number(x) : "more than 10⁹⁹");
  const sure = (x) => (x < 1 ? `${share(x)} of it` : `${number(x)} times as much`);
  const margin = (kappa) =>
    kappa > 3 ? "well beyond −2, which does no harm" : "hardly beyond −2: few, dear roll-outs make the variance";
  function sentence({ m2, m4, mean, deviation, kappa, averaged, region, off, enough, middle }) {
    const of = `an average of ${number(averaged, 3)} roll-outs`;
    const tail = `The share above a cost z falls like z to the power −${number(kappa, 3)}`;
    if (region === "both")
      return [
        `Mean and variance are finite: the cost is on average ${number(mean, 3)} times that of the first step,`,
        `with standard deviation ${number(deviation, 3)}. So ${of} is off by ${sure(off)} (one standard deviation).`,
        `It falls like 1/√N: ${number(Math.ceil(enough))} roll-outs bring 10 %, ten times the accuracy costs`,
        "100 times as many.",
        isFinite(kappa) ? `${tail}: ${margin(kappa)}.` : "There is no tail to speak of.",
      ].join(" ");
    if (region === "mean")
      return [
        `The mean is finite, ${number(mean, 3)} times the first step's, the variance is not:`,
        `a⁴ + 6a²s² + 3s⁴ is ${number(m4, 3)}, and a variance needs less than 1. ${tail}: ${of} misses about`,
        `${share(Math.min(1, off))} of the mean, which is in costs too rare to be among them. The error falls like N to the power`,
        `${number(1 / kappa - 1)}, not −½: about ${many(enough)} roll-outs bring 10 %, ten times the accuracy costs`,
        `${many(10 ** (kappa / (kappa - 1)))} times as many.`,
      ].join(" ");
    return [
      `The mean is infinite: a² + s² is ${number(m2, 3)}, and a mean needs less than 1. Still half of all roll-outs`,
      `cost less than ${number(middle[data.shares.indexOf(0.5)][0])}. ${tail}: averages never settle, that of N roll-outs`,
      `grows like N to the power ${number(1 / kappa - 1)}, and ${of} is worth nothing.`,
    ].join(" ");
  }

  function drawPlane(now) {
    const curves = [plane.curve(() => 0), plane.curve(varianceEdge), plane.curve(meanEdge), plane.curve(() => top)];
    const names = ["both", "mean", "none"], spots = [[0.02, 0.22], [0.02, 0.75], [0.93, 1.05]];
    const free = [0.38, 0.92, 0.85]; // where they stand while the point is at their height
    const height = (k) => (Math.abs(now.v - spots[k][1]) < 0.1 ? free[k] : spots[k][1]);
    plane.within(() => {
      names.forEach((name, k) => {
        plane.fill(curves[k], curves[k + 1], regions[name].color, name === now.region ? 0.5 : 0.22);
      });
      plane.line(curves[1], view.color("ink"), { width: 1.2 });
      plane.line(curves[2], view.color("ink"), { width: 1.2 });
      const look = { size: 5, spacing: 0, halo: view.color("paper") };
      plane.markers(data.marked, "d", view.color("ink"), look);
    });
    names.forEach((name, k) => {
      plane.label(regions[name].label, [spots[k][0], height(k)], { align: k < 2 ? "left" : "right" });
    });
    plane.axes();
  }

  function drawTail({ mean, kappa, middle, low, high, anchor, region }) {
    const { color } = regions[region], [z, above] = anchor, last = tail.y[0];
    const far = isFinite(kappa) ? z * (above / last) ** (1 / Math.max(kappa, 1e-3)) : z;
    tail.within(() => {
      tail.fill(low, high, color, 0.3);
      if (isFinite(mean)) tail.rule({ x: mean }, view.color("ink"), { width: 1, dashed: false });
      tail.line([anchor, [far, last]], color, { dashed: true });
      tail.line(middle, color);
      tail.markers(middle, "o", color, { spacing: 0 });
    });
    if (isFinite(mean)) tail.label("mean", [mean, 2e-6], { align: "left", dx: 4 });
    tail.axes();
  }

  view.draw = () => {
    if (!plane.clear() || !tail.clear()) return;
    const now = state();
    drawPlane(now);
    drawTail(now);
    setting.place();
    count.row.classList.toggle("lqr-live-over", now.region !== "both");
    view.say(sentence(now));
  };
  Object.assign(view, { state, setting }); // for tests
};
