// Hovering over a link to a statement, an equation or a citation shows it on a card; over a formula,
// what its symbols mean (symbols.js). A link with the focus shows its card, too; Escape closes it.
(() => {
  const { root, previews, symbolsIn, listed, fill } = lqrMeanings;
  const LINK = 'article a.internal[href*="#"]';
  const card = document.createElement("div");
  card.id = card.className = "lqr-card";
  card.setAttribute("role", "tooltip");
  card.hidden = true;
  let [owner, timer] = [null, 0];

  async function contentFor(target) {
    const shown = await previews();
    if (target.matches("a")) {
      const { pathname, hash } = new URL(target.href);
      return shown[decodeURIComponent(pathname.slice(root.pathname.length) + hash)];
    }
    const item = [...MathJax.startup.document.math].find(({ typesetRoot }) => typesetRoot === target);
    const rows = symbolsIn(item?.math ?? "");
    return rows.length ? listed(rows) : undefined;
  }

  async function show(target) {
    const html = await contentFor(target);
    if (!html || !target.isConnected || wanted !== target) return;
    hide();
    owner = target;
    card.hidden = false;
    await fill(card, html);
    const at = target.getClientRects()[0] ?? target.getBoundingClientRect();
    const [width, height] = [card.offsetWidth, card.offsetHeight];
    const above = at.bottom + height + 8 > innerHeight && at.top > innerHeight - at.bottom;
    card.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8))}px`;
    card.style.top = `${Math.max(8, above ? at.top - height - 4 : Math.min(at.bottom + 4, innerHeight - height - 8))}px`;
    if (!target.matches("a")) return;
    target.removeAttribute("title"); // the browser's own card, with the same text
    target.setAttribute("aria-describedby", card.id);
  }

  function hide() {
    owner?.removeAttribute("aria-describedby");
    owner = null;
    card.hidden = true;
  }

  let wanted = null;
  function want(target) {
    if (target === wanted) return;
    wanted = target;
    clearTimeout(timer);
    timer = setTimeout(() => (target ? show(target) : hide()), 200);
  }

  document.addEventListener("pointerover", ({ target, pointerType }) => {
    if (pointerType !== "mouse") return; // a tap follows the link
    if (card.contains(target)) return want(owner); // the pointer may go there, to read on
    want(target.closest(`${LINK}, article mjx-container`));
  });
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches(":focus-visible")) want(target.closest(LINK));
  });
  document.addEventListener("focusout", () => want(null));
  document.addEventListener("scroll", ({ target }) => owner && target === document && (want(null), hide()), true);
  document.addEventListener("keydown", ({ key }) => key === "Escape" && (want(null), hide()));

  window.addEventListener("load", () => document.body.append(card));
})();
