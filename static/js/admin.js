// The menus of the admin close with Escape, and when focus or a click goes elsewhere.
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
})();
