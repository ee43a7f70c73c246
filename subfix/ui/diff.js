// Where two texts differ, in words; in letters where there are no spaces between words.

/** @typedef {{kind: "same" | "added" | "removed", text: string}} Piece */

/** @param {string} text */
export function wordsOf(text) {
  return text.match(/[\p{L}\p{N}\p{M}'’-]+|\s+|[^]/gu)?.flatMap(lettersOf) ?? [];
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** @param {string} word */
function lettersOf(word) {
  return UNSPACED.test(word) ? [...word] : [word];
}

/**
 * What must be taken out of `before` and put in to make it `after`.
 * @param {string} before @param {string} after @returns {Piece[]}
 */
export function difference(before, after) {
  const one = wordsOf(before);
  const other = wordsOf(after);
  let head = 0;
  while (head < one.length && head < other.length && one[head] === other[head]) head++;
  let tail = 0;
  while (
    tail < one.length - head &&
    tail < other.length - head &&
    one[one.length - 1 - tail] === other[other.length - 1 - tail]
  ) {
    tail++;
  }
  const middle = longest(one.slice(head, one.length - tail), other.slice(head, other.length - tail));
  return join([
    ...one.slice(0, head).map((text) => /** @type {Piece} */ ({ kind: "same", text })),
    ...middle,
    ...one.slice(one.length - tail).map((text) => /** @type {Piece} */ ({ kind: "same", text })),
  ]);
}

const LARGEST = 1_000_000; // cells; texts that differ that much are shown as a whole

/** By the longest common subsequence. @param {string[]} one @param {string[]} other @returns {Piece[]} */
function longest(one, other) {
  const removed = one.map((text) => /** @type {Piece} */ ({ kind: "removed", text }));
  const added = other.map((text) => /** @type {Piece} */ ({ kind: "added", text }));
  if (one.length * other.length > LARGEST) return [...removed, ...added];
  const width = other.length + 1;
  const lengths = new Uint16Array((one.length + 1) * width);
  for (let i = one.length - 1; i >= 0; i--) {
    for (let j = other.length - 1; j >= 0; j--) {
      const here = i * width + j;
      lengths[here] =
        one[i] === other[j]
          ? lengths[here + width + 1] + 1
          : Math.max(lengths[here + width], lengths[here + 1]);
    }
  }
  /** @type {Piece[]} */
  const pieces = [];
  let i = 0;
  let j = 0;
  while (i < one.length && j < other.length) {
    const here = i * width + j;
    if (one[i] === other[j]) {
      pieces.push({ kind: "same", text: one[i++] });
      j++;
    } else if (lengths[here + width] >= lengths[here + 1]) {
      pieces.push(removed[i++]);
    } else {
      pieces.push(added[j++]);
    }
  }
  return [...pieces, ...removed.slice(i), ...added.slice(j)];
}

/** @param {Piece[]} pieces @returns {Piece[]} */
function join(pieces) {
  /** @type {Piece[]} */
  const joined = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last?.kind === piece.kind) last.text += piece.text;
    else joined.push({ ...piece });
  }
  return joined;
}

/** The difference to look at: what goes and what comes. @param {string} before @param {string} after */
export function showDifference(before, after) {
  const shown = document.createElement("span");
  for (const { kind, text } of difference(before, after)) {
    const tag = { same: "span", added: "ins", removed: "del" }[kind];
    shown.append(Object.assign(document.createElement(tag), { textContent: text }));
  }
  return shown;
}
