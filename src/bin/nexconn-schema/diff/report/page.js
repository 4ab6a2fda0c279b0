"use strict";
const filters = document.getElementById("filters");
const changes = [...document.querySelectorAll("article")];
function apply() {
  const levels = [...filters.querySelectorAll("[name=level]:checked")].map((box) => box.value);
  const text = filters.elements.text.value.toLowerCase();
  const type = filters.elements.type.value;
  for (const change of changes) {
    change.hidden = !(levels.includes(change.dataset.level)
      && (!filters.elements.breaks.checked || change.dataset.breaks === "yes")
      && (type === "" || change.dataset.type === type)
      && (text === "" || change.textContent.toLowerCase().includes(text)));
  }
  for (const group of document.querySelectorAll(".group")) {
    group.hidden = !group.querySelector("article:not([hidden])");
  }
  const shown = changes.filter((change) => !change.hidden).length;
  filters.elements.shown.value = `${shown} of ${changes.length} changes`;
}
function move(step) {
  const shown = changes.filter((change) => !change.hidden);
  const at = shown.indexOf(document.activeElement.closest("article"));
  const next = shown[at === -1 ? (step > 0 ? 0 : shown.length - 1) : at + step];
  if (next) {
    next.focus();
    next.scrollIntoView({ block: "start" });
  }
}
if (filters) {
  filters.addEventListener("input", apply);
  filters.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      filters.reset();
      document.activeElement.blur();
      apply();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=search], select")) {
      return;
    }
    const keys = { j: () => move(1), k: () => move(-1), "/": () => filters.elements.text.focus() };
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });
  apply();
  const target = changes.find((change) => `#${change.id}` === location.hash);
  if (target) {
    target.focus();
  }
}
