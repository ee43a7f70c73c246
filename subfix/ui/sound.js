// Fetches the sound of clips, the next one ahead, so that it plays at once.

/** @import {State} from "./state.js" */
import { Refused, Unreachable } from "./api.js";
import { soundVersion } from "./peaks.js";

const MOST_KEPT = 8;

export class Sounds {
  #state;
  /** @type {Map<string, Promise<Blob>>} */
  #kept = new Map();

  /** @param {State} state */
  constructor(state) {
    this.#state = state;
  }

  /** @param {number} id @returns {Promise<Blob>} */
  get(id) {
    const version = soundVersion(this.#state, id);
    const kept = this.#kept.get(version);
    if (kept) return kept;
    const sound = fetchSound(`api/audio/${id}.wav?v=${version}`);
    this.#kept.set(version, sound);
    sound.catch(() => this.#kept.delete(version));
    if (this.#kept.size > MOST_KEPT) {
      this.#kept.delete(/** @type {string} */ (this.#kept.keys().next().value));
    }
    return sound;
  }

  /** @param {number | undefined} id */
  prepare(id) {
    if (id === undefined || this.#state.clips.get(id)?.problem) return;
    this.get(id).catch(() => {}); // said when it is opened
  }
}

/** @param {string} path */
async function fetchSound(path) {
  const answer = await fetch(path).catch((error) => {
    throw new Unreachable(String(error));
  });
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => null));
  return answer.blob();
}
