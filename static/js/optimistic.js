// Forms with `data-optimistic`: the page shows what they change at once, and goes back to what it was if that fails.
//
// Only for what the server hardly ever refuses and what a user can repeat. Changes of a page are sent one after the
// other, and the response to the last one is swapped in: what the server says replaces what was foreseen.
//
// A form's `data-optimistic` names the element whose [data-flips] are shown or hidden. A script that shows more listens
// to the event `optimistic` of the form; its detail is the form's data. For the rest, a form has the attributes of htmx.
"use strict";

(() => {
  const queue = [];
  let isSending = false;
  let confirmed = null; // a copy of the part of the page that is swapped, as the server sent it

  const partOf = (form) => document.querySelector(form.closest("[hx-target]").getAttribute("hx-target"));

  // What has the focus may go away with the change: then it goes to what has come in its place.
  const keepFocus = (within) => {
    const active = document.activeElement;
    if (active !== document.body && active.checkVisibility()) return;
    [...within.querySelectorAll("button")].find((button) => button.checkVisibility())?.focus();
  };

  const flip = (concerned) => {
    for (const element of concerned.querySelectorAll("[data-flips]")) element.hidden = !element.hidden;
    keepFocus(concerned);
  };

  const show = (form, data) => {
    if (form.dataset.optimistic) flip(document.querySelector(form.dataset.optimistic));
    form.dispatchEvent(new CustomEvent("optimistic", { bubbles: true, detail: data }));
  };

  const goBack = (form) => {
    const focused = document.activeElement.id;
    queue.length = 0;
    partOf(form).replaceWith(confirmed);
    htmx.process(confirmed);
    document.getElementById(focused)?.focus();
    toast(gettext("That could not be saved, so it is as it was before."), { isError: true });
  };

  const request = ({ form, data }) =>
    new Promise((resolve) => {
      const onEnd = ({ detail }) => {
        if (detail.requestConfig.elt === form) resolve(detail.successful);
      };
      document.addEventListener("htmx:afterRequest", onEnd);
      const values = Object.fromEntries(data);
      const isOver = () => {
        document.removeEventListener("htmx:afterRequest", onEnd);
        resolve(false); // unless the event has said so: the form may be gone
      };
      htmx.ajax("POST", form.getAttribute("hx-post"), { source: form, values }).then(isOver, isOver);
    });

  const sendAll = async () => {
    isSending = true;
    while (queue.length) {
      const [change] = queue;
      if (await request(change)) queue.shift();
      else goBack(change.form);
    }
    isSending = false;
  };

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!form.matches("[data-optimistic]")) return;
      event.preventDefault();
      event.stopImmediatePropagation(); // htmx would send it beside the others.
      if (!queue.length) confirmed = partOf(form).cloneNode(true);
      const data = new FormData(form, event.submitter);
      queue.push({ form, data });
      show(form, data);
      if (!isSending) sendAll();
    },
    { capture: true },
  );

  // The response to a change shows none of those that are still to be sent.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (queue.length > 1 && detail.requestConfig.elt === queue[0].form) detail.shouldSwap = false;
  });
})();
