// The page without a connection: lists the pages of which the service worker has a copy, and reloads when there is one.
"use strict";

(() => {
  const place = document.getElementById("copies");
  const list = place.querySelector("ul");
  const template = place.querySelector("template");
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });

  const titleOf = (text) => new DOMParser().parseFromString(text, "text/html").title.replace(/ · Fantasy F1$/, "");

  const show = async (url, page) => {
    const copiedAt = Number(page.headers.get("X-Copied-At"));
    if (Date.now() - copiedAt > place.dataset.keptSeconds * 1000) return;
    const row = template.content.cloneNode(true);
    row.querySelector("a").href = url;
    row.querySelector("[data-title]").textContent = titleOf(await page.text());
    row.querySelector("[data-seen]").textContent = format.format(copiedAt);
    list.prepend(row);
    place.hidden = false;
  };

  const showCopies = async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith("pages-"));
    if (names.length !== 1) return; // See lastSeen() in templates/service_worker.js.
    const cache = await caches.open(names[0]);
    for (const { url } of await cache.keys()) await show(url, await cache.match(url, { ignoreVary: true }));
  };

  if ("caches" in window) showCopies().catch(() => {});
  // A connection is not yet the site, and reloading would break off what the user has just opened.
  const reloadIfReachable = () => fetch(location.href, { method: "HEAD" }).then(() => location.reload(), () => {});
  window.addEventListener("online", reloadIfReachable);
})();
