/* Three descents from one start, each with a step that the reader chooses: the gap that is left after
   each iteration, measured solid and promised dashed (S2 Theorems 3.4, 3.5, 3.6).

   data: problem; start, a gain; count, the number of iterations; told, after how many the sentence
   compares; y, the range of the gap; methods [{name, label, color, marker, step, least, most, theorem,
   href, bound, named}], the step with the ends of its slider, the theorem with its place on the page,
   and the bound of its assumption as HTML, without and with its value's place. */
"use strict";

LQR.race = (() => {
  const { add, frobenius, least, norm } = LQR.matrices;
  const SETTLED = 1e-18; // of the first gap: rounding

  /* The part of the gap that a step takes, over its size (lqrpapers.constants: printed.decrease). */
  function rate(p, best, method) {
    const mu = least(p.Sigma0), r = least(p.R);
    const factor = { gradient: r * mu, natural_gradient: r, gauss_newton: 1 }[method];
    return (2 * factor * mu) / norm(best.Sigma);
  }

  /* A descent that has taken no step yet. `shares` are the gaps over the first one; `left` and `rose`
     are the iterations at which it left the set and at which its gap first grew. */
  const begin = (p, at, best, method, step) =>
    ({ p, at, best, method, step, first: LQR.equations.gap(best, at), shares: [1], left: 0, rose: 0, ended: false });

  /* Take its steps up to iteration `count`, as far as the milliseconds reach; whether that was all. */
  function grow(walk, count, milliseconds = Infinity) {
    const { p, best, method, step, shares } = walk, end = performance.now() + milliseconds;
    while (!walk.ended && shares.length <= count) {
      if (performance.now() > end) return false;
      walk.at = LQR.equations.atGain(p, add(walk.at.K, walk.at[method], -step));
      const share = LQR.equations.gap(best, walk.at) / walk.first;
      if (!isFinite(share)) walk.left = shares.length;
      else if (!walk.rose && share > shares.at(-1) * (1 + 1e-9)) walk.rose = shares.length;
      if (!walk.left) shares.push(share);
      walk.ended = walk.left > 0 || share < SETTLED || !(frobenius(walk.at[method]) > 0);
    }
    return true;
  }

  return { begin, grow, rate };
})();

LQR.figures.race = (data, view) => {
  const { begin, grow, rate } = LQR.race, { allowedStep } = LQR.equations, { joined, number } = LQR.words, OVER = 1.005;
  const p = data.problem, best = LQR.equations.optimum(p), first = LQR.equations.atGain(p, data.start);
  const labels = ["iteration (log scale from 1)", "cost gap / first gap"];
  const plot = view.plot({ x: [0.5, data.count], y: data.y, labels, ratio: 1.3, log: "xy" });
  plot.margin.left = 64;
  const place = (t) => Math.max(t, 0.5); // the start, too, has a place on the log axis

  const lead = "Step of each method; the tick is the largest that its theorem allows:";
  view.controls.append(LQR.element("p", { class: "lqr-live-lead" }, lead));
  for (const method of data.methods) {
    method.allowed = allowedStep(p, first, best, method.name);
    method.rate = rate(p, best, method.name);
    method.slider = view.slider({
      label: method.label, mark: LQR.swatch(method.marker, method.color), words: (power) => number(10 ** power),
      min: Math.log10(method.least), max: Math.log10(method.most), value: Math.log10(method.step),
    });
    method.slider.tick(Math.log10(method.allowed));
    method.claim = LQR.element("p", { class: "lqr-live-claim" });
    view.controls.append(method.claim);
  }
  const after = (power) => Math.round(10 ** power), iterations = (t) => `${t.toLocaleString("en")} iteration${t > 1 ? "s" : ""}`;
  const told = view.slider({
    label: "compared after", min: 0, max: Math.log10(data.count), value: Math.log10(data.told),
    words: (power) => iterations(after(power)),
  });
  view.text.style.minHeight = "11em"; // or the page would jump while the sentence grows
  view.button("Start again", () => {
    for (const method of data.methods) method.slider.value = Math.log10(method.step);
    told.value = Math.log10(data.told);
  });

  /* The descent of a method with the step of its slider, kept while that stays. */
  function walked(method) {
    const step = 10 ** method.slider.value;
    if (method.walk?.step !== step) method.walk = begin(p, first, best, method.name, step);
    return method.walk;
  }
  const multiple = (method) => walked(method).step / method.allowed;
  const promised = (method, t) => Math.max(0, 1 - walked(method).step * method.rate) ** t;
  const reached = ({ shares }, t) => shares[Math.min(t, shares.length - 1)];

  /* A share of the gap; near one what is missing, or a promise and a slow descent look alike. */
  function share(x) {
    if (x > 1 + 1e-9) return `${number(x)} times`;
    return x > 0.995 ? (x < 1 - 1e-9 ? `all but ${LQR.words.share(1 - x)}` : "all") : LQR.words.share(x);
  }

  /* What became of a descent without a promise. */
  function end({ left, rose, ended, shares }) {
    if (left) return `left the set at iteration ${left}`;
    if (rose) return `turned around at iteration ${rose}${ended ? " and came back" : ""}`;
    return shares.at(-1) > 1 - 1e-6 ? "stands still" : "descends all the same";
  }

  function sentence(t) {
    const there = data.methods.filter(({ walk }) => !walk.left || walk.left > t);
    const parts = there.map((method, k) => {
      const promise = multiple(method) > OVER ? "" : ` (${k ? "" : "at most "}${share(promised(method, t))}${k ? "" : " promised"})`;
      return `${method.label} ${share(reached(method.walk, t))}${promise}`;
    });
    const lines = parts.length ? [`After ${iterations(t)} these parts of the first gap are left: ${joined(parts)}.`] : [];
    const over = data.methods.filter((method) => multiple(method) > OVER);
    const ends = over.map((method) => `${method.label}, at ${number(multiple(method))} times it, ${end(method.walk)}`);
    if (over.length) lines.push(`Past the bound nothing is promised: ${ends.join("; ")}.`);
    return lines.join(" ").replace(/(^|\. )([a-z])/g, (_, before, letter) => before + letter.toUpperCase());
  }

  /* The printed assumption below a slider, red where the step breaks it. */
  function claim(method) {
    const over = multiple(method) > OVER, { theorem, href, bound, named } = method;
    method.slider.row.classList.toggle("lqr-live-over", over);
    const words = over ? `step exceeds ${named} by ${number(multiple(method))}×` : `step ≤ ${bound}`;
    method.claim.innerHTML = `${words.replace("{}", number(method.allowed))} (<a href="${href}">${theorem}</a>)`;
  }

  view.draw = () => {
    const t = after(told.value), paper = view.color("paper"), ink = view.color("ink");
    let ready = true, done = true;
    for (const method of data.methods) {
      done = grow(walked(method), data.count, 8) && done;
      ready = ready && (method.walk.ended || method.walk.shares.length > t);
      claim(method);
    }
    if (!done) view.refresh(); // the rest with the next picture of the screen
    if (!plot.clear()) return;
    plot.axes();
    plot.label("0", [0.5, data.y[0]], { dy: 17 });
    plot.within(() => {
      plot.rule({ x: t }, ink, { width: 1, dashed: false });
      for (const method of data.methods)
        if (multiple(method) <= OVER) {
          const promise = plot.curve((x) => promised(method, x), 200).filter(([x]) => x >= 1);
          plot.line([[0.5, 1], ...promise], method.color, { dashed: true });
        }
      for (const { walk, color, marker } of data.methods) {
        const values = walk.shares.map((gap, k) => [place(k), gap]);
        plot.line(walk.left ? [...values, [walk.left, 1e99]] : values, color, { halo: paper });
        plot.markers(values, marker, color, { halo: paper, size: 4.5 });
      }
      data.methods.filter(({ walk }) => walk.left).forEach(({ walk, color }, k) =>
        plot.label(`left at ${walk.left}`, [walk.left, data.y[1]], { color, align: "left", dx: 6, dy: 16 + 15 * k }));
    });
    if (ready) view.say(sentence(t));
    view.done = done;
  };
  view.legend([{ label: "measured", color: "currentColor" }, { label: "promised", color: "currentColor", dashed: true }]);
  view.state = () => ({ // for tests
    done: view.done, told: after(told.value),
    walks: data.methods.map((m) => ({ ...m.walk, allowed: m.allowed, rate: m.rate, over: multiple(m) > OVER })),
  });
};
