// The page as a whole: the list, the clip in focus and what goes between them.

/** @import {ChangeEvent, Snapshot} from "./types.js" */
import { get, listen, post } from "./api.js";
import { Desk } from "./desk.js";
import { byId, find, rested } from "./dom.js";
import { Focus } from "./focus.js";
import { nameOf, t } from "./i18n.js";
import { KeyMap } from "./keys.js";
import { ClipList } from "./list.js";
import { showJobs, showOutside } from "./notices.js";
import { showProgress } from "./progress.js";
import { Selection } from "./selection.js";
import { SplitPanel } from "./split_panel.js";
import { State } from "./state.js";
import { announce, showSaveState, tell } from "./tell.js";
import { Tools } from "./tools.js";

export class App {
  state = new State();
  selection = new Selection();
  keys = new KeyMap();
  desk;
  list;
  tools;
  focus;
  split;
  /** Why the list itself could not be written; what was done is safe in the journal. */
  #failure = "";
  #showProgress = rested(() => showProgress(this.state), 60);

  /** Clips that other pages changed. @type {Set<number>} */
  #elsewhere = new Set();
  #tellElsewhere = rested(() => {
    announce(t("changed_elsewhere", { count: this.#elsewhere.size }));
    this.#elsewhere.clear();
  }, 1500);

  constructor() {
    const { state, selection } = this;
    this.desk = new Desk(state, {
      send: post,
      onStatus: () => this.#showStatus(),
      onConflicts: () => this.#showConflicts(),
      onProblem: tell,
      onSkipped: (count) => tell(t("skipped", { count })),
      onOwn: (event) => this.#didOwn(event),
    });
    this.list = new ClipList(byId("grid"), state, selection, {
      onOpen: (id, play) => this.open(id, { play }),
      onSelection: () => this.showSelection(),
    });
    this.tools = new Tools(state, {
      onView: (view) => this.#setView(view),
      active: () => selection.active,
    });
    this.focus = new Focus(this.desk, {
      number: (id) => this.list.number(id),
      next: (id) => this.list.view[this.list.view.indexOf(id) + 1],
      onSelection: () => this.showMarked(),
      onCut: (time) => this.split.moveTo(time),
    });
    this.split = new SplitPanel(this);
    this.#follow();
  }

  #follow() {
    const { state } = this;
    const fresh = (/** @type {Set<number>} */ ids) => {
      this.list.refresh(ids);
      if (this.focus.id !== null && ids.has(this.focus.id)) this.focus.refresh();
      this.#showProgress();
      this.tools.changed();
    };
    state.on("clips", (seen) => {
      if (seen.order) {
        this.list.renumber();
        this.selection.keep((id) => state.clips.has(id));
        this.#leaveGone();
      }
      this.list.refresh(seen.ids);
      this.focus.changed(seen);
      this.#showProgress();
      this.#showChoices();
      this.tools.changed();
    });
    for (const name of ["facts", "quality", "suggestions"]) state.on(name, fresh);
    state.on("history", () => this.showHistory());
    state.on("outside", () => showOutside(this));
    state.on("jobs", () => showJobs(this));
  }

  #showChoices = rested(() => {
    this.tools.fillChoices();
    const names = [...new Set([...this.state.clips.values()].map((clip) => clip.speaker))].sort();
    byId("speakers").replaceChildren(...names.filter(Boolean).map((name) => new Option(name)));
  }, 200);

  /** Take the list from the server, and go on from there. */
  async load() {
    /** @type {Snapshot} */
    const snapshot = await get("api/state");
    this.state.load(snapshot);
    this.#failure = "";
    document.title = `${snapshot.list.name} – SubFix`;
    find("#list-name").textContent = snapshot.list.name;
    find("#list-name").title = snapshot.list.path;
    const notice = byId("list-notice");
    notice.hidden = !snapshot.list.notice;
    find("p", notice).textContent = snapshot.list.notice ?? "";
  }

  async start() {
    await this.load();
    this.desk.start();
    await this.tools.look();
    const first = this.list.view.find((id) => !this.state.clips.get(id)?.done);
    const id = first ?? this.list.view[0];
    if (id !== undefined) await this.open(id, { text: false });
    this.#showStatus();
    this.listen();
  }

  listen() {
    const { state, desk } = this;
    listen(
      () => state.n,
      {
        change: (event) => this.#hear(event),
        saved: ({ error }) => {
          this.#failure = error ?? "";
          this.#showStatus();
        },
        facts: (facts) => state.addFacts(facts),
        quality: (quality) => state.addQuality(quality),
        suggestions: (suggestions) => state.addSuggestions(suggestions),
        outside: (outside) => state.setOutside(outside),
        job: (job) => state.setJob(job),
        hello: () => {
          desk.queue.retry();
          this.focus.retry();
          this.list.redraw();
        },
        reload: () => this.load().then(() => this.tools.look()),
      },
      (connected) => {
        if (connected) desk.queue.retry();
      },
    );
  }

  /** @param {ChangeEvent} event */
  #hear(event) {
    this.state.apply(event);
    this.state.n = Math.max(this.state.n, event.n);
    if (event.by === this.desk.page) return;
    for (const { id } of event.clips) this.#elsewhere.add(id);
    if (event.clips.length) this.#tellElsewhere();
  }

  /** What this page did is done: after undo and redo its clip comes into view. @param {ChangeEvent} event */
  #didOwn(event) {
    if (event.kind === "do") return;
    const label = nameOf("label", event.label);
    announce(t(event.kind === "undo" ? "undone" : "redone", { label }));
    const ids = [...event.clips.map((clip) => clip.id)];
    if (!ids.length || (this.focus.id !== null && ids.includes(this.focus.id))) return;
    const wanted = ids.find((id) => this.list.view.includes(id)) ?? ids[0];
    this.open(wanted, { text: document.activeElement === this.focus.text });
  }

  /** The clip in focus may be gone, merged into another or undone. */
  #leaveGone() {
    const { active } = this.selection;
    if (active === null || this.state.clips.has(active)) return;
    const old = this.list.view.indexOf(active);
    const rest = this.list.view.filter((id) => this.state.clips.has(id));
    const id = rest[Math.min(Math.max(old - 1, 0), rest.length - 1)];
    const hadText = document.activeElement === this.focus.text;
    if (id === undefined) this.focus.open(null);
    else this.open(id, { text: hadText });
    if (id === undefined) this.selection.active = null;
  }

  /**
   * Bring a clip into focus.
   *
   * @param {number} id
   * @param {{play?: boolean, text?: boolean}} [how] play it; put the cursor into its text
   */
  async open(id, { play = false, text = false } = {}) {
    this.split.close();
    const before = this.selection.active;
    this.selection.only(id);
    if (!this.list.view.includes(id)) await this.tools.look();
    this.list.refresh(new Set(before === null ? [id] : [before, id]));
    this.showSelection();
    this.list.reveal(id);
    const opened = this.focus.open(id, play);
    if (text) this.focus.focusText();
    this.showMarked();
    await opened;
  }

  /** The clip before or after the one in focus, in the order that is shown. @param {number} step */
  neighbour(step) {
    const { view } = this.list;
    const here = this.selection.active === null ? -1 : view.indexOf(this.selection.active);
    return view[here + step];
  }

  /** @param {number[]} view */
  #setView(view) {
    this.list.setView(view);
    const empty = byId("no-clips");
    empty.hidden = view.length > 0;
    empty.textContent = t(this.state.order.length ? "no_match" : "no_clips");
    const worst = find('[data-command="worst"]');
    worst.setAttribute("aria-pressed", String(this.tools.query.sort === "worst"));
    this.showSelection();
  }

  showSelection() {
    const { view } = this.list;
    const chosen = this.selection.ids.size > 1 ? this.selection.inOrder(view) : [];
    const several = chosen.length > 1;
    const shown = t("count", { shown: view.length, all: this.state.order.length });
    byId("count").textContent = several ? t("chosen", { count: chosen.length }) : shown;
    const all = byId("select-all", HTMLInputElement);
    all.checked = view.length > 0 && chosen.length === view.length;
    all.indeterminate = several && !all.checked;
    for (const name of ["batch-edit", "merge-selected", "transcribe", "delete-selected"]) {
      find(`#batch [data-command="${name}"]`).hidden = !several;
    }
    this.list.refresh();
  }

  /** What is marked in the waveform can be cut to. */
  showMarked() {
    const marked = this.focus.wave.selection;
    const trim = /** @type {HTMLButtonElement} */ (find('[data-command="trim"]'));
    trim.classList.toggle("ready", !!marked);
    byId("marked").textContent = marked
      ? t("marked", { start: marked[0].toFixed(3), end: marked[1].toFixed(3) })
      : "";
    find('[data-command="unmark"]').hidden = !marked;
  }

  showHistory() {
    for (const name of /** @type {const} */ (["undo", "redo"])) {
      const button = /** @type {HTMLButtonElement} */ (find(`[data-command="${name}"]`));
      const label = this.state.history[name];
      const sentence = label === null ? t(name) : t(`${name}.what`, { label: nameOf("label", label) });
      find("span", button).textContent = sentence;
      button.title = `${sentence} (${this.keys.shown(name)})`;
      button.disabled = label === null;
    }
  }

  #showStatus() {
    const { status } = this.desk.queue;
    if (this.#failure && status === "saved") showSaveState("failed", this.#failure);
    else showSaveState(status);
    if (this.desk.queue.operations.length) {
      const undo = /** @type {HTMLButtonElement} */ (find('[data-command="undo"]'));
      undo.disabled = false; // there is something to undo by the time it is its turn
    } else this.showHistory();
  }

  #showConflicts() {
    this.focus.refresh();
    const elsewhere = this.desk.conflicts.filter((one) => one.id !== this.focus.id);
    if (elsewhere.length) this.#offerConflict(elsewhere[0].id);
    else if (this.desk.conflicts.length) announce(t("conflict.what", { field: t(this.desk.conflicts[0].field) }));
  }

  /** @param {number} id */
  #offerConflict(id) {
    const open = document.createElement("button");
    open.type = "button";
    open.textContent = t("conflict.open", { number: this.list.number(id) });
    open.onclick = () => {
      byId("message").hidden = true;
      this.open(id, { text: true });
    };
    tell(t("conflict.elsewhere", { number: this.list.number(id) }));
    find("p", byId("message")).append(" ", open);
  }
}
