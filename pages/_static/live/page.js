/* A live figure on its page: its place, its sliders, and a sentence that says what is seen.

   A page has <script type="application/json" class="lqr-live" data-figure data-kind> beside an
   ordinary figure; LQR.figures[kind](data, view) puts the live one in the place of the picture,
   which stays for print, for search and where there is no JavaScript. */
"use strict";
LQR.figures = {}; // by kind: what draws it
LQR.views = {}; // by figure: the view
LQR.theme = { attributes: true, attributeFilter: ["data-theme"] }; // what tells of another theme

LQR.words = (() => {
  const raised = (k) => String(k).replace(/[-\d]/g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));

  /* A number as people print it: 0.25, 1,200, 3·10⁻⁸. */
  function number(x, digits = 2) {
    if (!isFinite(x)) return x > 0 ? "∞" : "−∞";
    const size = Math.abs(x);
    if (x === 0 || (size >= 1e-3 && size < 1e6))
      return (+x.toPrecision(digits)).toLocaleString("en", { maximumFractionDigits: 6 }).replace("-", "−");
    const [factor, power] = x.toExponential(digits > 1 ? digits - 1 : 0).split("e");
    return (+factor === 1 ? "" : `${+factor}·`).replace("-", "−") + "10" + raised(+power);
  }
  /* A share in percent, as people print it: 31 %, 0.3 %, and 3·10⁻⁷ % where it is tiny. */
  function share(x) {
    if (x < 1e-15) return "less than 10⁻¹³\u00a0%";
    return x > 0.995 && x <= 1 ? "nearly all" : `${number(100 * x, x < 1e-3 ? 1 : 2)}\u00a0%`;
  }
  const joined = (list) => (list.length < 2 ? list.join("") : `${list.slice(0, -1).join(", ")} and ${list.at(-1)}`);
  return { joined, number, share };
})();

LQR.View = class {
  /* The live figure in the place of the picture of `figure`. */
  constructor(figure) {
    this.picture = figure.querySelector("img");
    this.number = figure.querySelector(".caption-number")?.textContent.trim() ?? "";
    this.box = LQR.element("div", { class: "lqr-live-figure" });
    this.controls = LQR.element("div", { class: "lqr-live-controls" });
    this.text = LQR.element("p", { class: "lqr-live-sentence", "aria-live": "polite" });
    this.draw = () => {};
    figure.classList.add("lqr-live-on");
    figure.prepend(this.box);
    new MutationObserver(() => this.refresh()).observe(document.documentElement, LQR.theme);
    new ResizeObserver(() => this.refresh()).observe(this.box);
  }

  /* Draw with the next picture of the screen, once however often it is asked for. */
  refresh() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = undefined;
      this.draw();
    });
  }

  /* A colour of the theme, from live.css. */
  color(name) {
    return getComputedStyle(this.box).getPropertyValue(`--live-${name}`).trim();
  }

  /* The same hue, lighter, where a dark curve or mark would be lost on a dark page. */
  seen(color) {
    if (document.documentElement.dataset.theme !== "dark" || !/^#[0-9a-f]{6}$/i.test(color)) return color;
    const rgb = LQR.rgb(color), [r, g, b] = rgb, hue = Math.max(...rgb) - Math.min(...rgb);
    if (hue < 60 || 0.21 * r + 0.72 * g + 0.07 * b > 75) return color;
    return `rgb(${rgb.map((c) => Math.round(c + 0.45 * (255 - c))).join(", ")})`;
  }

  /* Say what is seen; read out when it has stayed the same for a moment. */
  say(text) {
    if (text === this.text.textContent) return;
    this.text.setAttribute("aria-busy", "true");
    this.text.textContent = text;
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.text.removeAttribute("aria-busy"), 500);
  }

  /* A labelled slider whose value `words` says; `tick` marks a value below it, where there is one. */
  slider({ label, mark = "", min, max, value, words, step = "any" }) {
    const input = LQR.element("input", { type: "range", min, max, step, value });
    const output = LQR.element("output"), name = LQR.element("span", { class: "lqr-live-name" }, mark, label);
    const row = LQR.element("label", { class: "lqr-live-slider" }, name, output, input);
    const show = () => {
      output.textContent = words(+input.value);
      input.setAttribute("aria-valuetext", output.textContent);
    };
    input.addEventListener("input", () => (show(), this.refresh()));
    show();
    this.controls.append(row);
    const tick = (at) => {
      row.classList.toggle("lqr-live-ticked", at >= min && at <= max);
      row.style.setProperty("--tick", (at - min) / (max - min));
    };
    return { get value() { return +input.value; }, set value(x) { input.value = x; show(); }, row, tick };
  }

  /* Buttons of which one is pressed, as for the number of roll-outs or a system to choose; `value` is
     the chosen option's place in `options`, a list of words. */
  choice({ label, options, value = 0 }) {
    const name = `${label}-${(LQR.counted = (LQR.counted ?? 0) + 1)}`;
    const group = LQR.element("fieldset", { class: "lqr-live-choice" }, LQR.element("legend", {}, label));
    const inputs = options.map((words, k) => {
      const input = LQR.element("input", { type: "radio", name, value: k });
      input.checked = k === value;
      input.addEventListener("change", () => this.refresh());
      group.append(LQR.element("label", {}, input, LQR.element("span", {}, words)));
      return input;
    });
    this.controls.append(group);
    const select = (place) => inputs.forEach((input, k) => (input.checked = k === place));
    return { get value() { return inputs.findIndex((input) => input.checked); }, set value(k) { select(k); }, group };
  }

  /* A button below the sliders. */
  button(words, press) {
    const name = [words, this.number].filter(Boolean).join(", "); // a page may have several
    const made = LQR.element("button", { type: "button", "aria-label": name }, words);
    made.addEventListener("click", () => (press(), this.refresh()));
    this.controls.append(made);
    return made;
  }

  /* What the lines mean: [{label, color, marker or dashed}], in the colours of the theme. */
  legend(entries) {
    const row = LQR.element("p", { class: "lqr-live-legend" });
    const named = ({ label, color, marker, dashed }) => {
      const mark = marker ? LQR.swatch(marker, this.seen(color)) : LQR.element("span", { class: "lqr-live-stroke" });
      if (!marker) mark.style.borderTop = `3px ${dashed ? "dashed" : "solid"} ${this.seen(color)}`;
      return LQR.element("span", { class: "lqr-live-name" }, mark, label);
    };
    const show = () => row.replaceChildren(...entries.map(named));
    show();
    new MutationObserver(show).observe(document.documentElement, LQR.theme);
    this.controls.prepend(row);
  }

  /* A pair of axes on a canvas; x and y are the ranges, labels those of the axes. */
  plot(ranges) {
    return new LQR.Plot(this, ranges);
  }
};

LQR.element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

document.addEventListener("DOMContentLoaded", () => {
  for (const script of document.querySelectorAll("script.lqr-live")) {
    const figure = document.getElementById(script.dataset.figure);
    const view = (LQR.views[figure.id] = new LQR.View(figure));
    try {
      LQR.figures[script.dataset.kind](JSON.parse(script.textContent), view);
      view.box.append(LQR.element("div", { class: "lqr-live-side" }, view.controls, view.text));
      view.refresh();
    } catch (error) { // the picture stays
      view.box.remove();
      figure.classList.remove("lqr-live-on");
      console.error(error);
    }
  }
});
