// What the draft room adds where the browser can: it says when the connection is lost, announces turns to those who
// listen instead of look, and keeps what is open open while the room changes around it.
"use strict";

(() => {
  const offline = document.getElementById("offline");
  const announcement = document.getElementById("announcement");
  const live = () => document.getElementById("live");
  let open = [];
  let turn = live()?.dataset.turn;

  const showOffline = (isOffline) => {
    if (offline) offline.hidden = !isOffline;
  };

  document.addEventListener("htmx:sseError", () => showOffline(true));
  document.addEventListener("htmx:sseOpen", () => showOffline(false));
  window.addEventListener("offline", () => showOffline(true));

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "live") return;
    open = [...live().querySelectorAll("details[open][id]")].map((element) => element.id);
  });

  document.addEventListener("htmx:afterSettle", () => {
    for (const id of open) {
      const element = document.getElementById(id);
      if (element) element.open = true;
    }
    open = [];
    const now = live()?.dataset.turn;
    if (now && now !== turn && announcement) announcement.textContent = now;
    turn = now;
  });
})();
