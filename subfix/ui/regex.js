// Regular expressions over many texts, with a limit of time.

export const LONGEST_MS = 2000;

/** Why nothing was found: the expression is wrong, or takes too long. */
export class BadExpression extends Error {
  /** @param {"wrong" | "slow"} kind @param {string} detail */
  constructor(kind, detail) {
    super(detail);
    this.kind = kind;
  }
}

/** @type {(() => void) | null} */
let stopLast = null;

/**
 * The texts that match, and what becomes of them. A new call ends the one before.
 *
 * @param {{source: string, flags: string, texts: [number, string][], replacement: string | null}} task
 * @returns {Promise<[number, string][]>}
 */
export function matchAll(task) {
  stopLast?.();
  return new Promise((resolve, reject) => {
    const worker = new Worker("regex_worker.js");
    const end = () => {
      clearTimeout(timer);
      worker.terminate();
      stopLast = null;
    };
    const timer = setTimeout(() => {
      end();
      reject(new BadExpression("slow", ""));
    }, LONGEST_MS);
    stopLast = () => {
      end();
      resolve([]);
    };
    worker.onmessage = ({ data }) => {
      end();
      if (data.problem) reject(new BadExpression("wrong", data.problem));
      else resolve(data.found);
    };
    worker.postMessage(task);
  });
}

/** The expression that finds a text as it stands. @param {string} text */
export function escapeText(text) {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** The replacement that puts a text in as it stands. @param {string} text */
export function escapeReplacement(text) {
  return text.replaceAll("$", "$$$$");
}
