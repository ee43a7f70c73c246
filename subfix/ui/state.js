// What the page knows about the list, kept up to date by the server's events.

/** @import {ChangeEvent, Clip, Facts, History, Job, ListFacts, Outside, Quality, Snapshot, Suggestion, Values} from "./types.js" */

/**
 * What happened: which clips look different, whether clips came or went, and who did it.
 * Without an event it is this page that waits for an answer; `by` is empty for what was loaded.
 * @typedef {{ids: Set<number>, order: boolean, event: Pick<ChangeEvent, "by" | "kind"> | null}} Seen
 */

const LOADED = { by: "", kind: "load" };

export class State {
  n = 0;
  /** @type {ListFacts} */
  list = { name: "", path: "", format: "", spans: false, audio_editable: true, notice: null };
  /** As the server has them. @type {Map<number, Clip>} */
  clips = new Map();
  /** @type {number[]} */
  order = [];
  /** @type {Map<number, Facts>} */
  facts = new Map();
  /** @type {Map<number, Quality>} */
  quality = new Map();
  /** @type {Map<number, Suggestion>} */
  suggestions = new Map();
  /** @type {History} */
  history = { undo: null, redo: null };
  /** @type {Outside | null} */
  outside = null;
  /** @type {string[]} */
  languages = [];
  /** @type {string[]} */
  engines = [];
  /** @type {Map<string, Job>} */
  jobs = new Map();

  /** Number of the change that a clip shows: answers and events may come in any order. @type {Map<number, number>} */
  #shown_n = new Map();
  /** What was asked for and is not answered yet. @type {Map<number, Values>} */
  #asked = new Map();
  /** @type {Map<string, ((value: any) => void)[]>} */
  #listeners = new Map();

  /**
   * `clips` (Seen), `facts`, `quality`, `suggestions` (Set of ids), `history`, `outside`, `jobs`.
   * @param {string} name @param {(value: any) => void} listener
   */
  on(name, listener) {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
  }

  /** @param {string} name @param {any} [value] */
  #tell(name, value) {
    for (const listener of this.#listeners.get(name) ?? []) listener(value);
  }

  /** @param {Snapshot} snapshot */
  load(snapshot) {
    this.n = snapshot.n;
    this.list = snapshot.list;
    this.clips = new Map(snapshot.clips.map((clip) => [clip.id, clip]));
    this.order = snapshot.clips.map((clip) => clip.id);
    this.facts = byId(snapshot.facts);
    this.quality = byId(snapshot.quality);
    this.suggestions = byId(snapshot.suggestions);
    this.history = snapshot.history;
    this.outside = snapshot.outside;
    this.languages = snapshot.languages;
    this.engines = snapshot.engines;
    this.jobs = new Map(snapshot.jobs.map((job) => [job.name, job]));
    this.#shown_n.clear();
    for (const name of ["history", "outside", "jobs"]) this.#tell(name);
    this.#tell("clips", { ids: new Set(this.order), order: true, event: LOADED });
  }

  /** The clip as the person sees it: with what was asked for.
   * @param {number} id @returns {Clip | undefined} */
  clip(id) {
    const clip = this.clips.get(id);
    const asked = this.#asked.get(id);
    return clip && asked ? { ...clip, ...asked } : clip;
  }

  /** @returns {Clip[]} */
  shown() {
    return this.order.map((id) => /** @type {Clip} */ (this.clip(id)));
  }

  /** @param {number} id @returns {number | null} */
  seconds(id) {
    const facts = this.facts.get(id);
    if (Array.isArray(facts)) return facts[0];
    const clip = this.clips.get(id);
    return clip?.end_s != null && clip.start_s != null ? clip.end_s - clip.start_s : null;
  }

  /** @param {Map<number, Values>} asked */
  setAsked(asked) {
    const ids = new Set([...this.#asked.keys(), ...asked.keys()]);
    this.#asked = asked;
    if (ids.size) this.#tell("clips", { ids, order: false, event: null });
  }

  /** Take in a change; one that was seen before changes nothing. @param {ChangeEvent} event */
  apply(event) {
    const ids = new Set();
    let order = false;
    for (const clip of event.clips ?? []) {
      if ((this.#shown_n.get(clip.id) ?? 0) >= event.n) continue;
      this.#shown_n.set(clip.id, event.n);
      this.clips.set(clip.id, clip);
      ids.add(clip.id);
    }
    for (const [id, behind] of event.placed ?? []) {
      if (this.order.includes(id) || !this.clips.has(id)) continue;
      this.order.splice(behind ? this.order.indexOf(behind) + 1 : 0, 0, id);
      order = true;
    }
    for (const id of event.removed ?? []) {
      if ((this.#shown_n.get(id) ?? 0) >= event.n) continue;
      this.#shown_n.set(id, event.n);
      if (!this.clips.delete(id)) continue;
      this.order.splice(this.order.indexOf(id), 1);
      ids.add(id);
      order = true;
    }
    if (event.n >= this.n && event.history) {
      this.history = event.history;
      this.#tell("history");
    }
    if (ids.size || order) this.#tell("clips", { ids, order, event });
  }

  /** Clips as the server has them now, told outside of an event. @param {Clip[]} clips */
  see(clips) {
    for (const clip of clips) this.clips.set(clip.id, clip);
    const ids = new Set(clips.map((clip) => clip.id));
    this.#tell("clips", { ids, order: false, event: LOADED });
  }

  /** @param {Record<string, Facts>} facts */
  addFacts(facts) {
    this.#tell("facts", addTo(this.facts, facts));
  }

  /** @param {Record<string, Quality>} quality */
  addQuality(quality) {
    this.#tell("quality", addTo(this.quality, quality));
  }

  /** null forgets one. @param {Record<string, Suggestion | null>} suggestions */
  addSuggestions(suggestions) {
    this.#tell("suggestions", addTo(this.suggestions, suggestions));
  }

  /** @param {Outside | null} outside */
  setOutside(outside) {
    this.outside = outside;
    this.#tell("outside");
  }

  /** @param {Job} job */
  setJob(job) {
    this.jobs.set(job.name, job);
    this.#tell("jobs", job);
  }
}

/** @template T @param {Record<string, T>} record @returns {Map<number, T>} */
function byId(record) {
  return new Map(Object.entries(record).map(([id, value]) => [Number(id), value]));
}

/** @template T @param {Map<number, T>} map @param {Record<string, T | null>} more */
function addTo(map, more) {
  const ids = new Set();
  for (const [id, value] of Object.entries(more)) {
    if (value === null) map.delete(Number(id));
    else map.set(Number(id), value);
    ids.add(Number(id));
  }
  return ids;
}
