// The map of keys, which can be changed.

/** @import {App} from "./app.js" */
import { button, find, make } from "./dom.js";
import { openDialog } from "./dialogs.js";
import { t } from "./i18n.js";
import { chordOf, DEFAULTS, isAllowed, showChord } from "./keys.js";

/** @param {App} app @param {() => void} onKeys */
export function keysDialog(app, onKeys) {
  const { keys } = app;
  const table = make("div", { class: "keys" });
  const note = make("p", { role: "status", class: "key-note" });
  /** @type {string | null} */
  let waiting = null;
  /** Asked once before a key is taken from another command. */
  let asked = "";

  const draw = () => {
    table.replaceChildren(
      ...Object.keys(DEFAULTS).map((command) => {
        const shown = keys.keys[command].map(showChord).join(t("key.or"));
        const isWaiting = waiting === command;
        const label = isWaiting ? t("key.press") : shown || t("key.none");
        const change = button(label, () => wait(command), {
          "aria-label": t("key.change", { command: t(`key.${command}`), keys: shown || t("key.none") }),
          "aria-pressed": String(isWaiting),
          "data-key": command,
        });
        return make("div", {}, make("span", {}, t(`key.${command}`)), change);
      }),
    );
  };
  const wait = (/** @type {string | null} */ command) => {
    waiting = command;
    asked = "";
    note.textContent = command ? t("key.press_for", { command: t(`key.${command}`) }) : "";
    draw();
    if (command) find(`[data-key="${command}"]`, table).focus();
  };
  /** @param {string} command @param {string} chord */
  const take = (command, chord) => {
    const other = keys.conflictOf(command, chord);
    if (!isAllowed(chord, "page") || /^Shift\+.$/.test(chord)) {
      note.textContent = t("key.bad");
    } else if (other && asked !== chord) {
      asked = chord;
      note.textContent = t("key.taken", { key: showChord(chord), command: t(`key.${other}`) });
    } else {
      keys.set(command, [chord]);
      wait(null);
      note.textContent = t("key.set", { key: showChord(chord), command: t(`key.${command}`) });
      find(`[data-key="${command}"]`, table).focus();
      onKeys();
    }
  };
  const reset = button(t("key.reset"), () => {
    keys.reset();
    wait(null);
    note.textContent = t("key.was_reset");
    onKeys();
  });
  const body = [make("p", { class: "quietly" }, t("key.intro")), note, table];
  const dialog = openDialog(t("key.title"), [...body, make("p", {}, reset)], null);
  dialog.classList.add("wide");
  draw();
  dialog.addEventListener("cancel", (event) => {
    if (waiting === null) return;
    event.preventDefault(); // Escape ends the waiting for a key first
    wait(null);
  });
  dialog.addEventListener("keydown", (event) => {
    const chord = chordOf(event);
    if (waiting === null || chord === null || chord === "Tab" || chord === "Shift+Tab") return;
    if (chord === "Escape") return;
    event.preventDefault();
    if (chord === "Backspace") {
      keys.set(waiting, []);
      wait(null);
      onKeys();
    } else {
      take(waiting, chord);
    }
  });
}
