// Sends a POST of htmx again if its response was lost, or if the site was being restarted. Every POST has an
// `Idempotency-Key`, with which the server executes it once, however often it arrives (core.idempotency).
//
// For htmx, it is one long request: its button stays busy, and what is said elsewhere about requests at the same time
// (hx-sync) holds until there is a response, or until this script gives up.
"use strict";

(() => {
  // No response; a request with this key is still being processed; a proxy whose site is away; a site that is stopping.
  const WITHOUT_RESULT = [0, 409, 502, 503, 504];
  const RESEND_FOR = 30_000;
  const ATTEMPT_FOR = 10_000; // A connection may be dead without an error, after a change of network.
  const [WAIT, MOST_WAIT] = [500, 4000];

  // The keys of requests without a result. If this script gave up and the user does the same again, the key is the same
  // too: the first request may have arrived.
  const keys = new Map();

  const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");

  class PersistentRequest extends XMLHttpRequest {
    hasGivenUp = false;
    #address;
    #headers = [];
    #body;
    #keyedBy = null;
    #sentAt;
    #failures = 0;

    constructor() {
      super();
      for (const name of ["load", "error", "timeout"]) this.addEventListener(name, (event) => this.#end(event));
    }

    open(...address) {
      this.#address = address;
      super.open(...address);
    }

    setRequestHeader(name, value) {
      this.#headers.push([name, value]);
      super.setRequestHeader(name, value);
    }

    send(body) {
      this.#body = body;
      if (this.#address[0] === "POST") this.#addKey();
      super.send(body);
    }

    #addKey() {
      this.#keyedBy = `${this.#address[1]} ${this.#body}`;
      this.#sentAt = performance.now();
      this.timeout = ATTEMPT_FOR;
      if (!keys.has(this.#keyedBy)) keys.set(this.#keyedBy, newKey());
      this.setRequestHeader("Idempotency-Key", keys.get(this.#keyedBy));
    }

    // Runs before the listeners of htmx, which do not hear of an attempt without a result.
    #end(event) {
      if (this.#keyedBy === null) return;
      if (!WITHOUT_RESULT.includes(this.status)) {
        keys.delete(this.#keyedBy);
        return;
      }
      this.hasGivenUp = performance.now() - this.#sentAt > RESEND_FOR;
      if (this.hasGivenUp) return;
      event.stopImmediatePropagation();
      say(gettext("Reconnecting… What you did is being sent again."), { isError: false });
      const most = Math.min(WAIT * 2 ** this.#failures, MOST_WAIT);
      this.#failures += 1;
      setTimeout(() => this.#sendAgain(), (most * (1 + Math.random())) / 2);
    }

    #sendAgain() {
      super.open(...this.#address);
      for (const [name, value] of this.#headers) super.setRequestHeader(name, value);
      super.send(this.#body);
    }
  }

  window.XMLHttpRequest = PersistentRequest;

  // After the messages of app.js, which do not say that the action may have been executed.
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(name, ({ detail }) => {
      if (detail.xhr.hasGivenUp) {
        say(gettext("We cannot reach the site. Your last action may have arrived. If you try again, it will not count twice."));
      }
    });
  }
})();
