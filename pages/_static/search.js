// The search page, and marks of what was sought on the page that a result led to.
(() => {
  const LETTERS = "αβγδεζηθκλμνξπρστφχψω";
  const SPELLED = "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega";
  const NAMES = SPELLED.split(" ");
  const CLASSES = { "-": "[-‐‑– ]?", ".": "\\.", s: "[sz]", z: "[sz]" };
  const KINDS = { page: 1.2, figure: 0.6, exercise: 0.6, source: 0.5 };
  const [SHOWN, AROUND] = [5, 110]; // places of a page; letters of an excerpt on both sides of a hit
  // As long as before, so that places in it are places in the text.
  const fold = (text) =>
    text.replace(/[^\0-\x7f]/g, (sign) => (sign === "ø" ? "o" : sign.normalize("NFD")[0])).toLowerCase();
  const trimmed = (part) => part.replace(/^[.-]+|[.-]+$/g, "").replace(/^thm$/, "theorem");
  const parts = (text) => fold(text).replace(/[‐‑–]/g, "-").split(/[^a-z0-9α-ω.-]+/);
  const wordsOf = (text) => parts(text).map(trimmed).filter(Boolean);
  const joined = (text) => wordsOf(text).join(" ").replace(/([^s\d])s\b/g, "$1");
  const plain = (title) => joined(title.replace(/\([^)]*\)\s*$/, "")).replace(/^(the|an?) /, "");

  // A word finds words that begin with it, with or without hyphens, of one or many, with s or z.
  function pattern(word) {
    const name = NAMES[LETTERS.indexOf(word)] ?? word;
    const letter = LETTERS[NAMES.indexOf(name)];
    const many = /[^s\d]s$/.test(name) && name.length > 3;
    const signs = [...(many ? name.slice(0, -1) : name)].map((sign) => CLASSES[sign] ?? sign);
    const end = letter || name.length === 1 || /\d$/.test(name) ? "(?![a-z0-9]|\\.\\d)" : many ? "s?" : "";
    return `(?:(?<![a-z0-9])${signs.join("[-‐‑–]?")}${end}${letter ? `|${letter}` : ""})`;
  }
  const has = (folded, source) => new RegExp(source).test(folded);
  const spans = (folded, source) =>
    Array.from(folded.matchAll(new RegExp(source, "g")), ({ 0: hit, index }) => [index, index + hit.length]);
  function prepare(pages) {
    for (const entry of pages.flatMap(({ entries }) => entries)) {
      const { kind, title, number = "", also = [], text = "" } = entry;
      const own = kind === "page" && number ? `Chapter ${number}` : number;
      const names = [own, ...also].map(joined);
      entry.label = `${own} ${title}`.trim();
      entry.folded = { label: fold(entry.label), text: fold(text), plain: plain(title), names };
    }
    return pages;
  }
  function points(entry, sought) {
    const { label, text, names } = entry.folded;
    const all = `${label} ${text} ${names.join(" ")}`;
    if (!sought.words.every((word) => has(all, word))) return 0;
    const inTitle = sought.words.filter((word) => has(label, word)).length;
    const least = Math.min(...sought.words.map((word) => spans(text, word).length));
    let sum = (10 * least) / (3 + least) + (has(text, sought.phrase) ? 4 : 0) + (12 * inTitle) / sought.words.length;
    if (inTitle === sought.words.length) {
      sum += 30 * Math.min(1, inTitle / entry.folded.plain.split(" ").length);
      if (entry.number?.startsWith("Definition")) sum += 20; // where the word is introduced
      if (entry.kind === "symbol" && sought.symbol) sum += 60;
    }
    if (entry.folded.plain === sought.plain) sum += 100;
    const found = names.findIndex((name) => ` ${name}`.endsWith(` ${sought.plain}`));
    return found < 0 ? sum : sum + (found ? 80 : 75); // the papers' numbers first
  }
  function find(pages, query) {
    const words = wordsOf(query);
    const sought = { words: words.map(pattern), phrase: words.map(pattern).join("[^a-z0-9]+"), plain: plain(query) };
    sought.symbol = words.some((word) => LETTERS.includes(word) || NAMES.includes(word));
    const groups = [];
    for (const page of words.length ? pages : []) {
      const weight = ({ kind }) => page.weight * (KINDS[kind] ?? 1);
      const rated = page.entries.map((entry) => [entry, points(entry, sought) * weight(entry)]);
      const found = rated.filter(([, sum]) => sum > 0).sort(([, one], [, next]) => next - one);
      const rest = found.slice(1, 8).reduce((sum, [, more]) => sum + more, 0);
      if (found.length) groups.push({ page, found: found.map(([entry]) => entry), sum: found[0][1] + 0.1 * rest });
    }
    return { sought, groups: groups.sort((one, next) => next.sum - one.sum) };
  }
  function make(name, properties = {}, ...children) {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  }
  function marked(element, text, { words }) {
    let last = 0;
    for (const [start, end] of spans(fold(text), words.join("|"))) {
      element.append(text.slice(last, start), make("mark", {}, text.slice(start, end)));
      last = end;
    }
    element.append(text.slice(last));
    return element;
  }
  function excerpt(text, { phrase, words }) {
    const found = [phrase, ...words].map((source) => spans(fold(text), source)[0]).find(Boolean);
    const first = found?.[0] ?? 0;
    const start = first > AROUND ? text.indexOf(" ", first - AROUND) + 1 : 0;
    const end = text.length > first + AROUND ? Math.max(text.lastIndexOf(" ", first + AROUND), first + 1) : text.length;
    return `${start ? "… " : ""}${text.slice(start, end)}${end < text.length ? " …" : ""}`;
  }
  function shown({ page, found }, sought, query) {
    const href = (anchor) => `${page.place}?highlight=${encodeURIComponent(query)}${anchor && `#${anchor}`}`;
    const items = found.slice(0, SHOWN).map((entry) => {
      const link = marked(make("a", { href: href(entry.anchor ?? "") }), entry.label, sought);
      return make("li", {}, link, marked(make("p"), excerpt(entry.text ?? "", sought), sought));
    });
    const more = found.length > SHOWN ? [make("p", {}, `and ${found.length - SHOWN} more on this page`)] : [];
    const head = make("h2", {}, make("a", { href: href("") }, page.entries[0].label));
    return make("section", {}, head, make("ul", { className: "search" }, ...items), ...more);
  }

  function start(results, pages) {
    const box = document.querySelector(".lqr-search");
    const [input, status, tips] = ["input", "[role=status]", ".lqr-search-tips"].map((each) => box.querySelector(each));
    const count = (number, name) => `${number} ${name}${number === 1 ? "" : "s"}`;
    const search = () => {
      const query = input.value.trim();
      const { sought, groups } = find(pages, query);
      const all = groups.reduce((sum, { found }) => sum + found.length, 0);
      const none = `Nothing found for “${query}”. Try fewer words, or only how they begin.`;
      status.textContent = query && (all ? `${count(all, "place")} on ${count(groups.length, "page")}` : none);
      tips.hidden = all > 0;
      results.replaceChildren(...groups.map((group) => shown(group, sought, query)));
      history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
    };
    input.value = new URLSearchParams(location.search).get("q") ?? "";
    input.addEventListener("input", search);
    input.form.addEventListener("submit", (event) => event.preventDefault());
    box.addEventListener("keydown", (event) => {
      const stops = [input, ...results.querySelectorAll("li a")];
      const at = stops.indexOf(document.activeElement);
      const next = at < 0 ? null : stops[{ ArrowDown: at + 1, ArrowUp: at - 1, Escape: 0 }[event.key]];
      if (next) event.preventDefault();
      next?.focus();
    });
    search();
    input.focus();
  }

  // Marks without a change of the page; Escape takes them away.
  function markPage(source) {
    const walker = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
    const ranges = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      for (const [startOffset, endOffset] of spans(fold(node.data), source))
        ranges.push(new StaticRange({ startContainer: node, startOffset, endContainer: node, endOffset }));
    CSS.highlights?.set("lqr-sought", new Highlight(...ranges));
    addEventListener("keydown", ({ key }) => key === "Escape" && CSS.highlights?.delete("lqr-sought"));
  }

  const address = new URL(location);
  const words = wordsOf(address.searchParams.get("highlight") ?? "");
  address.searchParams.delete("highlight"); // or Sphinx would mark by changing the page
  if (words.length) history.replaceState(null, "", address);
  document.addEventListener("DOMContentLoaded", () => {
    const results = document.getElementById("search-results");
    if (results) start(results, prepare(window.lqrSearch));
    else if (words.length) markPage(words.map(pattern).join("|"));
  });
})();
