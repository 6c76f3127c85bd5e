/* What live figures draw with: axes, a colour map, lines and markers on a canvas, a handle to drag. */
"use strict";

LQR.Plot = class {
  /* Axes over the ranges x and y; `log`, "x", "y" or "xy", says which are logarithmic. */
  constructor(view, { x, y, labels, ratio = 1, log = "" }) {
    Object.assign(this, { view, x, y, labels, ratio, log, margin: { left: 46, right: 10, top: 8, bottom: 44 } });
    this.canvas = LQR.element("canvas", { role: "img", "aria-label": view.picture.alt });
    this.frame = LQR.element("div", { class: "lqr-live-plot" }, this.canvas);
    view.box.append(this.frame);
  }

  /* Empty the canvas, as wide as its frame and as sharp as the screen. */
  clear() {
    const { left, right, top, bottom } = this.margin, sharp = Math.min(window.devicePixelRatio || 1, 3);
    this.width = this.frame.clientWidth;
    const inside = this.width - left - right;
    this.height = Math.round(inside * this.ratio) + top + bottom;
    this.canvas.width = Math.round(this.width * sharp);
    this.canvas.height = Math.round(this.height * sharp);
    this.canvas.style.height = `${this.height}px`;
    this.area = { left, top, width: inside, height: this.height - top - bottom, sharp };
    this.pen = this.canvas.getContext("2d");
    this.pen.scale(sharp, sharp);
    return inside > 0;
  }

  /* What changes seldom: drawn where `key`, the size or the screen is new, else copied. */
  background(key, draw) {
    const whole = [key, this.canvas.width, this.canvas.height].join();
    if (this.kept?.whole === whole) return this.pen.drawImage(this.kept.copy, 0, 0, this.width, this.height);
    draw();
    const copy = LQR.element("canvas", { width: this.canvas.width, height: this.canvas.height });
    copy.getContext("2d").drawImage(this.canvas, 0, 0);
    this.kept = { whole, copy };
  }

  /* From values to CSS pixels and back, there within the area. */
  at([x, y]) {
    const { left, top, width, height } = this.area;
    return [left + this.share("x", x) * width, top + height - this.share("y", y) * height];
  }
  value([px, py]) {
    const { left, top, width, height } = this.area, inside = (t) => Math.min(1, Math.max(0, t));
    return [this.part("x", inside((px - left) / width)), this.part("y", inside((top + height - py) / height))];
  }
  share(axis, z) {
    const [low, high] = this[axis];
    return this.log.includes(axis) ? Math.log(z / low) / Math.log(high / low) : (z - low) / (high - low);
  }
  part(axis, t) {
    const [low, high] = this[axis];
    return this.log.includes(axis) ? low * (high / low) ** t : low + t * (high - low);
  }

  /* Paint each point of the area: color(value, column, row) gives [r, g, b], the value comes from a
     grid of `size` by `size` numbers, the first row lowest, with straight lines between. */
  paint(grid, size, color) {
    const { left, top, width, height, sharp } = this.area, detail = Math.min(sharp, 2);
    const w = Math.round(width * detail), h = Math.round(height * detail), image = new ImageData(w, h);
    for (let row = 0; row < h; row++) {
      const v = (1 - (row + 0.5) / h) * (size - 1), j = Math.min(size - 2, Math.floor(v)), b = v - j;
      for (let column = 0; column < w; column++) {
        const u = ((column + 0.5) / w) * (size - 1), i = Math.min(size - 2, Math.floor(u)), a = u - i;
        const k = j * size + i, low = grid[k] + a * (grid[k + 1] - grid[k]);
        const high = grid[k + size] + a * (grid[k + size + 1] - grid[k + size]);
        const rgb = color(low + b * (high - low), column / detail, row / detail), place = 4 * (row * w + column);
        image.data[place] = rgb[0];
        image.data[place + 1] = rgb[1];
        image.data[place + 2] = rgb[2];
        image.data[place + 3] = 255;
      }
    }
    const sheet = LQR.element("canvas", { width: w, height: h });
    sheet.getContext("2d").putImageData(image, 0, 0);
    this.pen.drawImage(sheet, left, top, width, height);
  }

  /* The line on which such a grid has the value `level`: in each square of four points, between those
     sides on which the value passes it. */
  contour(grid, size, level, color, width) {
    const { left, top, width: w, height: h } = this.area, { pen } = this;
    const point = (i, j) => [left + (i / (size - 1)) * w, top + h - (j / (size - 1)) * h];
    pen.beginPath();
    for (let j = 0; j < size - 1; j++)
      for (let i = 0; i < size - 1; i++) {
        const k = j * size + i, low = grid[k] > level;
        if (low === grid[k + 1] > level && low === grid[k + size] > level && low === grid[k + size + 1] > level) continue;
        const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]], met = [];
        const over = corners.map(([a, b]) => grid[b * size + a] - level);
        corners.forEach(([a, b], k) => {
          const [c, d] = corners[(k + 1) % 4], [here, next] = [over[k], over[(k + 1) % 4]], t = here / (here - next);
          if (here > 0 !== next > 0) met.push(point(a + t * (c - a), b + t * (d - b)));
        });
        met.forEach((place, k) => pen[k % 2 ? "lineTo" : "moveTo"](...place));
      }
    Object.assign(pen, { strokeStyle: color, lineWidth: width });
    pen.stroke();
  }

  /* Draw within the area only. */
  within(draw) {
    const { left, top, width, height } = this.area;
    this.pen.save();
    this.pen.beginPath();
    this.pen.rect(left, top, width, height);
    this.pen.clip();
    draw(this.pen);
    this.pen.restore();
  }

  /* A line through values, with a halo that sets it off from what is below. */
  line(values, color, { width = 2, halo = "" } = {}) {
    const { pen } = this, far = (z) => Math.min(1e5, Math.max(-1e5, z));
    pen.beginPath();
    values.forEach((value, k) => pen[k ? "lineTo" : "moveTo"](...this.at(value).map(far)));
    pen.lineJoin = "round";
    for (const [stroke, thick] of [[halo, width + 2.5], [color, width]])
      if (stroke) Object.assign(pen, { strokeStyle: stroke, lineWidth: thick }), pen.stroke();
  }

  /* Markers on a path, at least `spacing` pixels apart, so that they do not pile up. */
  markers(values, marker, color, { size = 4, spacing = 14, halo = "" } = {}) {
    let last = null;
    for (const value of values) {
      const [x, y] = this.at(value);
      if (last && Math.hypot(x - last[0], y - last[1]) < spacing) continue;
      last = [x, y];
      LQR.mark(this.pen, marker, x, y, size, color, halo);
    }
  }

  /* Frame, ticks and labels. */
  axes() {
    const { pen, area } = this, { left, top, width, height } = area, ink = this.view.color("ink");
    Object.assign(pen, { strokeStyle: ink, fillStyle: ink, lineWidth: 1, font: "13px system-ui, sans-serif" });
    pen.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
    pen.textAlign = "center";
    for (const x of LQR.ticks(...this.x, this.log.includes("x"))) {
      const [px] = this.at([x, this.y[0]]);
      pen.fillRect(px - 0.5, top + height, 1, 4);
      pen.fillText(LQR.words.number(x), px, top + height + 17);
    }
    pen.fillText(this.labels[0], left + width / 2, top + height + 37);
    pen.textAlign = "right";
    for (const y of LQR.ticks(...this.y, this.log.includes("y"))) {
      const py = this.at([this.x[0], y])[1];
      pen.fillRect(left - 4, py - 0.5, 4, 1);
      pen.fillText(LQR.words.number(y), left - 7, py + 4.5);
    }
    pen.save();
    pen.translate(12, top + height / 2);
    pen.rotate(-Math.PI / 2);
    pen.textAlign = "center";
    pen.fillText(this.labels[1], 0, 0);
    pen.restore();
  }

  /* A point to drag, by mouse, finger and arrow keys; `moved` is told its new value. */
  handle({ label, names, value, moved }) {
    const knob = LQR.element("div", { class: "lqr-live-handle", role: "slider", tabindex: 0, "aria-label": label });
    knob.setAttribute("aria-valuemin", this.x[0]);
    knob.setAttribute("aria-valuemax", this.x[1]);
    this.frame.append(knob);
    const point = { value };
    point.place = () => {
      const [x, y] = this.at(point.value), said = point.value.map((v, k) => `${names[k]} ${LQR.words.number(v, 3)}`);
      knob.style.transform = `translate(${x}px, ${y}px)`;
      knob.setAttribute("aria-valuenow", +point.value[0].toFixed(3));
      knob.setAttribute("aria-valuetext", said.join(", "));
    };
    const move = (value) => {
      point.value = value;
      moved?.(value);
      this.view.refresh();
    };
    const under = (event) => {
      const box = this.canvas.getBoundingClientRect();
      return this.value([event.clientX - box.left, event.clientY - box.top]);
    };
    knob.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      knob.setPointerCapture(event.pointerId);
      knob.focus();
    });
    knob.addEventListener("pointermove", (event) => knob.hasPointerCapture(event.pointerId) && move(under(event)));
    this.canvas.addEventListener("click", (event) => move(under(event)));
    knob.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!way) return;
      event.preventDefault();
      const pixels = event.shiftKey ? 20 : 4, [x, y] = this.at(point.value);
      move(this.value([x + pixels * way[0], y - pixels * way[1]]));
    });
    return point;
  }
};

/* A colour of CSS, #rrggbb, as numbers, and shades from one to another. */
LQR.rgb = (color) => [1, 3, 5].map((k) => parseInt(color.slice(k, k + 2), 16));
LQR.shades = (from, to, count) =>
  Array.from({ length: count }, (_, k) => LQR.rgb(from).map((c, i) => c + ((LQR.rgb(to)[i] - c) * k) / (count - 1)));

/* Round numbers across a range, or powers of ten. */
LQR.ticks = (low, high, log = false, count = 6) => {
  if (log) return LQR.ticks(Math.log10(low), Math.log10(high)).filter(Number.isInteger).map((k) => +`1e${k}`);
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
  const shapes = { "^": [3], v: [3, 1, 90], s: [4, 1, 45], D: [4], h: [6], d: [4], "*": [10, 0.4] };
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
