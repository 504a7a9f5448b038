{% load static %}// Served as /sw.js. Shows pushed messages and the badge of the app, and while the site cannot be reached, copies of pages that
// were seen before. docs/decisions/0029 says what is kept, and how it is never shown to another user.
"use strict";

const VERSION = "{{ worker_version }}";
const SETTINGS_URL = "{% url 'notifications:push' %}";
const TURNS_URL = "{% url 'pages:turn_count' %}";
const ICON = "{% static 'img/icon-192.png' %}";
const BADGE = "{% static 'img/icon-monochrome-512.png' %}";

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

// -- pushed messages ---------------------------------------------------------------------------------------------------

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
    badge: BADGE,
    data: { url: ownUrl(url) },
  });
};

// Not from the message: that may be late, and the turn over.
const showBadge = async () => {
  if (!("setAppBadge" in navigator)) return;
  const answer = await fetch(TURNS_URL, { redirect: "manual" });
  if (answer.type === "opaqueredirect") await navigator.clearAppBadge(); // Nobody is signed in.
  else if (answer.ok) await navigator.setAppBadge((await answer.json()).count);
};

addEventListener("push", (event) => {
  event.waitUntil(Promise.all([show(parse(event.data)), showBadge().catch(() => {})]));
});

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
{% if offline_pages %}
// -- copies of pages ---------------------------------------------------------------------------------------------------

const [READER, COPY] = ["X-Reader", "X-Offline-Copy"]; // Headers of the site (core/web/offline.py).
const [COPIED_AT, COPIED_BY] = ["X-Copied-At", "X-Copied-By"]; // Headers of the copies.
const OFFLINE_URL = "{% url 'offline' %}";
const SIGN_OUT_URL = "{% url 'accounts:sign_out' %}";
const START_URL = "{% url 'pages:my_leagues' %}";
const PAGES = "pages-";
const MOST_PAGES = 30;
const KEPT_FOR = {{ kept_seconds }}_000;

let requests = 0; // Navigations are numbered in the order in which they began.
let reader = null; // Who the site says is reading: the id of a user, or "visitor".
let readerSince = 0; // The request that said so first.
let work = Promise.resolve();

// Changes of the copies do not overlap.
const inOrder = (task) => (work = work.then(task, task));

const pageCaches = async () => (await caches.keys()).filter((name) => name.startsWith(PAGES));

const forgetOthers = async () => {
  for (const name of await pageCaches()) if (name !== `${PAGES}${reader}`) await caches.delete(name);
};

// Nobody is known to be reading, until a request that begins after this one says who it is.
const forgetAll = () => {
  reader = null;
  readerSince = ++requests;
  return inOrder(forgetOthers);
};

const copyPage = async (address, page) => {
  const cache = await caches.open(`${PAGES}${page.headers.get(READER)}`);
  const headers = new Headers(page.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  headers.set(COPIED_AT, Date.now());
  headers.set(COPIED_BY, VERSION);
  const url = address.split("#")[0];
  const text = await page.text();
  await cache.delete(url);
  await cache.put(url, new Response(text, { headers }));
  const urls = await cache.keys();
  for (const url of urls.slice(0, -MOST_PAGES)) await cache.delete(url);
  await storeAssetsOf(text);
};

// What a page says about its reader. If it was on its way while somebody else signed in, it changes nothing.
const learn = (number, address, page) =>
  inOrder(async () => {
    const name = page.headers.get(READER);
    if (name === null) return;
    if (name !== reader) {
      if (number < readerSince) return;
      [reader, readerSince] = [name, number];
      await forgetOthers();
    }
    if (page.status === 200 && page.headers.has(COPY)) await copyPage(address, page);
  });

const lastSeen = async (address) => {
  await work;
  const names = await pageCaches();
  if (names.length !== 1) return null; // Either there is none, or it is not known whose they are.
  const cache = await caches.open(names[0]);
  const options = { ignoreVary: true };
  const { pathname } = new URL(address);
  const page = (await cache.match(address, options)) ?? (pathname === "/" ? await cache.match(START_URL, options) : null);
  return page && Date.now() - page.headers.get(COPIED_AT) < KEPT_FOR ? page : null;
};

// The notice that the page is a copy is in every page, hidden. Countdowns run on the time of the response.
const asCopy = async (page) => {
  const text = (await page.text())
    .replace(/(<div id="last-seen"[^>]*) hidden/, "$1")
    .replace(/(<meta name="server-time" content=")[^"]*/, `$1${new Date().toISOString()}`);
  return new Response(text, { headers: page.headers });
};

const pageWithoutSite = async (address) => {
  const page = await lastSeen(address);
  return page ? asCopy(page) : ((await caches.match(OFFLINE_URL)) ?? Response.error());
};

const navigate = async (event, number) => {
  try {
    const page = (await event.preloadResponse) ?? (await fetch(event.request));
    event.waitUntil(learn(number, event.request.url, page.headers.has(COPY) ? page.clone() : page));
    return page;
  } catch {
    return pageWithoutSite(event.request.url);
  }
};

// -- styles, scripts and images ----------------------------------------------------------------------------------------

const ASSETS = "assets-";
const ASSETS_URL = "{% get_static_prefix %}";
const CATALOG_URL = "{% url 'javascript_catalog' %}";
// A file whose name holds a hash of its content never changes.
const isHashed = (url) => /\.[0-9a-f]{12}\.\w+$/.test(url.pathname);
const isAsset = (url) => url.pathname.startsWith(ASSETS_URL) || url.pathname === CATALOG_URL;

const assets = () => caches.open(`${ASSETS}${VERSION}`);
const store = async (request, answer) => (await assets()).put(request, answer);

// What a page links may have been loaded when there was no worker yet.
const storeAssetsOf = async (text) => {
  for (const [, address] of text.matchAll(/ (?:href|src)="([^"]+)"/g)) {
    const url = new URL(address.replaceAll("&amp;", "&"), location.origin);
    if (url.origin !== location.origin || !isAsset(url) || (await caches.match(url, { ignoreVary: true }))) continue;
    await (await assets()).add(url);
  }
};

const fetchAsset = async (event, url) => {
  const kept = isHashed(url) && (await caches.match(event.request, { ignoreVary: true }));
  if (kept) return kept;
  try {
    const answer = await fetch(event.request);
    if (answer.status === 200) event.waitUntil(store(event.request, answer.clone()));
    return answer;
  } catch {
    return (await caches.match(event.request, { ignoreVary: true })) ?? Response.error();
  }
};

// Live streams, forms, and requests of htmx and of scripts pass by.
addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === SIGN_OUT_URL) event.waitUntil(forgetAll());
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(navigate(event, ++requests));
  else if (isAsset(url)) event.respondWith(fetchAsset(event, url));
});

// -- versions ----------------------------------------------------------------------------------------------------------

const install = async () => {
  const page = await fetch(OFFLINE_URL, { credentials: "omit", cache: "no-cache" });
  if (!page.ok) throw new Error(`${OFFLINE_URL}: ${page.status}`);
  await store(OFFLINE_URL, page.clone());
  await storeAssetsOf(await page.text());
};

// Assets of an earlier version stay as long as there is a copy of a page that uses them.
const dropOldAssets = async () => {
  const used = new Set([`${ASSETS}${VERSION}`]);
  for (const name of await pageCaches()) {
    const cache = await caches.open(name);
    for (const page of await cache.matchAll()) used.add(`${ASSETS}${page.headers.get(COPIED_BY)}`);
  }
  for (const name of await caches.keys()) if (name.startsWith(ASSETS) && !used.has(name)) await caches.delete(name);
};

// Pages that were loaded when there was no worker yet, and the page that the app starts with.
const copyOpenPages = async () => {
  const pages = await clients.matchAll({ type: "window" });
  for (const address of new Set([...pages.map(({ url }) => url), new URL(START_URL, location.origin).href])) {
    const number = ++requests;
    // With this header, messages stay for the page that the user sees.
    const page = await fetch(address, { headers: { [COPY]: "yes" } });
    if (!page.redirected) await learn(number, address, page);
  }
};

const activate = async () => {
  await registration.navigationPreload?.enable();
  await clients.claim();
  await dropOldAssets();
  await copyOpenPages().catch(() => {}); // They are copied when they are opened again.
};

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));

// A page asks the user first (static/js/web_app.js).
addEventListener("message", ({ data }) => {
  if (data === "activate") skipWaiting();
});
{% else %}
// -- copies of pages are turned off (OFFLINE_PAGES): remove those that an earlier version made ----------------------------

const removeCopies = async () => {
  for (const name of await caches.keys()) await caches.delete(name);
  await registration.navigationPreload?.disable();
  await clients.claim();
};

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(removeCopies()));
{% endif %}
