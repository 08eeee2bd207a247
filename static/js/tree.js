"use strict";
// Keys of a tree view (ARIA Authoring Practices): arrows, Home, End, letters; one stop for
// Tab. The links and their nesting are the server's.

(() => {
  const pane = document.getElementById("tree-pane");
  if (!pane) return;
  const narrow = matchMedia("(max-width: 47.9rem)");
  let typed = "";
  let typedAt = 0;

  const items = () => [...pane.querySelectorAll("[role=treeitem]")];
  const shown = () => items().filter((item) => item.getClientRects().length);
  const groupOf = (item) => item.nextElementSibling;
  const parentOf = (item) =>
    item.closest("[role=group]")?.parentElement.querySelector(":scope > [role=treeitem]");
  const isOpen = (item) => item.getAttribute("aria-expanded") === "true";
  const opens = (item) => item.hasAttribute("aria-expanded");
  const setOpen = (item, open) => item.setAttribute("aria-expanded", String(open));

  function rove(item) {
    pane.querySelectorAll("[role=treeitem][tabindex='0']").forEach((other) => {
      other.tabIndex = -1;
    });
    item.tabIndex = 0;
  }

  function prepare() {
    const all = items();
    all.forEach((item) => {
      item.tabIndex = -1;
    });
    const first = pane.querySelector("[aria-current]") ?? all[0];
    if (first) first.tabIndex = 0;
  }

  function goTo(item) {
    if (!item) return;
    rove(item);
    item.focus();
  }

  function step(item, by) {
    const row = shown();
    goTo(row[row.indexOf(item) + by]);
  }

  function inwards(item) {
    if (!opens(item)) return;
    if (isOpen(item)) goTo(groupOf(item).querySelector("[role=treeitem]"));
    else setOpen(item, true);
  }

  function outwards(item) {
    if (opens(item) && isOpen(item)) setOpen(item, false);
    else goTo(parentOf(item));
  }

  function typeAhead(item, letter) {
    const now = Date.now();
    typed = now - typedAt < 700 ? typed + letter : letter;
    typedAt = now;
    const row = shown();
    const from = row.indexOf(item) + (typed.length === 1 ? 1 : 0);
    const ordered = [...row.slice(from), ...row.slice(0, from)];
    const name = (other) => other.querySelector("b").textContent.trim().toLowerCase();
    goTo(ordered.find((other) => name(other).startsWith(typed.toLowerCase())));
  }

  const KEYS = {
    ArrowDown: (item) => step(item, 1),
    ArrowUp: (item) => step(item, -1),
    ArrowRight: inwards,
    ArrowLeft: outwards,
    Home: () => goTo(shown()[0]),
    End: () => goTo(shown().at(-1)),
    " ": (item) => item.click(),
    "*": (item) =>
      [...item.closest("ul").querySelectorAll(":scope > li > [aria-expanded]")].forEach((other) =>
        setOpen(other, true),
      ),
  };

  pane.addEventListener("keydown", (event) => {
    const item = event.target.closest("[role=treeitem]");
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = KEYS[event.key];
    if (act) {
      event.preventDefault();
      act(item);
    } else if (event.key.length === 1) {
      typeAhead(item, event.key);
    }
  });

  // The chevron opens and closes; everything right of it chooses the node.
  pane.addEventListener(
    "click",
    (event) => {
      const item = event.target.closest("[role=treeitem]");
      if (!item) return;
      rove(item);
      const box = item.getBoundingClientRect();
      const indent = parseFloat(getComputedStyle(item).paddingInlineStart);
      if (opens(item) && event.detail && event.clientX < box.left + indent) {
        event.preventDefault();
        event.stopImmediatePropagation();
        setOpen(item, !isOpen(item));
        return;
      }
      if (!item.hasAttribute("href")) return;
      // On a phone the tree is a sheet: a whole new page closes it.
      if (narrow.matches) {
        event.stopImmediatePropagation();
        return;
      }
      pane.querySelector("[aria-current]")?.removeAttribute("aria-current");
      item.setAttribute("aria-current", "page");
      if (opens(item)) setOpen(item, true);
    },
    true,
  );

  document.addEventListener("htmx:afterSwap", (event) => {
    if (pane.contains(event.detail.target) || event.detail.target.id === "tree") prepare();
  });
  prepare();
})();
