// The timeline: what it shows of a clip, and what mouse and keyboard do to its spans. It knows the page, not ComfyUI.

import { button, make, picture } from "./page.js";
import * as paint from "./paint.js";
import { Player } from "./player.js";
import * as spans from "./spans.js";
import { View, clock } from "./view.js";

export const LANES = ["speech", "face"];
const REACH = 9; // pixels from which an edge snaps
const CLICK = 3; // pixels that a click may slip
const UNKNOWN = 4; // seconds shown while no clip is known

/**
 * say(key, values): the words of the user's language. changed(lanes): spans were edited. run(): show me the clip.
 * options: {snap, linked, mel}, kept by the host, which hears of changes by optioned(options).
 * passed(event): a wheel turn or middle button that is meant for the graph.
 */
export class Timeline {
  constructor({ say, changed, run, options, optioned, passed }) {
    Object.assign(this, { say, changed, run, optioned, passed });
    this.options = { snap: true, linked: true, mel: false, ...options };
    this.history = new spans.History({ speech: [], face: [] });
    this.draft = this.drag = this.chosen = this.clip = this.picture = this.hover = null;
    this.locked = {};
    this.unreadable = {};
    this.cursor = 0;
    this.view = new View(UNKNOWN, 1);
    this.player = new Player((time) => this.#playing(time), () => this.#stopped());
    this.life = new AbortController();
    this.#build();
    this.#listen();
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.stage);
    this.themed = new MutationObserver(() => this.draw());
    for (const element of [document.documentElement, document.body]) {
      this.themed.observe(element, { attributes: true, attributeFilter: ["class", "style"] });
    }
    this.draw();
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

  get lanes() {
    return this.draft ?? this.history.state;
  }

  /** Spans from outside: `fresh` ones of another graph, or typed ones, which can be undone. */
  setLanes(lanes, fresh = false) {
    if (fresh) this.history = new spans.History(lanes);
    else if (JSON.stringify(lanes) !== JSON.stringify(this.history.state)) this.history.push(lanes);
    if (this.chosen) this.#choose(this.chosen.lane, this.chosen.span);
    this.draw();
  }

  setOptions(options) {
    this.options = { ...this.options, ...options };
    for (const name of ["snap", "linked", "mel"]) this.buttons[name].setAttribute("aria-pressed", this.options[name]);
    this.draw();
  }

  /** What is known of the clip: an overview (jamflow_core/tasks/overview.py) with the addresses `soundUrl` and `melUrl`. */
  setClip(clip) {
    this.clip = clip;
    this.picture = null;
    this.player.load(clip?.soundUrl ?? null);
    if (clip?.melUrl) {
      const image = new Image();
      image.onload = () => {
        if (this.clip === clip) this.picture = { image, tinted: null, light: null };
        this.draw();
      };
      image.src = clip.melUrl;
    }
    this.draw();
  }

  #build() {
    const { say } = this;
    this.keys = make("input", "keys", { readonly: "", "aria-label": say("help"), "aria-roledescription": say("title") });
    this.spoken = make("div", "spoken", { "aria-live": "polite" });
    this.readout = make("div", "readout");
    this.buttons = {
      play: button("play", say("play")),
      snap: button("snap", say("snap"), this.options.snap),
      linked: button("linked", say("linked"), this.options.linked),
      mel: button("mel", say("mel"), this.options.mel),
      undo: button("undo", say("undo")),
      redo: button("redo", say("redo")),
      remove: button("remove", say("remove")),
      fit: button("fit", say("fit")),
    };
    const { play, snap, linked, mel, undo, redo, remove, fit } = this.buttons;
    const gap = () => make("span", "gap");
    const bar = make("div", "bar", { role: "toolbar", "aria-label": say("title") }, play, gap(), snap, linked, mel, gap(), undo, redo, remove, fit, this.readout);
    this.canvases = {};
    const canvas = (name) => (this.canvases[name] = make("canvas", name === "said" ? "said" : "curve", { role: "img" }));
    this.ruler = make("div", "ruler", { title: say("ruler") }, canvas("ruler"));
    this.places = {
      speech: make("div", "lane speech", { role: "group", "aria-label": say("speech") }, canvas("sound"), canvas("said"), make("div", "name", {}, say("speech"))),
      face: make("div", "lane face", { role: "group", "aria-label": say("face") }, canvas("face"), make("div", "name", {}, say("face"))),
    };
    this.boxes = { speech: [], face: [] };
    this.line = make("div", "cursor");
    this.head = make("div", "head", { hidden: "" });
    this.hintText = make("span");
    this.hintButton = make("button", "", { type: "button" }, say("run"));
    this.hint = make("div", "hint", {}, this.hintText, this.hintButton);
    this.stage = make("div", "stage", {}, this.ruler, this.places.speech, this.places.face, this.line, this.head, this.hint);
    this.thumb = make("div", "thumb");
    this.scroll = make("div", "scroll", { "aria-hidden": "true" }, this.thumb);
    this.root = make("div", "jamflow-timeline", { role: "group", "aria-label": say("title"), "data-capture-wheel": "true" },
      this.keys, bar, this.stage, this.scroll, this.spoken);
  }

  #listen() {
    const on = (target, type, handler, options = {}) => target.addEventListener(type, handler.bind(this), { signal: this.life.signal, ...options });
    on(this.stage, "pointerdown", this.#down);
    on(this.stage, "pointermove", this.#move);
    on(this.stage, "pointerup", this.#up);
    on(this.stage, "pointercancel", this.#cancel);
    on(this.stage, "pointerleave", () => this.#hovered(null));
    on(this.stage, "dblclick", this.#twice);
    // The keyboard stays with the timeline while its pictures are clicked.
    on(this.stage, "mousedown", (event) => event.target.closest("button") || event.preventDefault());
    on(this.root, "wheel", this.#wheel, { passive: false });
    on(this.keys, "keydown", this.#key);
    on(this.scroll, "pointerdown", this.#scrollDown);
    on(this.scroll, "pointermove", this.#scrollMove);
    on(this.scroll, "pointerup", (event) => event.stopPropagation());
    const { play, snap, linked, mel, undo, redo, remove, fit } = this.buttons;
    on(play, "click", () => this.toggle());
    for (const [name, element] of Object.entries({ snap, linked, mel })) on(element, "click", () => this.#option(name));
    on(undo, "click", () => this.#step("undo"));
    on(redo, "click", () => this.#step("redo"));
    on(remove, "click", () => this.#remove());
    on(fit, "click", () => this.#look((view) => view.fit()));
    on(this.root, "click", (event) => event.detail && event.target.closest(".bar button") && this.keys.focus({ preventScroll: true }));
    on(this.hintButton, "click", () => this.run());
  }

  // ---- playing ------------------------------------------------------------------------------------------------------

  /** Play from the cursor, or only the chosen span; stop if it plays. */
  toggle(only = false) {
    if (this.player.playing) return this.player.stop();
    if (!this.clip?.soundUrl) return this.#announce(this.say("silent"));
    const { start, end } = (only && this.chosen?.span) || { start: this.cursor >= this.clip.seconds - 0.02 ? 0 : this.cursor, end: Infinity };
    this.player.play(start, end);
    picture(this.buttons.play, "stop", this.say("stop"));
  }

  #playing(time) {
    this.head.hidden = false;
    if (!this.drag && time > this.view.end) this.#look((view) => view.show(time, view.shown));
    this.head.style.transform = `translateX(${this.view.x(time)}px)`;
  }

  #stopped() {
    this.head.hidden = true;
    picture(this.buttons.play, "play", this.say("play"));
  }

  // ---- editing ------------------------------------------------------------------------------------------------------

  /** Take lanes as the new state, with the span that was touched as the chosen one. */
  #commit(lanes, lane, span, told) {
    this.draft = null;
    if (JSON.stringify(lanes) !== JSON.stringify(this.history.state)) {
      this.history.push(lanes);
      this.changed(lanes);
    }
    this.#choose(lane, span);
    this.#announce(told ?? this.#described());
    this.draw();
  }

  /** The span of a lane that covers (or lies in) the given one is chosen; none if there is none. */
  #choose(lane, span) {
    const found = lane && span ? this.lanes[lane].find((other) => other.start < span.end && span.start < other.end) : null;
    this.chosen = found ? { lane, span: found } : null;
  }

  /** Lanes with the same change made to a span and, when the lanes are linked, to its twin in the other lane. */
  #withTwin(lanes, lane, span, change) {
    const next = { ...lanes };
    for (const name of LANES) {
      const twin = name === lane || (this.options.linked && lanes[name].some((other) => spans.same(other, span)));
      if (twin && !this.locked[name]) next[name] = change(lanes[name]);
    }
    return next;
  }

  /** Lanes with a stretch painted. */
  #painted(lanes, lane, { start, end }) {
    const next = { ...lanes };
    for (const name of this.options.linked ? LANES : [lane]) if (!this.locked[name]) next[name] = spans.added(lanes[name], start, end);
    return next;
  }

  #remove() {
    if (!this.chosen) return;
    const { lane, span } = this.chosen;
    const lanes = this.#withTwin(this.lanes, lane, span, (spanned) => spans.removed(spanned, span));
    this.#commit(lanes, null, null, this.say("removed", this.#values(lane, span)));
  }

  #step(direction) {
    const before = this.history.state;
    const lanes = this.history[direction]();
    if (lanes === before) return;
    this.changed(lanes);
    this.chosen = null;
    this.#announce(this.say(direction));
    this.draw();
  }

  #option(name) {
    this.setOptions({ [name]: !this.options[name] });
    this.optioned(this.options);
  }

  /** The moment under the pointer; edges snap to words unless Alt is held. */
  #snap(time, event) {
    const free = !this.options.snap || event.altKey;
    return Math.max(0, free ? time : spans.snapped(time, this.#marks(), REACH / this.view.scale));
  }

  #marks() {
    return [...spans.marks(this.clip?.words), ...(this.clip?.seconds ? [0, this.clip.seconds] : [0])];
  }

  /** The word at a time, or a third of a second about it where no word is known. */
  #wordAt(time) {
    const word = spans.wordsBetween(this.clip?.words, time, time);
    return word ?? (this.clip?.words ? null : { start: Math.max(0, time - 0.15), end: time + 0.15 });
  }

  // ---- mouse --------------------------------------------------------------------------------------------------------

  /** Pixels from the stage's left edge, whatever the graph's zoom. */
  #x(event, element = this.stage) {
    const box = element.getBoundingClientRect();
    return ((event.clientX - box.left) * element.clientWidth) / box.width;
  }

  #down(event) {
    if (event.button === 1) return this.passed(event);
    if (event.button !== 0 || event.target.closest("button")) return;
    event.stopPropagation();
    this.keys.focus({ preventScroll: true });
    this.stage.setPointerCapture(event.pointerId);
    const x = this.#x(event);
    const drag = { x, last: x, time: this.view.time(x), base: this.lanes, slipped: true, kind: "pan" };
    const lane = LANES.find((name) => this.places[name].contains(event.target));
    if (lane) {
      const box = event.target.closest(".span");
      const span = box && this.lanes[lane][box.dataset.index];
      const words = this.canvases.said.getBoundingClientRect();
      const said = lane === "speech" && this.clip?.words && event.clientY >= words.top;
      Object.assign(drag, { lane, span, kind: span ? (event.target.dataset.edge ?? "move") : said ? "words" : "paint" });
      if (this.locked[lane] && (span || !this.options.linked || LANES.every((name) => this.locked[name]))) drag.kind = "pan";
      if (span) this.#choose(lane, span);
    }
    this.drag = drag;
    this.draw();
  }

  #move(event) {
    const { drag } = this;
    const x = this.#x(event);
    this.#hovered(x);
    if (!drag) return;
    event.stopPropagation();
    if (drag.slipped && Math.abs(x - drag.x) < CLICK) return;
    drag.slipped = false;
    const time = this.view.time(x);
    const limit = this.clip?.seconds ?? Infinity;
    if (drag.kind === "pan") {
      this.view.pan(x - drag.last);
      drag.last = x;
    } else if (drag.kind === "paint" || drag.kind === "words") {
      const stretch = drag.kind === "words" ? spans.wordsBetween(this.clip?.words, drag.time, time) : this.#stroke(drag, time, limit, event);
      this.draft = stretch ? this.#painted(drag.base, drag.lane, stretch) : drag.base;
      this.#choose(drag.lane, stretch);
    } else {
      const span = this.#dragged(drag, time, limit, event);
      this.draft = this.#withTwin(drag.base, drag.lane, drag.span, (spanned) => spans.replaced(spanned, drag.span, span));
      this.#choose(drag.lane, span);
    }
    this.draw();
  }

  #stroke(drag, time, limit, event) {
    const [a, b] = [drag.time, time].map((edge) => Math.min(this.#snap(edge, event), limit));
    return { start: Math.min(a, b), end: Math.max(a, b) };
  }

  #dragged(drag, time, limit, event) {
    if (drag.kind !== "move") return spans.resized(drag.span, drag.kind, this.#snap(time, event), limit);
    const reach = !this.options.snap || event.altKey ? 0 : REACH / this.view.scale;
    return spans.movedToMark(drag.span, time - drag.time, reach ? this.#marks() : [], reach, limit);
  }

  #up(event) {
    const { drag } = this;
    if (!drag) return;
    event.stopPropagation();
    this.drag = null;
    if (!drag.slipped) {
      if (drag.kind !== "pan") this.#commit(this.lanes, drag.lane, this.chosen?.span);
    } else if (drag.kind === "words" && spans.wordsBetween(this.clip?.words, drag.time, drag.time)) {
      this.#paintWord(drag.lane, drag.time);
    } else {
      if (!drag.span) this.chosen = null;
      this.cursor = Math.max(0, drag.span?.start ?? drag.time);
      if (drag.span) this.#announce(this.#described());
    }
    this.draw();
  }

  #cancel() {
    this.drag = this.draft = null;
    if (this.chosen) this.#choose(this.chosen.lane, this.chosen.span);
    this.draw();
  }

  #twice(event) {
    const lane = LANES.find((name) => this.places[name].contains(event.target));
    if (lane && !event.target.closest(".span, button")) this.#paintWord(lane, this.view.time(this.#x(event)));
  }

  #paintWord(lane, time) {
    const word = this.#wordAt(time);
    if (!word || this.locked[lane]) return;
    this.cursor = word.start;
    this.#commit(this.#painted(this.lanes, lane, word), lane, word);
  }

  #wheel(event) {
    if (!this.root.contains(document.activeElement)) return this.passed(event);
    event.preventDefault();
    event.stopPropagation();
    const x = this.#x(event);
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.shiftKey ? event.deltaY : 0;
    this.#look((view) => (sideways ? view.pan(-sideways) : view.zoom(Math.exp(-event.deltaY * 0.002), x)));
  }

  #look(change) {
    change(this.view);
    this.draw();
  }

  #scrollDown(event) {
    event.stopPropagation();
    this.scroll.setPointerCapture(event.pointerId);
    const time = (this.#x(event, this.scroll) / this.scroll.clientWidth) * this.view.seconds;
    const inside = time >= this.view.start && time <= this.view.end;
    this.held = inside ? time - this.view.start : this.view.shown / 2;
    this.#scrollMove(event);
  }

  #scrollMove(event) {
    if (!this.scroll.hasPointerCapture(event.pointerId)) return;
    event.stopPropagation();
    const time = (this.#x(event, this.scroll) / this.scroll.clientWidth) * this.view.seconds;
    this.#look((view) => view.show(time - this.held, view.shown));
  }

  // ---- keyboard -----------------------------------------------------------------------------------------------------

  #key(event) {
    const control = event.ctrlKey || event.metaKey;
    const act = this.#action(event.key.length === 1 ? event.key.toLowerCase() : event.key, control, event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    if (!this.drag || event.key === "Escape") act(); // what the mouse holds is not changed under it
  }

  #action(key, control, { shiftKey, altKey }) {
    if (control && key === "z") return () => this.#step(shiftKey ? "redo" : "undo");
    if (control && key === "y") return () => this.#step("redo");
    const by = (shiftKey ? 0.1 : 0.01) * (key === "ArrowLeft" ? -1 : 1);
    if (key === "ArrowLeft" || key === "ArrowRight") return () => this.#nudge(by, control ? "end" : altKey ? "start" : "move");
    if (control || altKey) return null;
    return {
      " ": () => this.toggle(shiftKey),
      Delete: () => this.#remove(),
      Backspace: () => this.#remove(),
      Escape: () => this.#escape(),
      Enter: () => this.#paintWord(this.chosen?.lane ?? "speech", this.cursor),
      Home: () => this.#goTo(0),
      End: () => this.#goTo(this.clip?.seconds ?? this.view.seconds),
      PageUp: () => this.#next(-1),
      PageDown: () => this.#next(1),
      "+": () => this.#look((view) => view.zoom(1.5, view.x(this.cursor))),
      "=": () => this.#look((view) => view.zoom(1.5, view.x(this.cursor))),
      "-": () => this.#look((view) => view.zoom(1 / 1.5, view.x(this.cursor))),
      0: () => this.#look((view) => view.fit()),
    }[key];
  }

  /** The chosen span, or one of its edges, a little to the left or right; without one, the cursor. */
  #nudge(by, what) {
    if (!this.chosen) return this.#goTo(this.cursor + by);
    const { lane, span } = this.chosen;
    if (this.locked[lane]) return;
    const limit = this.clip?.seconds ?? Infinity;
    const next = what === "move" ? spans.moved(span, by, limit) : spans.resized(span, what, span[what] + by, limit);
    this.#commit(this.#withTwin(this.lanes, lane, span, (spanned) => spans.replaced(spanned, span, next)), lane, next);
    this.#look((view) => view.reveal(next.start));
  }

  #goTo(time) {
    this.cursor = spans.round(Math.min(Math.max(time, 0), this.clip?.seconds ?? this.view.seconds));
    this.#announce(`${this.cursor.toFixed(2)} s`);
    this.#look((view) => view.reveal(this.cursor));
  }

  #next(step) {
    const all = LANES.flatMap((lane) => this.lanes[lane].map((span) => ({ lane, span }))).sort((a, b) => a.span.start - b.span.start);
    if (!all.length) return;
    const place = all.findIndex(({ lane, span }) => lane === this.chosen?.lane && spans.same(span, this.chosen.span));
    this.chosen = all[place < 0 ? (step > 0 ? 0 : all.length - 1) : (place + step + all.length) % all.length];
    this.cursor = this.chosen.span.start;
    this.#announce(this.#described());
    this.#look((view) => view.reveal(this.cursor));
  }

  #escape() {
    if (this.drag) return this.#cancel();
    if (this.player.playing) return this.player.stop();
    this.chosen = null;
    this.draw();
  }

  // ---- words --------------------------------------------------------------------------------------------------------

  #values(lane, span) {
    return { lane: this.say(lane), start: span.start.toFixed(2), end: span.end.toFixed(2), length: (span.end - span.start).toFixed(2) };
  }

  #described() {
    return this.chosen ? this.say("span", this.#values(this.chosen.lane, this.chosen.span)) : "";
  }

  #announce(text) {
    this.spoken.textContent = text;
  }

  #hovered(x) {
    this.hover = x;
    this.#read();
  }

  #read() {
    const wrong = LANES.find((lane) => this.unreadable[lane]);
    this.readout.classList.toggle("wrong", Boolean(wrong));
    if (wrong) this.readout.textContent = this.say("unreadable", { lane: this.say(wrong) });
    else if (this.chosen) this.readout.textContent = this.#described();
    else if (this.hover === null) this.readout.textContent = this.clip ? `${this.clip.seconds.toFixed(2)} s` : "";
    else this.readout.textContent = `${Math.max(0, this.view.time(this.hover)).toFixed(2)} s`;
  }

  // ---- drawing ------------------------------------------------------------------------------------------------------

  /** Draw at the next frame, once however often it is asked for. */
  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    if (!this.stage.clientWidth) return;
    const { view, clip } = this;
    view.width = this.stage.clientWidth;
    const last = Math.max(0, ...LANES.flatMap((lane) => this.lanes[lane].map((span) => span.end)));
    if (!this.drag) view.extend(Math.max(clip?.seconds || UNKNOWN, last));
    const light = isDark(getComputedStyle(this.root).color);
    this.root.classList.toggle("light", light);
    const ink = paint.colours(this.root);
    this.canvases.said.hidden = !clip?.words;
    this.#label();
    paint.ruler(this.canvases.ruler, view, ink);
    paint.sound(this.canvases.sound, view, ink, clip, this.#mel(light, ink));
    if (clip?.words) paint.words(this.canvases.said, view, ink, clip);
    paint.face(this.canvases.face, view, ink, clip);
    for (const lane of LANES) this.#place(lane);
    this.line.style.transform = `translateX(${view.x(this.cursor)}px)`;
    this.line.style.visibility = this.cursor < view.start || this.cursor > view.end ? "hidden" : "";
    Object.assign(this.thumb.style, { left: `${(100 * view.start) / view.seconds}%`, width: `${(100 * view.shown) / view.seconds}%` });
    this.scroll.style.visibility = view.whole ? "hidden" : "";
    this.buttons.undo.disabled = !this.history.canUndo;
    this.buttons.redo.disabled = !this.history.canRedo;
    this.buttons.remove.disabled = !this.chosen;
    this.buttons.play.disabled = !clip?.soundUrl;
    this.buttons.mel.disabled = !clip?.melUrl;
    this.hint.hidden = Boolean(clip && !clip.unheard) || Boolean(this.drag);
    this.hint.classList.toggle("aside", Boolean(clip));
    this.hintText.textContent = this.say(clip ? "hint_heard" : "hint");
    this.#read();
  }

  /** The mel in this theme's colours, when it is asked for or there is nothing else to draw. */
  #mel(light, ink) {
    if (!this.picture || (!this.options.mel && this.clip.peaks)) return null;
    if (this.picture.light !== light) Object.assign(this.picture, { light, tinted: paint.tinted(this.picture.image, ink) });
    return this.picture.tinted;
  }

  #label() {
    const { clip } = this;
    const heard = clip ? { seconds: clip.seconds.toFixed(2), words: (clip.words ?? []).map(([word]) => word).join(" ") } : null;
    this.canvases.ruler.setAttribute("aria-label", this.say("ruler"));
    this.canvases.sound.setAttribute("aria-label", heard ? this.say("sound", heard) : this.say("hint"));
    this.canvases.said.setAttribute("aria-label", heard?.words ?? "");
    this.canvases.face.setAttribute("aria-label", this.say("opening"));
  }

  /** The boxes of a lane's spans, kept from drawing to drawing. */
  #place(lane) {
    const own = this.lanes[lane].map((span, index) => ({ span, index }));
    const all = [...own, ...(this.clip?.given?.[lane] ?? []).map(([start, end]) => ({ span: { start, end }, index: null }))];
    const boxes = this.boxes[lane];
    while (boxes.length > all.length) boxes.pop().remove();
    all.forEach(({ span, index }, place) => {
      if (!boxes[place]) this.places[lane].append((boxes[place] = this.#box()));
      const box = boxes[place];
      const width = (span.end - span.start) * this.view.scale;
      box.style.transform = `translateX(${this.view.x(span.start)}px)`;
      box.style.width = `${Math.max(width, 3)}px`;
      box.dataset.index = index;
      box.classList.toggle("given", index === null);
      const chosen = lane === this.chosen?.lane && index !== null && spans.same(span, this.chosen.span);
      box.classList.toggle("chosen", chosen);
      box.setAttribute("aria-pressed", chosen);
      box.setAttribute("aria-label", this.say("span", this.#values(lane, span)));
      box.firstChild.textContent = width > 46 ? `${clock(span.end - span.start)} s` : "";
    });
    this.places[lane].classList.toggle("locked", Boolean(this.locked[lane]));
    this.places[lane].title = this.locked[lane] ? this.say("connected") : "";
  }

  #box() {
    return make("div", "span", { role: "button" }, make("div", "length"), make("div", "edge start", { "data-edge": "start" }), make("div", "edge end", { "data-edge": "end" }));
  }
}

/** Whether a CSS colour is dark: dark ink means a light theme. */
function isDark(colour) {
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128;
}
