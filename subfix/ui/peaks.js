// The small waveforms of the rows: asked for in batches, for the rows in sight only.

/** @import {State} from "./state.js" */
import { get } from "./api.js";
import { rested } from "./dom.js";

const N_PEAKS = 88;
const PAUSE_MS = 60;
const MOST_KEPT = 4000;

/** What the sound of a clip is known by: another sound has another name, and a reload looks anew.
 * @param {State} state @param {number} id */
export function soundVersion(state, id) {
  const clip = state.clips.get(id);
  const parts = [clip?.audio, clip?.start_s, clip?.end_s, performance.timeOrigin];
  let hash = 7;
  for (const letter of parts.join("|")) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  return `${id}-${hash.toString(36)}`;
}

export class Peaks {
  #state;
  #onPeaks;
  /** @type {Map<string, number[]>} */
  #kept = new Map();
  /** @type {number[]} */
  #wanted = [];
  /** @type {AbortController | null} */
  #asking = null;
  /** @type {Set<number>} */
  #asked = new Set();
  #ask = rested(() => this.#fetch(), PAUSE_MS);

  /** @param {State} state @param {(ids: Set<number>) => void} onPeaks */
  constructor(state, onPeaks) {
    this.#state = state;
    this.#onPeaks = onPeaks;
  }

  /** @param {number} id @returns {number[] | undefined} */
  of(id) {
    return this.#kept.get(soundVersion(this.#state, id));
  }

  /** These rows are in sight; what is asked for others is cancelled. @param {number[]} ids */
  want(ids) {
    this.#wanted = ids.filter((id) => !this.of(id) && !this.#state.clips.get(id)?.problem);
    if (this.#asking && !this.#wanted.some((id) => this.#asked.has(id))) this.#asking.abort();
    if (this.#wanted.some((id) => !this.#asked.has(id))) this.#ask();
  }

  async #fetch() {
    const ids = this.#wanted.filter((id) => !this.#asked.has(id));
    if (!ids.length || this.#asking) return;
    const asking = new AbortController();
    this.#asking = asking;
    this.#asked = new Set(ids);
    /** @type {Record<string, number[]>} */
    let peaks = {};
    let failed = false;
    try {
      peaks = await get(`api/peaks?ids=${ids.join(",")}&n=${N_PEAKS}`, asking.signal);
    } catch {
      failed = true; // cancelled, or the server is away: asked again when they are in sight again
    }
    for (const [id, values] of Object.entries(peaks)) {
      this.#kept.set(soundVersion(this.#state, Number(id)), values);
    }
    while (this.#kept.size > MOST_KEPT) {
      this.#kept.delete(/** @type {string} */ (this.#kept.keys().next().value));
    }
    this.#asking = null;
    const missing = new Set(ids.filter((id) => !(id in peaks)));
    this.#asked = failed ? new Set() : missing; // those have none: not asked twice
    this.#onPeaks(new Set(ids));
    if ((!failed || asking.signal.aborted) && this.#wanted.some((id) => !this.of(id) && !this.#asked.has(id))) this.#ask();
  }
}

/**
 * @param {HTMLCanvasElement} canvas @param {number[] | undefined} peaks
 * @param {{rem: number, colour: string}} look asking the canvas for its size would lay out the page
 */
export function drawPeaks(canvas, peaks, { rem, colour }) {
  const scale = devicePixelRatio || 1;
  const width = Math.round(5.5 * rem * scale);
  const height = Math.round(2.4 * rem * scale);
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context || !peaks) return;
  context.fillStyle = colour;
  const n = peaks.length / 2;
  let loudest = 24; // silence stays flat
  for (const peak of peaks) loudest = Math.max(loudest, Math.abs(peak));
  const step = width / n;
  for (let i = 0; i < n; i++) {
    const low = peaks[2 * i] / loudest;
    const high = peaks[2 * i + 1] / loudest;
    const top = (1 - high) * (height / 2);
    const tall = Math.max((high - low) * (height / 2), scale);
    context.fillRect(i * step, top, Math.max(step - 0.25 * scale, 1), tall);
  }
}
