// Four ways of reading, one switch in the header of every page: the book as it comes; its story,
// without code; with every proof open; as a lab, with code and verdicts open. The choice is
// remembered; ?reading=proofs in the address wins. What is shown stands in reading.css.
(() => {
  const WAYS = {
    book: ["Book", "The book as it comes"],
    story: ["Story", "Words and figures, no code"],
    proofs: ["Proofs", "Every proof open"],
    lab: ["Lab", "Code and verdicts open"],
  };
  const OPENED = {
    proofs: "details.lqr-proof",
    lab: ".cell details.hide, .lqr-verdict details",
  };
  const root = document.documentElement;
  const storage = (use) => {
    try {
      return use(localStorage); // a browser may forbid it
    } catch {
      return null;
    }
  };

  const asked = [
    new URLSearchParams(location.search).get("reading"),
    storage((kept) => kept.getItem("lqr-reading")),
  ];
  root.dataset.reading = asked.find((way) => Object.hasOwn(WAYS, way ?? "")) ?? "book";

  // Only what a way has opened is shut again.
  let opened = [];
  function open(selector) {
    const found = selector ? [...document.querySelectorAll(selector)].filter((each) => !each.open) : [];
    for (const each of found) each.open = true;
    return found;
  }
  function show(way) {
    root.dataset.reading = way;
    for (const each of opened) each.open = false;
    opened = open(OPENED[way]);
  }

  function choose(way) {
    // What is at the top of the window stays there.
    const seen = [...document.querySelectorAll("article :is(h1, h2, h3, p, figure)")].find(
      (each) => each.offsetParent && each.getBoundingClientRect().top >= 60,
    );
    const before = seen?.getBoundingClientRect().top;
    show(way);
    storage((kept) => kept.setItem("lqr-reading", way));
    if (seen?.offsetParent) scrollBy({ top: seen.getBoundingClientRect().top - before, behavior: "instant" });
  }

  // On paper proofs and remarks are open, not what answers a question or moves; those of the story
  // stay as they are on screen.
  const ON_PAPER = "details.sd-dropdown:not(.lqr-solution, #recall *, :has(img[src$='.gif']))";
  let printed = [];
  addEventListener("beforeprint", () => {
    if (root.dataset.reading !== "story") printed = open(ON_PAPER);
  });
  addEventListener("afterprint", () => {
    for (const each of printed) each.open = false;
  });

  document.addEventListener("DOMContentLoaded", () => {
    const set = document.createElement("fieldset");
    set.className = "lqr-reading";
    set.innerHTML = `<legend class="visually-hidden">Way of reading</legend>${Object.entries(WAYS)
      .map(([way, [name, title]]) => `<label title="${title}"><input type="radio" name="lqr-reading"
        value="${way}"${way === root.dataset.reading ? " checked" : ""}><span>${name}</span></label>`)
      .join("")}`;
    set.addEventListener("change", ({ target }) => choose(target.value));
    document.querySelector(".header-article-items__end")?.before(set);
    show(root.dataset.reading);
    for (const heading of document.querySelectorAll("article :is(h2, h3, h4)"))
      if (/★\W*$/.test(heading.textContent)) {
        heading.title = "Optional: the sections without a star are the core";
        heading.classList.add("lqr-optional");
        for (const text of heading.childNodes) // the star never stands alone
          if (text.nodeType === 3) text.data = text.data.replace(" ★", "\u00a0★");
      }
  });
})();
