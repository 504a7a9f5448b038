// The admin: its menus close with Escape, and when focus or a click goes elsewhere, and every box has a name.
"use strict";

(() => {
  const menus = document.querySelectorAll("#lists-nav details");

  const close = (menu) => {
    menu.open = false;
  };

  for (const menu of menus) {
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      close(menu);
      menu.querySelector("summary").focus();
    });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) close(menu);
    });
  }

  document.addEventListener("click", (event) => {
    for (const menu of menus) if (!menu.contains(event.target)) close(menu);
  });

  // Select2 names its boxes by the chosen value alone: the label comes first. It makes them when jQuery is ready, and for
  // every row that is added.
  const nameBoxes = () => {
    for (const select of document.querySelectorAll("select.admin-autocomplete")) {
      const box = select.parentElement.querySelector(".select2-selection[role=combobox]");
      const label = select.getAttribute("aria-label") || select.labels[0]?.textContent.trim();
      if (!box || !label || box.id) continue;
      // What is chosen is text in the box, not a box of its own.
      const chosen = box.querySelector("[role=textbox]");
      chosen?.removeAttribute("role");
      chosen?.removeAttribute("aria-readonly");
      box.id = `${select.id}-box`;
      box.setAttribute("aria-label", label);
      box.setAttribute("aria-labelledby", `${box.id} ${box.getAttribute("aria-labelledby") || ""}`);
    }
  };

  nameBoxes();
  new MutationObserver(nameBoxes).observe(document.body, { childList: true, subtree: true });
})();
