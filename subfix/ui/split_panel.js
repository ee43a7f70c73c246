// Splitting a clip: the text divided where the sound is cut, both halves in sight.

/** @import {App} from "./app.js" */
import { Refused } from "./api.js";
import { button, byId, find, make } from "./dom.js";
import { t } from "./i18n.js";
import { languageTag } from "./row.js";
import { announce, tell } from "./tell.js";
import { boundaries, halves, placeAt, placeWords, timeAt } from "./words.js";

const STEP_S = 0.01;

export class SplitPanel {
  #app;
  #panel = byId("split");
  #text = "";
  #language = "";
  #place = 0;
  #time = 0;
  /** @type {import("./words.js").PlacedWord[]} */
  #words = [];
  isOpen = false;
  #dragged = false;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
    this.#panel.addEventListener("keydown", (event) => this.#key(event));
    this.#panel.addEventListener("pointermove", (event) => this.#drag(event));
  }

  /** @param {number | null} caret place in the text; null splits at the playhead */
  open(caret) {
    const { focus, state } = this.#app;
    const { clip, wave } = focus;
    if (!clip || clip.deleted || clip.problem) return;
    if (!state.list.audio_editable || !wave.duration) {
      tell(t("not_editable"));
      return;
    }
    this.#app.desk.queue.flush();
    this.#text = clip.text;
    this.#language = languageTag(clip.language);
    this.#words = placeWords(clip.text, focus.words);
    if (caret === null) {
      this.#time = wave.time;
      this.#place = placeAt(clip.text, this.#words, wave.time, wave.duration, this.#language);
    } else {
      this.#place = caret;
      this.#time = timeAt(clip.text, this.#words, caret, wave.duration);
    }
    if (this.#time <= 0 || this.#time >= wave.duration) {
      tell(t(caret === null ? "split.at_edge" : "split.caret_at_edge"));
      return;
    }
    this.isOpen = true;
    this.#panel.hidden = false;
    this.#draw();
    find(".divider", this.#panel).focus();
    announce(t("split.opened"));
  }

  close() {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#panel.hidden = true;
    this.#app.focus.wave.setCut(null);
  }

  /** The line in the waveform was moved. @param {number} time */
  moveTo(time) {
    if (!this.isOpen) return;
    const { duration } = this.#app.focus.wave;
    this.#time = Math.min(Math.max(time, 0.001), duration - 0.001);
    this.#showTime();
  }

  #draw() {
    const [before, after] = halves(this.#text, this.#place);
    const { wave } = this.#app.focus;
    wave.setCut(this.#time);
    const lang = this.#language;
    const part = (/** @type {string} */ text, /** @type {number} */ from, /** @type {string} */ kind) =>
      make("p", { class: `half ${kind}`, lang, "aria-label": t(`split.${kind}`) }, ...this.#pieces(text, from));
    const divider = make(
      "div",
      {
        class: "divider",
        role: "slider",
        tabindex: "0",
        "aria-label": t("split.divider"),
        "aria-valuemin": 0,
        "aria-valuemax": this.#text.length,
        "aria-valuenow": this.#place,
        "aria-valuetext": t("split.halves", { before, after }),
        title: t("split.divider"),
      },
      "↔",
    );
    this.#panel.replaceChildren(
      make(
        "div",
        { class: "halves" },
        part(this.#text.slice(0, this.#place), 0, "before"),
        divider,
        part(this.#text.slice(this.#place), this.#place, "after"),
      ),
      make("p", { class: "quietly" }, t("split.hint")),
      make(
        "div",
        { class: "actions" },
        button(t("split.confirm"), () => this.#confirm(), { class: "primary" }),
        button(t("cancel"), () => this.#cancel()),
        button("−", () => this.moveTo(this.#time - STEP_S), { class: "icon", "aria-label": t("split.earlier") }),
        make("output", { class: "time" }),
        button("+", () => this.moveTo(this.#time + STEP_S), { class: "icon", "aria-label": t("split.later") }),
        button(t("split.hear_before"), () => wave.play(Math.max(this.#time - 1.5, 0), this.#time)),
        button(t("split.hear_after"), () => wave.play(this.#time, Math.min(this.#time + 1.5, wave.duration))),
        button(t("split.time_of_text"), () =>
          this.moveTo(timeAt(this.#text, this.#words, this.#place, wave.duration)),
        ),
      ),
    );
    this.#showTime();
  }

  #showTime() {
    this.#app.focus.wave.setCut(this.#time);
    find("output", this.#panel).textContent = t("split.time", { time: this.#time.toFixed(3) });
  }

  /** The text in pieces that the divider can be put before. @param {string} text @param {number} from */
  #pieces(text, from) {
    const places = [0, ...boundaries(text, this.#language), text.length];
    return places.slice(1).map((end, index) => {
      const start = places[index];
      return make(
        "span",
        { "data-place": from + start, onclick: () => this.#divide(from + start), title: t("split.here") },
        text.slice(start, end),
      );
    });
  }

  /** @param {number} place */
  #divide(place) {
    this.#place = Math.min(Math.max(place, 0), this.#text.length);
    this.#draw();
    const divider = find(".divider", this.#panel);
    divider.focus();
  }

  /** The divider goes where it is drawn to. @param {PointerEvent} event */
  #drag({ buttons, clientX, clientY, target }) {
    const isDivider = /** @type {HTMLElement} */ (target).classList.contains("divider");
    if (buttons !== 1) this.#dragged = false;
    else if (isDivider) this.#dragged = true;
    if (!this.#dragged) return;
    const under = document.elementFromPoint(clientX, clientY);
    const place = under instanceof HTMLElement ? under.dataset.place : undefined;
    if (place !== undefined && Number(place) !== this.#place) this.#divide(Number(place));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    const isDivider = /** @type {HTMLElement} */ (event.target).classList.contains("divider");
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape") this.#cancel();
    else if (event.key === "Enter" && isDivider) this.#confirm();
    else if (step && event.altKey) this.moveTo(this.#time + step * (event.shiftKey ? 0.001 : STEP_S));
    else if (step && isDivider) this.#step(step, event.shiftKey);
    else if (event.key === "Home" && isDivider) this.#divide(0);
    else if (event.key === "End" && isDivider) this.#divide(this.#text.length);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {number} step @param {boolean} byLetter */
  #step(step, byLetter) {
    if (byLetter) {
      this.#divide(this.#place + step);
      return;
    }
    const places = [0, ...boundaries(this.#text, this.#language), this.#text.length];
    const next = step > 0 ? places.find((at) => at > this.#place) : places.findLast((at) => at < this.#place);
    if (next !== undefined) this.#divide(next);
  }

  #cancel() {
    this.close();
    this.#app.focus.focusText();
  }

  async #confirm() {
    const { desk, focus, state } = this.#app;
    const id = focus.id;
    const facts = id === null ? null : state.facts.get(id);
    if (id === null || !Array.isArray(facts)) {
      tell(t("facts_missing"));
      return;
    }
    const at = Math.min(Math.max(Math.round(this.#time * facts[1]), 1), facts[2] - 1);
    const texts = halves(this.#text, this.#place);
    const expected = { text: this.#text };
    this.close();
    focus.focusText();
    try {
      await desk.ask("api/split", { id, at, texts, expected });
      announce(t("split.done"));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.body?.clips) state.see(error.body.clips);
      tell(error.message);
    }
  }
}
