import assert from "node:assert/strict";
import test from "node:test";

import * as spans from "../../web/timeline/spans.js";

const lane = (...pairs) => pairs.map(([start, end]) => ({ start, end }));

test("typed spans are read, merged and written as the node writes them", () => {
  assert.deepEqual(spans.parse("2-2.5, 1.2:1.85\n1.8–2.1 s;4 to 5"), lane([1.2, 2.5], [4, 5]));
  assert.equal(spans.format(lane([1.2, 2.5], [4.0625, 5])), "1.20-2.50, 4.063-5.00");
  assert.deepEqual(spans.parse(" \n"), []);
  for (const wrong of ["one to two", "2-1", "1.0", "-1-2", "1-2 3"]) assert.equal(spans.parse(wrong), null, wrong);
});

test("what is written is read back unchanged", () => {
  const painted = spans.added([], 0.12345, 1.98765);
  assert.deepEqual(spans.parse(spans.format(painted)), painted);
});

test("painting adds, in either direction, and joins what it meets", () => {
  assert.deepEqual(spans.added([], 2, 1), lane([1, 2]));
  assert.deepEqual(spans.added(lane([1, 2], [3, 4]), 1.5, 3), lane([1, 4]));
  const before = lane([1, 2]);
  assert.equal(spans.added(before, 3, 3.01), before);
  assert.deepEqual(spans.added([], -1, 0.5), lane([0, 0.5]));
});

test("spans are moved whole and within the clip", () => {
  assert.deepEqual(spans.moved({ start: 1, end: 2 }, 0.25), { start: 1.25, end: 2.25 });
  assert.deepEqual(spans.moved({ start: 1, end: 2 }, -5), { start: 0, end: 1 });
  assert.deepEqual(spans.moved({ start: 1, end: 2 }, 5, 3), { start: 2, end: 3 });
});

test("an edge cannot pass the other", () => {
  const span = { start: 1, end: 2 };
  assert.deepEqual(spans.resized(span, "start", 1.5), { start: 1.5, end: 2 });
  assert.deepEqual(spans.resized(span, "start", 5), { start: 1.96, end: 2 });
  assert.deepEqual(spans.resized(span, "end", 0), { start: 1, end: 1.04 });
  assert.deepEqual(spans.resized(span, "end", 9, 3), { start: 1, end: 3 });
});

test("a lane with one span replaced or removed", () => {
  const before = lane([1, 2], [3, 4]);
  assert.deepEqual(spans.replaced(before, before[0], { start: 2.5, end: 3.5 }), lane([2.5, 4]));
  assert.deepEqual(spans.removed(before, { start: 3, end: 4 }), lane([1, 2]));
  assert.deepEqual(before, lane([1, 2], [3, 4]));
  assert.equal(spans.at(before, 2), null);
  assert.equal(spans.at(before, 3), before[1]);
});

const words = [["one", 0.5, 0.9], ["two", 0.9, 1.4], ["three", 2, 2.6]];

test("edges snap to the nearest word within reach", () => {
  const places = spans.marks(words);
  assert.deepEqual(places, [0.5, 0.9, 1.4, 2, 2.6]);
  assert.equal(spans.snapped(0.93, places, 0.05), 0.9);
  assert.equal(spans.snapped(1.7, places, 0.05), 1.7);
  assert.deepEqual(spans.movedToMark({ start: 1, end: 1.58 }, 0.97, places, 0.05), { start: 2, end: 2.58 });
  assert.deepEqual(spans.movedToMark({ start: 1, end: 1.5 }, 1.08, places, 0.05), { start: 2.1, end: 2.6 });
});

test("words under a stroke", () => {
  assert.deepEqual(spans.wordsBetween(words, 1, 1), { start: 0.9, end: 1.4 });
  assert.deepEqual(spans.wordsBetween(words, 2.1, 1), { start: 0.9, end: 2.6 });
  assert.equal(spans.wordsBetween(words, 1.6, 1.7), null);
  assert.equal(spans.wordsBetween(undefined, 0, 1), null);
});

test("history goes back and forth, and forgets what was undone when something new is done", () => {
  const history = new spans.History("a", 3);
  assert.equal(history.undo(), "a");
  history.push("b");
  history.push("c");
  assert.equal(history.undo(), "b");
  assert.equal(history.redo(), "c");
  assert.equal(history.redo(), "c");
  history.undo();
  history.push("d");
  assert.equal(history.canRedo, false);
  history.push("e");
  assert.deepEqual(history.states, ["b", "d", "e"]);
});
