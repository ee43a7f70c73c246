// The words of the page in the person's language.

import { recall, remember } from "./storage.js";

/** @typedef {string | Record<string, string>} Message */

export const LANGUAGES = ["en", "zh", "ja"];
const KEPT = "subfix/language";

/** @type {Record<string, Message>} */
let messages = {};
let plurals = new Intl.PluralRules("en");
let numbers = new Intl.NumberFormat("en");

/** The language that was chosen here before, or the browser's first that there is. */
export function wantedLanguage() {
  const wishes = [recall(KEPT) ?? "", ...navigator.languages];
  const known = wishes.map((wish) => wish.toLowerCase().split("-")[0]);
  return known.find((wish) => LANGUAGES.includes(wish)) ?? "en";
}

/** @param {string} wanted */
export async function setLanguage(wanted) {
  const answer = await fetch(`locales/${wanted}.json`);
  messages = await answer.json();
  plurals = new Intl.PluralRules(wanted);
  numbers = new Intl.NumberFormat(wanted);
  document.documentElement.lang = wanted;
}

/** @param {string} wanted */
export function keepLanguage(wanted) {
  remember(KEPT, wanted);
}

/**
 * The sentence of a key. `{name}` is filled in; a sentence with plural forms goes by `count`.
 *
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const found = messages[key] ?? key;
  const form = typeof found === "string" ? found : formOf(found, Number(values.count));
  return form.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? numbers.format(value) : value;
  });
}

/** @param {Record<string, string>} forms @param {number} count */
function formOf(forms, count) {
  return forms[plurals.select(count)] ?? forms.other;
}

/** The word for something the server names, or the name where the page has no word for it.
 * @param {string} kind @param {string} name */
export function nameOf(kind, name) {
  const key = `${kind}.${name}`;
  return key in messages ? t(key) : name;
}

/** Write the words into everything below `root` that names a key.
 * @param {ParentNode} root */
export function translate(root) {
  for (const [attribute, target] of [
    ["data-i18n", null],
    ["data-i18n-label", "aria-label"],
    ["data-i18n-title", "title"],
    ["data-i18n-placeholder", "placeholder"],
  ]) {
    for (const element of root.querySelectorAll(`[${attribute}]`)) {
      const text = t(element.getAttribute(/** @type {string} */ (attribute)) ?? "");
      if (target) element.setAttribute(target, text);
      else element.textContent = text;
    }
  }
}
