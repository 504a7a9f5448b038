{% load static %}// Shows pushed messages, and opens the page that a message is about. Served as /sw.js.
"use strict";

const SETTINGS_URL = "{% url 'notifications:push' %}";
const ICON = "{% static 'img/icon-192.png' %}";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

// A message may lead to pages of this site only.
const ownUrl = (text) => {
  const home = new URL("/", location.origin);
  try {
    const url = new URL(text || "/", home);
    return url.origin === home.origin ? url.href : home.href;
  } catch {
    return home.href;
  }
};

const parse = (data) => {
  try {
    return data.json();
  } catch {
    return {};
  }
};

// Browsers end push for sites that do not show each message, so one that cannot be read is shown too.
const show = ({ title, body, url, tag, urgency }) => {
  const isUrgent = urgency === "high";
  return registration.showNotification(title || "Fantasy F1", {
    body: body || "",
    tag: tag || "fantasyf1",
    renotify: isUrgent,
    requireInteraction: isUrgent,
    icon: ICON,
    data: { url: ownUrl(url) },
  });
};

addEventListener("push", (event) => event.waitUntil(show(parse(event.data))));

const open = async (url) => {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((client) => client.url === url);
  return page ? page.focus() : clients.openWindow(url);
};

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(ownUrl(event.notification.data?.url)));
});

// The push service has ended the subscription: subscribe again, while the user is signed in.
const renew = async (subscription) => {
  const answer = await fetch(SETTINGS_URL, { redirect: "error" });
  const { key, token } = await answer.json();
  const options = { userVisibleOnly: true, applicationServerKey: key };
  const { endpoint, keys } = (subscription ?? (await registration.pushManager.subscribe(options))).toJSON();
  const body = new URLSearchParams({ endpoint, ...keys });
  return fetch(SETTINGS_URL, { method: "POST", headers: { "X-CSRFToken": token }, body });
};

addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event.newSubscription)));
