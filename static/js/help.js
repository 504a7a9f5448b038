// Filters the questions of the help page while you type, as `?q=` does on the server.
"use strict";

(() => {
  const form = document.getElementById("help-search");
  const status = document.getElementById("help-count");
  const field = form.elements.q;
  if (field.value) return; // The server has left out the other questions.

  const filter = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const topic of document.querySelectorAll(".help-topic")) {
      let found = 0;
      for (const question of topic.querySelectorAll(".help-question")) {
        const text = question.textContent.toLowerCase();
        question.hidden = !words.every((word) => text.includes(word));
        question.open = words.length > 0 && !question.hidden;
        found += question.hidden ? 0 : 1;
      }
      topic.hidden = found === 0;
      count += found;
    }
    const sentence = ngettext("%(count)s answer", "%(count)s answers", count);
    status.textContent = words.length ? interpolate(sentence, { count }, true) : "";
  };

  field.addEventListener("input", filter);
})();
