// What scripts add to a page that follows a draft: an event stream that reconnects, and a notice when the connection is
// lost. In the room also: updates that keep focus, scroll position and what is open, filters of the list of drivers,
// turns announced to screen readers and in the title, and if the player wants that, by a sound and vibration.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const live = () => byId("live");
  const show = (id, isShown) => {
    const notice = byId(id);
    if (notice) notice.hidden = !isShown;
  };

  // -- the connection ------------------------------------------------------------------------------------------------

  const SAY_AFTER = 2000; // A stream ends every ten minutes and reconnects at once, without a notice.
  let worry;

  const lost = (sayAfter = SAY_AFTER) => {
    clearTimeout(worry);
    worry = setTimeout(() => show("offline", true), sayAfter);
  };

  const found = () => {
    clearTimeout(worry);
    show("offline", false);
  };

  // The element that fetches the room on every event. Spectators get a new one with every response.
  const ask = () => {
    const asker = document.querySelector("[sse-connect] > [hx-get]");
    if (asker) htmx.trigger(asker, "sse:reset");
  };

  let source;
  let again;
  const askAgain = () => {
    clearTimeout(again);
    again = setTimeout(ask, between(2000, 4000));
  };

  // Stop following, and show the notice that says why.
  const leave = (notice) => {
    source?.close();
    clearTimeout(again);
    show("offline", false);
    show(notice, true);
  };

  const between = (least, most) => least + Math.random() * (most - least);

  const ASK_EVERY = 5; // failed attempts, starting with the first one after the connection was lost
  // The server sends an event at least every 15 seconds. Two may be missed, and a third may be a little late.
  const SILENCE = 45000;
  const SIGNS_OF_LIFE = ["draft", "reset", "beat"];

  // EventSource gives up for good on a response such as 503, and htmx waits up to a minute before it makes a new one.
  // This class has the same interface for htmx. It reconnects every few seconds as long as the page is open, asks for
  // the events that it missed, and then has the whole room fetched once, because a response may have been lost too.
  // A connection that is silent for too long counts as lost.
  class PatientSource {
    readyState = EventSource.CONNECTING;
    #address;
    #listeners = [];
    #source;
    #timer;
    #silence;
    #failures = 0;
    #wasOpen = false;

    constructor(address) {
      this.#address = new URL(address, location.href);
      this.addEventListener("draft", (event) => this.#address.searchParams.set("after", event.lastEventId));
      this.addEventListener("reset", () => this.#address.searchParams.set("after", "0"));
      this.addEventListener("replaced", () => leave("replaced"));
      for (const name of SIGNS_OF_LIFE) this.addEventListener(name, () => this.#listen());
      this.reopen();
    }

    addEventListener(name, listener) {
      this.#listeners.push([name, listener]);
      this.#source?.addEventListener(name, listener);
    }

    removeEventListener(name, listener) {
      this.#listeners = this.#listeners.filter(([other, callback]) => other !== name || callback !== listener);
      this.#source?.removeEventListener(name, listener);
    }

    reopen() {
      if (this.readyState === EventSource.CLOSED) return;
      clearTimeout(this.#timer);
      this.#source?.close();
      this.readyState = EventSource.CONNECTING;
      this.#source = new EventSource(this.#address);
      this.#source.onopen = () => this.#opened();
      this.#source.onerror = () => this.#failed();
      for (const [name, listener] of this.#listeners) this.#source.addEventListener(name, listener);
      this.#listen();
    }

    close() {
      clearTimeout(this.#timer);
      clearTimeout(this.#silence);
      clearTimeout(worry);
      this.#source.close();
      this.readyState = EventSource.CLOSED;
    }

    #listen() {
      clearTimeout(this.#silence);
      this.#silence = setTimeout(() => this.#failed(), SILENCE);
    }

    #opened() {
      this.readyState = EventSource.OPEN;
      this.#failures = 0;
      this.#listen();
      found();
      if (this.#wasOpen) ask();
      this.#wasOpen = true;
    }

    #failed() {
      if (this.readyState === EventSource.OPEN || this.#failures === 0) lost();
      this.#source.close();
      clearTimeout(this.#silence);
      this.readyState = EventSource.CONNECTING;
      if (this.#failures % ASK_EVERY === 1) this.#askWhy();
      const most = Math.min(1500 * 1.5 ** this.#failures, 5000);
      this.#failures += 1;
      this.#timer = setTimeout(() => this.reopen(), between(most / 3, most));
    }

    // EventSource does not say why it failed. If the user may not follow the draft, the page itself is refused too.
    async #askWhy() {
      const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" }).catch(() => null);
      if (answer?.status === 404) leave("out");
    }
  }

  htmx.createEventSource = (address) => (source = new PatientSource(address));

  window.addEventListener("offline", () => lost(0));
  // The old connection may be dead unnoticed, after a change of network or when a phone wakes up.
  window.addEventListener("online", () => source?.reopen());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") source?.reopen();
  });

  // A 404 means that the user may no longer follow the draft. (In debug mode, django-htmx would show the error page.)
  const wires = document.querySelector(".wires");
  wires?.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.target.matches("form") || event.detail.xhr.status !== 404) return;
    event.preventDefault();
    event.stopPropagation();
    leave("out");
  });

  // The room is fetched in the background, so a failure shows no message: the page tries again.
  for (const name of ["htmx:responseError", "htmx:sendError"]) {
    wires?.addEventListener(name, (event) => {
      if (event.target.matches("form")) return;
      event.stopPropagation();
      askAgain();
    });
  }

  // -- the room: an update changes only what is different, and the player stays where they are -------------------------

  if (!live()) return; // Spectators have no room.

  const isShown = (element) => element.offsetHeight > 0;
  const topOf = (element) => element.getBoundingClientRect().top;

  // The ids of the focused element and of what is around it, from the inside out.
  const focusPath = () => {
    const path = [];
    let element = document.activeElement?.closest("#live [id]");
    while (element && element !== live()) {
      path.push(element.id);
      element = element.parentElement.closest("[id]");
    }
    return path;
  };

  // What the player looks at, and where on the screen: first where the focus is, then what is in view from the top down.
  const landmarks = (path) => {
    const bar = document.querySelector(".turn-bar");
    const edge = bar.getBoundingClientRect().bottom;
    const isElsewhere = (element) => bar.contains(element) || element.closest(".menu-list"); // These scroll apart.
    const inView = (element) => isShown(element) && topOf(element) < innerHeight && !isElsewhere(element);
    const around = path.map(byId).filter((element) => inView(element) && topOf(element) > 0);
    const rows = scrollY > 0 ? [...live().querySelectorAll(":is(li, tr, section)[id]")] : [];
    const below = rows.filter((element) => inView(element) && topOf(element) >= edge);
    return [...around, ...below].map(({ id }) => ({ id, top: topOf(byId(id)) }));
  };

  const restoreScroll = (marks) => {
    const mark = marks.find(({ id }) => byId(id) && isShown(byId(id)));
    if (mark) scrollBy({ top: topOf(byId(mark.id)) - mark.top, behavior: "instant" });
  };

  // If the focused element is gone, such as the button of a pick, the focus moves to the row or panel that held it.
  const restoreFocus = (path) => {
    if (document.activeElement !== document.body) return;
    const place = path.map(byId).find((element) => element && isShown(element));
    if (!place) return;
    const target = (place.matches("details") && place.querySelector("summary")) || place;
    if (target === place && target.tabIndex < 0) target.tabIndex = -1;
    target.focus({ preventScroll: true });
  };

  // What the player opened and filtered is theirs, and not in the server's response; nor is that a button is busy.
  const isPlayers = (name, element) =>
    name === "open" ||
    name === "aria-busy" ||
    (name === "hidden" && element.matches("[data-driver]")) || // The filters decide.
    (name === "tabindex" && element === document.activeElement);

  const update = (target, fragment) => {
    const fresh = fragment.querySelector("#live");
    if (!fresh) return location.reload(); // The session has ended, and this is the page for signing in.
    // A response that was on its way when something newer came.
    if (Number(fresh.dataset.seq) < Number(target.dataset.seq)) return [];
    const path = focusPath();
    const marks = landmarks(path);
    sortDrivers(fresh);
    morph(target, fresh, isPlayers);
    restoreFocus(path);
    filterDrivers();
    restoreScroll(marks);
    showTurn();
    return [target];
  };

  htmx.defineExtension("morph", {
    isInlineSwap: (style) => style === "morph",
    handleSwap: (style, target, fragment) => style === "morph" && update(target, fragment),
  });

  // -- the button of a request that is under way, and the message about it ----------------------------------------------

  const setBusy = (event, isBusy) => {
    const button = event.detail.requestConfig.triggeringEvent?.submitter;
    if (!button) return;
    button.ariaBusy = isBusy ? "true" : null;
    if (isBusy) button.focus({ preventScroll: true }); // Safari does not focus a button that is clicked.
  };
  document.addEventListener("htmx:beforeRequest", (event) => setBusy(event, true));
  document.addEventListener("htmx:afterRequest", (event) => setBusy(event, false));

  // Messages lie above the page, so a touch anywhere puts them away.
  const clearMessages = () => byId("messages").replaceChildren();
  document.addEventListener("pointerdown", clearMessages);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") clearMessages();
  });

  // -- the list of drivers: search, sorting, filters --------------------------------------------------------------------

  const filters = () => byId("driver-filters");
  const filter = (name) => filters().querySelector(`[name=${name}]`);
  const rowsIn = (root) => [...root.querySelectorAll("[data-driver]")];

  const sortDrivers = (root) => {
    if (!filters()) return;
    const key = filter("sort").value;
    const compare = (one, other) => one.dataset[key].localeCompare(other.dataset[key], undefined, { numeric: true });
    const rows = rowsIn(root);
    rows[0]?.parentElement.append(...rows.sort(compare));
  };

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  // A row that the player is on stays, even if somebody has just taken its driver.
  const filterDrivers = () => {
    if (!filters()) return;
    const [search, team, available] = [plain(filter("search").value), filter("team").value, filter("available").checked];
    const isWanted = (row) =>
      (!available || !("taken" in row.dataset)) &&
      (!team || row.dataset.team === team) &&
      plain(row.querySelector(".driver").textContent).includes(search);
    const rows = rowsIn(live());
    for (const row of rows) row.hidden = !isWanted(row) && !row.contains(document.activeElement);
    byId("no-driver").hidden = rows.some((row) => !row.hidden);
  };

  const offerFilters = () => {
    if (!filters()?.inert) return;
    filters().inert = false;
    filters().querySelector("details").open = matchMedia("(min-width: 48rem)").matches; // Phones have no room for them.
  };

  document.addEventListener("input", (event) => {
    if (!filters()?.contains(event.target)) return;
    if (event.target.name === "sort") sortDrivers(live());
    filterDrivers();
  });

  // -- whose turn it is: announced, in the title and the icon, and if the player wants that, heard and felt -------------

  const alerts = () => byId("alerts");
  const icon = document.querySelector("link[rel=icon]");
  const usualIcon = icon.href;
  let wasMine = "myTurn" in live().dataset;

  // The text on one line. There are line breaks around elements such as times, also before the period.
  const wordsOf = (element) => element.textContent.trim().replace(/\s+/g, " ").replaceAll(" .", ".");
  const turnNow = () => ({ seq: Number(live().dataset.seq), turn: live().dataset.turn, words: wordsOf(byId("turn-words")) });
  let told = turnNow();
  let isAnswer = false; // The message of a player's own action tells what it did.

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    isAnswer = detail.requestConfig.verb === "post" && detail.xhr.status < 400;
  });

  // The lines of the log that are new, in the order in which it happened.
  const newLines = () =>
    [...live().querySelectorAll("#log [id^='event-']")]
      .filter(({ id }) => Number(id.split("-")[1]) > told.seq)
      .map((row) => wordsOf(row.querySelector(".row-main > span")))
      .reverse();

  const announce = () => {
    const now = turnNow();
    const news = isAnswer ? [] : newLines();
    const isOther = now.turn !== told.turn || now.words !== told.words;
    if (news.length || isOther) byId("announcement").textContent = [...news, now.words].join(" ");
    told = now;
  };

  const showTurn = () => {
    const { myTurn, title, turnIcon } = live().dataset;
    document.title = title.trim();
    icon.href = myTurn === undefined ? usualIcon : turnIcon;
    announce();
    if (myTurn !== undefined && !wasMine) alertPlayer();
    wasMine = myTurn !== undefined;
  };

  const wants = (name) => localStorage.getItem(`draft-${name}`) === "on";

  const beep = () => {
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    volume.gain.setValueAtTime(0.2, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.6);
    tone.frequency.value = 880;
    tone.connect(volume).connect(audio.destination);
    tone.onended = () => audio.close();
    tone.start();
    tone.stop(audio.currentTime + 0.6);
  };

  const alertPlayer = () => {
    if (wants("sound")) beep();
    if (wants("vibration")) navigator.vibrate?.([200, 100, 200]);
  };

  const offerAlerts = () => {
    if (!alerts()) return;
    alerts().hidden = false;
    for (const box of alerts().querySelectorAll("input")) box.checked = wants(box.name);
    alerts().querySelector("[name=vibration]").parentElement.hidden = !navigator.vibrate;
  };

  document.addEventListener("change", (event) => {
    if (!alerts()?.contains(event.target)) return;
    const { name, checked } = event.target;
    localStorage.setItem(`draft-${name}`, checked ? "on" : "off");
    if (!checked) return;
    if (name === "sound") beep(); // A sample. Browsers also want a gesture before the first sound of a page.
    if (name === "vibration") navigator.vibrate?.(200);
  });

  const begin = () => {
    offerFilters();
    offerAlerts();
    filterDrivers();
  };
  document.addEventListener("htmx:afterSettle", begin);
  begin();
  showTurn();
})();
