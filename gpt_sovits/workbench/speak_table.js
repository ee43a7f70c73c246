// The sentences of a take. Rows stay where they are when the state changes, so that what plays goes
// on playing and what is being typed is not lost.
const list = element.querySelector(".take");
const state = element.querySelector("#speak-state");
const player = new Audio();
let view = { take: "", rows: [], texts: {} };
let rows = []; // what is in the page, by place
let playing = -1;
let goOn = false; // play the sentences that follow too
let pausing = 0;
let looking = 0;
let said = ""; // of the state

const say = (key, values = {}) =>
  (view.texts[key] || "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const make = (tag, className, attributes = {}) =>
  Object.assign(document.createElement(tag), { className, ...attributes });
const act = (index, kind, more = {}) => trigger("act", { take: view.take, index, kind, ...more });

function stopPlaying() {
  clearTimeout(pausing);
  player.pause();
  const before = playing;
  playing = -1;
  rows[before]?.show();
}

function play(index, on) {
  stopPlaying();
  const told = view.rows[index];
  if (!told?.file) return;
  goOn = on;
  playing = index;
  player.src = view.files + encodeURIComponent(told.file);
  player.play().catch(() => stopPlaying());
  rows[index].show();
}

function playNext() {
  const last = playing;
  stopPlaying();
  const next = view.rows.findIndex((row, index) => index > last && row.file);
  if (!goOn || next < 0) return;
  const pause = view.rows[last].pause_s ?? view.pause_s;
  pausing = setTimeout(() => play(next, true), 1000 * pause);
}

player.addEventListener("ended", playNext);
player.addEventListener("timeupdate", () => {
  const share = player.duration ? player.currentTime / player.duration : 0;
  rows[playing]?.bar.style.setProperty("--share", share);
});

function makeRow(index) {
  const box = make("div", "sentence", { role: "listitem" });
  const number = make("span", "number", { textContent: index + 1 });
  const playButton = make("button", "play", { type: "button" });
  const length = make("span", "length");
  const bar = make("span", "bar");
  const text = make("textarea", "words", { rows: 1, spellcheck: false });
  const notes = make("div", "notes");
  const tools = make("div", "tools");
  const renderings = make("select", "renderings");
  const pause = make("input", "pause", { type: "number", min: 0, max: 60, step: 0.1 });
  const readings = make("button", "readings-open", { type: "button" });
  const again = make("button", "again", { type: "button", textContent: "↻" });
  const panel = make("div", "readings", { hidden: true });
  let told = {};

  tools.append(renderings, pause, readings, again);
  box.append(number, playButton, length, bar, text, tools, notes, panel);

  const fit = () => {
    if (CSS.supports("field-sizing", "content")) return;
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight}px`;
  };
  const submit = () => {
    const words = text.value.trim();
    if (words !== told.text) act(index, "text", { text: words });
  };
  playButton.addEventListener("click", () => (playing === index ? stopPlaying() : play(index, false)));
  bar.addEventListener("click", (event) => {
    const edges = bar.getBoundingClientRect();
    const share = (event.clientX - edges.left) / edges.width;
    if (playing !== index) play(index, false);
    const seek = () => (player.currentTime = share * player.duration);
    if (player.readyState > 0) seek();
    else player.addEventListener("loadedmetadata", seek, { once: true });
  });
  text.addEventListener("input", fit);
  text.addEventListener("change", submit);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      text.blur();
    } else if (event.key === "Escape") {
      text.value = told.text;
      text.blur();
    }
  });
  renderings.addEventListener("change", () => act(index, "choose", { number: +renderings.value }));
  pause.addEventListener("change", () => {
    const { badInput, rangeUnderflow, rangeOverflow } = pause.validity;
    if (badInput || rangeUnderflow || rangeOverflow) pause.reportValidity();
    else act(index, "pause", { pause_s: pause.value === "" ? null : +pause.value });
  });
  again.addEventListener("click", () => {
    submit();
    act(index, "again");
  });
  readings.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    if (!panel.hidden) fillReadings(panel, index);
  });

  const show = (next = told) => {
    const isNew = next !== told;
    const textBefore = told.text;
    told = next;
    const n = index + 1;
    box.dataset.state = told.state;
    box.dataset.playing = playing === index;
    playButton.textContent = playing === index ? "■" : "▶";
    playButton.disabled = !told.file;
    playButton.setAttribute("aria-label", say(playing === index ? "halt" : "play", { n }));
    if (playing !== index) bar.style.setProperty("--share", 0);
    if (!isNew) return;
    const states = { now: "…", waits: "·", failed: "!", missing: "–", out: "×" };
    length.textContent = told.file ? say("seconds", { s: told.seconds.toFixed(1) }) : states[told.state];
    length.title = say(`state_${told.state}`);
    const isTyping = document.activeElement === text && text.value !== textBefore;
    if (!isTyping && text.value !== told.text) {
      text.value = told.text;
      fit();
    }
    text.setAttribute("aria-label", say("text", { n }));
    text.placeholder = say("state_out");
    renderings.hidden = told.renderings.length < 2;
    renderings.replaceChildren(
      ...(told.chosen === null ? [new Option("–", "", true, true)] : []),
      ...told.renderings.map((label, number) =>
        new Option(`${number + 1}: ${label}`, number, false, number === told.chosen)),
    );
    renderings.title = say("renderings");
    renderings.setAttribute("aria-label", say("renderings"));
    if (document.activeElement !== pause) pause.value = told.pause_s ?? "";
    pause.placeholder = view.pause_s;
    pause.title = say("pause");
    pause.setAttribute("aria-label", `${say("pause")} ${n}`);
    readings.textContent = told.readings.length ? `Aa ${told.readings.length}` : "Aa";
    readings.title = [say("readings"), ...told.readings].join("\n");
    readings.setAttribute("aria-label", `${say("readings")} ${n}`);
    again.title = say("again");
    again.setAttribute("aria-label", `${say("again")} ${n}`);
    again.disabled = !told.text || told.state === "now" || told.state === "waits";
    notes.replaceChildren(
      ...(told.problem ? [make("p", "problem", { textContent: told.problem })] : []),
      ...told.remarks.map((remark) => make("p", "", { textContent: remark })),
    );
    notes.hidden = !told.problem && !told.remarks.length;
    if (isNew && !panel.hidden) fillReadings(panel, index);
  };
  return { box, bar, show, panel, told: () => told };
}

async function fillReadings(panel, index) {
  panel.replaceChildren(make("p", "", { textContent: say("reading_wait") }));
  const answer = await server.read_words({ take: view.take, index });
  if (answer.problem) {
    panel.replaceChildren(make("p", "problem", { textContent: answer.problem }));
    return;
  }
  const everywhere = make("input", "", { type: "checkbox" });
  const choice = make("label", "everywhere");
  choice.append(everywhere, say("everywhere"));
  const words = answer.words.map((word) => {
    const line = make("label", "word");
    const reading = make("input", "", { type: "text", value: word.reading, disabled: !word.can_change });
    const name = make("b", "", { textContent: word.word });
    line.append(name, make("small", "", { textContent: word.language }), reading);
    if (word.own) {
      const remove = make("button", "forget", { type: "button", textContent: "×", title: say("forget") });
      remove.setAttribute("aria-label", `${say("forget")} ${word.word}`);
      remove.addEventListener("click", () => send(word, "", false));
      line.append(remove);
    }
    reading.addEventListener("change", () => send(word, reading.value, everywhere.checked));
    return line;
  });
  const send = (word, reading, all) =>
    act(index, "reading", { word: word.word, language: word.language, reading, everywhere: all });
  const help = make("p", "", { textContent: say("reading_help") });
  panel.replaceChildren(choice, ...words, help);
}

// An event of Gradio would cost the browser more than the news is worth.
function follow() {
  clearTimeout(looking);
  if (view.speaking && element.isConnected) looking = setTimeout(look, 1000);
}

async function look() {
  const take = view.take;
  if (document.hidden || !element.offsetParent) return follow();
  try {
    const next = await server.look({ take });
    if (take !== view.take) return;
    draw(next);
    if (!next.speaking) trigger("ended");
  } catch {
    follow(); // the server is away, which Gradio says by itself
  }
}

function draw(next) {
  if (next.take !== view.take) {
    stopPlaying();
    list.replaceChildren();
    rows = [];
    list.scrollTop = 0;
  }
  view = { texts: {}, ...next };
  while (rows.length > view.rows.length) rows.pop().box.remove();
  const added = document.createDocumentFragment();
  view.rows.forEach((told, index) => {
    if (!rows[index]) added.append((rows[index] = makeRow(index)).box);
    if (JSON.stringify(rows[index].told()) !== JSON.stringify(told)) rows[index].show(told);
  });
  list.append(added);
  if (playing >= 0 && !view.rows[playing]?.file) stopPlaying();
  if (said !== view.told) state.innerHTML = said = view.told || "";
  follow();
}

list.addEventListener("play-all", () => (playing >= 0 ? stopPlaying() : play(view.rows.findIndex((row) => row.file), true)));
const drawValue = () => draw(props.value || { take: "", rows: [] });
watch("value", drawValue);
drawValue();
