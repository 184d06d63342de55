// Spans of time: {start, end} in seconds. A lane is an array of them in order, none touching. Nothing here knows of the page.

/** The shortest span: one frame of the face. */
export const SHORTEST = 0.04;

const NUMBER = "(\\d+(?:\\.\\d*)?|\\.\\d+)";
const TYPED = new RegExp(`^${NUMBER}\\s*(?:-|:|–|to)\\s*${NUMBER}\\s*s?$`);

/** To the millisecond: what is written is what is meant. */
export const round = (time) => Math.round(time * 1000) / 1000;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** "1.20-1.85, 3.0-3.4" -> a lane, or null where a part is not a span (the grammar of the node itself). */
export function parse(text) {
  const spans = [];
  for (const part of String(text ?? "").split(/[,;\n]/)) {
    if (!part.trim()) continue;
    const numbers = TYPED.exec(part.trim());
    if (!numbers) return null;
    const [start, end] = [Number(numbers[1]), Number(numbers[2])];
    if (start >= end) return null;
    spans.push({ start, end });
  }
  return merged(spans);
}

/** A lane -> "1.20-1.85, 3.00-3.40". */
export const format = (spans) => spans.map((span) => `${written(span.start)}-${written(span.end)}`).join(", ");

const written = (time) => round(time).toFixed(3).replace(/0$/, "");

/** Spans in order of time, overlapping or touching ones made one. */
export function merged(spans) {
  const lane = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = lane.at(-1);
    if (last && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else lane.push({ start: round(span.start), end: round(span.end) });
  }
  return lane;
}

/** The lane with the time between a and b marked too; too short a stretch changes nothing. */
export function added(spans, a, b) {
  const [start, end] = [Math.max(0, Math.min(a, b)), Math.max(a, b)];
  return end - start < SHORTEST ? spans : merged([...spans, { start, end }]);
}

export const removed = (spans, span) => spans.filter((other) => !same(other, span));

export const same = (a, b) => Boolean(a && b) && a.start === b.start && a.end === b.end;

/** The span of a lane at a time (or null). */
export const at = (spans, time) => spans.find((span) => span.start <= time && time < span.end) ?? null;

/** A span carried by some seconds, whole, within [0, limit]. */
export function moved(span, by, limit = Infinity) {
  const length = span.end - span.start;
  const start = clamp(span.start + by, 0, Math.max(0, limit - length));
  return { start: round(start), end: round(start + length) };
}

/** A span with one edge ("start" or "end") put elsewhere within [0, limit]; it keeps its shortest length. */
export function resized(span, edge, time, limit = Infinity) {
  if (edge === "start") return { start: round(clamp(time, 0, span.end - SHORTEST)), end: span.end };
  return { start: span.start, end: round(clamp(time, span.start + SHORTEST, Math.max(limit, span.start + SHORTEST))) };
}

/** The lane with a span put in another's place. */
export const replaced = (spans, old, span) => merged([...removed(spans, old), span]);

/** Where words begin and end, in order: what edges snap to. `words` are [what, start, end]. */
export const marks = (words) => [...new Set((words ?? []).flatMap(([, start, end]) => [start, end]))].sort((a, b) => a - b);

/** The mark nearest to a time if it lies within reach, else the time itself. */
export function snapped(time, places, reach) {
  let nearest = time;
  let distance = reach;
  for (const place of places) {
    if (Math.abs(place - time) <= distance) [nearest, distance] = [place, Math.abs(place - time)];
  }
  return nearest;
}

/** A span moved so that whichever of its edges is nearer to a mark lies on it. */
export function movedToMark(span, by, places, reach, limit = Infinity) {
  const target = moved(span, by, limit);
  const pulls = [target.start, target.end].map((edge) => snapped(edge, places, reach) - edge).filter((pull) => pull !== 0);
  const pull = pulls.sort((a, b) => Math.abs(a) - Math.abs(b))[0] ?? 0;
  return moved(target, pull, limit);
}

/** The stretch from the first to the last of the words between two times, or null where none is said. */
export function wordsBetween(words, a, b) {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  const said = (words ?? []).filter(([, start, end]) => end > low && start <= high);
  return said.length ? { start: said[0][1], end: said.at(-1)[2] } : null;
}

/** States, one after the other, to go back and forth in. A state is never changed in place. */
export class History {
  constructor(state, most = 200) {
    this.states = [state];
    this.place = 0;
    this.most = most;
  }

  get state() {
    return this.states[this.place];
  }

  get canUndo() {
    return this.place > 0;
  }

  get canRedo() {
    return this.place < this.states.length - 1;
  }

  push(state) {
    this.states = [...this.states.slice(0, this.place + 1), state].slice(-this.most);
    this.place = this.states.length - 1;
  }

  undo() {
    if (this.canUndo) this.place -= 1;
    return this.state;
  }

  redo() {
    if (this.canRedo) this.place += 1;
    return this.state;
  }
}
