// What the server has not acknowledged is kept in the browser, and outlives the page.

/** @import {Conflict, Operation} from "./types.js" */

/** @typedef {{operations: Operation[], conflicts: Conflict[]}} Kept */

const PREFIX = "subfix/kept/";

/** Keeps what one page has not sent yet; what pages that ended left behind is taken over. */
export class Keeper {
  #name;
  #list;
  /** @type {Kept} */
  #kept = { operations: [], conflicts: [] };

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
    try {
      if (empty) localStorage.removeItem(this.#name);
      else localStorage.setItem(this.#name, JSON.stringify(this.#kept));
    } catch {
      // The browser's store is full or forbidden: the text is still on the page and in the queue.
    }
  }

  /**
   * Take over what other pages of this list left, each when it has ended: its lock is free then.
   *
   * @param {(kept: Kept) => void} take
   */
  takeOver(take) {
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith(this.#list) || name === this.#name) continue;
      const adopt = () => {
        const kept = localStorage.getItem(name);
        if (!kept) return;
        take(JSON.parse(kept));
        localStorage.removeItem(name); // this page has kept it under its own name by now
      };
      if (navigator.locks) navigator.locks.request(name, adopt);
      else adopt();
    }
  }
}
