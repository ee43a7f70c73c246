// One row of the list.

/** @import {State} from "./state.js" */
import { clock, icon, make } from "./dom.js";
import { nameOf, t } from "./i18n.js";

/**
 * An empty row; it is filled for whatever clip comes into sight.
 * @returns {HTMLElement}
 */
export function makeRow() {
  const check = make("input", { type: "checkbox", tabindex: "-1" });
  return make(
    "div",
    { role: "row", class: "row" },
    make("div", { role: "gridcell" }, check),
    make("div", { role: "gridcell" }, make("canvas", { "aria-hidden": "true" })),
    make(
      "div",
      { class: "says", role: "presentation" },
      make("div", { role: "gridcell", class: "said" }),
      make("div", { role: "gridcell", class: "about" }),
    ),
  );
}

/**
 * @param {HTMLElement} row @param {State} state @param {number} id
 * @param {{number: number, index: number, isActive: boolean, isChosen: boolean}} place
 */
export function fillRow(row, state, id, { number, index, isActive, isChosen }) {
  const clip = state.clip(id);
  if (!clip) return;
  const said = /** @type {HTMLElement} */ (row.querySelector(".said"));
  const about = /** @type {HTMLElement} */ (row.querySelector(".about"));
  const check = /** @type {HTMLInputElement} */ (row.querySelector("input"));
  row.id = `row-${id}`;
  row.dataset.id = String(id);
  row.setAttribute("aria-rowindex", String(index + 1));
  row.setAttribute("aria-selected", String(isChosen));
  row.className = `row${isActive ? " active" : ""}${clip.deleted ? " deleted" : ""}`;
  check.checked = isChosen;
  check.setAttribute("aria-label", t("row.choose", { number }));
  const isMissing = !clip.text;
  said.textContent = clip.text || (clip.problem ? (clip.raw ?? clip.problem) : t("row.no_text"));
  said.classList.toggle("missing", isMissing);
  said.lang = languageTag(clip.language);
  said.title = clip.text;
  about.replaceChildren(...aboutOf(state, id, number));
}

/** @param {State} state @param {number} id @param {number} number @returns {Node[]} */
function aboutOf(state, id, number) {
  const clip = /** @type {import("./types.js").Clip} */ (state.clip(id));
  const seconds = state.seconds(id);
  const quality = state.quality.get(id);
  const facts = state.facts.get(id);
  const parts = [make("span", {}, `#${number}`)];
  parts.push(make("span", {}, seconds === null ? "–" : `${clock(seconds, 1)} s`));
  if (clip.start_s !== null) parts.push(make("span", { title: t("row.start") }, clock(clip.start_s, 1)));
  if (clip.speaker) parts.push(make("span", { class: "who" }, clip.speaker));
  if (clip.language) {
    parts.push(make("span", { title: nameOf("language", clip.language) }, clip.language));
  }
  const mark = (/** @type {string} */ name, /** @type {string} */ word, kind = "") =>
    parts.push(make("span", { class: kind, title: word }, icon(name, word)));
  if (clip.done) mark("done", t("status.done"), "ok");
  if (clip.edited) mark("edited", t("status.edited"));
  if (clip.flag) mark("flag", `${t("flag")}: ${clip.flag}`);
  if (state.suggestions.has(id)) mark("suggestion", t("suggestion"));
  if (clip.deleted) mark("deleted", t("status.deleted"));
  const problem = clip.problem || (facts && "error" in facts ? facts.error : "");
  if (problem) {
    const word = t(clip.problem ? "row.broken" : "row.no_audio");
    parts.push(make("span", { class: "light red", title: problem }, word));
  } else if (quality) {
    const word = quality.stale ? t("light.stale") : t(`light.${quality.light}`);
    const fit = quality.fit === null ? "" : ` ${Math.round(Math.max(quality.fit, 0) * 100)} %`;
    parts.push(make("span", { class: `light ${quality.light}` }, word + fit));
  }
  return parts;
}

/** The language of a clip as the browser knows it: for fonts and spelling.
 * @param {string} language */
export function languageTag(language) {
  const word = language.toLowerCase().replace(/^all_|^auto_/, "");
  return { jp: "ja", auto: "", yue: "zh-HK", zh: "zh-CN", cn: "zh-CN" }[word] ?? word.slice(0, 2);
}
