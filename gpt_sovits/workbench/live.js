// Fetches what is shown while it can be seen; see live.py.
const ACTIVE_MS = 1000;
const IDLE_MS = 3000;
const CHECK_MS = 250;
const parts = [...element.querySelectorAll("[data-part]")];
const shown = {};
let turn = null; // null: what comes next is no news
let due = 0;

function fill(part, html) {
  if (html === undefined || html === shown[part.dataset.part]) return;
  shown[part.dataset.part] = html;
  const follows = part.scrollTop + part.clientHeight >= part.scrollHeight - 4;
  part.innerHTML = html;
  if (follows) part.scrollTop = part.scrollHeight;
}

async function look() {
  const asked = JSON.stringify(props.value);
  due = Infinity;
  let pause = IDLE_MS;
  try {
    const now = await server.fetch(JSON.parse(asked));
    if (JSON.stringify(props.value) === asked) {
      parts.forEach((part) => fill(part, now.parts[part.dataset.part]));
      if (turn !== null && turn !== now.turn) trigger("news");
      turn = now.turn;
      if (now.active) pause = ACTIVE_MS;
    } else {
      pause = 0;
    }
  } catch {
    // The server is away, which Gradio says by itself.
  }
  due = Date.now() + pause;
}

const timer = setInterval(() => {
  if (!element.isConnected) {
    clearInterval(timer);
  } else if (document.hidden) {
    [turn, due] = ["", Math.min(due, Date.now())]; // whatever comes meanwhile is news
  } else if (!element.offsetParent) {
    [turn, due] = [null, Math.min(due, Date.now())]; // its tab is filled anew when it is opened
  } else if (Date.now() >= due) {
    look();
  }
}, CHECK_MS);

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  trigger("act", { ...button.dataset });
  due = Math.min(due, Date.now() + CHECK_MS);
});
watch("value", () => {
  [turn, due] = [null, Math.min(due, Date.now())];
});
