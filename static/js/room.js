// What a page that follows a draft adds where the browser can: a stream that comes back by itself, word of a lost
// connection, turns announced to those who listen instead of look, and what is open stays open while the room changes.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const live = () => byId("live");
  const show = (id, isShown) => {
    const notice = byId(id);
    if (notice) notice.hidden = !isShown;
  };

  // -- the connection ------------------------------------------------------------------------------------------------

  const SAY_AFTER = 2000; // A stream ends every ten minutes and is back at once: no need to frighten anybody.
  let worry;

  const lost = (sayAfter = SAY_AFTER) => {
    clearTimeout(worry);
    worry = setTimeout(() => show("offline", true), sayAfter);
  };

  const found = () => {
    clearTimeout(worry);
    show("offline", false);
  };

  // The element that fetches the room when it hears of an event; spectators get another one with every answer.
  const ask = () => {
    const asker = document.querySelector("[sse-connect] > [hx-get]");
    if (asker) htmx.trigger(asker, "sse:reset");
  };

  let again;
  const askAgain = () => {
    clearTimeout(again);
    again = setTimeout(ask, between(2000, 4000));
  };

  const between = (least, most) => least + Math.random() * (most - least);

  // EventSource gives up for good at an answer such as 503, and htmx waits up to a minute before it makes a new one.
  // This one looks like it to htmx, tries again every few seconds as long as the page is there, asks for what it has
  // not had, and then has the whole room fetched once: what was missed may have been an answer, not an event.
  class PatientSource {
    readyState = EventSource.CONNECTING;
    #address;
    #listeners = [];
    #source;
    #timer;
    #failures = 0;
    #wasOpen = false;

    constructor(address) {
      this.#address = new URL(address, location.href);
      this.addEventListener("draft", (event) => this.#address.searchParams.set("after", event.lastEventId));
      this.addEventListener("reset", () => this.#address.searchParams.set("after", "0"));
      this.addEventListener("replaced", () => this.#giveWay());
      this.reopen();
    }

    addEventListener(name, listener) {
      this.#listeners.push([name, listener]);
      this.#source?.addEventListener(name, listener);
    }

    removeEventListener(name, listener) {
      this.#listeners = this.#listeners.filter((one) => one[0] !== name || one[1] !== listener);
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
    }

    close() {
      clearTimeout(this.#timer);
      clearTimeout(worry);
      this.#source.close();
      this.readyState = EventSource.CLOSED;
    }

    #opened() {
      this.readyState = EventSource.OPEN;
      this.#failures = 0;
      found();
      if (this.#wasOpen) ask();
      this.#wasOpen = true;
    }

    #failed() {
      if (this.readyState === EventSource.OPEN || this.#failures === 0) lost();
      this.#source.close();
      this.readyState = EventSource.CONNECTING;
      const most = Math.min(1500 * 1.5 ** this.#failures, 5000);
      this.#failures += 1;
      this.#timer = setTimeout(() => this.reopen(), between(most / 3, most));
    }

    #giveWay() {
      this.close();
      show("replaced", true);
    }
  }

  let source;
  htmx.createEventSource = (address) => (source = new PatientSource(address));

  window.addEventListener("offline", () => lost(0));
  // The old line may be dead without knowing it: after a change of network, or on a phone that has slept.
  window.addEventListener("online", () => source?.reopen());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") source?.reopen();
  });

  // The room is fetched behind one's back, so a failure is no news to the reader: it is tried again.
  const wires = document.querySelector(".wires");
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
