// Which clips are shown, and in which order. No document here.

/** @import {Clip} from "./types.js" */
/** @import {State} from "./state.js" */

/**
 * @typedef {{
 *   search: string, status: string, speaker: string, language: string, light: string,
 *   shortest: number | null, longest: number | null, least: number | null, most: number | null,
 *   sort: string
 * }} Query
 */

/** @type {Query} */
export const ALL = {
  search: "",
  status: "",
  speaker: "",
  language: "",
  light: "",
  shortest: null,
  longest: null,
  least: null,
  most: null,
  sort: "",
};

/** The expression between slashes, or null where plain text is searched.
 * @param {string} search @returns {{source: string, flags: string} | null} */
export function expressionOf(search) {
  const match = /^\/(.+)\/([a-z]*)$/s.exec(search.trim());
  return match && { source: match[1], flags: match[2] };
}

/** @param {Query} query */
export function isAll(query) {
  return Object.entries(query).every(([name, value]) => name === "sort" || value === ALL[/** @type {keyof Query} */ (name)]);
}

/**
 * The clips to show, in order.
 *
 * @param {State} state
 * @param {Query} query
 * @param {Set<number> | null} matched clips that the regular expression matches
 * @param {number | null} always the clip in focus stays, whatever becomes of it
 */
export function choose(state, query, matched = null, always = null) {
  const tests = testsOf(state, query, matched);
  const chosen = state.shown().filter((clip) => clip.id === always || tests.every((test) => test(clip)));
  const rank = rankOf(state, query.sort);
  if (rank) {
    const ranks = new Map(chosen.map((clip) => [clip.id, rank(clip)]));
    chosen.sort((a, b) => compare(ranks.get(a.id), ranks.get(b.id)));
  }
  return chosen.map((clip) => clip.id);
}

/** @param {State} state @param {Query} query @param {Set<number> | null} matched @returns {((clip: Clip) => boolean)[]} */
function testsOf(state, query, matched) {
  /** @type {((clip: Clip) => boolean)[]} */
  const tests = [];
  const status = STATUS[query.status];
  tests.push(status ? (clip) => status(clip, state) : (clip) => !clip.deleted);
  if (expressionOf(query.search)) {
    if (matched) tests.push((clip) => matched.has(clip.id));
  } else if (query.search.trim()) {
    const wanted = plain(query.search.trim());
    tests.push((clip) =>
      plain([clip.text, clip.audio, clip.flag, clip.raw ?? ""].join("\n")).includes(wanted),
    );
  }
  if (query.speaker) tests.push((clip) => clip.speaker === query.speaker.slice(1));
  if (query.language) tests.push((clip) => clip.language === query.language.slice(1));
  if (query.light) {
    tests.push((clip) => (state.quality.get(clip.id)?.light ?? "none") === query.light);
  }
  between(tests, query.shortest, query.longest, (clip) => state.seconds(clip.id));
  between(tests, query.least, query.most, (clip) => {
    const fit = state.quality.get(clip.id)?.fit;
    return fit == null ? null : fit * 100;
  });
  return tests;
}

/** @type {Record<string, (clip: Clip, state: State) => boolean>} */
const STATUS = {
  todo: (clip) => !clip.done && !clip.deleted && !clip.problem,
  done: (clip) => clip.done && !clip.deleted,
  edited: (clip) => clip.edited && !clip.deleted,
  flagged: (clip) => clip.flag !== "" && !clip.deleted,
  suggested: (clip, state) => state.suggestions.has(clip.id) && !clip.deleted,
  broken: (clip, state) => clip.problem !== "" || "error" in (state.facts.get(clip.id) ?? {}),
  deleted: (clip) => clip.deleted,
};

/**
 * @param {((clip: Clip) => boolean)[]} tests @param {number | null} least @param {number | null} most
 * @param {(clip: Clip) => number | null} measure
 */
function between(tests, least, most, measure) {
  if (least === null && most === null) return;
  tests.push((clip) => {
    const value = measure(clip);
    return value !== null && value >= (least ?? -Infinity) && value <= (most ?? Infinity);
  });
}

/** @param {string} text */
function plain(text) {
  return text.normalize("NFKC").toLowerCase();
}

const LIGHTS = { red: 0, yellow: 1, green: 3 };

/** @param {State} state @param {string} sort @returns {((clip: Clip) => number | string) | null} */
function rankOf(state, sort) {
  const fit = (/** @type {Clip} */ clip) => state.quality.get(clip.id)?.fit ?? 2;
  switch (sort) {
    case "worst":
      return (clip) => {
        if (clip.problem || "error" in (state.facts.get(clip.id) ?? {})) return -1;
        const light = state.quality.get(clip.id)?.light;
        return (light ? LIGHTS[light] : 2) + Math.min(fit(clip), 0.99);
      };
    case "fit":
      return fit;
    case "longest":
      return (clip) => -(state.seconds(clip.id) ?? 0);
    case "shortest":
      return (clip) => state.seconds(clip.id) ?? Infinity;
    case "text":
      return (clip) => clip.text;
    case "speaker":
      return (clip) => clip.speaker;
    default:
      return null;
  }
}

/** @param {any} one @param {any} other */
function compare(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}
