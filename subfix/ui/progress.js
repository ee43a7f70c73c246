// How far the list is: done, to do, deleted, and the minutes that are kept.

/** @import {State} from "./state.js" */
import { byId, find } from "./dom.js";
import { t } from "./i18n.js";

export const GOALS_S = [60, 300];

/**
 * @typedef {{done: number, todo: number, deleted: number, broken: number, kept_s: number, unknown: number}} Progress
 */

/** @param {State} state @returns {Progress} */
export function progressOf(state) {
  const progress = { done: 0, todo: 0, deleted: 0, broken: 0, kept_s: 0, unknown: 0 };
  for (const { id, deleted, done, problem } of state.shown()) {
    if (deleted) progress.deleted++;
    else if (problem) progress.broken++;
    else {
      if (done) progress.done++;
      else progress.todo++;
      const seconds = state.seconds(id);
      const hasNone = "error" in (state.facts.get(id) ?? {});
      if (seconds === null) progress.unknown += hasNone ? 0 : 1;
      else progress.kept_s += seconds;
    }
  }
  return progress;
}

/** @param {State} state */
export function showProgress(state) {
  const { done, todo, deleted, broken, kept_s, unknown } = progressOf(state);
  const minutes = (kept_s / 60).toFixed(kept_s < 600 ? 1 : 0);
  const parts = [t("progress.done", { count: done }), t("progress.todo", { count: todo })];
  if (deleted) parts.push(t("progress.deleted", { count: deleted }));
  if (broken) parts.push(t("progress.broken", { count: broken }));
  const next_s = GOALS_S.find((goal_s) => kept_s < goal_s);
  const least = unknown ? `≥ ${minutes}` : minutes;
  const kept = next_s
    ? t("progress.kept_of", { minutes: least, goal: next_s / 60 })
    : t("progress.kept", { minutes: least });
  const box = byId("progress");
  find("p", box).textContent = [...parts, kept].join(" · ");
  const goal = find(".goal", box);
  const full = Math.max(GOALS_S[1] * 1.15, kept_s);
  find("i", goal).style.width = `${(100 * kept_s) / full}%`;
  find(".one", goal).style.left = `${(100 * GOALS_S[0]) / full}%`;
  find(".five", goal).style.left = `${(100 * GOALS_S[1]) / full}%`;
  const reached = GOALS_S.filter((goal_s) => kept_s >= goal_s).length;
  goal.setAttribute("aria-label", t(`goal.${reached}`, { minutes }));
  goal.title = t(`goal.${reached}`, { minutes });
}
