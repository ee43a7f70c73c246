/**
 * What the server sends, as the page reads it.
 *
 * @typedef {{
 *   id: number, audio: string, speaker: string, language: string, text: string,
 *   start_s: number | null, end_s: number | null, done: boolean, flag: string,
 *   deleted: boolean, problem: string, edited: boolean, raw?: string | null
 * }} Clip
 *
 * @typedef {Partial<Pick<Clip, "text" | "speaker" | "language" | "flag" | "done" | "deleted">>} Values
 *
 * Seconds, samples a second and samples of a clip, or why it has none.
 * @typedef {[number, number, number] | {error: string}} Facts
 *
 * @typedef {{kind: string, light: Light, what: string, remedy: string}} Finding
 * @typedef {"green" | "yellow" | "red"} Light
 * @typedef {{
 *   light: Light, fit: number | null, snr_db: number | null, clipped: number | null,
 *   rate: number | null, confidence: number | null, findings: Finding[], stale: boolean
 * }} Quality
 *
 * @typedef {{text: string, language: string, engine: string, confidence: number | null}} Suggestion
 * @typedef {{text: string, start_s: number, end_s: number, score: number | null}} Word
 * @typedef {{undo: string | null, redo: string | null}} History
 * @typedef {{changed: number, added: number, removed: number, problem?: string}} Outside
 * @typedef {{
 *   name: string, kind: string, state: string, done: number | null, total: number | null,
 *   problem: string | null
 * }} Job
 * @typedef {{
 *   name: string, path: string, format: string, spans: boolean, audio_editable: boolean,
 *   notice: string | null
 * }} ListFacts
 *
 * @typedef {{
 *   n: number, kind: string, label: string, by: string, clips: Clip[], removed: number[],
 *   placed: [number, number][], history: History
 * }} ChangeEvent
 *
 * @typedef {{
 *   n: number, list: ListFacts, clips: Clip[], facts: Record<string, Facts>,
 *   quality: Record<string, Quality>, suggestions: Record<string, Suggestion>,
 *   history: History, outside: Outside | null, saved: boolean, languages: string[],
 *   engines: string[], jobs: Job[]
 * }} Snapshot
 *
 * One thing that the server is asked to do; `key` makes it happen once however often it is sent.
 * @typedef {{
 *   key: string, path: string, body: any, held?: boolean, tried?: boolean, visit?: string, breaks?: number
 * }} Operation
 *
 * What a person wrote that could not be put in: another page was faster, or the server refused it.
 * @typedef {{
 *   id: number, field: "text" | "speaker" | "language" | "flag", mine: string, theirs: string,
 *   reason?: string
 * }} Conflict
 */

export {};
