// The timeline: what it shows of a clip, and what can be done to its spans. It knows the page, not ComfyUI.

import { Boxes } from "./boxes.js";
import { elements } from "./elements.js";
import * as keyboard from "./keyboard.js";
import { LANES, Lanes } from "./lanes.js";
import { picture } from "./page.js";
import { Player } from "./player.js";
import { Pointer } from "./pointer.js";
import { UNKNOWN, show } from "./show.js";
import * as spans from "./spans.js";
import { View } from "./view.js";

const REACH = 9; // pixels from which an edge snaps
const OPTIONS = ["snap", "linked", "mel", "loop"];

/**
 * say(key, values): the words of the user's language. changed(lanes): spans were edited. run(): show me the clip.
 * options: {snap, linked, mel, loop}, kept by the host, which hears of changes by optioned(options).
 * passed(event): a wheel turn or middle button that is meant for the graph.
 * retold(index, word): a word of the clip was typed anew; without it words cannot be typed. compared(): the other of two clips.
 */
export class Timeline {
  constructor({ say, changed, run, options, optioned, passed, retold = null, compared = null }) {
    Object.assign(this, { say, run, optioned, passed, retold, compared });
    this.options = { snap: true, linked: true, mel: false, loop: false, ...options };
    this.lanes = new Lanes(changed);
    this.lanes.linked = this.options.linked;
    this.clip = this.picture = null;
    this.cursor = 0;
    this.view = new View(UNKNOWN, 1);
    this.player = new Player((time) => this.#playing(time), () => this.#stopped());
    this.life = new AbortController();
    this.page = elements(say, this.options, !retold);
    this.boxes = Object.fromEntries(LANES.map((lane) => [lane, new Boxes(this.page.places[lane])]));
    this.player.loop(this.options.loop);
    this.strip = null;
    this.pointer = new Pointer(this);
    keyboard.listen(this);
    this.#listen();
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.page.stage);
    this.themed = new MutationObserver(() => this.draw());
    for (const element of [document.documentElement, document.body]) {
      this.themed.observe(element, { attributes: true, attributeFilter: ["class", "style"] });
    }
    this.draw();
  }

  get root() {
    return this.page.root;
  }

  dispose() {
    this.life.abort();
    this.resized.disconnect();
    this.themed.disconnect();
    cancelAnimationFrame(this.frame);
    this.player.stop();
    this.player.load(null);
    this.root.remove();
  }

  /** Spans from outside: `fresh` ones of another graph, or typed ones, which can be undone. */
  setLanes(lanes, fresh = false) {
    this.lanes.set(lanes, fresh);
    this.draw();
  }

  setOptions(options) {
    this.options = { ...this.options, ...options };
    this.lanes.linked = this.options.linked;
    this.player.loop(this.options.loop);
    for (const name of OPTIONS) this.page.buttons[name].setAttribute("aria-pressed", this.options[name]);
    this.draw();
  }

  /** What is known of the clip: an overview (jamflow_core/tasks/overview.py) with the addresses `soundUrl` and `melUrl`. */
  setClip(clip) {
    this.clip = clip;
    this.picture = this.strip = null;
    this.player.load(clip?.soundUrl ?? null);
    this.#load(clip, clip?.melUrl, (image) => (this.picture = { image, tinted: null, light: null }));
    this.#load(clip, clip?.strip?.url, (image) => (this.strip = image));
    this.draw();
  }

  /** A picture of a clip, if that is still the one to be shown when it is there. */
  #load(clip, url, taken) {
    if (!url) return;
    const image = new Image();
    image.onload = () => {
      if (this.clip === clip) taken(image);
      this.draw();
    };
    image.src = url;
  }

  #listen() {
    const { buttons, hintButton, keys } = this.page;
    const on = (target, handler) => target.addEventListener("click", handler, { signal: this.life.signal });
    on(buttons.play, () => this.toggle());
    on(buttons.only, () => this.toggle(true));
    on(buttons.closer, () => this.look((view) => view.zoom(1.5, view.x(this.cursor))));
    on(buttons.wider, () => this.look((view) => view.zoom(1 / 1.5, view.x(this.cursor))));
    for (const name of OPTIONS) on(buttons[name], () => this.option(name));
    on(buttons.undo, () => this.step("undo"));
    on(buttons.redo, () => this.step("redo"));
    on(buttons.remove, () => this.remove());
    on(buttons.fit, () => this.look((view) => view.fit()));
    on(this.root, (event) => event.detail && event.target.closest(".bar button") && keys.focus({ preventScroll: true }));
    on(hintButton, () => this.run());
  }

  option(name) {
    this.setOptions({ [name]: !this.options[name] });
    this.optioned(this.options);
  }

  // ---- playing ------------------------------------------------------------------------------------------------------

  /** Play from the cursor, or only the chosen span; stop if it plays. */
  toggle(only = false) {
    if (this.player.playing) return this.player.stop();
    if (!this.clip?.soundUrl) return this.announce(this.say("silent"));
    const from = this.cursor >= this.clip.seconds - 0.02 ? 0 : this.cursor;
    const whole = { start: this.options.loop ? 0 : from, end: Infinity };
    const span = only && (this.lanes.chosen?.span ?? this.lanes.state.speech[0] ?? this.lanes.state.face[0]);
    this.play(span || whole);
  }

  /** Play a stretch. */
  play({ start, end }) {
    this.player.play(start, end);
    picture(this.page.buttons.play, "stop", this.say("stop"));
  }

  #playing(time) {
    const { head } = this.page;
    head.hidden = false;
    if (!this.pointer.drag && time > this.view.end) this.look((view) => view.show(time, view.shown));
    head.style.transform = `translateX(${this.view.x(time)}px)`;
  }

  #stopped() {
    this.page.head.hidden = true;
    picture(this.page.buttons.play, "play", this.say("play"));
  }

  // ---- editing ------------------------------------------------------------------------------------------------------

  /** Take lanes as the new state, with the span that was touched as the chosen one. */
  commit(lanes, lane, span) {
    this.lanes.commit(lanes, lane, span);
    this.announce(this.described());
    this.draw();
  }

  remove() {
    const gone = this.lanes.remove();
    if (gone) this.announce(this.say("removed", this.values(gone.lane, gone.span)));
    this.draw();
  }

  step(direction) {
    if (this.lanes.step(direction)) this.announce(this.say(direction));
    this.draw();
  }

  /** Mark the word at a time, or a third of a second about it where no word is known. */
  paintWord(lane, time) {
    const { lanes, clip } = this;
    const unknown = clip?.words ? null : { start: Math.max(0, time - 0.15), end: time + 0.15 };
    const word = spans.wordsBetween(clip?.words, time, time) ?? unknown;
    if (!word || lanes.locked[lane]) return;
    this.cursor = word.start;
    this.commit(lanes.painted(lanes.state, lane, word), lane, word);
  }

  /** To what edges snap, and from how many seconds away; from nowhere where they are free. */
  snapping(free) {
    const marks = [...spans.marks(this.clip?.words), ...(this.clip?.seconds ? [0, this.clip.seconds] : [0])];
    return free || !this.options.snap ? { reach: 0, marks: [] } : { reach: REACH / this.view.scale, marks };
  }

  snapped(time, free) {
    const { reach, marks } = this.snapping(free);
    return Math.max(0, spans.snapped(time, marks, reach));
  }

  // ---- looking ------------------------------------------------------------------------------------------------------

  look(change) {
    change(this.view);
    this.draw();
  }

  goTo(time) {
    this.cursor = spans.round(Math.min(Math.max(time, 0), this.clip?.seconds ?? this.view.seconds));
    this.announce(`${this.cursor.toFixed(2)} s`);
    this.look((view) => view.reveal(this.cursor));
  }

  chooseNext(step) {
    if (!this.lanes.chooseNext(step)) return;
    this.cursor = this.lanes.chosen.span.start;
    this.announce(this.described());
    this.look((view) => view.reveal(this.cursor));
  }

  escape() {
    if (this.pointer.drag) return this.pointer.cancel();
    if (this.player.playing) return this.player.stop();
    this.lanes.chosen = null;
    this.draw();
  }

  // ---- words --------------------------------------------------------------------------------------------------------

  values(lane, span) {
    return { lane: this.say(lane), start: span.start.toFixed(2), end: span.end.toFixed(2), length: (span.end - span.start).toFixed(2) };
  }

  described() {
    const { chosen } = this.lanes;
    return chosen ? this.say("span", this.values(chosen.lane, chosen.span)) : "";
  }

  announce(text) {
    this.page.spoken.textContent = text;
  }

  /** The line of text at the right end of the bar, and the length of the clip beside it. */
  read() {
    const { readout, length } = this.page;
    length.textContent = this.clip ? `${this.clip.seconds.toFixed(2)} s` : "";
    const { hover } = this.pointer;
    const wrong = LANES.find((lane) => this.lanes.unreadable[lane]);
    readout.classList.toggle("wrong", Boolean(wrong));
    if (wrong) readout.textContent = this.say("unreadable", { lane: this.say(wrong) });
    else if (this.lanes.chosen) readout.textContent = this.described();
    else readout.textContent = hover === null ? "" : `${Math.max(0, this.view.time(hover)).toFixed(2)} s`;
  }

  // ---- drawing ------------------------------------------------------------------------------------------------------

  /** Draw at the next frame, once however often it is asked for. */
  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => show(this));
  }
}
