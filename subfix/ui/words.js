// Where the words of a clip are in its text and in its sound. No document here.

/** @import {Word} from "./types.js" */

/** A word with its place in the text. @typedef {Word & {from: number, to: number}} PlacedWord */

/**
 * Find each heard word in the text. Words are spelled as they are spoken, so some are not there:
 * those are left out. Letters are compared without case and signs.
 *
 * @param {string} text @param {Word[]} words @returns {PlacedWord[]}
 */
export function placeWords(text, words) {
  const letters = [];
  for (let at = 0; at < text.length; ) {
    const letter = String.fromCodePoint(/** @type {number} */ (text.codePointAt(at)));
    if (isLetter(letter)) letters.push({ at, plain: plainOf(letter), end: at + letter.length });
    at += letter.length;
  }
  /** @type {PlacedWord[]} */
  const placed = [];
  let next = 0;
  for (const word of words) {
    const wanted = [...word.text].filter(isLetter).map(plainOf);
    if (!wanted.length) continue;
    const first = findRun(letters, wanted, next);
    if (first < 0) continue;
    const last = first + wanted.length - 1;
    placed.push({ ...word, from: letters[first].at, to: letters[last].end });
    next = last + 1;
  }
  return placed;
}

const FARTHEST = 40; // letters that may lie between a word and the next one that is found

/** @param {{plain: string}[]} letters @param {string[]} wanted @param {number} from */
function findRun(letters, wanted, from) {
  const last = Math.min(letters.length - wanted.length, from + FARTHEST);
  for (let start = from; start <= last; start++) {
    if (wanted.every((letter, index) => letters[start + index].plain === letter)) return start;
  }
  return -1;
}

/** @param {string} letter */
function isLetter(letter) {
  return /[\p{L}\p{N}\p{M}]/u.test(letter);
}

/** @param {string} letter */
function plainOf(letter) {
  return letter.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "") || letter;
}

/**
 * Where the text can be divided: before each word, and in a language without spaces before each
 * letter that is no sign.
 *
 * @param {string} text @param {string} [language] @returns {number[]}
 */
export function boundaries(text, language) {
  /** @type {Set<number>} */
  const places = new Set();
  for (const { index, isWordLike } of segmenter(language).segment(text)) {
    if (isWordLike && index > 0) places.add(index);
  }
  return [...places].sort((a, b) => a - b);
}

/** @param {string} [language] */
function segmenter(language) {
  try {
    return new Intl.Segmenter(language || undefined, { granularity: "word" });
  } catch {
    return new Intl.Segmenter(undefined, { granularity: "word" });
  }
}

/**
 * Where in the text a moment of the sound is: at the nearest boundary of words.
 *
 * @param {string} text @param {PlacedWord[]} words @param {number} time
 * @param {number} duration @param {string} [language]
 */
export function placeAt(text, words, time, duration, language) {
  const places = boundaries(text, language);
  if (!places.length) return text.length;
  const wanted = words.length
    ? offsetAt(text, words, time)
    : Math.round((time / Math.max(duration, 0.001)) * text.length);
  return places.reduce((best, place) =>
    Math.abs(place - wanted) < Math.abs(best - wanted) ? place : best,
  );
}

/** @param {string} text @param {PlacedWord[]} words @param {number} time */
function offsetAt(text, words, time) {
  const after = words.find((word) => (word.start_s + word.end_s) / 2 >= time);
  return after ? after.from : text.length;
}

/**
 * When a place of the text is heard: in the pause before the word that begins there.
 *
 * @param {string} text @param {PlacedWord[]} words @param {number} place @param {number} duration
 */
export function timeAt(text, words, place, duration) {
  const share = text.length ? (place / text.length) * duration : 0;
  const after = words.find((word) => word.from >= place);
  const before = words.filter((word) => word.to <= place).at(-1);
  if (after && before) return (before.end_s + after.start_s) / 2;
  if (after) return Math.min(after.start_s, Math.max(after.start_s - 0.05, 0));
  if (before) return Math.min(before.end_s + 0.05, duration);
  return share;
}

/** Both halves of a text, without the spaces between them. @param {string} text @param {number} place @returns {[string, string]} */
export function halves(text, place) {
  return [text.slice(0, place).trim(), text.slice(place).trim()];
}

const LEAST_USUAL = 0.3; // where every word is heard badly, all of them are told

/** The score that words of this clip usually have: voices differ. @param {Word[]} words */
export function usualScore(words) {
  const scores = words.flatMap(({ score }) => score ?? []).sort((a, b) => a - b);
  return Math.max(scores[scores.length >> 1] ?? 1, LEAST_USUAL);
}

const BAD = 0.15; // of the usual score: most wrong words lie below, one right word in twenty
const DOUBTFUL = 0.4;

/** How well a word is heard, beside the others. @param {number | null} score @param {number} usual */
export function lightOf(score, usual) {
  if (score === null) return "";
  return score >= DOUBTFUL * usual ? "green" : score >= BAD * usual ? "yellow" : "red";
}
