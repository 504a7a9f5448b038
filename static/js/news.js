// News of a signed-in user while a page is open: the counter in the header, and a toast for each new notification.
//
// One tab of the browser holds the event stream and tells the others: a browser has six connections to a site, and the
// server ends the oldest of a user's streams beyond eight. The tab with the Web Lock is the one. It lets go of the lock
// when it has been hidden for long.
"use strict";

(() => {
  const { user } = document.body.dataset;
  const counter = document.getElementById("news-count");
  const toasts = document.getElementById("toasts");
  if (!user || !counter || !toasts) return;

  const STREAM = "/live/me/";
  const NAME = `news-${user}`;
  // Without the lock (on a site without HTTPS), a hidden tab would hold one of the six connections.
  const HIDDEN_FOR = navigator.locks ? 300_000 : 0;
  const CONNECT_AFTER = 1000; // Many pages are left again within a second.
  const [RETRY_AFTER, MOST_RETRY_AFTER] = [15_000, 600_000];
  const MOST_TOASTS = 3;
  const loadedAt = Date.parse(document.querySelector("meta[name=server-time]").content);
  const channel = new BroadcastChannel(NAME);
  const known = new Set();

  // -- the counter -------------------------------------------------------------------------------------------------------

  let isStale = false;
  let counting;

  const count = async () => {
    isStale = document.hidden;
    if (isStale) return;
    const answer = await fetch(counter.dataset.url, { redirect: "error" });
    if (!answer.ok) return;
    const fragment = document.createElement("template");
    fragment.innerHTML = await answer.text();
    counter.replaceChildren(fragment.content);
  };

  // Several notifications may arrive at once.
  const countSoon = () => {
    clearTimeout(counting);
    counting = setTimeout(() => count().catch(() => (isStale = true)), 100);
  };

  // -- toasts ------------------------------------------------------------------------------------------------------------

  const dismiss = (id) => toasts.querySelector(`[data-notification="${id}"]`)?.remove();

  const dismissEverywhere = (id) => {
    dismiss(id);
    channel.postMessage({ dismissed: id });
  };

  const show = ({ id, title, body, url, is_urgent: isUrgent }) => {
    const toast = toasts.querySelector("template[data-news]").content.firstElementChild.cloneNode(true);
    const link = toast.querySelector("[data-title]");
    toast.dataset.notification = id;
    toast.classList.toggle("toast-warn", isUrgent);
    link.textContent = title;
    if (url) link.href = toasts.dataset.openUrl.replace("/0/", `/${id}/`);
    toast.querySelector("[data-body]").textContent = body;
    link.addEventListener("click", () => dismissEverywhere(id));
    toast.querySelector("button").addEventListener("click", () => dismissEverywhere(id));
    toasts.querySelector(`[aria-live=${isUrgent ? "assertive" : "polite"}]`).append(toast);
    const shown = [...toasts.querySelectorAll("[data-notification]")];
    shown.sort((toast, other) => toast.dataset.notification - other.dataset.notification);
    for (const old of shown.slice(0, -MOST_TOASTS)) old.remove();
  };

  // The page shows what it is about: a draft room tells by itself whose turn it is.
  const isHere = (url) => url && new URL(url, location.href).pathname === location.pathname;

  // The stream begins with what is unread, which the counter of a page that was loaded later includes.
  const receive = (notification) => {
    const isNew = Date.parse(notification.created_at) > loadedAt && !known.has(notification.id);
    if (!isNew) return;
    known.add(notification.id);
    countSoon();
    if (!isHere(notification.url)) show(notification);
  };

  channel.addEventListener("message", ({ data }) => {
    if (data.dismissed) dismiss(data.dismissed);
    else receive(data.notification);
  });

  // -- the stream, in one tab --------------------------------------------------------------------------------------------

  // Two streams in one page would leave few connections for the rest, so a draft room leaves this one to other tabs.
  const hasOwnStream = document.querySelector("[sse-connect]") !== null;
  let source;
  let retry;
  let failures = 0;

  const disconnect = () => {
    clearTimeout(retry);
    source?.close();
  };

  const connectLater = (least) => {
    disconnect();
    retry = setTimeout(connect, least * (1 + Math.random()));
  };

  const connect = () => {
    source = new EventSource(STREAM);
    source.addEventListener("open", () => (failures = 0));
    source.addEventListener("notification", ({ data }) => {
      const notification = JSON.parse(data);
      channel.postMessage({ notification });
      receive(notification);
    });
    // The user has opened too many streams: make room for the others.
    source.addEventListener("replaced", () => connectLater(MOST_RETRY_AFTER));
    // EventSource reconnects by itself after a lost connection, but not after a response such as 503.
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return;
      connectLater(Math.min(RETRY_AFTER * 2 ** failures, MOST_RETRY_AFTER));
      failures += 1;
    });
  };

  let isAwake = !document.hidden;
  let fallAsleep = () => {};
  let sleep;
  let isWaiting = false;

  const hold = async () => {
    if (!isAwake) return;
    connect();
    await new Promise((resolve) => (fallAsleep = resolve));
    disconnect();
  };

  // Wait until this tab may hold the stream, then hold it until the tab has been hidden for long.
  const contend = async () => {
    if (isWaiting) return;
    isWaiting = true;
    await (navigator.locks ? navigator.locks.request(NAME, hold) : hold());
    isWaiting = false;
    if (isAwake) contend(); // It was shown again meanwhile.
  };

  document.addEventListener("visibilitychange", () => {
    clearTimeout(sleep);
    if (document.hidden) {
      sleep = setTimeout(() => {
        isAwake = false;
        fallAsleep();
      }, HIDDEN_FOR);
      return;
    }
    isAwake = true;
    if (isStale) countSoon();
    if (!hasOwnStream) contend();
  });

  if (!hasOwnStream && isAwake) setTimeout(contend, CONNECT_AFTER);
})();
