// Small windows that ask for more: what they ask, and where the cursor goes.

/** @import {App} from "./app.js" */
import { ask, chosenIds } from "./actions.js";
import { batchDialog } from "./batch_dialog.js";
import { button, byId, make } from "./dom.js";
import { exportDialog } from "./export_dialog.js";
import { nameOf, t } from "./i18n.js";
import { keysDialog } from "./keys_dialog.js";
import { mergeDialog } from "./merge_dialog.js";
import { replaceDialog } from "./replace_dialog.js";
import { announce } from "./tell.js";

/**
 * The commands that open a window.
 * @param {App} app @param {() => void} onKeys keys were changed
 * @returns {Record<string, () => unknown>}
 */
export function addDialogs(app, onKeys) {
  return {
    keys: () => keysDialog(app, onKeys),
    replace: () => replaceDialog(app),
    merge: () => mergeDialog(app, withNext(app)),
    "merge-selected": () => mergeDialog(app, chosenIds(app)),
    "batch-edit": () => batchDialog(app, chosenIds(app)),
    transcribe: () => transcribeDialog(app, chosenIds(app)),
    "transcribe-one": () => transcribeDialog(app, app.focus.id === null ? [] : [app.focus.id]),
    export: () => exportDialog(app),
  };
}

/** The clip in focus and the next one of the list. @param {App} app */
function withNext(app) {
  const { order } = app.state;
  const id = app.focus.id;
  if (id === null) return [];
  const rest = order.slice(order.indexOf(id) + 1);
  const next = rest.find((other) => !app.state.clip(other)?.deleted);
  return next === undefined ? [id] : [id, next];
}

/**
 * Open a window. Escape and Cancel close it, and the cursor goes back to where it was.
 *
 * @param {string} title
 * @param {(Node | string | null)[]} body
 * @param {{confirm: string, act: () => unknown, more?: Node[], isReady?: boolean} | null} confirm
 *   act may return false to stay; with isReady Enter confirms at once
 */
export function openDialog(title, body, confirm) {
  const before = document.activeElement;
  const heading = make("h2", { id: "dialog-title" }, title);
  const close = () => dialog.close();
  const form = make(
    "form",
    { method: "dialog" },
    heading,
    make("div", { class: "body" }, ...body),
    make(
      "div",
      { class: "actions" },
      ...(confirm?.more ?? []),
      make("span", { class: "space" }),
      button(t(confirm ? "cancel" : "close"), close),
      confirm && make("button", { class: "primary", autofocus: confirm.isReady }, confirm.confirm),
    ),
  );
  const dialog = make("dialog", { "aria-labelledby": "dialog-title" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if ((await confirm?.act()) !== false) close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  });
  byId("dialogs").append(dialog);
  dialog.showModal();
  return dialog;
}

/** @param {App} app @param {number[]} ids */
function transcribeDialog(app, ids) {
  const there = ids.filter((id) => !app.state.clip(id)?.problem);
  if (!there.length) return;
  const { engines, languages } = app.state;
  const engine = make("select", {}, ...engines.map((name) => new Option(nameOf("engine", name), name)));
  const language = make(
    "select",
    {},
    new Option(t("transcribe.as_clip"), "auto"),
    ...languages.filter((name) => !name.startsWith("auto")).map((name) => new Option(nameOf("language", name), name)),
  );
  const rows = [
    make("p", {}, t("transcribe.what", { count: there.length })),
    make("label", {}, make("span", {}, t("transcribe.engine")), engine),
    make("label", {}, make("span", {}, t("language")), language),
  ];
  if (!engines.length) {
    openDialog(t("transcribe.title"), [make("p", {}, t("transcribe.no_engine"))], null);
    return;
  }
  openDialog(t("transcribe.title"), rows, {
    confirm: t("transcribe.start"),
    isReady: true,
    act: async () => {
      const body = { ids: there, engine: engine.value, language: language.value };
      const job = await ask(app, "api/transcribe", body, true);
      if (job) announce(t("transcribe.started"));
    },
  });
}
