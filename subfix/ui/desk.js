// What a person does to clips: asked of the server, shown at once, and never lost.

/** @import {ChangeEvent, Clip, Conflict, Operation, Values} from "./types.js" */
import { Refused } from "./api.js";
import { Keeper } from "./keep.js";
import { newKey, Queue } from "./queue.js";
import { State } from "./state.js";

/** @typedef {Conflict["field"]} Field */
const WRITTEN = /** @type {Field[]} */ (["text", "speaker", "language", "flag"]);

/**
 * @typedef {{
 *   send: (path: string, body: any) => Promise<any>,
 *   onStatus: () => void,
 *   onConflicts: () => void,
 *   onProblem: (sentence: string) => void,
 *   onSkipped: (count: number) => void,
 *   onOwn: (event: ChangeEvent) => void,
 * }} Parts
 */

export class Desk {
  /** Name of this page among all that are open. */
  page = newKey().slice(0, 8);
  /** @type {Conflict[]} */
  conflicts = [];
  queue;
  state;
  #parts;
  /** @type {Keeper | undefined} */
  #keeper;
  /** @type {Map<string, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  #waiting = new Map();

  /** @param {State} state @param {Parts} parts */
  constructor(state, parts) {
    this.state = state;
    this.#parts = parts;
    this.queue = new Queue({
      send: parts.send,
      keep: (operations) => this.#keeper?.keep({ operations }),
      onAnswer: (operation, event) => this.#answered(operation, event),
      onRefused: (operation, refused) => this.#refused(operation, refused),
      onChange: () => {
        state.setAsked(this.queue.asked());
        parts.onStatus();
      },
    });
  }

  /** The list is there: send what pages that ended could not. */
  start() {
    const keeper = new Keeper(this.state.list.path, this.page);
    this.#keeper = keeper;
    keeper.takeOver(({ operations, conflicts }) => {
      for (const conflict of conflicts) this.#addConflict(conflict);
      this.queue.adopt(operations);
    });
  }

  /** Whether what is not acknowledged would outlive the page. */
  get isSafe() {
    return this.#keeper?.isSafe ?? true;
  }

  /** Ask for something and wait for it. @param {string} path @param {any} body @returns {Promise<any>} */
  ask(path, body) {
    const key = newKey();
    return new Promise((resolve, reject) => {
      this.#waiting.set(key, { resolve, reject });
      this.queue.push({ key, path, body: { ...body, by: this.page } });
    });
  }

  /**
   * Something was typed or chosen for one clip; one visit of it is one step of undo.
   *
   * @param {number} id @param {Values} values @param {string} visit @param {string} label
   */
  type(id, values, visit, label) {
    const clip = this.state.clip(id);
    if (!clip) return;
    /** @type {Values} */
    const wanted = {};
    for (const [name, value] of Object.entries(values)) {
      const conflict = this.conflicts.find((one) => one.id === id && one.field === name);
      if (conflict?.reason) {
        this.#dropConflict(conflict); // refused as it was; what it has become is tried again
      } else if (conflict) {
        conflict.mine = String(value);
        this.#conflictsChanged();
        continue;
      }
      if (clip[/** @type {keyof Values} */ (name)] !== value) {
        Object.assign(wanted, { [name]: value });
      }
    }
    if (!Object.keys(wanted).length) return;
    this.queue.type({ id, values: wanted, expected: pick(clip, wanted), label, visit, by: this.page });
  }

  /**
   * Give several clips new values, as one step.
   * @param {Map<number, Values>} changes @param {string} label
   */
  edit(changes, label) {
    const list = [];
    for (const [id, values] of changes) {
      const clip = this.state.clip(id);
      if (!clip) continue;
      list.push({ id, expected: pick(clip, values), values });
    }
    if (!list.length) return Promise.resolve(null);
    return this.ask("api/edit", { changes: list, label, group: newKey() });
  }

  /** Suggestions were taken or refused. @param {number[]} ids */
  forget(ids) {
    this.queue.push({ path: "api/suggestions/forget", body: { ids } });
  }

  /** Another page changed what stands here under the cursor: nothing is replaced unasked.
   * @param {Conflict} conflict */
  addConflict(conflict) {
    this.#addConflict(conflict);
  }

  /** @param {Conflict} conflict @param {string} value */
  resolve(conflict, value) {
    const { id, field } = conflict;
    const clip = this.state.clip(id);
    if (clip && clip[field] !== value) {
      this.queue.type({
        id,
        values: { [field]: value },
        expected: { [field]: clip[field] },
        label: field,
        visit: newKey(),
        by: this.page,
      });
      this.queue.flush();
    }
    this.#dropConflict(conflict);
  }

  /** @param {Conflict} conflict */
  #dropConflict(conflict) {
    this.conflicts = this.conflicts.filter((one) => one !== conflict);
    this.#conflictsChanged();
  }

  /** @param {Operation} operation @param {ChangeEvent | null} event */
  #answered(operation, event) {
    if (event?.n) this.state.apply(this.#whole(operation, event));
    this.state.setAsked(this.queue.asked());
    this.#waiting.get(operation.key)?.resolve(event);
    this.#waiting.delete(operation.key);
    if (event?.n) this.#parts.onOwn(event);
  }

  /** A repeated operation is answered without clips: they are as it asked, until the events come.
   * @param {Operation} operation @param {ChangeEvent} event @returns {ChangeEvent} */
  #whole(operation, event) {
    if (operation.path !== "api/edit" || event.clips?.length) return event;
    const clips = operation.body.changes.map((/** @type {any} */ { id, values }) => ({
      ...this.state.clips.get(id),
      ...values,
    }));
    return { ...event, n: event.n - 0.5, clips };
  }

  /** @param {Operation} operation @param {Refused} refused */
  #refused(operation, refused) {
    const waiting = this.#waiting.get(operation.key);
    this.#waiting.delete(operation.key);
    if (operation.path !== "api/edit") {
      this.state.setAsked(this.queue.asked());
      if (waiting) waiting.reject(refused);
      else this.#parts.onProblem(refused.message);
      return;
    }
    if (refused.status === 409) this.state.see(refused.body.clips ?? []);
    const changes = /** @type {{id: number, expected: Values, values: Values}[]} */ (
      operation.body.changes
    );
    if (!operation.visit && refused.status === 409) this.#editTheRest(operation, changes);
    else if (!operation.visit) this.#parts.onProblem(refused.message);
    else for (const change of changes) this.#keepMine(operation, change, refused);
    this.state.setAsked(this.queue.asked());
    waiting?.resolve(null);
  }

  /** Of many clips some were changed elsewhere: the others get their values.
   * @param {Operation} operation @param {{id: number, expected: Values, values: Values}[]} changes */
  #editTheRest(operation, changes) {
    const rest = changes.filter(({ id, expected }) => {
      const clip = this.state.clips.get(id);
      return clip && same(pick(clip, expected), expected);
    });
    this.#parts.onSkipped(changes.length - rest.length);
    if (rest.length && rest.length < changes.length) {
      this.queue.push({ path: operation.path, body: { ...operation.body, changes: rest } });
    }
  }

  /** What was typed could not be put in: what does not collide is sent again, the rest is asked.
   *
   * @param {Operation} operation @param {{id: number, expected: Values, values: Values}} change
   * @param {Refused} refused */
  #keepMine(operation, { id, expected, values }, refused) {
    const later = this.queue.withdraw(
      ({ path, visit, body }) => path === "api/edit" && !!visit && body.changes[0].id === id,
    );
    for (const { body } of later) Object.assign(values, body.changes[0].values);
    const clip = this.state.clips.get(id);
    if (!clip) {
      this.#parts.onProblem(`${refused.message} ${values.text ?? ""}`);
      return;
    }
    /** @type {Values} */
    const rest = {};
    for (const [key, value] of Object.entries(values)) {
      const name = /** @type {Field} */ (key);
      const theirs = clip[name];
      const collides = refused.status === 409 ? theirs !== expected[name] : true;
      if (theirs === value) continue;
      if (collides && name in expected && WRITTEN.includes(name)) {
        const reason = refused.status === 409 ? undefined : refused.message;
        this.#addConflict({ id, field: name, mine: String(value), theirs, reason });
      } else {
        Object.assign(rest, { [name]: value });
      }
    }
    if (!Object.keys(rest).length || refused.status !== 409) return;
    const { label, group } = operation.body;
    const changes = [{ id, expected: pick(clip, rest), values: rest }];
    this.queue.push({
      path: "api/edit",
      body: { changes, label, group, by: this.page },
      visit: operation.visit,
    });
  }

  /** @param {Conflict} conflict */
  #addConflict(conflict) {
    const others = this.conflicts.filter(
      (one) => one.id !== conflict.id || one.field !== conflict.field,
    );
    this.conflicts = [...others, conflict];
    this.#conflictsChanged();
  }

  #conflictsChanged() {
    this.#keeper?.keep({ conflicts: this.conflicts });
    this.#parts.onConflicts();
  }
}

/** The same fields of a clip. @param {Clip} clip @param {Values} names @returns {Values} */
function pick(clip, names) {
  const keys = /** @type {(keyof Values)[]} */ (Object.keys(names));
  return Object.fromEntries(keys.map((name) => [name, clip[name]]));
}

/** @param {Values} one @param {Values} other */
function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
