// Share buttons: they pass a link on to other apps, or where the browser cannot do that, copy it.
"use strict";

(() => {
  const copy = async (url) => {
    try {
      await navigator.clipboard.writeText(url);
      toast(gettext("The link is copied."));
    } catch {
      toast(gettext("Your browser does not let the site copy the link."), { isError: true });
    }
  };

  const share = async ({ share: url, shareTitle: title, shareText: text }) => {
    if (!navigator.share) return copy(url);
    try {
      await navigator.share({ title, text, url });
    } catch (error) {
      if (error.name !== "AbortError") await copy(url); // Otherwise, the user has closed the dialogue.
    }
  };

  if (!navigator.share && !navigator.clipboard) return; // A site without HTTPS may do neither.
  for (const button of document.querySelectorAll("[data-share]")) {
    button.hidden = false;
    button.addEventListener("click", () => share(button.dataset));
  }
})();
