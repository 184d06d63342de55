import assert from "node:assert/strict";
import test from "node:test";

import * as curves from "../../web/curves/curves.js";

test("text and curves are the same thing", () => {
  const text = "smile: 0:0 1.5:0.7 3:0\ngaze_x: 0.3:0 0.6:-0.5";
  assert.equal(curves.format(curves.parse(text)), text);
  assert.deepEqual(curves.parse("Gaze X: 0.4"), { gaze_x: [[0, 0.4]] });
  assert.deepEqual(curves.parse("brow: 0:0, 0.4 = 0.9"), { brow: [[0, 0], [0.4, 0.9]] });
});

for (const wrong of ["grin: 0:0", "smile", "smile: soon", "smile: 1:0 0:1", "smile: 0:2", "yaw: -1:0"]) {
  test(`what the node refuses is not read: ${wrong}`, () => assert.equal(curves.parse(wrong), null));
}

test("values pass smoothly from point to point and are held at the ends", () => {
  const points = [[1, 0], [2, 1]];
  assert.deepEqual([0, 1, 1.5, 2, 9].map((time) => curves.valueAt(points, time)), [0, 0, 0.5, 1, 1]);
});

test("points stay in order and within their limits", () => {
  const points = [[0, 0], [1, 0], [2, 0]];
  assert.deepEqual(curves.moved("brow", points, 1, 5, 7)[1], [1.99, 1]);
  const { points: more, index } = curves.added("yaw", points, 1.5, -20);
  assert.deepEqual([more[index], index], [[1.5, -12], 2]);
  assert.deepEqual(curves.removed(points, 0), [[1, 0], [2, 0]]);
});
