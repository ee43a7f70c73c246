// One change for many clips, undone in one step.

/** @import {App} from "./app.js" */
/** @import {Values} from "./types.js" */
import { openDialog } from "./dialogs.js";
import { make } from "./dom.js";
import { nameOf, t } from "./i18n.js";
import { announce, tell } from "./tell.js";

/** @param {App} app @param {number[]} chosen */
export function batchDialog(app, chosen) {
  const { state } = app;
  const ids = chosen.filter((id) => !state.clip(id)?.problem);
  if (!ids.length) return;
  const keep = () => new Option(t("batch.keep"), "");
  const speaker = make("input", { list: "speakers", autocomplete: "off", placeholder: t("batch.keep") });
  const language = make("select", {}, keep(), ...state.languages.map((name) => new Option(nameOf("language", name), name)));
  const done = make("select", {}, keep(), new Option(t("status.done"), "done"), new Option(t("status.todo"), "todo"));
  const flag = make("input", { autocomplete: "off", placeholder: t("batch.keep") });
  const unflag = make("input", { type: "checkbox" });
  /** @param {string} name @param {Node} input */
  const row = (name, input) => make("label", {}, make("span", {}, t(name)), input);
  const body = [
    make("p", {}, t("batch.what", { count: ids.length })),
    row("speaker", speaker),
    row("language", language),
    row("status.done", done),
    row("flag", flag),
    make("label", {}, unflag, make("span", {}, t("batch.unflag"))),
  ];
  openDialog(t("batch.title"), body, {
    confirm: t("batch.confirm"),
    act: async () => {
      /** @type {Values} */
      const values = {};
      if (speaker.value.trim()) values.speaker = speaker.value.trim();
      if (language.value) values.language = language.value;
      if (done.value) values.done = done.value === "done";
      if (flag.value.trim()) values.flag = flag.value.trim();
      if (unflag.checked) values.flag = "";
      if (!Object.keys(values).length) return;
      try {
        const event = await app.desk.edit(new Map(ids.map((id) => [id, values])), "batch");
        if (event) announce(t("batch.done", { count: ids.length, key: app.keys.shown("undo") }));
      } catch (error) {
        tell(error instanceof Error ? error.message : String(error));
      }
    },
  });
}
