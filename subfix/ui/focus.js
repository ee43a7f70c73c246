// The clip in focus: its sound, its words and what can be done with it.

/** @import {Word} from "./types.js" */
/** @import {Desk, Field} from "./desk.js" */
/** @import {Seen} from "./state.js" */
import { get, Refused } from "./api.js";
import { line, showConflicts, showQuality, showSuggestion } from "./boxes.js";
import { byId, fillChoice, find, make, setValue } from "./dom.js";
import { nameOf, t } from "./i18n.js";
import { newKey } from "./queue.js";
import { languageTag } from "./row.js";
import { Sounds } from "./sound.js";
import { Wave } from "./wave.js";
import { WordsBar } from "./words_bar.js";

/**
 * @typedef {{
 *   number: (id: number) => number,
 *   next: (id: number) => number | undefined,
 *   onSelection: () => void,
 *   onCut: (time: number) => void,
 * }} Parts
 */

export class Focus {
  /** @type {number | null} */
  id = null;
  /** @type {Word[]} */
  words = [];
  /** One visit of a clip is one step of undo. */
  visit = newKey();
  panel = byId("focus");
  text = byId("text", HTMLTextAreaElement);
  wave;
  #desk;
  #parts;
  #sounds;
  #bar;
  #composing = false;
  /** The sound that is shown. */
  #heard = "";
  #fields = /** @type {Record<Field, HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>} */ ({
    text: this.text,
    speaker: byId("speaker", HTMLInputElement),
    language: byId("language", HTMLSelectElement),
    flag: byId("flag", HTMLInputElement),
  });

  /** @param {Desk} desk @param {Parts} parts */
  constructor(desk, parts) {
    this.#desk = desk;
    this.#parts = parts;
    this.#sounds = new Sounds(desk.state);
    this.#bar = new WordsBar(byId("words"), (word) => this.wave.play(word.start_s, word.end_s));
    this.wave = new Wave(byId("wave"), {
      onTime: (time) => {
        byId("time").textContent = this.wave.describe();
        this.#bar.setTime(time);
      },
      onPlaying: (isPlaying) => this.showPlaying(isPlaying),
      onScale: (scale, scroll) => this.#bar.setScale(scale, scroll),
      onSelection: () => this.#parts.onSelection(),
      onCut: (time) => this.#parts.onCut(time),
    });
    for (const [name, input] of Object.entries(this.#fields)) {
      const field = /** @type {Field} */ (name);
      input.addEventListener("input", (event) => {
        if (!(/** @type {InputEvent} */ (event)).isComposing) this.#typed(field);
      });
      input.addEventListener("compositionstart", () => (this.#composing = true));
      input.addEventListener("compositionend", () => {
        this.#composing = false;
        this.#typed(field);
      });
      input.addEventListener("blur", () => desk.queue.flush());
    }
  }

  get clip() {
    return this.id === null ? undefined : this.#desk.state.clip(this.id);
  }

  /** @param {boolean} isPlaying */
  showPlaying(isPlaying) {
    const play = find(".play", this.panel);
    find("use", play).setAttribute("href", `icons.svg#${isPlaying ? "pause" : "play"}`);
    find("span", play).textContent = t(isPlaying ? "pause" : "play");
  }

  /** @param {number | null} id @param {boolean} [play] */
  async open(id, play = false) {
    this.#desk.queue.flush();
    if (id !== this.id) this.visit = newKey();
    this.id = id;
    this.panel.hidden = id === null;
    if (id === null) {
      this.wave.pause();
      return;
    }
    this.refresh(true);
    await this.#load(play);
  }

  /** Show the sound of this clip, where it is not shown already. @param {boolean} play */
  async #load(play) {
    const id = /** @type {number} */ (this.id);
    const { state } = this.#desk;
    const clip = state.clips.get(id);
    const sound = `${id}|${clip?.audio}|${clip?.start_s}|${clip?.end_s}`;
    if (sound === this.#heard) {
      if (play) this.wave.play(0);
      return;
    }
    this.#heard = sound;
    this.words = [];
    this.#bar.show([], "");
    const facts = state.facts.get(id);
    try {
      if (clip?.problem && !clip.audio) throw new Refused(0, { error: t("row.no_audio") });
      const blob = await this.#sounds.get(id);
      if (sound !== this.#heard) return;
      this.#showSound("");
      const shown = await this.wave.load(blob, Array.isArray(facts) ? facts[1] : 48000);
      if (!shown) return;
    } catch (error) {
      if (sound !== this.#heard) return;
      await this.wave.load(null, 0);
      const told = facts && "error" in facts ? facts.error : "";
      const sentence = error instanceof Refused ? error.message : t("sound.failed");
      this.#showSound(told || sentence);
      this.#heard = "";
      return;
    }
    if (play) this.wave.play(0);
    this.#sounds.prepare(this.#parts.next(id));
    await this.#loadWords(id, sound);
  }

  /** The server is there again: load what could not be loaded. */
  retry() {
    if (this.id !== null && !this.#heard) this.#load(false);
  }

  /** @param {string} problem */
  #showSound(problem) {
    byId("no-audio").hidden = !problem;
    byId("no-audio").textContent = problem;
    byId("wave").hidden = !!problem;
    for (const part of find(".transport", this.panel).querySelectorAll("button, select")) {
      /** @type {HTMLButtonElement} */ (part).disabled = !!problem;
    }
  }

  /** @param {number} id @param {string} sound */
  async #loadWords(id, sound) {
    const words = await get(`api/words/${id}`).catch(() => []);
    if (sound !== this.#heard) return;
    this.words = words;
    this.#bar.show(words, languageTag(this.clip?.language ?? ""));
  }

  /** Write what the clip is into the panel. @param {boolean} [whole] also what the cursor is in */
  refresh(whole = false) {
    const { clip } = this;
    if (!clip || this.id === null) return;
    const { state, conflicts } = this.#desk;
    const name = clip.audio.split(/[\\/]/).at(-1) ?? "";
    find("h2", this.panel).replaceChildren(
      `#${this.#parts.number(clip.id)} `,
      make("span", { class: "path", title: clip.audio }, name),
    );
    byId("quality").hidden = !!clip.problem;
    byId("broken").hidden = !clip.problem;
    byId("sound").hidden = !!clip.problem && !clip.audio;
    byId("labels").hidden = !!clip.problem;
    if (clip.problem) this.#showBroken(clip.problem, (clip.raw ?? "").trimEnd(), whole);
    this.#showValues(whole);
    const mine = conflicts.filter((conflict) => conflict.id === clip.id);
    showConflicts(byId("conflicts"), mine, clip, (conflict, value) => {
      this.#desk.resolve(conflict, value);
      this.refresh(true);
      this.text.focus();
    });
    showSuggestion(byId("suggestion"), state.suggestions.get(clip.id), clip, {
      accept: () => this.#takeSuggestion(true),
      refuse: () => this.#takeSuggestion(false),
    });
    showQuality(byId("quality"), state.quality.get(clip.id), state.quality.size > 0);
  }

  /** @param {boolean} whole */
  #showValues(whole) {
    const { clip } = this;
    if (!clip) return;
    for (const [field, input] of Object.entries(this.#fields)) {
      const conflict = this.#desk.conflicts.find((one) => one.id === clip.id && one.field === field);
      const value = conflict ? conflict.mine : clip[/** @type {Field} */ (field)];
      if (field === "language") this.#fillLanguages(clip.language);
      if (whole || document.activeElement !== input) setValue(input, value);
      input.setAttribute("aria-invalid", String(!!conflict));
    }
    this.text.lang = languageTag(clip.language);
    this.text.spellcheck = true;
    this.fit();
    this.#showButtons();
  }

  /** @param {string} problem @param {string} raw @param {boolean} whole */
  #showBroken(problem, raw, whole) {
    find("#broken .problem").textContent = problem;
    const input = byId("raw", HTMLTextAreaElement);
    if (whole) byId("repair-problem").hidden = true;
    if (whole || document.activeElement !== input) input.value = raw;
  }

  /** @param {string} own */
  #fillLanguages(own) {
    const names = [...new Set([...this.#desk.state.languages, own])];
    const select = /** @type {HTMLSelectElement} */ (this.#fields.language);
    if (names.length === select.options.length && names.every((name, n) => select.options[n].value === name)) return;
    fillChoice(select, names.map((name) => [name, nameOf("language", name)]));
  }

  #showButtons() {
    const { clip } = this;
    if (!clip) return;
    const editable = this.#desk.state.list.audio_editable;
    const command = (/** @type {string} */ name) =>
      /** @type {HTMLButtonElement} */ (find(`[data-command="${name}"]`, this.panel));
    command("delete").hidden = clip.deleted;
    command("restore").hidden = !clip.deleted;
    command("reopen").hidden = !clip.done;
    for (const name of ["split", "merge", "trim"]) {
      command(name).disabled = !editable || clip.deleted;
      if (!editable) command(name).title = t("not_editable");
    }
  }

  /** The text box is as high as its text. */
  fit() {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
  }

  /** Clips changed; what the cursor is in is only changed by the person's own doing.
   * @param {Seen} seen */
  changed({ ids, event }) {
    if (this.id === null || !ids.has(this.id)) return;
    const isOwn = !event || event.by === this.#desk.page;
    const here = document.activeElement;
    for (const [name, input] of Object.entries(this.#fields)) {
      const field = /** @type {Field} */ (name);
      const theirs = this.#desk.state.clips.get(this.id)?.[field] ?? "";
      if (isOwn || input !== here || input.value === theirs) continue;
      if (this.#desk.queue.asked().get(this.id)?.[field] !== undefined) continue; // 409 will tell
      this.#desk.addConflict({ id: this.id, field, mine: input.value, theirs });
    }
    if (!event) {
      this.#showValues(!this.#composing); // a key was pressed: nothing else is different
      return;
    }
    this.refresh(isOwn && !this.#composing);
    this.#load(false);
  }

  /** @param {Field} field */
  #typed(field) {
    if (this.id === null) return;
    const input = this.#fields[field];
    if (/[\r\n\u2028\u2029]/.test(input.value)) setValue(input, line(input.value));
    if (field === "text") this.fit();
    this.#desk.type(this.id, { [field]: input.value }, this.visit, field);
  }

  /** @param {boolean} accept */
  #takeSuggestion(accept) {
    const id = /** @type {number} */ (this.id);
    const { state } = this.#desk;
    const suggestion = state.suggestions.get(id);
    if (accept && suggestion) {
      this.#desk.type(id, { text: suggestion.text }, newKey(), "suggestion");
      this.#desk.queue.flush();
    }
    state.addSuggestions({ [id]: null });
    this.#desk.forget([id]);
    this.refresh(true);
    this.text.focus();
  }

  focusText() {
    const { clip } = this;
    const input = clip?.problem ? byId("raw", HTMLTextAreaElement) : this.text;
    input.focus({ preventScroll: false });
  }
}
