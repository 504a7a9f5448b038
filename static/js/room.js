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

  let source;
  let again;
  const askAgain = () => {
    clearTimeout(again);
    again = setTimeout(ask, between(2000, 4000));
  };

  // There is nothing to come back to, and a notice that says why.
  const leave = (notice) => {
    source?.close();
    clearTimeout(again);
    show("offline", false);
    show(notice, true);
  };

  const between = (least, most) => least + Math.random() * (most - least);

  const ASK_EVERY = 5; // of the tries that failed, beginning with the first after the line was lost
  // The server says something every 15 seconds at least: two such beats are missed, and a third may be a little late.
  const SILENCE = 45000;
  const SIGNS_OF_LIFE = ["draft", "reset", "beat"];

  // EventSource gives up for good at an answer such as 503, and htmx waits up to a minute before it makes a new one.
  // This one looks like it to htmx, tries again every few seconds as long as the page is there, asks for what it has
  // not had, and then has the whole room fetched once: what was missed may have been an answer, not an event. A line
  // that has gone dead without a word is a lost one, too.
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

    // EventSource does not tell who was refused from who was not heard, but the page itself is refused to the same.
    async #askWhy() {
      const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" }).catch(() => null);
      if (answer?.status === 404) leave("out");
    }
  }

  htmx.createEventSource = (address) => (source = new PatientSource(address));

  window.addEventListener("offline", () => lost(0));
  // The old line may be dead without knowing it: after a change of network, or on a phone that has slept.
  window.addEventListener("online", () => source?.reopen());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") source?.reopen();
  });

  // Who is refused the room is out. (While one develops, django-htmx would put the error in the place of the page.)
  const wires = document.querySelector(".wires");
  wires?.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.target.matches("form") || event.detail.xhr.status !== 404) return;
    event.preventDefault();
    event.stopPropagation();
    leave("out");
  });

  // The room is fetched behind one's back, so a failure is no news to the reader: it is tried again.
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
