// What a replacement makes of the texts. No document here.

/** @import {Clip} from "./types.js" */
import { escapeReplacement, escapeText, matchAll } from "./regex.js";

/**
 * @typedef {{find: string, replacement: string, isExpression: boolean, matchCase: boolean}} Wish
 * @typedef {{id: number, before: string, after: string}} Replaced
 */

/**
 * The clips whose text changes.
 *
 * @param {Clip[]} clips @param {Wish} wish
 * @returns {Promise<Replaced[]>}
 */
export async function preview(clips, { find, replacement, isExpression, matchCase }) {
  if (!find) return [];
  const texts = clips
    .filter((clip) => !clip.problem && !clip.deleted)
    .map(({ id, text }) => /** @type {[number, string]} */ ([id, text]));
  const found = await matchAll({
    source: isExpression ? find : escapeText(find),
    flags: `gu${matchCase ? "" : "i"}`,
    texts,
    replacement: isExpression ? replacement : escapeReplacement(replacement),
  });
  const before = new Map(texts);
  return found
    .map(([id, after]) => ({ id, before: before.get(id) ?? "", after }))
    .filter((change) => change.before !== change.after);
}
