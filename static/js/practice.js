// Plays a practice race part by part where motion is welcome. The links on the page do the same by hand.
"use strict";

(() => {
  const PART_MILLISECONDS = 3500;
  const next = document.querySelector("[data-next]");
  const pause = document.querySelector("[data-pause]");
  if (!next || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  let timer;

  const replace = (page, id) => {
    const fresh = page.getElementById(id);
    if (fresh) document.getElementById(id)?.replaceChildren(...fresh.childNodes);
  };

  const show = async (url) => {
    const response = await fetch(url).catch(() => null);
    if (!response?.ok) return stop();
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const id of ["told-part", "told-picks", "told-standings"]) replace(page, id);
    history.replaceState(null, "", url);
    const following = page.querySelector("[data-next]");
    // The buttons stay, and with them the focus, until there are others.
    if (following) {
      next.href = new URL(following.getAttribute("href"), url).href;
      play();
    } else {
      const hadFocus = document.getElementById("told-buttons").contains(document.activeElement);
      replace(page, "told-buttons");
      if (hadFocus) document.querySelector("#told-buttons a")?.focus();
    }
  };

  const play = () => {
    timer = setTimeout(() => (document.hidden ? play() : show(next.href)), PART_MILLISECONDS);
  };

  const stop = () => {
    clearTimeout(timer);
    pause.hidden = true;
  };

  pause.hidden = false;
  pause.addEventListener("click", () => {
    stop();
    next.focus();
  });
  play();
})();
