// Drag and drop for the wish list, in addition to the buttons: dropping a driver sends the whole new order. And what the
// page shows at once, before the server has answered (optimistic.js).
"use strict";

(() => {
  const form = document.getElementById("change");
  const EDGE = 80; // pixels from the edge of the screen within which the page scrolls
  let row = null;
  let before = [];

  const rows = () => [...document.querySelectorAll("#wishes [data-wish]")];
  const drivers = () => rows().map((wish) => wish.dataset.wish);
  const middle = (element) => element.getBoundingClientRect().top + element.offsetHeight / 2;

  const offerDragging = () => {
    for (const grip of document.querySelectorAll("#wishes .grip")) grip.hidden = false;
  };

  const send = () => {
    renumber();
    const order = Object.assign(document.createElement("input"), { type: "hidden", name: "order", value: drivers() });
    form.append(order);
    form.requestSubmit();
    order.remove();
  };

  const carry = (y) => {
    const others = rows().filter((other) => other !== row);
    const below = others.find((other) => y < middle(other));
    if ((below ?? null) !== row.nextElementSibling) row.parentElement.insertBefore(row, below ?? null);
    if (y < EDGE) scrollBy(0, -8);
    if (y > innerHeight - EDGE) scrollBy(0, 8);
  };

  const letGo = () => {
    row?.classList.remove("is-dragged");
    row = null;
  };

  const putBack = () => {
    if (!row) return;
    for (const driver of before) row.parentElement.append(document.getElementById(`wish-${driver}`));
    letGo();
  };

  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest?.("#wishes .grip");
    if (!grip || event.button !== 0) return;
    event.preventDefault();
    row = grip.closest("[data-wish]");
    before = drivers();
    row.classList.add("is-dragged");
  });

  document.addEventListener("pointermove", (event) => {
    if (row) carry(event.clientY);
  });

  document.addEventListener("pointerup", () => {
    if (!row) return;
    letGo();
    if (String(drivers()) !== String(before)) send();
  });

  document.addEventListener("pointercancel", putBack);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") putBack();
  });

  // -- at once -----------------------------------------------------------------------------------------------------------

  const renumber = () => {
    const all = rows();
    for (const [place, listed] of all.entries()) {
      listed.querySelector(".rank").textContent = place + 1;
      const ends = { up: place === 0, down: place === all.length - 1 };
      for (const [way, isEnd] of Object.entries(ends)) {
        const button = listed.querySelector(`[id^=${way}-]`);
        if (isEnd) button.setAttribute("aria-disabled", "true");
        else button.removeAttribute("aria-disabled");
      }
    }
  };

  const takeOff = (listed) => {
    const hadFocus = listed.contains(document.activeElement);
    listed.remove();
    if (hadFocus) putFocus();
  };

  const changes = {
    up: (listed) => listed.previousElementSibling?.before(listed),
    down: (listed) => listed.nextElementSibling?.after(listed),
    remove: takeOff,
    unwant: takeOff,
  };

  document.addEventListener("optimistic", ({ target, detail }) => {
    if (detail.has("autodraft")) {
      const chosen = target.querySelector(":checked").closest("label").querySelector("b");
      document.getElementById("autodraft-now").textContent = chosen.textContent;
    }
    if (!detail.has("change")) return;
    const [what, driver] = detail.get("change").split(":");
    const listed = document.querySelector(`[data-wish="${driver}"], [data-driver="${driver}"]`);
    const focused = document.activeElement;
    if (listed) changes[what]?.(listed);
    if (what in changes) renumber();
    if (focused.isConnected) focused.focus(); // A row that moves loses it.
  });

  // -- the player stays where they press, and hears what came of it -----------------------------------------------------

  let pressed = null;

  const panelOf = (element) => element.closest("section[id]");
  const rowsOf = (panel) => [...(panel?.querySelectorAll("li") ?? [])];

  // Before the row moves, which `optimistic.js` has it do when the document gets the event.
  const notePressed = ({ submitter }) => {
    const own = submitter?.closest("li");
    pressed = own && {
      change: submitter.value.split(":")[0],
      driver: submitter.value.split(":")[1],
      name: own.querySelector(".driver-name").textContent,
      panel: panelOf(own).id,
      index: rowsOf(panelOf(own)).indexOf(own),
      isOpen: own.querySelector("details")?.open,
    };
  };
  window.addEventListener("submit", notePressed, { capture: true });

  const isShown = (button) => button.checkVisibility();

  // The same button of the row that is now in this place, or what leads to it.
  const putFocus = () => {
    const panel = document.getElementById(pressed.panel);
    const rowsNow = rowsOf(panel);
    const next = rowsNow[Math.min(pressed.index, rowsNow.length - 1)];
    const details = next?.querySelector("details");
    if (details && pressed.change === "team") details.open = pressed.isOpen;
    const same = next?.querySelector(`button[value^="${pressed.change}:"]`);
    const target = [same, details?.querySelector("summary"), next?.querySelector("button")].find((button) => button && isShown(button));
    (target ?? document.getElementById("content")).focus();
  };

  const sayPlace = () => {
    const values = { driver: pressed.name, place: drivers().indexOf(pressed.driver) + 1 };
    const isUnwanted = document.querySelector(`#unwanted button[value="remove:${pressed.driver}"]`);
    let sentence = gettext("%(driver)s is on neither list.");
    if (values.place) sentence = gettext("%(driver)s is number %(place)s on your wish list.");
    else if (isUnwanted) sentence = gettext("%(driver)s is on your do-not-draft list.");
    document.getElementById("said").textContent = interpolate(sentence, values, true);
  };

  document.addEventListener("htmx:afterSettle", () => {
    if (!pressed) return;
    if (document.activeElement === document.body) putFocus();
    sayPlace();
    pressed = null;
  });

  document.addEventListener("htmx:load", offerDragging);
  offerDragging();
})();
