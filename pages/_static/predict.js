// A question to answer first (book/directives.py): buttons for the choices, then the answer, told
// aloud. Without this script the choices are a list and the answer is a fold below it.
document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll(".lqr-predict")) {
    const [question, list] = [box.querySelector(".lqr-question"), box.querySelector(".lqr-choices")];
    const answer = box.querySelector("details");
    const set = document.createElement("fieldset");
    const legend = document.createElement("legend");
    const told = document.createElement("div");
    const said = document.createElement("p");
    told.setAttribute("aria-live", "polite");
    said.className = "lqr-said-of-choice";
    legend.append(...question.childNodes);
    const buttons = [...list.children].map((item) => {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", "false");
      button.append(...item.querySelector("p").childNodes);
      button.addEventListener("click", () => {
        for (const each of buttons) each.setAttribute("aria-pressed", String(each === button));
        const right = item.classList.contains("lqr-right");
        set.dataset.chosen = right ? "right" : "wrong";
        said.textContent = right ? "Right." : "Not quite.";
        answer.hidden = false;
        answer.open = true;
      });
      return button;
    });
    set.append(legend, ...buttons);
    question.remove();
    list.replaceWith(set);
    answer.hidden = true;
    answer.replaceWith(told);
    told.append(said, answer);
  }
});
