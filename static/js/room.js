// What scripts add to a page that follows a draft: an event stream that reconnects, a notice when the connection is
// lost, turns announced to screen readers, and details that stay open when the room is replaced.
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

  // -- the room ------------------------------------------------------------------------------------------------------

  let open = [];
  let turn = live()?.dataset.turn;

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "live") return;
    open = [...live().querySelectorAll("details[open][id]")].map((element) => element.id);
  });

  document.addEventListener("htmx:afterSettle", () => {
    for (const id of open) {
      const element = byId(id);
      if (element) element.open = true;
    }
    open = [];
    const now = live()?.dataset.turn;
    const announcement = byId("announcement");
    if (now && now !== turn && announcement) announcement.textContent = now;
    turn = now;
  });
})();
