// What the browser adds to pages that work without it: the visitor's time zone, countdowns, copying and sharing, error
// messages, signs that something is on its way.
"use strict";

// Show a message in the place that every page has for them. Other scripts use this too.
const say = (sentence, { isError = true } = {}) => {
  const notice = document.createElement("div");
  notice.className = `notice ${isError ? "notice-bad" : "notice-warn"}`;
  notice.setAttribute("role", isError ? "alert" : "status");
  notice.textContent = sentence;
  document.getElementById("messages")?.replaceChildren(notice);
};

// Show a sentence above the page, where it moves nothing. For what happened beside the place that the user looks at.
const toast = (sentence, { isError = false } = {}) => {
  const toasts = document.getElementById("toasts");
  if (!toasts) return;
  const element = toasts.querySelector("template[data-sentence]").content.firstElementChild.cloneNode(true);
  element.classList.add(isError ? "toast-bad" : "toast-good");
  element.querySelector("[data-body]").textContent = sentence;
  element.querySelector("[data-dismiss]").hidden = false;
  element.dataset.sentence = sentence;
  for (const same of toasts.querySelectorAll(".toast[data-sentence]")) if (same.dataset.sentence === sentence) same.remove();
  toasts.querySelector(`[aria-live=${isError ? "assertive" : "polite"}]`).append(element);
};

(() => {
  const serverTime = document.querySelector("meta[name=server-time]");
  // The visitor's own clock may be wrong, so countdowns run on the server's.
  const ahead = serverTime ? Date.parse(serverTime.content) - Date.now() : 0;
  const serverNow = () => Date.now() + ahead;
  const inBrowserZone = document.body.dataset.zone === "browser";

  // The same format as on the server: Sat 5 Jul, 16:00 CEST.
  const moment = (date, withYear) => {
    const format = new Intl.DateTimeFormat(document.documentElement.lang, {
      weekday: "short",
      day: "numeric",
      month: "short",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      timeZoneName: "short",
    });
    // Without the points of German abbreviations, and the second t of Sept.
    const bare = (text) => text.replace(/\.$/, "").replace(/^Sept$/, "Sep");
    const part = Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, bare(value)]));
    const day = withYear
      ? interpolate(gettext("%(weekday)s %(day)s %(month)s %(year)s"), part, true)
      : interpolate(gettext("%(weekday)s %(day)s %(month)s"), part, true);
    return `${day}, ${part.hour}:${part.minute} ${part.timeZoneName}`;
  };

  const showInBrowserZone = (root) => {
    for (const element of root.querySelectorAll("time[data-local]")) {
      element.textContent = moment(new Date(element.dateTime), "year" in element.dataset);
    }
  };

  const two = (number) => String(number).padStart(2, "0");

  const left = (milliseconds) => {
    const seconds = Math.ceil(milliseconds / 1000);
    if (seconds <= 0) return gettext("now");
    const days = Math.floor(seconds / 86400);
    const hours = Math.floor(seconds / 3600) % 24;
    const minutes = Math.floor(seconds / 60) % 60;
    if (days) return interpolate(gettext("%(days)s d %(hours)s h"), { days, hours }, true);
    return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
  };

  const tick = () => {
    for (const element of document.querySelectorAll("[data-ends-at]")) {
      element.textContent = left(Date.parse(element.dataset.endsAt) - serverNow());
    }
  };

  const offerCopying = (root) => {
    if (!navigator.clipboard) return;
    for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
  };

  // Passes a link on to other apps or, where the browser cannot do that, copies it.
  const share = async ({ share: url, shareTitle: title, shareText: text }) => {
    try {
      if (navigator.share) return await navigator.share({ title, text, url });
    } catch (error) {
      if (error.name === "AbortError") return; // The user has closed the dialogue.
    }
    try {
      await navigator.clipboard.writeText(url);
      toast(gettext("The link is copied."));
    } catch {
      toast(gettext("Your browser does not let the site copy the link."), { isError: true });
    }
  };

  const offerSharing = (root) => {
    if (!navigator.share && !navigator.clipboard) return; // A site without HTTPS may do neither.
    for (const button of root.querySelectorAll("[data-share]")) button.hidden = false;
  };

  const offerZone = (root) => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    for (const select of root.querySelectorAll("select[data-zone-choice]")) {
      if ([...select.options].some((option) => option.value === zone)) select.value = zone;
    }
  };

  // Zones of other names may have the same time all year: Europe/Berlin and Europe/Paris.
  const sameTimes = (zone, other) =>
    [0, 91, 182, 273].every((days) => {
      const date = new Date(serverNow() + days * 86400000);
      const [here, there] = [zone, other].map((timeZone) => date.toLocaleString("en-GB", { timeZone }));
      return here === there;
    });

  // Players who travel would misread a deadline. Someone who keeps the profile's zone is not asked about this one again.
  const noticeOtherZone = () => {
    const notice = document.getElementById("zone-notice");
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!notice || !zone) return;
    const kept = `${notice.dataset.profileZone} ${zone}`;
    if (sameTimes(zone, notice.dataset.profileZone) || localStorage.getItem("kept-zone") === kept) return;
    notice.querySelector("[data-browser-zone]").textContent = zone;
    notice.querySelector("[name=time_zone]").value = zone;
    // Not by the server: pages of things that one may not know of would differ from those of things that do not exist.
    notice.querySelector("[name=next]").value = location.pathname + location.search;
    notice.querySelector("[data-keep-zone]").addEventListener("click", () => {
      localStorage.setItem("kept-zone", kept);
      notice.hidden = true;
      document.getElementById("content").focus();
    });
    notice.hidden = false;
  };

  const offerDismissing = (root) => {
    for (const button of root.querySelectorAll("[data-dismiss]")) button.hidden = false;
  };

  const enliven = (root) => {
    offerDismissing(root);
    if (inBrowserZone) showInBrowserZone(root);
    offerCopying(root);
    offerSharing(root);
    offerZone(root);
    tick();
  };

  document.addEventListener("click", async (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const shared = event.target.closest("[data-share]");
    if (shared) await share(shared.dataset);
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    button.setAttribute("aria-live", "polite"); // Its words say what became of it.
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = gettext("Copied");
    } catch {
      button.textContent = gettext("Copy it yourself");
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // A menu that stays open would cover what has the focus now.
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    const menu = target.closest("details.menu[open]");
    if (menu && relatedTarget && !menu.contains(relatedTarget)) menu.open = false;
  });

  // -- what is on its way ------------------------------------------------------------------------------------------------

  // The button that sent it is busy, or the element that fetches something. The style sheets show that after 150 ms.
  const setBusy = (element, isBusy) => {
    if (isBusy) element?.setAttribute("aria-busy", "true");
    else element?.removeAttribute("aria-busy");
  };

  // A second click would submit the form again, and the browser would show that response: a refusal.
  const onTheirWay = new Map();
  const SENT_FOR = 5000; // After that, the user may have stopped the request and wants to try again.
  const release = (form) => {
    setBusy(onTheirWay.get(form), false);
    onTheirWay.delete(form);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.matches("[hx-post], [hx-get], [method=dialog]")) return;
    if (onTheirWay.has(form)) {
      if (form.getAttribute("method") === "post") event.preventDefault();
      return;
    }
    onTheirWay.set(form, event.submitter);
    setBusy(event.submitter, true);
    setTimeout(() => release(form), SENT_FOR);
  });
  // The back button may restore the page from memory.
  window.addEventListener("pageshow", () => [...onTheirWay.keys()].forEach(release));

  const senderOf = ({ elt, requestConfig }) => requestConfig.triggeringEvent?.submitter ?? elt;
  document.addEventListener("htmx:beforeRequest", ({ target, detail }) => {
    if (target.matches("form")) document.getElementById("messages")?.replaceChildren(); // This is a new attempt.
    // What is shown at once waits for nothing, and what polls or listens is no wait of the user.
    if (!target.matches("[data-optimistic], [hx-trigger*=every], [hx-trigger*=sse]")) setBusy(senderOf(detail), true);
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => setBusy(senderOf(detail), false));

  // What a button does may take away its row, and the focus with it. In a part with [data-keeps-focus], the focus goes to
  // the row that is now in this place.
  let pressedIn = null;
  document.addEventListener("htmx:beforeRequest", ({ target, detail }) => {
    const part = target.closest("[data-keeps-focus]");
    const row = senderOf(detail).closest(".row");
    pressedIn = part && { id: part.id, index: row ? [...part.querySelectorAll(".row")].indexOf(row) : -1 };
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!pressedIn || document.activeElement !== document.body) return;
    const rows = [...document.querySelectorAll(`#${pressedIn.id} .row`)];
    const row = rows[Math.min(pressedIn.index, rows.length - 1)];
    const inRow = [...(row?.querySelectorAll("a, button") ?? [])].find((element) => element.checkVisibility());
    (inRow ?? document.getElementById("content")).focus({ preventScroll: !inRow });
    pressedIn = null;
  });

  // Undo shows the same page again, where it was.
  const PLACE = "place";
  document.addEventListener("submit", ({ target }) => {
    if (target.matches("[data-keeps-place]")) sessionStorage.setItem(PLACE, `${location.pathname} ${scrollY}`);
  });
  const returnToPlace = () => {
    const [path, y] = (sessionStorage.getItem(PLACE) ?? "").split(" ");
    sessionStorage.removeItem(PLACE);
    if (path === location.pathname) scrollTo(0, Number(y));
  };

  document.addEventListener("htmx:load", (event) => enliven(event.target));
  document.addEventListener("htmx:responseError", () => say(gettext("That did not work. Reload the page and try again.")));
  document.addEventListener("htmx:sendError", () => say(gettext("We cannot reach the site. Check your connection.")));

  // -- dialogs, which without this script are links to pages, and toasts -------------------------------------------------

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (dialog && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
      event.preventDefault();
      dialog.showModal(); // The browser puts the focus back when it is closed.
    }
    event.target.closest("[data-dismiss]")?.closest(".toast").remove();
    // A click beside a sheet closes it; newer browsers do that by themselves.
    if (event.target.matches(".dialog-sheet[open]")) event.target.close();
  });

  // -- theme and contrast -------------------------------------------------------------------------------------------------

  // The same cookies as on the server (core.web.appearance), which writes the choice into the next page.
  const YEAR = 365 * 24 * 60 * 60;
  const root = document.documentElement;

  const showChoice = (name, value) => {
    if (value) root.dataset[name] = value;
    else delete root.dataset[name];
    for (const button of document.querySelectorAll(`[data-${name}-choice]`)) {
      button.setAttribute("aria-pressed", button.dataset[`${name}Choice`] === value);
    }
    const top = document.querySelector(".top");
    if (!top) return;
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
      meta.removeAttribute("media");
      meta.content = getComputedStyle(top).backgroundColor;
    }
  };

  const choose = (name, value) => {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${name}=${value}; path=/; max-age=${value ? YEAR : 0}; samesite=lax${secure}`;
    showChoice(name, value);
    saveToAccount();
  };

  // Users have their choice on all their devices.
  const saveToAccount = () => {
    const { user, appearanceUrl } = document.body.dataset;
    if (!user) return;
    const { theme = "", contrast = "" } = root.dataset;
    const headers = { "HX-Request": "true", ...JSON.parse(document.body.getAttribute("hx-headers")) };
    const body = new URLSearchParams({ theme, contrast });
    fetch(appearanceUrl, { method: "POST", headers, body, keepalive: true }).catch(() => {}); // This browser keeps it.
  };

  const chosen = (name) => document.cookie.match(`(?:^|; )${name}=(\\w+)`)?.[1] ?? "";

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-theme-choice]");
    if (button) choose("theme", button.dataset.themeChoice);
  });
  document.addEventListener("change", ({ target }) => {
    if (target.closest("[data-appearance]")) choose(target.name, target.value);
  });
  // The choice may have been made in another tab, or before the back button.
  const showChosen = () => {
    for (const name of ["theme", "contrast"]) {
      if (chosen(name) !== (root.dataset[name] ?? "")) showChoice(name, chosen(name));
    }
  };
  window.addEventListener("pageshow", showChosen);
  document.addEventListener("visibilitychange", showChosen);
  for (const choices of document.querySelectorAll(".theme-switch")) choices.hidden = false;
  // A link to a part of a page that is folded: open what it is in.
  const openTarget = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const folded = [];
    for (let around = target.closest("details"); around; around = around.parentElement.closest("details")) folded.push(around);
    for (const details of folded) details.open = true;
    if (folded.length) target.scrollIntoView();
  };
  window.addEventListener("hashchange", openTarget);

  // Where tabs are wider than the screen, the one of this page is in view.
  const showOwnTab = () => {
    const tab = document.querySelector(".tabs [aria-current]");
    if (!tab) return;
    const [own, all] = [tab.getBoundingClientRect(), tab.parentElement.getBoundingClientRect()];
    tab.parentElement.scrollLeft += own.left - all.left - (all.width - own.width) / 2;
  };

  enliven(document);
  returnToPlace();
  showOwnTab();
  openTarget();
  document.querySelector("#content [aria-invalid=true]:not(fieldset)")?.focus(); // The form was refused: go on here.
  noticeOtherZone();
  setInterval(tick, 1000);
})();
