/* The page of the reader's own system: a form, at once the results, and a slice of the landscape.

   data: systems [{name, problem, slice}], known ones to choose, of which the first is shown at first,
   slice the places of its two gains among LQR.system.ways; methods [{name, label, color, marker,
   theorem}], theorem the label of a statement to which the page has a link; levels, told and words as
   for the landscape, which draws. */
"use strict";

LQR.figures.system = (data, view) => {
  const { element: make, words: { number, share } } = LQR, { FIELDS } = LQR.system;
  const figure = view.picture.closest("figure"), lines = document.querySelector(".lqr-system-python pre");
  window.addEventListener("load", () => setTimeout(() => (lines.tabIndex = 0))); // it scrolls when written anew
  const caption = figure.querySelector(".caption-text"), ofCurve = make("span", { class: "caption-text" }, data.words.curve);
  const template = lines.textContent, shown = (x) => number(x, 5), OWN = "your own";
  const told = {
    A: "A", B: "B", Q: "Q, the weight of the state", R: "R, the weight of the input",
    Sigma0: "Sigma0, moments of the start", alpha: "alpha, variances of noise on A", A_i: "A_i, its directions",
    beta: "beta, variances of noise on B", B_j: "B_j, its directions",
  };
  const several = "One matrix for each variance, an empty line between: the entries of";
  const hints = {
    Sigma0: "How far from zero the start is, and where to: the mean of x₀x₀ᵀ.",
    A_i: `${several} A that this noise shakes, and how much.`, B_j: `${several} B that this noise shakes.`,
  };
  const empty = { Sigma0: "the identity", alpha: "none", A_i: "none", beta: "none", B_j: "none" };

  // --- The form ---------------------------------------------------------------------------------

  const areas = {}, notes = {}, fields = make("div", { class: "lqr-system-fields" });
  const plain = { autocomplete: "off", autocapitalize: "off", spellcheck: "false", wrap: "off" };
  for (const name of FIELDS) {
    notes[name] = make("p", { class: "lqr-system-fault", id: `lqr-fault-${name}`, role: "status" });
    const hint = hints[name] ? [make("small", { class: "lqr-system-hint", id: `lqr-hint-${name}` }, hints[name])] : [];
    const described = [...hint, notes[name]].map(({ id }) => id).join(" ");
    areas[name] = make("textarea", { ...plain, id: `lqr-field-${name}`, placeholder: empty[name] ?? "", "aria-describedby": described });
    const label = make("label", { for: areas[name].id }, told[name]);
    fields.append(make("div", { class: "lqr-system-field" }, label, ...hint, areas[name], notes[name]));
  }
  const texts = () => Object.fromEntries(FIELDS.map((name) => [name, areas[name].value]));
  const choose = (names, label) => {
    const options = names.map((name, k) => make("option", { value: k }, name)), select = make("select", {}, ...options);
    return { select, row: make("label", { class: "lqr-system-choice" }, `${label} `, select) };
  };
  const names = [...data.systems.map(({ name }) => name), OWN], known = choose(names, "System");
  const form = make("form", { class: "lqr-system-form", "aria-label": "The system" }, known.row, fields);
  form.addEventListener("submit", (event) => event.preventDefault());
  /* As high and as wide as its text; while one types it only grows. */
  function fit(area, typing = false) {
    const rows = area.value.split("\n"), place = area.parentElement.classList, wide = "lqr-system-wide";
    area.rows = Math.min(9, Math.max(typing ? area.rows : 2, rows.length));
    place.toggle(wide, (typing && place.contains(wide)) || rows.some((row) => row.trim().length > 28));
  }
  function fill(given) {
    for (const name of FIELDS) {
      areas[name].value = given[name] ?? "";
      fit(areas[name]);
    }
  }

  // --- What was found ---------------------------------------------------------------------------

  const status = make("p", { class: "lqr-system-status", role: "status" });
  const table = make("table", { class: "lqr-system-table" }), longest = make("td");
  const selects = [choose([], "A slice of the landscape through K*: across"), choose([], "and up")];
  const slices = make("div", { class: "lqr-system-slice" }, ...selects.map(({ row }) => row), make("p", { class: "lqr-system-fault", role: "status" }));
  const results = make("section", { class: "lqr-system-results", "aria-label": "Results" }, table, slices);

  const matrix = (X) => make("table", { class: "lqr-system-matrix" },
    ...X.map((row) => make("tr", {}, ...row.map((x) => make("td", {}, shown(x))))));
  const times = (factor) => (isFinite(factor) ? `noise with ${shown(factor)} times these variances` : "noise of any strength");
  function poles(list) {
    const size = Math.max(...list.map((z) => Math.hypot(...z)), 1e-300), real = ([, im]) => Math.abs(im) < 1e-12 * size;
    const said = list.filter((z) => real(z) || z[1] > 0).sort((z, w) => Math.hypot(...w) - Math.hypot(...z));
    return said.map((z) => shown(z[0]) + (real(z) ? "" : ` ± ${shown(z[1])}i`)).join(", ");
  }

  /* The rows of the table: what it is, and the number or the sentence. */
  function* rows(found) {
    const { best, ignorant, noisy } = found, mean = noisy ? " in mean square" : "";
    if (!best) {
      yield [`Stabilizable${mean}?`, `No gain was found that stabilizes${mean}. ` + (found.edge
        ? "It is a close call: with the second moments damped by 0.2 % a step there is one, and arithmetic with 16 digits does not decide."
        : noisy && ignorant ? "Without the noise there is one: the noise is too strong." : "Nor is there one without noise: some unstable mode is out of the input's reach.")];
      if (ignorant) yield ["The gain that ignores the noise", `bears ${times(ignorant.critical)}.`, matrix(ignorant.K)];
      return;
    }
    yield [`Stabilizable${mean}?`, "Yes."];
    yield ["Best gain K*", "", matrix(found.K)];
    yield ["Its cost C(K*)", shown(found.cost)];
    yield ["Closed-loop poles of A − BK*", poles(found.poles)];
    const shrink = `in the long run, the second moments of the state shrink by this factor at each step${noisy ? "" : " (without noise: the largest |pole| squared)"}`;
    yield ["Mean-square radius of K*", `${shown(found.radius)}: ${shrink}. That is ${shown(1 - found.radius)} below 1, from where on they do not shrink.`];
    if (noisy) yield ["K* survives", times(found.critical)];
    if (ignorant) {
      const price = found.price > 1e-12 ? `It costs ${share(found.price).replace("nearly all", "100\u00a0%")} more than K*` : "It costs the same as K*";
      const now = isFinite(ignorant.cost) ? price : `It does not stabilize (mean-square radius ${shown(ignorant.radius)})`;
      yield ["The gain that ignores the noise", `${now}; it survives ${times(ignorant.critical)}.`, matrix(ignorant.K)];
    }
    yield ["Longest step that each theorem allows from the start, below", "", longest];
    const doubt = found.residual > 1e-8 || 1 - found.radius < 1e-6;
    const why = found.residual > 1e-8 ? "that is much: the system is ill-conditioned" : "but the closed loop is on the edge";
    const off = found.residual < 1e-16 ? "below 10⁻¹⁶" : `of ${number(found.residual, 1)}`;
    yield ["Check", `The equation that K* solves, Riccati’s, holds with a relative error ${off}` + (doubt ? `; ${why}, and few digits above can be trusted.` : ".")];
  }
  function tell(found) {
    table.replaceChildren(...[...rows(found)].map(([head, text, node]) => {
      const cell = node === longest ? longest : make("td", {}, ...(node ? [node] : []), text);
      return make("tr", {}, make("th", { scope: "row" }, head), cell);
    }));
  }

  /* What depends on the start, the noise and the steps below: the longest steps, the lines of Python. */
  function follow() {
    const { map, start, noise } = state.inner(), { plane, curve } = state.slice;
    const K = LQR.equations.gainAt(plane, start.value[0], curve ? 0 : start.value[1]), at = LQR.equations.atGain(map.p, K);
    state.allowed = isFinite(at.cost) ? LQR.system.steps(map.p, at, map.best) : null;
    const allowed = state.allowed && data.methods.map(({ name, label, theorem }) => {
      const link = document.querySelector(`.lqr-system-refs a[href$="#${theorem}"]`).cloneNode(true);
      return make("div", {}, `${label}: ${shown(state.allowed[name])} by `, link);
    });
    longest.replaceChildren(...(allowed ?? ["none, as the start does not stabilize."]));
    if (!allowed) return; // the lines of Python keep the last start that does
    Object.assign(state, { start: K, noise, steps: Object.fromEntries(state.methods.map((it) => [it.name, +(10 ** it.slider.value).toPrecision(12)])) });
    const python = LQR.system.python(template, state);
    if (lines.textContent !== python) lines.textContent = python;
  }

  // --- From the fields to all of it -------------------------------------------------------------

  let state = {}, own = null, waiting;

  /* The slice that is chosen, with its descents, in the place of the one before. */
  function draw() {
    const { problem: p, found, ways } = state, [across, up] = selects.map(({ select }) => ways[+select.value]);
    const slice = ways.length < 2 ? LQR.system.line(p, found.best, ways[0]) : LQR.system.slice(p, found.best, across, up);
    slices.lastChild.textContent = slice ? "" : "Slice: expected two different directions, got the same one twice.";
    if (!slice) return;
    const first = LQR.equations.atGain(p, slice.K), ends = LQR.system.sliders(p, first, found.best), n = p.A.length;
    state.methods = data.methods.map((method) => ({ ...method, ...ends[method.name] }));
    state.slice = slice;
    const { levels, words, told } = data, size = n < 4 ? 161 : n < 5 ? 101 : 61, side = view.controls.parentElement;
    const most = Math.min(100, Math.max(2, 1.3 * found.critical)), noise = { label: "noise (variances)", most, step: 0.01 };
    view.box.replaceChildren();
    view.controls.replaceChildren();
    [caption.hidden, ofCurve.hidden] = [!!slice.curve, !slice.curve];
    LQR.figures.landscape({
      problem: p, ...slice, names: slice.labels, ratio: 0.85, levels, methods: state.methods,
      noise: found.noisy && noise, drawn: Math.max(told, Math.round(3000 / n ** 3)), told, size, words, margin: { left: 66 },
      circles: [], chord: [],
    }, view);
    if (side) view.box.append(side);
    const { slider, step } = state.methods.find(({ name }) => name === "gradient");
    if (step > 1.005 * LQR.system.steps(p, first, found.best).gradient) slider.row.after(make("p", { class: "lqr-system-why" }, words.gradient));
    view.box.querySelector("canvas").setAttribute("aria-label", `The cost near K*, over ${slice.labels.join(" and ")}`);
    const inner = view.draw;
    state.inner = view.state;
    view.state = () => ({ ...state, landscape: state.inner() });
    view.draw = () => (inner(), follow());
    view.refresh();
  }

  /* Other texts for the fields, behind a button beside the status; with `before` it can be undone. */
  function offer(words, given, before) {
    const button = make("button", { type: "button" }, words);
    button.addEventListener("click", () => {
      fill((own = given));
      compute(undefined, before);
      address();
      status.querySelector("button")?.focus();
    });
    status.append(" ", button);
  }

  /* Read the fields; where one has a fault, all results stay, marked as those of the last good input. */
  function compute(slice, before) {
    const { problem, faults = {}, plainest } = LQR.system.read(texts()), wrong = Object.keys(faults);
    for (const name of FIELDS) {
      notes[name].textContent = faults[name] ?? "";
      areas[name].setAttribute("aria-invalid", name in faults);
    }
    for (const part of [results, figure, lines.parentElement]) part.classList.toggle("lqr-system-stale", wrong.length > 0);
    const those = state.found ? "The results below are those of the last good input" : "No results yet";
    status.textContent = wrong.length ? `${those}: look at ${LQR.words.joined(wrong)}.` : "";
    if (plainest) offer("Use identity weights and no noise", { ...LQR.system.written(plainest), A: areas.A.value, B: areas.B.value }, texts());
    status.classList.toggle("lqr-system-done", !!before);
    if (before) status.textContent = "Q, R and Sigma0 are identities now, and there is no noise.";
    if (before) offer("Undo: bring the other weights and noise back", before);
    if (wrong.length) return;
    const found = LQR.system.facts(problem), ways = found.best ? LQR.system.ways(problem, found) : [];
    const same = ways.length === state.ways?.length && !slice;
    state = { problem, found, ways };
    tell(found);
    slices.hidden = ways.length < 2;
    figure.hidden = !found.best;
    view.state = () => state;
    view.draw = () => {};
    if (!found.best) return void (lines.textContent = LQR.system.python(template, state));
    if (!same)
      selects.forEach(({ select }, k) => {
        select.replaceChildren(...ways.map(({ name }, place) => make("option", { value: place }, name)));
        select.value = (slice ?? [0, 1])[k];
      });
    draw();
  }

  /* The address of the page holds the fields, so that a system can be kept and passed on. */
  const address = () => {
    const given = Object.entries(texts()).filter(([, text]) => text.trim());
    history.replaceState(null, "", `#${new URLSearchParams(given)}`);
  };
  function open() {
    const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
    const there = FIELDS.some((name) => name in given), first = data.systems[0];
    if (there) own = given;
    known.select.value = there ? data.systems.length : 0;
    fill(there ? given : LQR.system.written(first.problem));
    compute(there ? undefined : first.slice);
  }

  for (const { select } of selects) select.addEventListener("change", draw);
  known.select.addEventListener("change", () => {
    const system = data.systems[+known.select.value];
    if (system) fill(LQR.system.written(system.problem));
    else if (own) fill(own);
    compute(system?.slice);
    address();
  });
  fields.addEventListener("input", ({ target }) => {
    fit(target, true);
    own = texts();
    known.select.value = data.systems.length;
    clearTimeout(waiting);
    waiting = setTimeout(() => (compute(), address()), 150);
  });
  addEventListener("hashchange", () => /[#&](A|B)=/.test(location.hash) && open());

  // What is printed is the last result, not the picture; book.js has made the page light by now.
  matchMedia("print").addEventListener("change", () => view.draw());
  addEventListener("beforeprint", () => view.draw());

  open();
  figure.before(form, status, results);
  caption.after(ofCurve);
  document.querySelector(".lqr-system-without").hidden = true;
  document.querySelector("article").classList.add("lqr-system-on");
};
