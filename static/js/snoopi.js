"use strict";
// The frame: copy buttons, color scheme, menus that close, keys for lists. Every page works
// without it.

const typing = (target) =>
  target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

function showScripted(root) {
  root.querySelectorAll(".copy[hidden], .themes[hidden]").forEach((part) => {
    part.hidden = false;
  });
}

// Without a clipboard (plain http) the text is selected, so that Ctrl-C takes it.
function selectCite(button) {
  const text = button.closest("section")?.querySelector(".cite");
  if (text) getSelection().selectAllChildren(text);
  return Boolean(text);
}

async function copy(button) {
  const told = button.parentElement.querySelector("[role=status]");
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    if (told && selectCite(button)) told.textContent = "The text is selected; press Ctrl-C.";
    return;
  }
  const word = button.firstChild;
  word.textContent = "Copied";
  if (told) told.textContent = "Copied.";
  setTimeout(() => {
    word.textContent = "Copy";
    if (told) told.textContent = "";
  }, 1500);
}

function chooseTheme(theme) {
  if (theme) {
    document.documentElement.dataset.theme = theme;
  } else {
    delete document.documentElement.dataset.theme;
  }
  const age = theme ? 31536000 : 0;
  document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax`;
}

function closeMenus(except) {
  document.querySelectorAll("details.menu[open], details.why[open]").forEach((menu) => {
    if (!menu.contains(except)) menu.open = false;
  });
}

function stepRow(by) {
  const rows = [...document.querySelectorAll("#rows > tr:not(.more)")];
  if (!rows.length) return;
  const now = rows.findIndex((row) => row.contains(document.activeElement));
  const next = now < 0 ? (by > 0 ? 0 : rows.length - 1) : now + by;
  rows[Math.min(Math.max(next, 0), rows.length - 1)].querySelector("a").focus();
}

const KEYS = {
  "/": () => (document.getElementById("f-q") ?? document.getElementById("search-q"))?.focus(),
  j: () => stepRow(1),
  k: () => stepRow(-1),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest(".copy");
  if (button) copy(button);
  closeMenus(event.target);
});

document.addEventListener("change", (event) => {
  if (event.target.name === "theme") chooseTheme(event.target.value);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = event.target.closest("details.menu[open], details.why[open]");
    closeMenus(null);
    menu?.querySelector("summary").focus();
    return;
  }
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!plain || typing(event.target) || event.target.closest("[role=tree]")) return;
  const act = KEYS[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});

// Filters that are not set stay out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  const { verb, formData } = event.detail;
  if (verb !== "get" || !formData) return;
  [...new Set(formData.keys())].forEach((name) => {
    const values = formData.getAll(name).filter((value) => value !== "");
    formData.delete(name);
    values.forEach((value) => formData.append(name, value));
  });
});

// What cannot be shown in place is shown as a page.
document.addEventListener("htmx:responseError", (event) => {
  const { verb, path } = event.detail.requestConfig;
  if (verb === "get") location.assign(path);
});

document.addEventListener("htmx:load", (event) => showScripted(event.detail.elt));
showScripted(document);
