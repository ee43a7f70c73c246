// Which keys do what. The map can be changed, and is kept in the browser.

import { recall, remember } from "./storage.js";

/** Commands and their keys as they are given out. @type {Record<string, string[]>} */
export const DEFAULTS = {
  commit: ["Enter"],
  "commit-back": ["Shift+Enter"],
  play: ["Ctrl+Space", "Space"],
  restart: ["Ctrl+Shift+Space"],
  back: ["Alt+ArrowLeft"],
  forward: ["Alt+ArrowRight"],
  "back-fine": ["Alt+Shift+ArrowLeft"],
  "forward-fine": ["Alt+Shift+ArrowRight"],
  undo: ["Ctrl+Z"],
  redo: ["Ctrl+Shift+Z", "Ctrl+Y"],
  split: ["Alt+S"],
  "split-caret": ["Alt+Shift+S"],
  merge: ["Alt+M"],
  delete: ["Alt+D", "Delete"],
  restore: ["Alt+R"],
  trim: ["Alt+T"],
  "mark-start": ["Alt+["],
  "mark-end": ["Alt+]"],
  previous: ["Alt+ArrowUp"],
  next: ["Alt+ArrowDown"],
  slower: ["Alt+-"],
  faster: ["Alt+="],
  loop: ["Alt+L"],
  worst: ["Alt+W"],
  search: ["Alt+F"],
  replace: ["Alt+H"],
  flag: ["Alt+G"],
  "transcribe-one": ["Alt+A"],
  "batch-edit": ["Alt+B"],
  check: ["Alt+C"],
  export: ["Alt+E"],
  spectrogram: ["Alt+P"],
  "zoom-in": ["Alt+."],
  "zoom-out": ["Alt+,"],
  "zoom-fit": ["Alt+0"],
  text: ["Alt+X"],
  list: ["Alt+V"],
  accept: ["Alt+Y"],
  leave: ["Escape"],
  keys: ["F1", "?"],
};

const KEPT = "subfix/keys";

/**
 * The name of what was pressed, such as "Ctrl+Shift+Z"; null for a modifier alone and for what
 * an input method is composing.
 *
 * @param {KeyboardEvent} event
 */
export function chordOf(event) {
  if (event.isComposing || event.keyCode === 229 || event.key === "Process") return null;
  if (["Control", "Shift", "Alt", "Meta", "AltGraph"].includes(event.key)) return null;
  if (event.key === "Dead" && !event.altKey) return null;
  if (event.getModifierState?.("AltGraph")) return null; // types a sign on many keyboards
  const key = keyOf(event);
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey && !/^[^\p{L}\p{N}]$/u.test(key)) parts.push("Shift");
  return [...parts, key].join("+");
}

/** @param {KeyboardEvent} event */
function keyOf({ key, code, altKey, ctrlKey, metaKey }) {
  if (key === " ") return "Space";
  if (key.length > 1 && key !== "Dead") return key;
  // Alt makes other signs of letters on some systems, and not every keyboard is a Latin one.
  const isLatin = /^[\x21-\x7e]$/.test(key); // "Dead" is not
  if (!isLatin && (altKey || ctrlKey || metaKey)) {
    const match = /^(?:Key|Digit)(.)$/.exec(code);
    return match ? match[1] : (SIGNS[code] ?? key);
  }
  return key.toUpperCase();
}

/** @type {Record<string, string>} */
const SIGNS = {
  BracketLeft: "[",
  BracketRight: "]",
  Minus: "-",
  Equal: "=",
  Comma: ",",
  Period: ".",
};

/** Keys without Ctrl or Alt write text, so they are no command in a text box; but for these. */
const ALSO_IN_TEXT = /^(Shift\+)?(Enter|Escape|F\d+)$/;

/**
 * Whether a key may be a command where the cursor is.
 * @param {string} chord @param {"text" | "input" | "button" | "page"} place
 */
export function isAllowed(chord, place) {
  if (/Ctrl\+|Alt\+/.test(chord)) return true;
  if (/^(Shift\+)?F\d+$/.test(chord) || chord === "Escape") return true;
  if (place === "page") return true;
  if (place === "text") return ALSO_IN_TEXT.test(chord);
  return place === "button" && !/^(Shift\+)?(Enter|Space)$/.test(chord);
}

export class KeyMap {
  /** @type {Record<string, string[]>} */
  keys;

  constructor() {
    this.keys = { ...DEFAULTS, ...this.#kept() };
  }

  /** Only what differs from the given keys is kept. @returns {Record<string, string[]>} */
  #kept() {
    try {
      const kept = JSON.parse(recall(KEPT) ?? "{}");
      return Object.fromEntries(Object.entries(kept).filter(([command]) => command in DEFAULTS));
    } catch {
      return {};
    }
  }

  /** @param {string} chord @returns {string | undefined} */
  commandOf(chord) {
    return Object.keys(this.keys).find((command) => this.keys[command].includes(chord));
  }

  /** The command that has this key already. @param {string} command @param {string} chord */
  conflictOf(command, chord) {
    const other = this.commandOf(chord);
    return other === command ? undefined : other;
  }

  /** Give a command one key; another command that had it loses it.
   * @param {string} command @param {string[]} chords */
  set(command, chords) {
    for (const [other, theirs] of Object.entries(this.keys)) {
      this.keys[other] = theirs.filter((chord) => !chords.includes(chord));
    }
    this.keys[command] = chords;
    const changed = Object.entries(this.keys).filter(
      ([name, own]) => own.join() !== DEFAULTS[name].join(),
    );
    remember(KEPT, JSON.stringify(Object.fromEntries(changed)));
  }

  reset() {
    this.keys = { ...DEFAULTS };
    remember(KEPT, null);
  }

  /** The first key of a command as it is written on screen. @param {string} command */
  shown(command) {
    const first = this.keys[command]?.[0];
    return first ? showChord(first) : "";
  }
}

/** @param {string} chord */
export function showChord(chord) {
  const names = /** @type {Record<string, string>} */ ({
    ArrowLeft: "←",
    ArrowRight: "→",
    ArrowUp: "↑",
    ArrowDown: "↓",
    Escape: "Esc",
  });
  return chord
    .split(/\+(?=.)/)
    .map((part) => names[part] ?? part)
    .join(" + ");
}

/** Where the cursor is, as far as keys go. @param {EventTarget | null} target */
export function placeOf(target) {
  if (!(target instanceof HTMLElement)) return "page";
  if (target.id === "text") return "text";
  if (target instanceof HTMLTextAreaElement) return "input";
  if (target instanceof HTMLInputElement && !["checkbox", "radio"].includes(target.type)) return "input";
  if (target.matches("button, select, summary, a, input")) return "button";
  return "page";
}
