// Marks the fields of a form that were changed and not saved, and shows the bar that says so.
"use strict";

(() => {
  const isChanged = (field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
    return field.value !== field.defaultValue;
  };

  for (const form of document.querySelectorAll("form[data-unsaved]")) {
    const bar = form.querySelector("[data-unsaved-bar]");
    const mark = () => {
      for (const field of form.querySelectorAll(".field")) {
        const inputs = [...field.querySelectorAll("input, select:not([name=race]), textarea")];
        field.classList.toggle("is-changed", inputs.some(isChanged));
      }
      const count = form.querySelectorAll(".is-changed").length;
      bar.hidden = count === 0;
      const sentence = ngettext("%(count)s change is not saved.", "%(count)s changes are not saved.", count);
      bar.querySelector("[data-unsaved-count]").textContent = interpolate(sentence, { count }, true);
    };
    form.addEventListener("input", mark);
    form.addEventListener("reset", () => {
      const changed = form.querySelector(".is-changed :is(input, select, textarea)");
      setTimeout(() => {
        mark(); // once the fields have their old values
        changed?.focus(); // The button is in the bar, which is hidden now.
      });
    });
    mark(); // The browser may have kept changes from before a reload.
  }
})();
