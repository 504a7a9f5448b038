// Share buttons, for browsers that can pass a link on to other apps.
"use strict";

(() => {
  if (!navigator.share) return;
  for (const button of document.querySelectorAll("[data-share]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const { share: url, shareTitle: title, shareText: text } = button.dataset;
      navigator.share({ title, text, url }).catch(() => {}); // The user may close the dialogue.
    });
  }
})();
