// What the symbols of a formula mean, from the notation page (book.previews), and a list of those on
// this page in the margin. The script with the meanings loads when first asked for.
const lqrMeanings = (() => {
  const root = new URL(document.documentElement.dataset.content_root ?? "./", document.baseURI);
  let loading;
  const previews = () =>
    (loading ??= new Promise((done) => {
      const script = document.createElement("script");
      script.src = new URL("_static/previews.js", root);
      script.onload = script.onerror = () => done(window.lqrPreviews ?? {});
      document.head.append(script);
    }));

  // TeX as a list of tokens without braces, spaces and sizes: \Sigma_{K^*} is [\Sigma, _, K, ^, *].
  function tokens(tex) {
    const plain = tex.replace(/\\(?:[bB]igg?[lrm]?|left|right|[,;:!])(?![a-zA-Z])/g, " ");
    return plain.match(/\\(?:operatorname|text|mathrm)\*?\{[^}]*\}|\\[a-zA-Z]+|\\.|[^\s{}]/g) ?? [];
  }

  let dictionary;
  function known() {
    const named = (row) => row.tex.flatMap((tex) => tex.split(/,(?![^([]*[)\]])/)).map(tokens);
    const short = (name) => name.join(" ").replace(/ \( \\cdot \)$/, "").split(" ");
    dictionary ??= (window.lqrSymbols ?? [])
      .flatMap((row) => named(row).map((name) => ({ name: short(name), row })))
      .filter(({ name }) => name[0] && !/dots/.test(name[0]))
      .sort((a, b) => b.name.length - a.name.length);
    return dictionary;
  }

  // The rows of the dictionary for what stands in a formula; K is not found in K_N, nor in K^*.
  function symbolsIn(tex) {
    const [given, found] = [tokens(tex), new Set()];
    for (let i = 0; i < given.length; ) {
      const fits = known().find(({ name }) => {
        if (!name.every((token, k) => token === given[i + k])) return false;
        const [next, second] = given.slice(i + name.length, i + name.length + 2);
        return next !== "_" && next !== "'" && !(next === "^" && second === "*");
      });
      if (fits) found.add(fits.row);
      i += fits?.name.length ?? 1;
    }
    return [...found];
  }

  const listed = (rows) =>
    `<dl class="lqr-symbols">${rows.map(({ name, meaning }) => `<dt>${name}</dt><dd>${meaning}</dd>`).join("")}</dl>`;

  // Put HTML that stands at the top of the book into this page, its formulas typeset.
  async function fill(box, html) {
    await window.MathJax?.startup?.promise;
    window.MathJax?.typesetClear?.([box]);
    box.innerHTML = html;
    for (const link of box.querySelectorAll("a[href]")) link.href = new URL(link.getAttribute("href"), root);
    await window.MathJax?.typesetPromise?.([box]);
  }

  window.addEventListener("load", () => {
    const margin = document.querySelector(".bd-sidebar-secondary .sidebar-secondary-item");
    if (!margin || !document.querySelector("article span.math")) return;
    const list = document.createElement("details");
    list.className = "lqr-page-symbols";
    list.innerHTML = "<summary>Symbols on this page</summary><div></div>";
    list.addEventListener("toggle", async () => {
      if (list.lastChild.childNodes.length || !list.open) return;
      await Promise.all([previews(), MathJax.startup.promise]);
      const inText = [...MathJax.startup.document.math].filter((item) => item.typesetRoot.closest("article"));
      const rows = new Set(inText.flatMap((item) => symbolsIn(item.math)));
      await fill(list.lastChild, listed(window.lqrSymbols.filter((row) => rows.has(row))));
    });
    margin.append(list);
  });

  return { root, previews, symbolsIn, listed, fill };
})();
