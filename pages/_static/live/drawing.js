/* What live figures draw with: axes, a colour map, lines and markers on a canvas. */
"use strict";

LQR.Plot = class {
  /* Axes over the ranges x and y; `log`, "x", "y" or "xy", says which are logarithmic. */
  constructor(view, { x, y, labels, ratio = 1, log = "" }) {
    Object.assign(this, { view, x, y, labels, ratio, log, margin: { left: 46, right: 10, top: 8, bottom: 44 } });
    this.canvas = LQR.element("canvas", { role: "img", "aria-label": view.picture.alt });
    this.frame = LQR.element("div", { class: "lqr-live-plot" }, this.canvas);
    view.box.append(this.frame);
    this.handles = [];
    this.canvas.addEventListener("click", (event) => this.nearest(event)?.move(this.under(event)));
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
     sides on which the value passes it; `dashed` leaves out every other field of a chessboard. */
  contour(grid, size, level, color, width, dashed = false) {
    const { left, top, width: w, height: h } = this.area, { pen } = this;
    const point = (i, j) => [left + (i / (size - 1)) * w, top + h - (j / (size - 1)) * h];
    pen.beginPath();
    for (let j = 0; j < size - 1; j++)
      for (let i = 0; i < size - 1; i++) {
        if (dashed && ((i >> 2) + (j >> 2)) % 2) continue;
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

  /* A line through values, with a halo that sets it off from what is below; dashed where a bound or
     a promise is drawn. What is not finite leaves a gap. */
  line(values, color, { width = 2, halo = "", dashed = false } = {}) {
    const { pen } = this;
    this.trace(values);
    pen.lineJoin = "round";
    pen.setLineDash(dashed ? [6, 4] : []);
    for (const [stroke, thick] of [[halo, width + 2.5], [this.view.seen(color), width]])
      if (stroke) Object.assign(pen, { strokeStyle: stroke, lineWidth: thick }), pen.stroke();
    pen.setLineDash([]);
  }
  trace(values) {
    const far = (z) => Math.min(1e5, Math.max(-1e5, z));
    let going = false;
    this.pen.beginPath();
    for (const value of values) {
      const place = this.at(value).map(far), there = place.every((z) => !isNaN(z));
      if (there) this.pen[going ? "lineTo" : "moveTo"](...place);
      going = there;
    }
  }

  /* The values of f across the x axis, `count` of them, for `line`. */
  curve(f, count = 400) {
    return Array.from({ length: count + 1 }, (_, k) => this.part("x", k / count)).map((x) => [x, f(x)]);
  }

  /* The area between two lines with the same x: a band, a range. */
  fill(lower, upper, color, opacity = 0.2) {
    const { pen } = this;
    this.trace([...lower, ...[...upper].reverse()]);
    Object.assign(pen, { fillStyle: color, globalAlpha: opacity });
    pen.fill();
    pen.globalAlpha = 1;
  }

  /* A line at x across the area, or at y along it, as for an end of an interval or a bound. */
  rule({ x, y }, color, { width = 1.4, dashed = true } = {}) {
    const ends = x === undefined ? this.x.map((z) => [z, y]) : this.y.map((z) => [x, z]);
    this.line(ends, color, { width, dashed });
  }

  /* Words at a value, their middle (or "left", "right") there, set off from what is below. */
  label(text, value, { color = this.view.color("ink"), align = "center", dx = 0, dy = 0 } = {}) {
    const { pen } = this, [x, y] = this.at(value);
    Object.assign(pen, { font: "13px system-ui, sans-serif", textAlign: align, lineJoin: "round", lineWidth: 4 });
    Object.assign(pen, { fillStyle: color, strokeStyle: this.view.color("paper") });
    pen.strokeText(text, x + dx, y + dy);
    pen.fillText(text, x + dx, y + dy);
  }

  /* Markers on a path, at least `spacing` pixels apart, so that they do not pile up. */
  markers(values, marker, color, { size = 4, spacing = 14, halo = "" } = {}) {
    let last = null;
    for (const value of values) {
      const [x, y] = this.at(value);
      if (last && Math.hypot(x - last[0], y - last[1]) < spacing) continue;
      last = [x, y];
      LQR.mark(this.pen, marker, x, y, size, this.view.seen(color), halo);
    }
  }

  /* Frame, ticks and labels. */
  axes() {
    const { pen, area } = this, { left, top, width, height } = area, ink = this.view.color("ink");
    Object.assign(pen, { strokeStyle: ink, fillStyle: ink, lineWidth: 1, font: "13px system-ui, sans-serif" });
    pen.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
    pen.textAlign = "center";
    let free = -Infinity;
    for (const x of LQR.ticks(...this.x, this.log.includes("x"))) {
      const [px] = this.at([x, this.y[0]]);
      const said = LQR.words.number(x), half = pen.measureText(said).width / 2;
      pen.fillRect(px - 0.5, top + height, 1, 4);
      if (px - half < free) continue; // it would touch the label before it
      pen.fillText(said, px, top + height + 17);
      free = px + half + 5;
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

  /* A point to drag (handle.js); a click on the canvas moves the one that is nearest. */
  handle(told) {
    this.handles.push(new LQR.Handle(this, told));
    return this.handles.at(-1);
  }
  under(event) {
    const box = this.canvas.getBoundingClientRect(), scale = this.canvas.offsetWidth / box.width; // of a slide
    return this.value([scale * (event.clientX - box.left), scale * (event.clientY - box.top)]);
  }
  nearest(event) {
    const far = (box) => Math.hypot(event.clientX - box.x - box.width / 2, event.clientY - box.y - box.height / 2);
    const away = ({ knob }) => far(knob.getBoundingClientRect());
    return [...this.handles].sort((a, b) => away(a) - away(b))[0];
  }
};
