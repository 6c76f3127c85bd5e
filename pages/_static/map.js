// The map of statements (pages/map). Its numbers and texts are those of the list below it, which
// is complete without this script.
document.addEventListener("DOMContentLoaded", () => {
  const map = document.querySelector(".lqr-map");
  if (!map) return;
  const svg = map.querySelector("svg");
  const card = map.querySelector(".lqr-map-card");
  const nodes = [...svg.querySelectorAll(".node")];
  const edges = [...svg.querySelectorAll("path")];
  const byLabel = new Map(nodes.map((node) => [node.dataset.label, node]));
  const entries = new Map();
  for (const entry of document.querySelectorAll(".lqr-map-entry")) {
    const link = entry.querySelector("a");
    const node = byLabel.get(decodeURIComponent(link.hash.slice(1)));
    const [kind, number] = link.textContent.split(" ");
    node.querySelector(".kind").textContent = kind;
    node.querySelector(".number").textContent = number;
    const title = node.querySelector("title"); // would cover the card
    const verdict = entry.querySelector(".lqr-badge")?.lastChild.textContent.trim() ?? "";
    node.setAttribute("aria-label", `${kind} ${number}, ${title.textContent}. ${verdict}`.trim());
    title.remove();
    entries.set(node, entry);
  }

  const shown = (node) => !node.classList.contains("lqr-out");
  const box = (node) => node.querySelector("rect").getBoundingClientRect();

  // --- What is pointed at, with what it rests on and what uses it -----------------------------

  function choose(node) {
    for (const part of [...nodes, ...edges])
      part.classList.remove("lqr-here", "lqr-near", "lqr-uses", "lqr-used", "lqr-far");
    svg.classList.toggle("lqr-chosen", Boolean(node));
    card.hidden = !node;
    if (!node) return;
    node.classList.add("lqr-here", "lqr-near");
    const basis = new Set([node]); // all that it rests on, through others too
    for (const user of basis)
      for (const edge of edges.filter((edge) => edge.dataset.user === user.dataset.label)) {
        edge.classList.add("lqr-near", "lqr-uses");
        edge.classList.toggle("lqr-far", user !== node);
        basis.add(byLabel.get(edge.dataset.used));
      }
    for (const edge of edges.filter((edge) => edge.dataset.used === node.dataset.label)) {
      edge.classList.add("lqr-near", "lqr-used");
      byLabel.get(edge.dataset.user).classList.add("lqr-near");
    }
    for (const used of basis) used.classList.add("lqr-near");
    describe(node);
  }

  function describe(node) {
    // Its name and its words, as the list has them typeset, but for what one could stop at.
    const copy = entries.get(node).cloneNode(true);
    for (const link of copy.querySelectorAll("a")) link.replaceWith(...link.childNodes);
    for (const formula of copy.querySelectorAll("[tabindex]")) formula.removeAttribute("tabindex");
    card.replaceChildren(...[...copy.children].slice(0, 2));
    card.dataset.verdict = node.dataset.verdict;

    // Where it covers least of what is near and does not leave the screen.
    const [at, all] = [box(node), map.getBoundingClientRect()];
    const [width, height, gap] = [card.offsetWidth, card.offsetHeight, 10];
    const middle = { x: (at.left + at.right - width) / 2, y: (at.top + at.bottom - height) / 2 };
    const near = nodes.filter((other) => other.classList.contains("lqr-near")).map(box);
    const places = [
      [at.right + gap, middle.y],
      [at.left - width - gap, middle.y],
      [middle.x, at.bottom + gap],
      [middle.x, at.top - height - gap],
    ].map(([x, y]) => {
      x = Math.max(all.left, Math.min(x, all.right - width));
      if (x < at.right && x + width > at.left) {
        y = y < at.top ? at.top - height - gap : at.bottom + gap;
      } else y = Math.max(gap, Math.min(y, window.innerHeight - height - gap));
      const covered = near.filter(
        (it) => it.left < x + width && it.right > x && it.top < y + height && it.bottom > y,
      );
      const outside = Math.max(0, -y, y + height - window.innerHeight);
      return { x, y, cost: covered.length + outside };
    });
    const best = places.reduce((one, other) => (other.cost < one.cost ? other : one));
    card.style.left = `${best.x - all.left}px`;
    card.style.top = `${best.y - all.top}px`;
  }

  const focused = () => nodes.find((node) => node === document.activeElement);
  for (const node of nodes) {
    node.addEventListener("pointerenter", () => choose(node));
    node.addEventListener("pointerleave", () => choose(focused()));
    node.addEventListener("focus", () => choose(node));
    node.addEventListener("blur", () => choose());
  }

  // --- Keys: one stop for the tabulator, arrows from there ------------------------------------

  function stop(node) {
    for (const other of nodes) other.setAttribute("tabindex", other === node ? "0" : "-1");
  }

  const KEYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  svg.addEventListener("keydown", (event) => {
    const here = focused();
    if (!here || !(event.key in KEYS)) return;
    event.preventDefault();
    const [right, down] = KEYS[event.key];
    const from = box(here);
    const steps = nodes.filter(shown).map((node) => {
      const to = box(node);
      const [x, y] = [to.left - from.left, to.top - from.top];
      const ahead = x * right + y * down;
      const aside = Math.abs(right ? y : x);
      return { node, ahead, far: right ? 10 * ahead + aside : ahead + 1000 * aside };
    });
    const [next] = steps.filter((step) => step.ahead > 1).sort((a, b) => a.far - b.far);
    if (!next || (!right && next.far >= 1000)) return;
    stop(next.node);
    next.node.focus();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") choose();
  });

  // --- Filters, of the map and of the list -----------------------------------------------------

  function filter() {
    const kept = { paper: new Set(), verdict: new Set() };
    for (const { name, value } of map.querySelectorAll("input:checked")) kept[name].add(value);
    for (const node of nodes) {
      const { paper, verdict } = node.dataset;
      const out = !(kept.paper.has(paper) && kept.verdict.has(verdict));
      node.classList.toggle("lqr-out", out);
      entries.get(node).closest("li").hidden = out;
    }
    for (const edge of edges) {
      const ends = [byLabel.get(edge.dataset.user), byLabel.get(edge.dataset.used)];
      edge.classList.toggle("lqr-out", !ends.every(shown));
    }
    for (const entry of entries.values()) {
      const chapter = entry.closest("section");
      chapter.hidden = !chapter.querySelector("li:not([hidden]) > .lqr-map-entry");
    }
    stop(nodes.find(shown));
  }

  map.addEventListener("change", filter);
  map.hidden = false;
  filter();
});
