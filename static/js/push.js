// Push in this browser: turning it on, and off again where the user who turned it on is no longer the one signed in.
"use strict";

(() => {
  const panel = document.getElementById("push");
  const isSupported = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

  const show = (name) => {
    for (const note of panel.querySelectorAll("[data-push-note]")) note.hidden = note.dataset.pushNote !== name;
  };

  const currentSubscription = async () => {
    const registration = await navigator.serviceWorker.getRegistration("/");
    return (await registration?.pushManager.getSubscription()) ?? null;
  };

  // -- turning it on, on the page of the preferences ---------------------------------------------------------------------

  const subscribe = async (form) => {
    await navigator.serviceWorker.register("/sw.js", { scope: "/" });
    const registration = await navigator.serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey: form.dataset.pushKey };
    try {
      return await registration.pushManager.subscribe(options);
    } catch (error) {
      // It has a subscription with another key of the site, which is useless by now.
      const old = await registration.pushManager.getSubscription();
      if (!old) throw error;
      await old.unsubscribe();
      return registration.pushManager.subscribe(options);
    }
  };

  const turnOn = async (form) => {
    if ((await Notification.requestPermission()) !== "granted") return show("blocked");
    try {
      const { endpoint, keys } = (await subscribe(form)).toJSON();
      for (const [name, value] of Object.entries({ endpoint, ...keys })) form.elements[name].value = value;
      form.submit();
    } catch {
      show("failed");
    }
  };

  const offer = async () => {
    const form = panel.querySelector("[data-push-key]");
    if (!isSupported) {
      const isApple = /iPhone|iPad/.test(navigator.userAgent) || (/Mac/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
      return show(isApple && !navigator.standalone ? "home-screen" : "unsupported");
    }
    show(Notification.permission === "denied" ? "blocked" : null);
    const isOn = panel.querySelector("[data-push-off]") && (await currentSubscription());
    form.hidden = Boolean(isOn) || Notification.permission === "denied";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      turnOn(form);
    });
  };

  if (panel) offer();

  // -- once per tab and user: is the subscription of this browser still theirs? ------------------------------------------

  const check = async () => {
    const { user, pushCheck } = document.body.dataset;
    if (!user || !isSupported || Notification.permission !== "granted" || sessionStorage.getItem("push-checked") === user) return;
    const subscription = await currentSubscription();
    if (subscription) {
      const headers = JSON.parse(document.body.getAttribute("hx-headers"));
      const body = new URLSearchParams({ endpoint: subscription.endpoint });
      const answer = await fetch(pushCheck, { method: "POST", headers, body });
      if (answer.status === 410) await subscription.unsubscribe();
      else if (!answer.ok) return;
    }
    sessionStorage.setItem("push-checked", user);
  };

  check().catch(() => {}); // The next page tries again.
})();
