import assert from "node:assert/strict";
import test from "node:test";

import { View, clock } from "../../web/timeline/view.js";

test("time and pixels are each other's inverse", () => {
  const view = new View(4, 800);
  assert.equal(view.x(1), 200);
  view.zoom(2, 400);
  assert.deepEqual([view.start, view.end], [1, 3]);
  for (const time of [1, 1.7, 3]) assert.ok(Math.abs(view.time(view.x(time)) - time) < 1e-12);
});

test("zoom keeps the moment under the mouse, within the clip and down to a quarter of a second", () => {
  const view = new View(10, 500);
  const time = view.time(123);
  view.zoom(3, 123);
  assert.ok(Math.abs(view.time(123) - time) < 1e-9);
  view.zoom(0.001, 400);
  assert.deepEqual([view.start, view.shown, view.whole], [0, 10, true]);
  view.zoom(1e6, 250);
  assert.equal(view.shown, 0.25);
});

test("pan stops at the ends", () => {
  const view = new View(10, 500);
  view.zoom(2, 0);
  view.pan(100);
  assert.equal(view.start, 0);
  view.pan(-100);
  assert.equal(view.start, 1);
  view.pan(-1e6);
  assert.equal(view.end, 10);
});

test("a longer clip: the whole stays whole, a part stays where it is", () => {
  const view = new View(4, 400);
  view.extend(8);
  assert.deepEqual([view.start, view.shown], [0, 8]);
  view.zoom(4, 0);
  view.extend(20);
  assert.deepEqual([view.start, view.shown], [0, 2]);
  view.reveal(15);
  assert.ok(view.start <= 15 && 15 <= view.end);
});

test("ticks are apart and read well", () => {
  const view = new View(4, 800);
  const { step, times } = view.ticks();
  assert.equal(step, 0.5);
  assert.equal(times.length, 9);
  assert.equal(clock(1.25, 0.05), "1.25");
  assert.equal(clock(1.5, 0.5), "1.5");
  assert.equal(clock(125, 1), "2:05");
  assert.equal(clock(125, 0.1), "2:05.0");
  assert.equal(clock(119.999, 0.1), "2:00.0");
  assert.equal(clock(59.999, 0.01), "1:00.00");
});
