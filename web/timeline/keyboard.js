// What the keys do.

import { retell } from "./retell.js";
import * as spans from "./spans.js";

/** Let a timeline (editor.js) be worked by the keyboard while its hidden input has the focus. */
export function listen(timeline) {
  const heard = (event) => {
    const control = event.ctrlKey || event.metaKey;
    const act = action(timeline, event.key.length === 1 ? event.key.toLowerCase() : event.key, control, event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    if (!timeline.pointer.drag || event.key === "Escape") act(); // what the mouse holds is not changed under it
  };
  timeline.page.keys.addEventListener("keydown", heard, { signal: timeline.life.signal });
}

function action(timeline, key, control, { shiftKey, altKey }) {
  if (control && key === "z") return () => timeline.step(shiftKey ? "redo" : "undo");
  if (control && key === "y") return () => timeline.step("redo");
  const by = (shiftKey ? 0.1 : 0.01) * (key === "ArrowLeft" ? -1 : 1);
  if (key === "ArrowLeft" || key === "ArrowRight") return () => nudge(timeline, by, control ? "end" : altKey ? "start" : "move");
  if (control || altKey) return null;
  const zoomed = (factor) => () => timeline.look((view) => view.zoom(factor, view.x(timeline.cursor)));
  return {
    " ": () => timeline.toggle(shiftKey),
    Delete: () => timeline.remove(),
    Backspace: () => timeline.remove(),
    Escape: () => timeline.escape(),
    Enter: () => (timeline.retold ? retell(timeline, timeline.cursor) : timeline.paintWord(timeline.lanes.chosen?.lane ?? "speech", timeline.cursor)),
    l: () => timeline.option("loop"),
    a: timeline.compared,
    Home: () => timeline.goTo(0),
    End: () => timeline.goTo(timeline.clip?.seconds ?? timeline.view.seconds),
    PageUp: () => timeline.chooseNext(-1),
    PageDown: () => timeline.chooseNext(1),
    "+": zoomed(1.5),
    "=": zoomed(1.5),
    "-": zoomed(1 / 1.5),
    0: () => timeline.look((view) => view.fit()),
  }[key];
}

/** The chosen span, or one of its edges, a little to the left or right; without one, the cursor. */
function nudge(timeline, by, what) {
  const { lanes, clip } = timeline;
  if (!lanes.chosen) return timeline.goTo(timeline.cursor + by);
  const { lane, span } = lanes.chosen;
  if (lanes.locked[lane]) return;
  const limit = clip?.seconds ?? Infinity;
  const next = what === "move" ? spans.moved(span, by, limit) : spans.resized(span, what, span[what] + by, limit);
  timeline.commit(lanes.replaced(lanes.state, lane, span, next), lane, next);
  timeline.look((view) => view.reveal(next.start));
}
