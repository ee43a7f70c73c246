// Everything that is asked of the server: in order, one at a time, until it is answered.

/** @import {ChangeEvent, Operation, Values} from "./types.js" */
import { Refused, Unreachable } from "./api.js";

export const TYPING_PAUSE_MS = 250;
const LONGEST_WAIT_MS = 5000;
/** The server may break at one operation again and again: the others are not to wait for ever. */
const MOST_BREAKS = 6;

/**
 * @typedef {"saved" | "saving" | "unreachable"} Status
 * @typedef {{
 *   send: (path: string, body: any) => Promise<any>,
 *   keep: (operations: Operation[]) => void,
 *   onAnswer: (operation: Operation, event: ChangeEvent | null) => void,
 *   onRefused: (operation: Operation, refused: Refused) => void,
 *   onChange: () => void,
 * }} Parts
 */

export class Queue {
  /** @type {Operation[]} */
  operations = [];
  /** @type {Status} */
  status = "saved";
  #parts;
  #running = false;
  #wait = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {() => void} */
  #wake = () => {};

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** Ask for something. @param {Omit<Operation, "key"> & {key?: string}} operation */
  push(operation) {
    this.#release();
    this.operations.push({ key: newKey(), ...operation });
    this.#changed();
    this.#run();
  }

  /**
   * A key was pressed in a field: it waits for a pause, and joins what waits from the same visit.
   *
   * @param {{id: number, values: Values, expected: Values, label: string, visit: string, by: string}} edit
   */
  type({ id, values, expected, label, visit, by }) {
    const last = this.operations.at(-1);
    if (last && !last.tried && last.visit === visit && last.path === "api/edit") {
      const change = last.body.changes[0];
      change.expected = { ...expected, ...change.expected };
      change.values = { ...change.values, ...values };
      last.held = true;
    } else {
      this.#release();
      const body = { changes: [{ id, expected, values }], label, group: visit, by };
      this.operations.push({ key: newKey(), path: "api/edit", body, held: true, visit });
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), TYPING_PAUSE_MS);
    this.#changed();
  }

  /** Send now what waits for a pause of typing. */
  flush() {
    this.#release();
    this.#run();
  }

  /** The server may be there again: try at once. */
  retry() {
    this.#wait = 0;
    this.#wake();
    this.#run();
  }

  /** Send everything at once: the page goes away. What is not answered is still kept here. */
  leave() {
    this.#release();
    for (const operation of this.operations) {
      if (!operation.tried) this.#send(operation).catch(() => {});
    }
    this.#keep();
  }

  /** What a page that ended could not send any more. @param {Operation[]} operations */
  adopt(operations) {
    const known = new Set(this.operations.map((operation) => operation.key));
    const news = operations.filter((operation) => !known.has(operation.key));
    this.operations.unshift(...news.map((operation) => ({ ...operation, held: false })));
    this.#changed();
    this.#run();
  }

  /** Take operations back that were not sent yet; whoever does it says what becomes of them.
   * @param {(operation: Operation) => boolean} which @returns {Operation[]} */
  withdraw(which) {
    const gone = this.operations.filter((operation) => !operation.tried && which(operation));
    this.operations = this.operations.filter((operation) => !gone.includes(operation));
    return gone;
  }

  /** What clips look like once all this is answered. @returns {Map<number, Values>} */
  asked() {
    /** @type {Map<number, Values>} */
    const asked = new Map();
    const add = (/** @type {number} */ id, /** @type {Values} */ values) =>
      asked.set(id, { ...asked.get(id), ...values });
    for (const { path, body } of this.operations) {
      if (path === "api/edit") for (const { id, values } of body.changes) add(id, values);
      if (path === "api/delete") for (const id of body.ids) add(id, { deleted: true });
      if (path === "api/restore") for (const id of body.ids) add(id, { deleted: false });
    }
    return asked;
  }

  #release() {
    clearTimeout(this.#timer);
    for (const operation of this.operations) operation.held = false;
  }

  #keep() {
    this.#parts.keep(this.operations);
  }

  #changed() {
    this.#keep();
    if (!this.operations.length) this.status = "saved";
    else if (this.status === "saved") this.status = "saving";
    this.#parts.onChange();
  }

  /** @param {Operation} operation */
  #send(operation) {
    operation.tried = true;
    return this.#parts.send(operation.path, { ...operation.body, key: operation.key });
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    while (this.operations.length && !this.operations[0].held) {
      const operation = this.operations[0];
      try {
        const event = await this.#send(operation);
        this.#done(operation);
        this.#parts.onAnswer(operation, event);
      } catch (error) {
        if (error instanceof Refused) {
          this.#done(operation);
          this.#parts.onRefused(operation, error);
        } else if (error instanceof Unreachable) {
          if (error.status === 500) operation.breaks = (operation.breaks ?? 0) + 1;
          if ((operation.breaks ?? 0) < MOST_BREAKS) await this.#rest();
          else {
            this.#done(operation);
            this.#parts.onRefused(operation, new Refused(error.status, { error: error.message }));
          }
        } else {
          throw error;
        }
      }
    }
    this.#running = false;
    this.#changed();
  }

  /** @param {Operation} operation */
  #done(operation) {
    this.operations = this.operations.filter((other) => other !== operation);
    this.#wait = 0;
    this.status = this.operations.length ? "saving" : "saved";
    this.#keep();
  }

  async #rest() {
    this.status = "unreachable";
    this.#changed();
    this.#wait = Math.min(Math.max(this.#wait * 2, 500), LONGEST_WAIT_MS);
    await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), this.#wait);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(null);
      };
    });
  }
}

/** A name for one operation that no other has. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
