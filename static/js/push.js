// Turning on push in this browser, on the page of the preferences. `static/js/web_app.js` turns it off again.
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

  offer();
})();
