// What stands beside the text: conflicts to decide, a suggestion to take, what check found.

/** @import {Clip, Conflict, Quality, Suggestion} from "./types.js" */
import { button, make } from "./dom.js";
import { showDifference } from "./diff.js";
import { nameOf, t } from "./i18n.js";
import { languageTag } from "./row.js";

/**
 * @param {HTMLElement} place @param {Conflict[]} conflicts @param {Clip} clip
 * @param {(conflict: Conflict, value: string) => void} resolve
 */
export function showConflicts(place, conflicts, clip, resolve) {
  place.replaceChildren(
    ...conflicts.map((conflict) => {
      const lang = languageTag(clip.language);
      const field = t(conflict.field);
      const what = conflict.reason
        ? t("conflict.refused", { field, reason: conflict.reason })
        : t("conflict.what", { field });
      const both = conflict.field === "text" ? bothOf(conflict, lang) : null;
      return make(
        "div",
        { class: "conflict", role: "group", "aria-label": what },
        make("p", { class: "problem" }, what),
        version("conflict.mine", lang, conflict.mine),
        version("conflict.theirs", lang, conflict.theirs),
        version("conflict.difference", lang, showDifference(conflict.theirs, conflict.mine)),
        make(
          "div",
          { class: "actions" },
          button(t("conflict.keep_mine"), () => resolve(conflict, conflict.mine), { class: "primary" }),
          button(t("conflict.take_theirs"), () => resolve(conflict, conflict.theirs)),
          both && button(t("conflict.both"), () => resolve(conflict, both)),
        ),
      );
    }),
  );
}

/** @param {string} name @param {string} lang @param {string | Node} text */
function version(name, lang, text) {
  const shown = make("p", { lang, class: "words-said" }, text);
  return make("div", { class: "version" }, make("b", {}, t(name)), shown);
}

/** @param {Conflict} conflict @param {string} lang */
function bothOf(conflict, lang) {
  const space = /^(zh|ja)/.test(lang) ? "" : " ";
  return `${conflict.mine}${space}${conflict.theirs}`;
}

/** A text of one line. @param {string} text */
export function line(text) {
  return text.replace(/\s*[\r\n\u2028\u2029]+\s*/g, " ");
}

/**
 * @param {HTMLElement} box @param {Suggestion | undefined} suggestion @param {Clip} clip
 * @param {{accept: () => void, refuse: () => void}} acts
 */
export function showSuggestion(box, suggestion, clip, { accept, refuse }) {
  box.hidden = !suggestion;
  if (!suggestion) return;
  const sure = suggestion.confidence;
  const engine = nameOf("engine", suggestion.engine);
  const from =
    sure === null
      ? t("suggestion.from", { engine })
      : t("suggestion.from_sure", { engine, sure: Math.round(sure * 100) });
  const isSame = suggestion.text === clip.text;
  box.replaceChildren(
    make("p", { class: "quietly" }, from),
    make(
      "p",
      { class: "words-said", lang: languageTag(suggestion.language || clip.language) },
      isSame ? t("suggestion.same") : showDifference(clip.text, suggestion.text),
    ),
    make(
      "div",
      { class: "actions" },
      isSame ? null : button(t("suggestion.accept"), accept, { class: "primary" }),
      button(t(isSame ? "close" : "suggestion.refuse"), refuse),
    ),
  );
}

/** @param {HTMLElement} box @param {Quality | undefined} quality @param {boolean} isChecked whether any clip was checked */
export function showQuality(box, quality, isChecked) {
  if (!quality) {
    box.replaceChildren(make("p", { class: "quietly" }, t(isChecked ? "quality.none" : "quality.no_check")));
    return;
  }
  const measures = /** @type {[string, string | null][]} */ ([
    ["fit", percent(quality.fit && Math.max(quality.fit, 0))],
    ["snr", number(quality.snr_db, 0, "dB")],
    ["clipped", percent(quality.clipped, 2)],
    ["rate", number(quality.rate, 1, t("rate.unit"))],
    ["confidence", percent(quality.confidence)],
  ]);
  box.replaceChildren(
    make(
      "div",
      { class: "measures" },
      make("span", { class: `light ${quality.light}` }, t(`light.${quality.light}`)),
      ...measures.flatMap(([name, value]) =>
        value === null ? [] : [make("span", {}, `${t(`measure.${name}`)} ${value}`)],
      ),
    ),
    quality.stale ? make("p", { class: "quietly" }, t("quality.stale")) : "",
    make(
      "ul",
      {},
      ...quality.findings.map(({ kind, light, what, remedy }) =>
        make(
          "li",
          { class: `light-edge ${light}` },
          make("p", {}, make("strong", {}, nameOf("finding", kind)), ` ${what}`),
          // What `check` itself advises are commands; here it is buttons.
          make("p", {}, nameOf("remedy", kind) === kind ? remedy : nameOf("remedy", kind)),
        ),
      ),
    ),
  );
}

/** @param {number | null} share @param {number} [digits] */
function percent(share, digits = 0) {
  return share === null || share === undefined ? null : `${(share * 100).toFixed(digits)} %`;
}

/** @param {number | null} value @param {number} digits @param {string} unit */
function number(value, digits, unit) {
  return value === null || value === undefined ? null : `${value.toFixed(digits)} ${unit}`;
}
