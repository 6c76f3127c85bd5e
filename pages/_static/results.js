// The results page: which rows are shown. Without this script all are, and there is no form.
// The form's state stands in the address, so that a link can lead to some of the rows.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector(".lqr-filters[data-rows]");
  if (!form) return;
  const rows = [...document.querySelectorAll(form.dataset.rows)].map((mark) => ({
    ...mark.dataset,
    element: mark.closest("tr"),
  }));
  const boxes = [...form.querySelectorAll("input")];
  const sections = [...document.querySelectorAll("article section section")].filter((section) =>
    section.querySelector(form.dataset.rows),
  );
  const said = form.querySelector("output");

  // Of each filter what is checked; nothing checked lets everything pass.
  function wanted() {
    const chosen = {};
    for (const { name } of boxes) chosen[name] ??= new Set();
    for (const { name, value, checked } of boxes) if (checked) chosen[name].add(value);
    return chosen;
  }

  const passes = (row, chosen) =>
    Object.entries(chosen).every(([name, values]) => !values.size || values.has(row[name]));

  function filter() {
    const chosen = wanted();
    for (const row of rows) row.element.hidden = !passes(row, chosen);
    for (const section of sections)
      section.hidden = !section.querySelector(`tr:not([hidden]) ${form.dataset.rows}`);
    for (const box of boxes) {
      // How many rows it would show beside what the other filters say.
      const count = rows.filter((row) => passes(row, { ...chosen, [box.name]: new Set([box.value]) }));
      const label = box.closest("label");
      label.querySelector("small").textContent = count.length;
      label.classList.toggle("lqr-empty", !count.length);
    }
    const shown = rows.filter((row) => !row.element.hidden).length;
    const all = shown === rows.length;
    said.textContent = all ? `All ${shown} results are shown.`
      : `${shown} of ${rows.length} results ${shown === 1 ? "is" : "are"} shown.`;
    form.querySelector("[type=reset]").hidden = !boxes.some((box) => box.checked);
  }

  function remember() {
    const checked = boxes.filter((box) => box.checked).map((box) => [box.name, box.value]);
    const query = new URLSearchParams(checked).toString();
    history.replaceState(null, "", `${query ? `?${query}` : location.pathname}${location.hash}`);
  }

  const asked = new URLSearchParams(location.search);
  for (const box of boxes) box.checked = asked.getAll(box.name).includes(box.value);
  form.addEventListener("change", () => (filter(), remember()));
  form.addEventListener("reset", () => setTimeout(() => (filter(), remember())));
  form.hidden = false;
  filter();
});
