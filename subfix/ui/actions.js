// What each command does.

/** @import {App} from "./app.js" */
/** @import {Values} from "./types.js" */
import { Refused } from "./api.js";
import { byId, find } from "./dom.js";
import { t } from "./i18n.js";
import { SPEEDS } from "./wave.js";
import { announce, tell } from "./tell.js";

/**
 * The commands by name; those that open a dialog are in dialogs.js.
 * @param {App} app @returns {Record<string, () => unknown>}
 */
export function actionsOf(app) {
  const { focus, list, desk, tools } = app;
  const { wave } = focus;
  return {
    commit: () => commit(app, 1),
    "commit-back": () => commit(app, -1),
    play: () => wave.toggle(),
    restart: () => wave.restart(),
    back: () => wave.seek(wave.time - 0.1),
    forward: () => wave.seek(wave.time + 0.1),
    "back-fine": () => wave.seek(wave.time - 0.01),
    "forward-fine": () => wave.seek(wave.time + 0.01),
    undo: () => goBack(app, "undo"),
    redo: () => goBack(app, "redo"),
    split: () => app.split.open(null),
    "split-caret": () => app.split.open(focus.text.selectionStart),
    delete: () => remove(app, chosenIds(app)),
    "delete-selected": () => remove(app, chosenIds(app)),
    restore: () => ask(app, "api/restore", { ids: chosenIds(app) }),
    reopen: () => editOne(app, { done: false }, "reopen"),
    trim: () => trim(app),
    "mark-start": () => mark(app, wave.time, null),
    "mark-end": () => mark(app, null, wave.time),
    unmark: () => (wave.selection = null),
    previous: () => step(app, -1),
    next: () => step(app, 1),
    slower: () => changeSpeed(app, -1),
    faster: () => changeSpeed(app, 1),
    loop: () => {
      wave.looping = !wave.looping;
      find('[data-command="loop"]').setAttribute("aria-pressed", String(wave.looping));
      announce(t(wave.looping ? "loop.on" : "loop.off"));
    },
    worst: async () => {
      await tools.toggleSort("worst");
      if (list.view.length) app.open(list.view[0], { text: document.activeElement === focus.text });
    },
    search: () => byId("search", HTMLInputElement).select(),
    flag: () => byId("flag").focus(),
    spectrogram: () => {
      wave.toggleSpectrogram();
      find('[data-command="spectrogram"]').setAttribute("aria-pressed", String(wave.hasSpectrogram));
    },
    "zoom-in": () => wave.zoom(1.5),
    "zoom-out": () => wave.zoom(1 / 1.5),
    "zoom-fit": () => wave.zoom(0),
    text: () => focus.focusText(),
    list: () => list.focus(),
    accept: () => /** @type {HTMLButtonElement | null} */ (document.querySelector("#suggestion .primary"))?.click(),
    leave: () => {
      desk.queue.flush();
      list.focus();
    },
    check: () => ask(app, "api/check", {}, true),
  };
}

/** The chosen clips, or the one in focus. @param {App} app */
export function chosenIds(app) {
  const chosen = app.selection.inOrder(app.list.view);
  if (chosen.length > 1) return chosen;
  return app.focus.id === null ? [] : [app.focus.id];
}

/** Ask, and tell why it was refused.
 * @param {App} app @param {string} path @param {any} body @param {boolean} [isJob] @returns {Promise<any>} */
export async function ask(app, path, body, isJob = false) {
  try {
    const answer = await app.desk.ask(path, body);
    if (isJob && answer?.name) app.state.setJob(answer);
    return answer;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (Array.isArray(error.body?.clips)) app.state.see(error.body.clips);
    tell(error.message);
    return undefined;
  }
}

/** @param {App} app @param {Values} values @param {string} label */
function editOne({ desk, focus }, values, label) {
  if (focus.id === null) return;
  desk.type(focus.id, values, focus.visit, label);
  desk.queue.flush();
}

/** The clip is right: on to the next one. @param {App} app @param {number} direction */
function commit(app, direction) {
  const { focus, desk } = app;
  const { clip } = focus;
  if (!clip) return;
  const conflict = desk.conflicts.find((one) => one.id === clip.id);
  if (conflict) {
    tell(t("conflict.first"));
    return;
  }
  const next = app.neighbour(direction);
  if (!clip.problem && !clip.deleted) editOne(app, { done: true }, "done");
  const inText = document.activeElement === focus.text || document.activeElement?.id === "raw";
  if (next === undefined) announce(t(direction > 0 ? "at_end" : "at_start"));
  else app.open(next, { play: true, text: inText });
}

/** @param {App} app @param {number} direction */
function step(app, direction) {
  const next = app.neighbour(direction);
  if (next === undefined) announce(t(direction > 0 ? "at_end" : "at_start"));
  else app.open(next, { text: document.activeElement === app.focus.text });
}

/** @param {App} app @param {"undo" | "redo"} which */
function goBack({ desk }, which) {
  desk.queue.push({ path: `api/${which}`, body: { by: desk.page } });
}

/** @param {App} app @param {number[]} ids */
async function remove(app, ids) {
  const there = ids.filter((id) => !app.state.clip(id)?.deleted);
  if (!there.length) return;
  const next = app.neighbour(1) ?? app.neighbour(-1);
  const inText = document.activeElement === app.focus.text;
  const one = there.length === 1 && there[0] === app.focus.id;
  const answer = ask(app, "api/delete", { ids: there });
  if (one && next !== undefined) app.open(next, { text: inText });
  if (await answer) {
    announce(t("deleted", { count: there.length, key: app.keys.shown("undo") }));
    await app.tools.look();
  }
}

/** @param {App} app @param {number | null} start @param {number | null} end */
function mark({ focus: { wave } }, start, end) {
  if (!wave.duration) return;
  const [from, to] = wave.selection ?? [0, wave.duration];
  const span = /** @type {[number, number]} */ ([start ?? from, end ?? to]);
  if (span[0] >= span[1]) {
    if (start === null) span[0] = 0;
    else span[1] = wave.duration;
  }
  if (span[1] - span[0] < 0.001) return;
  wave.selection = span;
  announce(t("marked", { start: span[0].toFixed(3), end: span[1].toFixed(3) }));
}

/** Only what is marked stays. @param {App} app */
async function trim(app) {
  const { focus, state } = app;
  const id = focus.id;
  const marked = focus.wave.selection;
  const facts = id === null ? undefined : state.facts.get(id);
  if (id === null) return;
  if (!state.list.audio_editable) tell(t("not_editable"));
  else if (!Array.isArray(facts)) tell(t("facts_missing"));
  else if (!marked) {
    tell(t("trim.mark_first", { start: app.keys.shown("mark-start"), end: app.keys.shown("mark-end") }));
  } else {
    const [, rate, samples] = facts;
    const start = Math.max(Math.round(marked[0] * rate), 0);
    const end = Math.min(Math.round(marked[1] * rate), samples);
    if (await ask(app, "api/trim", { id, start, end })) announce(t("trim.done"));
  }
}

/** @param {App} app @param {number} direction */
function changeSpeed({ focus: { wave } }, direction) {
  const here = SPEEDS.indexOf(wave.speed);
  const speed = SPEEDS[Math.min(Math.max(here + direction, 0), SPEEDS.length - 1)];
  wave.setSpeed(speed);
  byId("speed", HTMLSelectElement).value = String(speed);
  announce(t("speed.is", { speed }));
}
