/* Points that the reader drags on a plot, by mouse, finger and arrow keys. */
"use strict";

LQR.Handle = class {
  /* A point of the plot at `value`; `names` are those of x and y, `moved` is told each new value. With
     `on`, a function of x that gives y, it stays on that line; without it it goes where it likes. */
  constructor(plot, { label, names, value, moved, on, color = "" }) {
    Object.assign(this, { plot, names, moved, on, value });
    const [low, high] = plot.x, limits = { "aria-valuemin": low, "aria-valuemax": high, "aria-label": label };
    this.knob = LQR.element("div", { class: "lqr-live-handle", role: "slider", tabindex: 0, ...limits });
    this.knob.classList.toggle("lqr-live-along", !!on);
    this.knob.classList.toggle("lqr-live-fresh", !plot.handles.length); // "drag me", until it was
    if (color) this.knob.style.setProperty("--knob", color);
    plot.frame.append(this.knob);
    this.knob.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.knob.setPointerCapture(event.pointerId);
      this.knob.focus();
    });
    this.knob.addEventListener("pointermove", (event) => {
      if (this.knob.hasPointerCapture(event.pointerId)) this.move(plot.under(event));
    });
    this.knob.addEventListener("keydown", (event) => this.press(event));
  }

  press(event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way) return;
    event.preventDefault();
    const pixels = event.shiftKey ? 20 : 4, [x, y] = this.plot.at(this.value);
    const across = this.on ? way[0] + way[1] : way[0]; // on a line each arrow moves along it
    this.move(this.plot.value([x + pixels * across, y - pixels * way[1]]));
  }

  move([x, y]) {
    this.value = this.on ? [x, this.on(x)] : [x, y];
    this.knob.classList.remove("lqr-live-fresh");
    this.moved?.(this.value);
    this.plot.view.refresh();
  }

  /* Put the knob where its value is, at the edge where that is outside; call it whenever you draw. */
  place() {
    if (this.on) this.value = [this.value[0], this.on(this.value[0])];
    const { left, top, width, height } = this.plot.area, edge = (z, low, high) => Math.min(high, Math.max(low, z));
    const [x, y] = this.plot.at(this.value);
    this.knob.classList.toggle("lqr-live-beyond", !(y >= top)); // higher than the plot, or infinite
    const inside = isNaN(y) ? top : edge(y, top, top + height);
    this.knob.style.transform = `translate(${edge(x, left, left + width)}px, ${inside}px)`;
    this.knob.setAttribute("aria-valuenow", +this.value[0].toPrecision(4));
    const said = this.value.map((z, k) => `${this.names[k]} ${LQR.words.number(z, 3)}`);
    this.knob.setAttribute("aria-valuetext", said.join(", "));
  }
};
