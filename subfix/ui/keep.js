// What the server has not acknowledged is kept in the browser, and outlives the page.

/** @import {Conflict, Operation} from "./types.js" */
import { recall, recalled, remember } from "./storage.js";

/** @typedef {{operations: Operation[], conflicts: Conflict[]}} Kept */

const PREFIX = "subfix/kept/";

/** Keeps what one page has not sent yet; what pages that ended left behind is taken over. */
export class Keeper {
  #name;
  #list;
  /** @type {Kept} */
  #kept = { operations: [], conflicts: [] };
  /** Whether all of it would outlive the page. */
  isSafe = true;

  /** @param {string} list path of the list @param {string} page name of this page */
  constructor(list, page) {
    this.#list = `${PREFIX}${list}/`;
    this.#name = this.#list + page;
    navigator.locks?.request(this.#name, () => new Promise(() => {})); // held as long as it lives
  }

  /** @param {Partial<Kept>} some */
  keep(some) {
    this.#kept = { ...this.#kept, ...some };
    const empty = !this.#kept.operations.length && !this.#kept.conflicts.length;
    this.isSafe = remember(this.#name, empty ? null : JSON.stringify(this.#kept)) || empty;
  }

  /**
   * Take over what other pages of this list left, each when it has ended: its lock is free then.
   *
   * @param {(kept: Kept) => void} take
   */
  takeOver(take) {
    for (const name of recalled()) {
      if (!name.startsWith(this.#list) || name === this.#name) continue;
      const adopt = () => {
        const kept = recall(name);
        if (!kept) return;
        take(JSON.parse(kept));
        remember(name, null); // this page has kept it under its own name by now
      };
      if (navigator.locks) navigator.locks.request(name, adopt);
      else adopt();
    }
  }
}
