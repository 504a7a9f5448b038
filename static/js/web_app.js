// The site as an installed app: the badge of its icon and the offer to install it.
"use strict";

(() => {
  const { turns } = document.currentScript.dataset;
  const isInstalled = !matchMedia("(display-mode: browser)").matches || navigator.standalone === true;

  // -- the badge: in how many drafts it is the user's turn. A pushed message changes it too (templates/service_worker.js).

  const showBadge = async () => {
    const answer = await fetch(turns, { redirect: "manual" });
    if (answer.type !== "opaqueredirect" && !answer.ok) return;
    const { count } = answer.ok ? await answer.json() : { count: 0 }; // It leads to the sign-in: nobody is signed in.
    await navigator.setAppBadge(count);
  };

  const refreshBadge = () => {
    if (!document.hidden) showBadge().catch(() => {}); // The next page tries again.
  };

  if (isInstalled && "setAppBadge" in navigator) {
    refreshBadge();
    document.addEventListener("visibilitychange", refreshBadge);
    const changes = new MutationObserver(refreshBadge);
    const [news, room] = ["news-count", "live"].map((id) => document.getElementById(id));
    if (news) changes.observe(news, { childList: true });
    if (room) changes.observe(room, { attributeFilter: ["data-turn"] });
  }

  // -- the offer to install the app -------------------------------------------------------------------------------------

  const offer = document.querySelector("[data-install]");
  const DISMISSED = "install-dismissed";
  const isDismissed = () => offer && "canDismiss" in offer.dataset && localStorage.getItem(DISMISSED) !== null;

  const offerInstall = (how) => {
    for (const element of offer.querySelectorAll("[data-install-how]")) {
      element.hidden = element.dataset.installHow !== how;
    }
    offer.hidden = false;
  };

  const hideOffer = () => {
    offer.hidden = true;
    document.getElementById("content").focus();
  };

  if (!offer || isInstalled || isDismissed()) return;

  // Browsers on iPhones and iPads cannot be asked to install anything.
  if (/iPhone|iPad/.test(navigator.userAgent) || (/Mac/.test(navigator.userAgent) && navigator.maxTouchPoints > 1)) {
    offerInstall("share");
  }

  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer.querySelector("[data-install-how=prompt]").onclick = () => event.prompt();
    offerInstall("prompt");
  });
  window.addEventListener("appinstalled", () => {
    if (!offer.hidden) hideOffer();
  });

  offer.querySelector("[data-install-dismiss]")?.addEventListener("click", () => {
    localStorage.setItem(DISMISSED, "yes");
    hideOffer();
  });
})();
