/* Marks, colours and ticks: what is drawn alike in every live figure. */
"use strict";

/* A colour of CSS, #rrggbb, as numbers, and shades from one to another. */
LQR.rgb = (color) => [1, 3, 5].map((k) => parseInt(color.slice(k, k + 2), 16));
LQR.shades = (from, to, count) =>
  Array.from({ length: count }, (_, k) => LQR.rgb(from).map((c, i) => c + ((LQR.rgb(to)[i] - c) * k) / (count - 1)));

/* Round numbers across a range, or powers of ten; 2 and 5 times them where these are few. */
LQR.ticks = (low, high, log = false, count = 6) => {
  if (log) {
    const powers = LQR.ticks(Math.log10(low), Math.log10(high)).filter(Number.isInteger).map((k) => +`1e${k}`);
    if (powers.length > 2) return powers;
    const all = [+`1e${Math.floor(Math.log10(low))}`, ...powers].flatMap((power) => [power, 2 * power, 5 * power]);
    return [...new Set(all)].filter((z) => z >= low && z <= high);
  }
  const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9), many = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: many }, (_, k) => +((first + k) * step).toPrecision(12));
};

/* The book's markers (lqrpapers.figures.looks), as matplotlib names them. */
LQR.mark = (pen, marker, x, y, size, color, halo = "") => {
  const turn = (count, inner = 1, start = -90) => Array.from({ length: count }, (_, k) => {
    const angle = ((start + (360 * k) / count) * Math.PI) / 180, r = size * (k % 2 ? inner : 1);
    return [x + r * Math.cos(angle), y + r * Math.sin(angle)];
  });
  const shapes = { "^": [3], v: [3, 1, 90], s: [4, 1, 45], D: [4], h: [6], d: [4], p: [5], "<": [3, 1, 180], P: [8, 0.4], "*": [10, 0.4], X: [8, 0.4, 45] };
  pen.beginPath();
  if (shapes[marker]) turn(...shapes[marker]).forEach(([px, py], k) => pen[k ? "lineTo" : "moveTo"](px, py));
  else pen.arc(x, y, size * 0.85, 0, 7);
  pen.closePath();
  if (halo) Object.assign(pen, { strokeStyle: halo, lineWidth: 2.5, lineJoin: "round" }), pen.stroke();
  pen.fillStyle = color;
  pen.fill();
};

/* A marker for a legend. */
LQR.swatch = (marker, color) => {
  const canvas = LQR.element("canvas", { width: 36, height: 36, class: "lqr-live-swatch", "aria-hidden": "true" });
  LQR.mark(canvas.getContext("2d"), marker, 18, 18, 12, color);
  return canvas;
};
