// The tool row: what is searched, filtered and sorted.

/** @import {State} from "./state.js" */
/** @import {Query} from "./filters.js" */
import { byId, fillChoice, rested } from "./dom.js";
import { ALL, choose, expressionOf, isAll } from "./filters.js";
import { nameOf, t } from "./i18n.js";
import { BadExpression, matchAll } from "./regex.js";

/**
 * @typedef {{
 *   onView: (view: number[]) => void,
 *   active: () => number | null,
 * }} Parts
 */

export class Tools {
  #state;
  #parts;
  #form = byId("tools", HTMLFormElement);
  #problem = byId("search-problem");
  /** @type {Query} */
  #query = ALL;
  /** @type {Set<number> | null} */
  #matched = null;
  /** Look again a moment after clips have changed. */
  changed = rested(() => this.#look(), 120);

  /** @param {State} state @param {Parts} parts */
  constructor(state, parts) {
    this.#state = state;
    this.#parts = parts;
    this.#form.addEventListener("input", rested(() => this.#read(), 120));
    this.#form.addEventListener("reset", () => setTimeout(() => this.#read()));
    byId("more-filters").addEventListener("click", () => {
      const isOpen = this.#form.classList.toggle("open");
      byId("more-filters").setAttribute("aria-expanded", String(isOpen));
    });
    this.#form.addEventListener("submit", (event) => event.preventDefault());
  }

  get query() {
    return this.#query;
  }

  /** Speakers and languages that are in use. */
  fillChoices() {
    const speakers = new Set();
    const languages = new Set();
    for (const clip of this.#state.clips.values()) {
      speakers.add(clip.speaker);
      languages.add(clip.language);
    }
    const options = (/** @type {Set<string>} */ names, /** @type {string} */ kind) => [
      /** @type {[string, string]} */ (["", t("status.all")]),
      ...[...names].sort().map((name) => {
        const word = name ? nameOf(kind, name) : t("nobody");
        return /** @type {[string, string]} */ ([`=${name}`, word]);
      }),
    ];
    fillChoice(this.#choice("speaker"), options(speakers, "speaker"));
    fillChoice(this.#choice("language"), options(languages, "language"));
  }

  /** @param {string} sort */
  toggleSort(sort) {
    const choice = this.#choice("sort");
    choice.value = choice.value === sort ? "" : sort;
    return this.#read();
  }

  clear() {
    this.#form.reset();
  }

  /** @param {string} name */
  #choice(name) {
    return /** @type {HTMLSelectElement} */ (this.#form.elements.namedItem(name));
  }

  #read() {
    const values = Object.fromEntries(new FormData(this.#form));
    const number = (/** @type {string} */ name) => {
      const text = String(values[name] ?? "").trim().replace(",", ".");
      const value = text === "" ? NaN : Number(text);
      const input = /** @type {HTMLInputElement} */ (this.#form.elements.namedItem(name));
      input.setAttribute("aria-invalid", String(text !== "" && Number.isNaN(value)));
      return Number.isNaN(value) ? null : value;
    };
    const word = (/** @type {string} */ name) => String(values[name] ?? "");
    this.#query = {
      search: byId("search", HTMLInputElement).value,
      status: word("status"),
      speaker: word("speaker"),
      language: word("language"),
      light: word("light"),
      shortest: number("shortest"),
      longest: number("longest"),
      least: number("least"),
      most: number("most"),
      sort: word("sort"),
    };
    byId("clear-filters").hidden = isAll(this.#query);
    return this.#look();
  }

  async #look() {
    const query = this.#query;
    const expression = expressionOf(query.search);
    this.#problem.hidden = true;
    this.#matched = null;
    if (expression) {
      try {
        const texts = this.#state.shown().map(({ id, text }) => /** @type {[number, string]} */ ([id, text]));
        const found = await matchAll({ ...expression, texts, replacement: null });
        this.#matched = new Set(found.map(([id]) => id));
      } catch (error) {
        if (!(error instanceof BadExpression)) throw error;
        this.#problem.textContent = t(`expression.${error.kind}`, { detail: error.message });
        this.#problem.hidden = false;
      }
      if (query !== this.#query) return; // something else is wanted by now
    }
    this.#parts.onView(choose(this.#state, query, this.#matched, this.#parts.active()));
  }

  /** The view, at once. */
  look() {
    return this.#look();
  }
}
