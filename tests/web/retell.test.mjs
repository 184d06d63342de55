import assert from "node:assert/strict";
import test from "node:test";

import { replaced } from "../../web/timeline/retell.js";

const words = ["They", "hoped", "to", "get", "to", "it"].map((word) => [word, 0, 0]);

test("a word is put anew where it stands, others of its spelling stay", () => {
  const text = "They hoped to get to it.";
  assert.equal(replaced(text, words, 4, "into"), "They hoped to get into it.");
  assert.equal(replaced(text, words, 2, "for"), "They hoped for get to it.");
});

test("nothing typed takes the word away", () => {
  assert.equal(replaced("They hoped to get to it.", words, 3, ""), "They hoped to to it.");
});

test("a text that does not hold the words is left alone", () => {
  assert.equal(replaced("We went home.", words, 1, "x"), null);
});
