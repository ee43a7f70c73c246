// Merging neighbours into one clip: how long the pause between them becomes, and the text.

/** @import {App} from "./app.js" */
import { ask } from "./actions.js";
import { openDialog } from "./dialogs.js";
import { make } from "./dom.js";
import { t } from "./i18n.js";
import { languageTag } from "./row.js";
import { announce, tell } from "./tell.js";

const LARGEST_GAP_S = 5;

const WIDE = /[\u3000-\u30ff\u3400-\u9fff\uff01-\uff60]/u;

/** The texts of clips one after the other: with a space, but not between Chinese or Japanese.
 * @param {{text: string}[]} clips */
export function joinTexts(clips) {
  const texts = clips.map(({ text }) => text.trim()).filter(Boolean);
  return texts.reduce((joined, text) => {
    const isWide = WIDE.test(joined.at(-1) ?? "") && WIDE.test(text[0]);
    return joined + (isWide || !joined ? "" : " ") + text;
  }, "");
}

/** @param {App} app @param {number[]} chosen */
export function mergeDialog(app, chosen) {
  const { state } = app;
  const ids = chosen.filter((id) => !state.clip(id)?.deleted);
  const clips = ids.flatMap((id) => state.clip(id) ?? []);
  if (!state.list.audio_editable) {
    tell(t("not_editable"));
    return;
  }
  if (ids.length < 2) {
    tell(t("merge.two"));
    return;
  }
  app.desk.queue.flush();
  /** @param {string} value @param {boolean} isFirst */
  const mode = (value, isFirst) =>
    make(
      "label",
      { class: "choice" },
      make("input", { type: "radio", name: "mode", value, checked: isFirst }),
      make("span", {}, t(`merge.${value}`)),
    );
  const seconds = make("input", { inputmode: "decimal", size: "5", value: "0.3" });
  const text = make("textarea", { rows: "3", lang: languageTag(clips[0].language) });
  text.value = joinTexts(clips);
  const problem = make("p", { class: "problem", role: "alert" });
  const speakers = new Set(clips.map((clip) => clip.speaker));
  const body = [
    make("p", {}, t("merge.what", { count: ids.length })),
    speakers.size > 1 ? make("p", { class: "problem" }, t("merge.speakers", { names: [...speakers].join(", ") })) : null,
    make("fieldset", { class: "choices" }, make("legend", {}, t("merge.gap")), mode("keep", true), mode("shorten", false), mode("set", false)),
    make("label", {}, make("span", {}, t("merge.seconds")), seconds),
    make("label", { class: "tall" }, make("span", {}, t("text")), text),
    problem,
  ];
  const dialog = openDialog(t("merge.title"), body, {
    confirm: t("merge.confirm"),
    isReady: true,
    act: async () => {
      const gap_s = Number(seconds.value.replace(",", "."));
      if (!(gap_s >= 0 && gap_s <= LARGEST_GAP_S)) {
        problem.textContent = t("merge.bad_seconds", { most: LARGEST_GAP_S });
        seconds.focus();
        return false;
      }
      const chosenMode = /** @type {HTMLInputElement} */ (dialog.querySelector("[name=mode]:checked")).value;
      const body = {
        ids,
        mode: chosenMode,
        gap_s,
        text: text.value.replace(/\s*\n\s*/g, " "),
        // What was joined; a text that another page changed since must not vanish.
        expected: Object.fromEntries(clips.map((clip) => [clip.id, { text: clip.text }])),
      };
      const event = await ask(app, "api/merge", body);
      if (!event) return true;
      announce(t("merge.done", { count: ids.length }));
      if (state.clips.has(ids[0])) await app.open(ids[0]);
      return true;
    },
  });
  const showSeconds = () => {
    const chosenMode = /** @type {HTMLInputElement} */ (dialog.querySelector("[name=mode]:checked")).value;
    seconds.disabled = chosenMode === "keep";
  };
  dialog.addEventListener("change", showSeconds);
  showSeconds();
}
