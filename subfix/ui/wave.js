// The sound of the clip in focus: seen, heard, measured and marked.

import { clock, colour } from "./dom.js";
import RegionsPlugin from "./vendor/wavesurfer/plugins/regions.esm.js";
import SpectrogramPlugin from "./vendor/wavesurfer/plugins/spectrogram.esm.js";
import WaveSurfer from "./vendor/wavesurfer/wavesurfer.esm.js";

/** @import {Region} from "./vendor/wavesurfer/plugins/regions.esm.js" */

const CLOSEST = 6000; // pixels a second: a sample of 48 kHz is an eighth of a pixel
export const SPEEDS = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2];

/**
 * @typedef {{
 *   onTime: (time: number) => void,
 *   onPlaying: (isPlaying: boolean) => void,
 *   onScale: (pixelsPerSecond: number, scroll: number) => void,
 *   onSelection: () => void,
 *   onCut: (time: number) => void,
 * }} Parts
 */

export class Wave {
  looping = false;
  speed = 1;
  #parts;
  #media = new Audio();
  #regions = RegionsPlugin.create();
  #surfer;
  /** @type {SpectrogramPlugin | null} */
  #spectrogram = null;
  #zoom = 0;
  #loaded = false;
  /** Asks that were overtaken by a later one are dropped. */
  #ask = 0;
  /** The stretch that is played alone, such as a word. @type {[number, number] | null} */
  #stretch = null;

  /** @param {HTMLElement} container @param {Parts} parts */
  constructor(container, parts) {
    this.#parts = parts;
    this.#media.preservesPitch = true;
    this.#surfer = WaveSurfer.create({
      container,
      height: 152,
      media: this.#media,
      ...colours(),
      cursorWidth: 2,
      normalize: true,
      autoCenter: false,
      plugins: [this.#regions],
    });
    this.#regions.enableDragSelection({ id: "selection", color: faint("--accent", 0.18) }, 4);
    this.#listen();
    container.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
  }

  #listen() {
    const scale = () => this.#parts.onScale(this.#pixels(), this.#surfer.getScroll());
    for (const name of ["scroll", "zoom", "redraw", "ready"]) this.#surfer.on(name, scale);
    this.#surfer.on("timeupdate", (time) => this.#moved(time));
    this.#surfer.on("interaction", () => (this.#stretch = null));
    this.#surfer.on("play", () => this.#parts.onPlaying(true));
    this.#surfer.on("pause", () => this.#parts.onPlaying(false));
    this.#surfer.on("finish", () => {
      if (this.looping) this.play(0);
      else this.#parts.onPlaying(false);
    });
    this.#regions.on("region-created", (region) => {
      if (region.id !== "selection") return;
      for (const other of this.#regions.getRegions()) {
        if (other.id === "selection" && other !== region) other.remove();
      }
      this.#parts.onSelection();
    });
    this.#regions.on("region-update", (region) => {
      if (region.id === "cut") this.#parts.onCut(region.start);
      else this.#parts.onSelection();
    });
    this.#regions.on("region-updated", () => this.#parts.onSelection());
  }

  /** The page has other colours now. */
  recolour() {
    this.#surfer.setOptions(colours());
  }

  /** @param {Blob | null} sound @param {number} rate samples a second */
  async load(sound, rate) {
    const ask = ++this.#ask;
    this.#loaded = false;
    this.#stretch = null;
    this.#surfer.pause();
    this.#parts.onPlaying(false); // a sound that is replaced while it plays does not say so
    this.#regions.clearRegions();
    this.#parts.onSelection();
    this.#zoom = 0;
    if (!sound) {
      this.#surfer.empty();
      this.#parts.onTime(0);
      return false;
    }
    this.#surfer.setOptions({ sampleRate: Math.min(Math.max(rate, 8000), 96000), minPxPerSec: 0 });
    await this.#surfer.loadBlob(sound);
    if (ask !== this.#ask) return false;
    this.#loaded = true;
    this.setSpeed(this.speed);
    this.#surfer.setTime(0);
    this.#parts.onScale(this.#pixels(), 0);
    this.#parts.onTime(0);
    return true;
  }

  get duration() {
    return this.#loaded ? this.#surfer.getDuration() : 0;
  }

  get time() {
    return this.#loaded ? this.#surfer.getCurrentTime() : 0;
  }

  get isPlaying() {
    return this.#loaded && this.#surfer.isPlaying();
  }

  /** @param {number} time */
  seek(time) {
    if (this.#loaded) this.#surfer.setTime(Math.min(Math.max(time, 0), this.duration));
  }

  /** Play from here, or only to `end`. @param {number} [start] @param {number} [end] */
  play(start, end) {
    if (!this.#loaded) return;
    this.#stretch = end === undefined ? null : [start ?? this.time, end];
    this.#surfer.play(start, end).catch(() => {}); // the browser may want a key press first
  }

  pause() {
    this.#surfer.pause();
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play(this.time >= this.duration - 0.01 ? 0 : undefined);
  }

  /** From the start, or from the start of what is marked. */
  restart() {
    const selection = this.selection;
    if (selection && this.looping) this.play(selection[0]);
    else this.play(0);
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.speed = speed;
    this.#media.defaultPlaybackRate = speed;
    this.#media.playbackRate = speed;
  }

  /** @param {number} time */
  #moved(time) {
    const selection = this.selection;
    if (this.looping && selection && !this.#stretch && this.isPlaying && time >= selection[1]) {
      this.#surfer.setTime(selection[0]);
    }
    if (this.#stretch && time >= this.#stretch[1] && this.looping) {
      this.#surfer.play(...this.#stretch).catch(() => {});
    }
    this.#parts.onTime(time);
  }

  /** Start and end of what is marked. @returns {[number, number] | null} */
  get selection() {
    const region = this.#region("selection");
    return region ? [region.start, region.end] : null;
  }

  /** @param {[number, number] | null} span */
  set selection(span) {
    const region = this.#region("selection");
    if (!span) region?.remove();
    else if (region) region.setOptions({ start: span[0], end: span[1] });
    else {
      const [start, end] = span;
      this.#regions.addRegion({ id: "selection", start, end, color: faint("--accent", 0.18) });
    }
    this.#parts.onSelection();
  }

  /** The line where the clip is to be split; null takes it away. @param {number | null} time */
  setCut(time) {
    const region = this.#region("cut");
    if (time === null) region?.remove();
    else if (region) region.setOptions({ start: time, end: time });
    else this.#regions.addRegion({ id: "cut", start: time, color: colour("--red"), content: "✂" });
  }

  /** @param {string} id @returns {Region | undefined} */
  #region(id) {
    return this.#regions.getRegions().find((region) => region.id === id);
  }

  #pixels() {
    const fit = this.duration ? this.#surfer.getWidth() / this.duration : 0;
    return Math.max(fit, this.#zoom);
  }

  /** Nearer or farther; the moment under the pointer, or the playhead, stays where it is.
   * @param {number} factor 0 shows the whole clip @param {number} [anchor] seconds */
  zoom(factor, anchor = this.time) {
    if (!this.#loaded) return;
    const before = this.#pixels();
    const place = anchor * before - this.#surfer.getScroll();
    const inSight = place >= 0 && place <= this.#surfer.getWidth();
    const wanted = Math.min(before * factor, CLOSEST);
    this.#zoom = wanted <= this.#surfer.getWidth() / this.duration ? 0 : wanted;
    this.#surfer.zoom(this.#zoom);
    const left = inSight ? place : this.#surfer.getWidth() / 2;
    this.#surfer.setScrollTime(Math.max(anchor - left / this.#pixels(), 0));
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = this.#surfer.getWrapper().getBoundingClientRect();
    this.zoom(event.deltaY < 0 ? 1.25 : 0.8, (event.clientX - box.left) / this.#pixels());
  }

  get hasSpectrogram() {
    return this.#spectrogram !== null;
  }

  toggleSpectrogram() {
    if (this.#spectrogram) {
      this.#surfer.unregisterPlugin(this.#spectrogram);
      this.#spectrogram.destroy();
      this.#spectrogram = null;
      return;
    }
    const plugin = SpectrogramPlugin.create({
      height: 160,
      labels: true,
      labelsBackground: "rgba(0, 0, 0, 0.55)",
      labelsColor: "#fff",
      labelsHzColor: "#fff",
      fftSamples: 512,
      autoGain: true,
      rangeDB: 70,
      preEmphasis: 6,
      colorMap: "roseus",
    });
    this.#spectrogram = this.#surfer.registerPlugin(plugin);
  }

  /** Where the playhead is, for reading. */
  describe() {
    return `${clock(this.time)} / ${clock(this.duration)} s`;
  }
}

function colours() {
  return {
    waveColor: colour("--wave"),
    progressColor: colour("--played"),
    cursorColor: colour("--red"),
  };
}

/** @param {string} name @param {number} alpha */
function faint(name, alpha) {
  return colour(name).replace(/rgb\((.*)\)/, `rgba($1, ${alpha})`);
}
