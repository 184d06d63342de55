// The takes of an overdub below its timeline: heard, compared with the original, chosen, dropped.

import { make } from "./page.js";

/**
 * The row of takes. say(key, values); heard(take): play it (null: the original); chosen(take): it is the one that counts;
 * dropped(take); another(): make one more.
 */
export class Takes {
  constructor(row, { say, heard, dropped, another }) {
    Object.assign(this, { row, say, heard, dropped, another });
  }

  /** takes: {seed, text, ...}, in the order they were made; shown: the one that is heard (null: the original); changed: is there
   * something to say anew? */
  draw(takes, shown, changed) {
    this.row.hidden = false;
    const chip = (label, pressed, act, name = "") => {
      const made = make("button", name, { type: "button", "aria-pressed": pressed }, label);
      made.addEventListener("click", act);
      return made;
    };
    const say = chip(this.say(takes.length ? "another" : "say_it"), null, () => this.another(), "say");
    say.disabled = !changed;
    say.title = this.say(changed ? "say_title" : "hint_words");
    const original = chip(this.say("original"), shown === null, () => this.heard(null));
    const chips = takes.flatMap((take, index) => {
      const button = chip(this.say("take", { number: index + 1, seed: take.seed }), take === shown, () => this.heard(take));
      button.title = take.text;
      if (take !== shown) return [button];
      const drop = chip("×", null, () => this.dropped(take), "drop");
      drop.title = this.say("drop");
      return [button, drop];
    });
    this.row.replaceChildren(say, original, ...chips);
  }
}
