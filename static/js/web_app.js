// The site as an app: its service worker and new versions of it, push that is no longer the user's, the badge of its icon,
// and the offer to install it.
"use strict";

(() => {
  const { worker, turns } = document.currentScript.dataset;
  const isInstalled = !matchMedia("(display-mode: browser)").matches || navigator.standalone === true;

  // -- the service worker, and the offer to reload when there is a new version of it ------------------------------------

  const notice = document.getElementById("update");
  const CHECK_AFTER = 3_600_000; // Pages of the app may stay open for days.
  let checkedAt = Date.now();

  const isPicking = () => document.querySelector("#live[data-my-turn], [aria-busy=true]") !== null;

  const offerUpdate = (next) => {
    const wait = () => (notice.hidden = isPicking());
    wait();
    setInterval(wait, 1000);
    notice.querySelector("button").onclick = () => {
      if (isPicking()) return wait();
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
      next.postMessage("activate");
    };
  };

  // Without a controller, this is the first version.
  const follow = (registration) => {
    const { controller } = navigator.serviceWorker;
    if (registration.waiting && controller) offerUpdate(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const next = registration.installing;
      next.addEventListener("statechange", () => {
        if (next.state === "installed" && navigator.serviceWorker.controller) offerUpdate(next);
      });
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden || Date.now() - checkedAt < CHECK_AFTER) return;
      checkedAt = Date.now();
      registration.update().catch(() => {});
    });
  };

  const start = () => navigator.serviceWorker.register(worker, { scope: "/" }).then(follow).catch(() => {});

  if ("serviceWorker" in navigator) {
    if (document.readyState === "complete") start();
    else window.addEventListener("load", start);
  }

  // -- once per tab and user: is the push subscription of this browser still theirs? -------------------------------------

  const { user, pushCheck } = document.body.dataset;

  const checkPush = async () => {
    const isOff = !("serviceWorker" in navigator && "PushManager" in window && window.Notification?.permission === "granted");
    if (isOff || sessionStorage.getItem("push-checked") === user) return;
    const registration = await navigator.serviceWorker.getRegistration("/");
    const subscription = await registration?.pushManager.getSubscription();
    if (subscription) {
      const headers = JSON.parse(document.body.getAttribute("hx-headers"));
      const body = new URLSearchParams({ endpoint: subscription.endpoint });
      const answer = await fetch(pushCheck, { method: "POST", headers, body });
      if (answer.status === 410) await subscription.unsubscribe();
      else if (!answer.ok) return;
    }
    sessionStorage.setItem("push-checked", user);
  };

  checkPush().catch(() => {}); // The next page tries again.

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
