/* How much of the cost averages of N roll-outs see under noise by a fair coin, and how many roll-outs a
   good average is proved to need (Theorem "How many roll-outs an average needs" of chapter 7).

   data: square u^2; values of nu; powers of ten that N takes; quantiles [least, quartile, median, quartile,
   largest] of average / cost by value and power, over repetitions; low, how many of these are below
   asked[0]; proved, the chance of that at the least; needed, by value, for chance asked[1]; look {color,
   marker}; start [place of nu, place of N]. */
"use strict";

LQR.figures.rollouts = (data, view) => {
  const { number, share } = LQR.words, { values, powers, quantiles, asked, repetitions, look } = data;
  view.box.classList.add("lqr-live-pair");
  const over = [0.95 * values[0], 1.05 * values.at(-1)];
  const labels = ["cost ν of the gain", "average / cost"];
  const seen = view.plot({ x: over, y: [0, 1.6], log: "x", ratio: 0.95, labels });
  const demand = view.plot({
    x: over, y: [1, 2 * 10 ** powers.at(-1)], log: "xy", ratio: 0.95, labels: [labels[0], "roll-outs N"],
  });
  for (const plot of [seen, demand]) Object.assign(plot.margin, { left: 78, right: 18 });
  const cost = view.slider({
    label: "cost ν", min: 0, max: values.length - 1, step: 1, value: data.start[0], words: (i) => number(values[i], 3),
  });
  const count = view.slider({
    label: "roll-outs averaged", min: 0, max: powers.length - 1, step: 1, value: data.start[1],
    words: (k) => number(10 ** powers[k]),
  });
  view.legend([
    { label: `average, median and quartiles of ${repetitions} (pale: all)`, color: look.color, marker: look.marker },
    { label: `from here on half of the averages reach ${share(asked[0])}`, color: look.color, marker: "d" },
    { label: "proved to be needed", color: "var(--live-ink)", dashed: true },
  ]);
  view.button("Start again", () => ([cost.value, count.value] = data.start));

  /* The least N from which at most half of the averages stay below what is asked; none where even the
     largest N does not do. */
  const enough = data.low.map((row) => {
    const last = row.findLastIndex((below) => below > repetitions / 2);
    return last < powers.length - 1 ? 10 ** powers[last + 1] : Infinity;
  });

  /* Everything that is said, at this cost and number of roll-outs. */
  function state() {
    const i = cost.value, k = count.value, [least, , median, , most] = quantiles[i][k];
    const found = { nu: values[i], paths: 10 ** powers[k], least, median, most, low: data.low[i][k] };
    return { i, k, ...found, proved: data.proved[i][k], needed: data.needed[i], enough: enough[i] };
  }

  function sentence({ nu, paths, least, median, most, low, proved, needed, enough }) {
    const told = proved > 0 ? `proves a chance of at least ${share(proved)} for that` : "proves nothing here";
    const aim = `${share(asked[0])} with a chance of ${share(asked[1])}`;
    const excluded = `To reach ${aim} takes more than ${number(needed)} roll-outs, as is proved`;
    const seen = isFinite(enough) ? `from N = ${number(enough)} on` : `for no N up to ${number(10 ** powers.at(-1))}`;
    return [
      `The cost is ${number(nu, 3)}, and the average of ${number(paths)} roll-outs has that mean.`,
      `${low > repetitions / 2 ? "Yet half" : "Half"} of these ${repetitions} are below`,
      `${number(100 * median)}\u00a0% of it (they go from ${number(100 * least)} to`,
      `${number(100 * most)}\u00a0%), ${low} of ${repetitions} below ${share(asked[0])}; the theorem ${told}.`,
      needed >= 10 ? `${excluded};` : "It excludes no N here;",
      `half of the averages here reach ${share(asked[0])} ${seen}.`,
    ].join(" ");
  }

  function drawSeen({ i, k, median }) {
    const row = (mark) => values.map((nu, j) => [nu, quantiles[j][k][mark]]), ink = view.color("ink");
    seen.within(() => {
      seen.fill(row(0), row(4), look.color, 0.15);
      seen.fill(row(1), row(3), look.color, 0.3);
      seen.rule({ y: 1 }, ink);
      seen.rule({ y: asked[0] }, ink, { width: 1 });
      seen.line(row(2), look.color);
      seen.markers(row(2), look.marker, look.color);
      seen.markers([[values[i], median]], look.marker, look.color, { size: 8, halo: ink });
    });
    seen.label("the cost", [values[0], 1], { align: "left", dx: 6, dy: -6 });
    seen.label(share(asked[0]), [values[0], asked[0]], { align: "left", dx: 6, dy: 15 });
    seen.axes();
  }

  function drawDemand({ nu, paths, needed }) {
    const line = values.map((value, j) => [value, Math.max(1, data.needed[j])]), ink = view.color("ink");
    const under = paths < needed ? view.color("over") : look.color;
    demand.within(() => {
      demand.fill(values.map((value) => [value, 1]), line, view.color("over"), 0.15);
      demand.line(line, ink, { dashed: true });
      demand.markers(values.map((value, j) => [value, enough[j]]).filter(([, N]) => isFinite(N)), "d", look.color);
      demand.markers([[nu, paths]], "o", under, { size: 8, halo: ink });
    });
    demand.label("excluded", [over[1], 1], { align: "right", dx: -8, dy: -12 });
    demand.label("not excluded", [over[0], 10 ** powers.at(-1)], { align: "left", dx: 8, dy: 8 });
    demand.axes();
  }

  view.draw = () => {
    if (!seen.clear() || !demand.clear()) return;
    const now = state();
    drawSeen(now);
    drawDemand(now);
    count.row.classList.toggle("lqr-live-over", now.paths < now.needed);
    view.say(sentence(now));
  };
  view.state = state; // for tests
};
