// The words under the waveform, each where it is heard.

/** @import {Word} from "./types.js" */
import { clock, find, make } from "./dom.js";
import { t } from "./i18n.js";
import { lightOf, usualScore } from "./words.js";

export class WordsBar {
  #bar;
  #inner;
  /** @type {Word[]} */
  #words = [];
  #scale = 0;
  #onHear;

  /** @param {HTMLElement} bar @param {(word: Word) => void} onHear */
  constructor(bar, onHear) {
    this.#bar = bar;
    this.#inner = find("div", bar);
    this.#onHear = onHear;
    bar.addEventListener("keydown", (event) => this.#key(event));
    this.show([], "");
  }

  /** @param {Word[]} words @param {string} language tag */
  show(words, language) {
    this.#words = words;
    this.#bar.classList.toggle("none", !words.length);
    this.#inner.lang = language;
    const usual = usualScore(words);
    this.#inner.replaceChildren(
      ...words.map((word, index) => {
        const score = word.score === null ? "" : t("word.score", { score: Math.round(word.score * 100) });
        const title = `${word.text}  ${clock(word.start_s)}–${clock(word.end_s)} s  ${score}`;
        return make(
          "button",
          {
            type: "button",
            class: lightOf(word.score, usual),
            title,
            "aria-label": t("word.hear", { word: word.text, score }),
            tabindex: index ? "-1" : "0",
            onclick: () => this.#onHear(word),
          },
          word.text,
        );
      }),
    );
    this.#place();
  }

  /** @param {number} scale pixels a second @param {number} scroll pixels */
  setScale(scale, scroll) {
    this.#inner.style.translate = `${-scroll}px`;
    if (scale === this.#scale) return;
    this.#scale = scale;
    this.#place();
  }

  #place() {
    this.#words.forEach((word, index) => {
      const shown = /** @type {HTMLElement} */ (this.#inner.children[index]);
      shown.style.left = `${word.start_s * this.#scale}px`;
      shown.style.minWidth = `${Math.max((word.end_s - word.start_s) * this.#scale, 4)}px`;
      const after = this.#words[index + 2]; // words stand in two rows, one beside the next but one
      shown.style.maxWidth = after ? `${(after.start_s - word.start_s) * this.#scale - 2}px` : "";
    });
  }

  /** @param {number} time */
  setTime(time) {
    this.#words.forEach((word, index) => {
      const isNow = time >= word.start_s && time < word.end_s;
      this.#inner.children[index].classList.toggle("now", isNow);
    });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.altKey || event.ctrlKey) return;
    const buttons = /** @type {HTMLElement[]} */ ([...this.#inner.children]);
    const here = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const next = buttons[here + step];
    if (!next) return;
    buttons[here].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    event.preventDefault();
  }
}
