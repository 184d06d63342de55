// What the mouse does: paints, moves and resizes spans, pans, zooms, scrolls.

import { LANES } from "./lanes.js";
import { retell } from "./retell.js";
import * as spans from "./spans.js";

const CLICK = 3; // pixels that a click may slip

/** The mouse over a timeline (editor.js). */
export class Pointer {
  constructor(timeline) {
    this.timeline = timeline;
    this.drag = null;
    this.hover = null; // pixels from the left edge, or null
    this.fingers = new Map(); // pointer id -> pixels from the left edge
    const { root, stage, scroll } = timeline.page;
    const on = (target, type, handler, options = {}) => target.addEventListener(type, handler.bind(this), { signal: timeline.life.signal, ...options });
    on(stage, "pointerdown", this.#down);
    on(stage, "pointermove", this.#move);
    on(stage, "pointerup", this.#up);
    on(stage, "pointercancel", (event) => {
      this.fingers.delete(event.pointerId);
      this.cancel();
    });
    on(stage, "pointerleave", () => this.#hovered(null));
    on(stage, "dblclick", this.#twice);
    // The keyboard stays with the timeline while its pictures are clicked.
    on(stage, "mousedown", (event) => event.target.closest("button, input") || event.preventDefault());
    on(root, "wheel", this.#wheel, { passive: false });
    on(scroll, "pointerdown", this.#scrollDown);
    on(scroll, "pointermove", this.#scrollMove);
    on(scroll, "pointerup", (event) => event.stopPropagation());
  }

  /** Pixels from the stage's left edge, whatever the graph's zoom. */
  #x(event, element = this.timeline.page.stage) {
    const box = element.getBoundingClientRect();
    return ((event.clientX - box.left) * element.clientWidth) / box.width;
  }

  #laneOf(event) {
    return LANES.find((name) => this.timeline.page.places[name].contains(event.target));
  }

  #hovered(x) {
    this.hover = x;
    this.timeline.read();
  }

  #down(event) {
    const { timeline } = this;
    const { lanes, page, clip } = timeline;
    if (event.button === 1) return timeline.passed(event);
    if (event.button !== 0 || event.target.closest("button, input")) return;
    event.stopPropagation();
    this.fingers.set(event.pointerId, this.#x(event));
    if (this.fingers.size === 2) return this.cancel(); // two fingers zoom, whatever the first one began
    page.keys.focus({ preventScroll: true });
    page.stage.setPointerCapture(event.pointerId);
    const x = this.#x(event);
    const drag = { x, last: x, time: timeline.view.time(x), base: lanes.state, slipped: true, kind: "pan" };
    const lane = this.#laneOf(event);
    if (lane) {
      const box = event.target.closest(".span");
      const span = box && lanes.state[lane][box.dataset.index];
      const said = lane === "speech" && clip?.words && event.clientY >= page.canvases.said.getBoundingClientRect().top;
      Object.assign(drag, { lane, span, kind: span ? (event.target.dataset.edge ?? "move") : said ? "words" : "paint" });
      const free = lanes.linked && LANES.some((name) => !lanes.locked[name]);
      if (lanes.locked[lane] && (span || !free)) drag.kind = "pan";
      if (span) lanes.choose(lane, span);
    }
    this.drag = drag;
    timeline.draw();
  }

  #move(event) {
    const { drag, timeline } = this;
    const { lanes, view, clip } = timeline;
    const x = this.#x(event);
    this.#hovered(x);
    if (this.fingers.size === 2) return this.#pinch(event, x);
    if (!drag) return;
    event.stopPropagation();
    if (drag.slipped && Math.abs(x - drag.x) < CLICK) return;
    drag.slipped = false;
    const time = view.time(x);
    const limit = clip?.seconds ?? Infinity;
    if (drag.kind === "pan") {
      view.pan(x - drag.last);
      drag.last = x;
    } else if (drag.kind === "paint" || drag.kind === "words") {
      const stretch = drag.kind === "words" ? spans.wordsBetween(clip?.words, drag.time, time) : this.#stroke(drag, time, limit, event);
      lanes.draft = stretch ? lanes.painted(drag.base, drag.lane, stretch) : drag.base;
      lanes.choose(drag.lane, stretch);
    } else {
      const span = this.#dragged(drag, time, limit, event);
      lanes.draft = lanes.replaced(drag.base, drag.lane, drag.span, span);
      lanes.choose(drag.lane, span);
    }
    timeline.draw();
  }

  /** Zoom and move along by two fingers: what was under each stays under it. */
  #pinch(event, x) {
    event.stopPropagation();
    if (!this.fingers.has(event.pointerId)) return;
    const before = [...this.fingers.values()];
    this.fingers.set(event.pointerId, x);
    const after = [...this.fingers.values()];
    const apart = ([a, b]) => Math.max(12, Math.abs(a - b));
    const middle = ([a, b]) => (a + b) / 2;
    this.timeline.look((view) => {
      view.pan(middle(after) - middle(before));
      view.zoom(apart(after) / apart(before), middle(after));
    });
  }

  #stroke(drag, time, limit, event) {
    const [a, b] = [drag.time, time].map((edge) => Math.min(this.timeline.snapped(edge, event.altKey), limit));
    return { start: Math.min(a, b), end: Math.max(a, b) };
  }

  #dragged(drag, time, limit, event) {
    if (drag.kind !== "move") return spans.resized(drag.span, drag.kind, this.timeline.snapped(time, event.altKey), limit);
    const { reach, marks } = this.timeline.snapping(event.altKey);
    return spans.movedToMark(drag.span, time - drag.time, marks, reach, limit);
  }

  #up(event) {
    this.fingers.delete(event.pointerId);
    const { drag, timeline } = this;
    if (!drag) return;
    const { lanes, clip } = timeline;
    event.stopPropagation();
    this.drag = null;
    if (!drag.slipped) {
      if (drag.kind !== "pan") timeline.commit(lanes.state, drag.lane, lanes.chosen?.span);
    } else if (drag.kind === "words" && spans.wordsBetween(clip?.words, drag.time, drag.time)) {
      timeline.paintWord(drag.lane, drag.time);
    } else {
      if (!drag.span) lanes.chosen = null;
      timeline.cursor = Math.max(0, drag.span?.start ?? drag.time);
      if (drag.span) timeline.announce(timeline.described());
    }
    timeline.draw();
  }

  cancel() {
    this.drag = null;
    this.timeline.lanes.cancel();
    this.timeline.draw();
  }

  #twice(event) {
    const lane = this.#laneOf(event);
    if (event.target.closest("input")) return;
    if (this.timeline.retold) return retell(this.timeline, this.timeline.view.time(this.#x(event)));
    if (lane && !event.target.closest(".span, button")) this.timeline.paintWord(lane, this.timeline.view.time(this.#x(event)));
  }

  #wheel(event) {
    const { timeline } = this;
    if (!timeline.page.root.contains(document.activeElement)) return timeline.passed(event);
    event.preventDefault();
    event.stopPropagation();
    const x = this.#x(event);
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.shiftKey ? event.deltaY : 0;
    timeline.look((view) => (sideways ? view.pan(-sideways) : view.zoom(Math.exp(-event.deltaY * 0.002), x)));
  }

  #scrollDown(event) {
    const { view, page } = this.timeline;
    event.stopPropagation();
    page.scroll.setPointerCapture(event.pointerId);
    const time = (this.#x(event, page.scroll) / page.scroll.clientWidth) * view.seconds;
    const inside = time >= view.start && time <= view.end;
    this.held = inside ? time - view.start : view.shown / 2;
    this.#scrollMove(event);
  }

  #scrollMove(event) {
    const { scroll } = this.timeline.page;
    if (!scroll.hasPointerCapture(event.pointerId)) return;
    event.stopPropagation();
    const share = this.#x(event, scroll) / scroll.clientWidth;
    this.timeline.look((view) => view.show(share * view.seconds - this.held, view.shown));
  }
}
