// What is marked in which lane, which span is chosen, and how it came about. Nothing here knows of the page.

import * as spans from "./spans.js";

export const LANES = ["speech", "face"];

/** changed(lanes): spans were edited here. A state is {speech: [...], face: [...]}, never changed in place. */
export class Lanes {
  constructor(changed) {
    this.changed = changed;
    this.history = new spans.History({ speech: [], face: [] });
    this.draft = this.chosen = null;
    this.locked = {};
    this.unreadable = {};
    this.linked = true;
  }

  get state() {
    return this.draft ?? this.history.state;
  }

  get end() {
    return Math.max(0, ...LANES.flatMap((lane) => this.state[lane].map((span) => span.end)));
  }

  /** Spans from outside: `fresh` ones of another graph, or typed ones, which can be undone. */
  set(lanes, fresh) {
    if (fresh) this.history = new spans.History(lanes);
    else if (!equal(lanes, this.history.state)) this.history.push(lanes);
    this.rechoose();
  }

  /** Take lanes as the new state, with the span that was touched as the chosen one. */
  commit(lanes, lane, span) {
    this.draft = null;
    if (!equal(lanes, this.history.state)) {
      this.history.push(lanes);
      this.changed(lanes);
    }
    this.choose(lane, span);
  }

  cancel() {
    this.draft = null;
    this.rechoose();
  }

  /** The span of a lane that covers (or lies in) the given one is chosen; none if there is none. */
  choose(lane, span) {
    const found = lane && span ? this.state[lane].find((other) => other.start < span.end && span.start < other.end) : null;
    this.chosen = found ? { lane, span: found } : null;
  }

  rechoose() {
    if (this.chosen) this.choose(this.chosen.lane, this.chosen.span);
  }

  /** Choose the next (1) or the last (-1) span in the order of time; false if there is none. */
  chooseNext(step) {
    const all = LANES.flatMap((lane) => this.state[lane].map((span) => ({ lane, span }))).sort((a, b) => a.span.start - b.span.start);
    const place = all.findIndex(({ lane, span }) => lane === this.chosen?.lane && spans.same(span, this.chosen.span));
    if (all.length) this.chosen = all[place < 0 ? (step > 0 ? 0 : all.length - 1) : (place + step + all.length) % all.length];
    return all.length > 0;
  }

  /** Lanes with a stretch painted, in both when they are linked. */
  painted(lanes, lane, { start, end }) {
    const next = { ...lanes };
    for (const name of this.linked ? LANES : [lane]) if (!this.locked[name]) next[name] = spans.added(lanes[name], start, end);
    return next;
  }

  /** Lanes with the same change made to a span and, when the lanes are linked, to its twin in the other lane. */
  withTwin(lanes, lane, span, change) {
    const next = { ...lanes };
    for (const name of LANES) {
      const twin = name === lane || (this.linked && lanes[name].some((other) => spans.same(other, span)));
      if (twin && !this.locked[name]) next[name] = change(lanes[name]);
    }
    return next;
  }

  /** Lanes with one span (and its twin) put in another's place. */
  replaced(lanes, lane, span, next) {
    return this.withTwin(lanes, lane, span, (spanned) => spans.replaced(spanned, span, next));
  }

  /** Take the chosen span away; returns what it was, or null. */
  remove() {
    const gone = this.chosen;
    if (gone) this.commit(this.withTwin(this.state, gone.lane, gone.span, (spanned) => spans.removed(spanned, gone.span)), null, null);
    return gone;
  }

  /** One step back or forth ("undo", "redo"); whether there was one. */
  step(direction) {
    const before = this.history.state;
    const lanes = this.history[direction]();
    if (lanes === before) return false;
    this.chosen = null;
    this.changed(lanes);
    return true;
  }
}

const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);
