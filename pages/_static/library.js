// The library was one page, pages/api, once: its old addresses lead to the pages of the modules.
document.addEventListener("DOMContentLoaded", () => {
  const anchor = decodeURIComponent(location.hash.slice(1));
  if (!location.pathname.endsWith("/api.html") || document.getElementById(anchor)) return;
  const links = document.querySelectorAll('article a[href^="library/"]');
  const files = new Set([...links].map((link) => link.getAttribute("href").split("#")[0]));
  const parts = anchor.replace(/^module-/, "").split(".");
  for (; parts.length; parts.pop()) {
    const file = `library/${parts.join(".")}.html`;
    if (files.has(file)) return location.replace(`${file}#${anchor}`);
  }
});
