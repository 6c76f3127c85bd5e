/* The tour, step 1: the state of x+ = a x + u under u = -k x.

   data: a; k, the gain at first; gains, the ends of its slider; x (time) and y, ranges; labels of both;
   color, marker. */
"use strict";

LQR.figures.tour_stable = (data, view) => {
  const { number } = LQR.words, plot = view.plot({ x: data.x, y: data.y, labels: data.labels, ratio: 0.62 });
  const [least, most] = data.gains, [low, high] = LQR.oneState.interval(data);
  const words = (k) => number(k, 3);
  const gain = view.slider({ label: "gain k", min: least, max: most, step: 0.01, value: data.k, words });
  view.button("Start again", () => (gain.value = data.k));

  const factor = () => data.a - gain.value; // x_t = factor^t, as x_0 = 1
  const states = () => Array.from({ length: data.x[1] + 1 }, (_, t) => [t, factor() ** t]);

  function sentence() {
    const f = factor(), size = Math.abs(f), each = `Each step multiplies the state by a − k = ${number(f)}.`;
    if (size < 1e-9) return "With k = a the input cancels the state: it is zero after one step, and stays there.";
    if (Math.abs(size - 1) < 1e-9) return `${each} It never grows and never shrinks: the very edge, not stable.`;
    const signs = f < 0 ? ", with a new sign at every step: too much feedback" : ": too little feedback";
    if (size > 1) return `${each} It grows without end${signs}.`;
    const steps = Math.floor(Math.log(0.01) / Math.log(size)) + 1;
    const how = f < 0 ? "It changes sign at every step and still shrinks" : "It keeps its sign and shrinks";
    return `${each} ${how}: below 1\u00a0% ${steps > 1 ? `from step ${steps} on` : "after one step"}. Stable.`;
  }

  view.draw = () => {
    if (!plot.clear()) return;
    const paper = view.color("paper");
    plot.axes();
    plot.within(() => {
      plot.rule({ y: 0 }, view.color("contour"), { width: 1, dashed: false });
      plot.line(states(), data.color, { halo: paper });
      plot.markers(states(), data.marker, data.color, { halo: paper });
    });
    gain.tick(gain.value < data.a ? low : high); // the nearer end of the interval
    gain.row.classList.toggle("lqr-live-over", !(Math.abs(factor()) < 1 - 1e-9));
    view.say(sentence());
  };
  view.state = () => ({ k: gain.value, states: states(), interval: [low, high] }); // for tests
};
