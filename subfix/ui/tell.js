// What the page says: in sight, and through one polite live region.

import { byId, find } from "./dom.js";
import { t } from "./i18n.js";

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** Say it to those who listen. @param {string} sentence */
export function announce(sentence) {
  const live = byId("live");
  live.textContent = "";
  clearTimeout(timer);
  timer = setTimeout(() => (live.textContent = sentence), 50);
}

/** Show a sentence until it is closed, and say it. @param {string} sentence */
export function tell(sentence) {
  const box = byId("message");
  find("p", box).textContent = sentence;
  box.hidden = false;
  announce(sentence);
}

export function startTelling() {
  find("button", byId("message")).addEventListener("click", () => (byId("message").hidden = true));
}

/** @param {import("./queue.js").Status | "failed"} state @param {string} [detail] */
export function showSaveState(state, detail = "") {
  const box = byId("save-state");
  if (box.dataset.state === state && box.dataset.detail === detail) return;
  const before = box.dataset.state;
  box.dataset.state = state;
  box.dataset.detail = detail;
  const icons = { saved: "done", saving: "saving", unreachable: "warning", failed: "warning" };
  find("use", box).setAttribute("href", `icons.svg#${icons[state]}`);
  find("span", box).textContent = t(`save.${state}`, { detail });
  const isBad = state === "unreachable" || state === "failed";
  if (isBad || before === "unreachable" || before === "failed") announce(t(`save.${state}`, { detail }));
}
