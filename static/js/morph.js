// morph(element, fresh, isKept) changes an element of the page into a newer version of itself, which the server sent.
//
// Nodes that both versions have stay the same nodes. So the focus, a selection, what was typed, what is open, scroll
// positions and listeners stay too. Siblings are recognised by tag and id, or without an id by tag and order. A node
// with the focus never leaves the document, even if its siblings change places.
//
// Only attributes are written, no properties: a browser keeps what a user typed or ticked. Three things are not changed:
// elements with `data-keep`, as long as its value is the same; attributes for which `isKept(name, element)` is true; and
// what is chosen in a <select>, as long as it is still offered.
"use strict";

const morph = (() => {
  const keyOf = (node) => (node.id ? `${node.nodeName}#${node.id}` : node.nodeName);
  const hasFocus = (node) => node.contains(document.activeElement);

  const morphAttributes = (element, fresh, isKept) => {
    const written = [...fresh.attributes].filter(({ name, value }) => element.getAttribute(name) !== value);
    const removed = [...element.attributes].filter(({ name }) => !fresh.hasAttribute(name));
    for (const { name, value } of written) if (!isKept(name, element)) element.setAttribute(name, value);
    for (const { name } of removed) if (!isKept(name, element)) element.removeAttribute(name);
  };

  // For each child of `fresh`, the child of `element` that is an older version of it, or if there is none, itself.
  const pairChildren = (element, fresh) => {
    const older = new Map();
    for (const child of element.childNodes) older.set(keyOf(child), [...(older.get(keyOf(child)) ?? []), child]);
    return [...fresh.childNodes].map((version) => ({ child: older.get(keyOf(version))?.shift() ?? version, version }));
  };

  // Put the children into this order. Of those that are in the wrong place, one with the focus is not moved: the
  // children before it make way, and are placed after it.
  const arrange = (element, children) => {
    let place = element.firstChild;
    for (const child of children) {
      while (child !== place && hasFocus(child)) {
        const next = place.nextSibling;
        element.append(place);
        place = next;
      }
      if (child === place) place = child.nextSibling;
      else element.insertBefore(child, place);
    }
  };

  const morphChildren = (element, fresh, isKept) => {
    const pairs = pairChildren(element, fresh);
    const children = new Set(pairs.map(({ child }) => child));
    for (const child of [...element.childNodes]) if (!children.has(child)) child.remove();
    arrange(element, children);
    for (const { child, version } of pairs) if (child !== version) morphNode(child, version, isKept);
  };

  const morphChoice = (select, fresh, isKept) => {
    const { value } = select;
    morphChildren(select, fresh, isKept);
    if ([...select.options].some((option) => option.value === value)) select.value = value;
  };

  const morphNode = (node, fresh, isKept) => {
    if (node.nodeType !== Node.ELEMENT_NODE) {
      if (node.data !== fresh.data) node.data = fresh.data;
      return;
    }
    if ("keep" in node.dataset && node.dataset.keep === fresh.dataset.keep) return;
    morphAttributes(node, fresh, isKept);
    (node.matches("select") ? morphChoice : morphChildren)(node, fresh, isKept);
  };

  return morphNode;
})();
