// Starts the page.

import { actionsOf, ask } from "./actions.js";
import { App } from "./app.js";
import { addDialogs } from "./dialogs.js";
import { byId, find, rested } from "./dom.js";
import { keepLanguage, setLanguage, t, translate, wantedLanguage } from "./i18n.js";
import { chordOf, isAllowed, placeOf } from "./keys.js";
import { startOutside } from "./notices.js";
import { recall, remember } from "./storage.js";
import { announce, startTelling, tell } from "./tell.js";
import { SPEEDS } from "./wave.js";

const THEME = "subfix/theme";
/** Fields of the clip: undo in them is the editor's. */
const CLIP_FIELDS = ["text", "speaker", "language", "flag"];

function startTheme() {
  const choice = byId("theme", HTMLSelectElement);
  choice.value = recall(THEME) ?? "system";
  document.documentElement.dataset.theme = choice.value;
}

/** @param {App} app */
function listenToTheme(app) {
  const changed = () => {
    app.focus.wave.recolour();
    app.list.measure();
  };
  byId("theme").addEventListener("change", () => {
    const { value } = byId("theme", HTMLSelectElement);
    remember(THEME, value);
    document.documentElement.dataset.theme = value;
    changed();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}

/** Words, and all that is written in them. @param {App} app */
function writeWords(app) {
  translate(document);
  byId("search").setAttribute("title", t("search.title"));
  for (const button of document.querySelectorAll("[data-command]")) {
    const shown = app.keys.shown(/** @type {HTMLElement} */ (button).dataset.command ?? "");
    if (shown) button.setAttribute("title", `${button.getAttribute("aria-label") ?? button.textContent?.trim()} (${shown})`);
  }
  app.tools.fillChoices();
  app.focus.showPlaying(app.focus.wave.isPlaying);
  app.showHistory();
}

/** @param {App} app */
function listenToLanguage(app) {
  const choice = byId("page-language", HTMLSelectElement);
  choice.value = document.documentElement.lang;
  choice.addEventListener("change", () => {
    keepLanguage(choice.value);
    app.desk.queue.leave();
    location.reload(); // nothing is lost by it, and every word is the new one
  });
}

/** @param {App} app @param {Record<string, () => unknown>} actions */
function listenToCommands(app, actions) {
  document.addEventListener("click", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const button = /** @type {HTMLElement | null} */ (target.closest("[data-command]"));
    if (button) actions[button.dataset.command ?? ""]?.();
  });
  document.addEventListener("keydown", (event) => {
    const chord = chordOf(event);
    if (chord === null || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    const place = placeOf(event.target);
    const command = app.keys.commandOf(chord);
    if (!command || !isAllowed(chord, place)) return;
    const isField = CLIP_FIELDS.includes(/** @type {HTMLElement} */ (event.target).id);
    if ((command === "undo" || command === "redo") && place === "input" && !isField) return;
    event.preventDefault();
    actions[command]?.();
  });
}

/** @param {App} app */
function listenToSmallThings(app) {
  const speed = byId("speed", HTMLSelectElement);
  speed.replaceChildren(...SPEEDS.map((value) => new Option(`${value}×`, String(value))));
  speed.value = "1";
  speed.addEventListener("change", () => app.focus.wave.setSpeed(Number(speed.value)));
  byId("select-all").addEventListener("change", () => {
    if (byId("select-all", HTMLInputElement).checked) app.selection.all(app.list.view);
    else app.selection.none();
    app.showSelection();
  });
  byId("repair").addEventListener("click", async () => {
    const id = app.focus.id;
    if (id === null) return;
    const line = byId("raw", HTMLTextAreaElement).value;
    if (await ask(app, "api/repair", { id, line })) announce(t("broken.repaired"));
  });
  byId("search").addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      app.list.focus();
    }
  });
  addEventListener("resize", rested(() => app.focus.fit(), 100));
  addEventListener("pagehide", () => app.desk.queue.leave());
  addEventListener("beforeunload", (event) => {
    if (!app.desk.isSafe) event.preventDefault(); // the browser asks before it closes the page
  });
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  document.addEventListener("visibilitychange", () => app.desk.queue.flush());
  addEventListener("online", () => app.desk.queue.retry());
}

async function start() {
  startTheme();
  await setLanguage(wantedLanguage());
  translate(document);
  startTelling();
  const app = new App();
  const actions = { ...actionsOf(app), ...addDialogs(app, () => writeWords(app)) };
  listenToTheme(app);
  listenToLanguage(app);
  listenToCommands(app, actions);
  listenToSmallThings(app);
  startOutside(app);
  for (;;) {
    try {
      await app.start();
      break;
    } catch (error) {
      tell(`${t("start.failed")} ${error instanceof Error ? error.message : error}`);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
  writeWords(app);
  find("main").dataset.ready = "";
}

start();
