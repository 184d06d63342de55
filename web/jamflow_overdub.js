// Puts the cockpit on the node "JAM-Flow Overdub": its recording on a timeline whose words can be typed anew, and its takes. What
// counts is in the node's widgets (text and seed); the takes that were made are kept in the node's properties, their sounds in
// ComfyUI's output folder.

import { app } from "../../scripts/app.js";
import { after, locator, run, viewed } from "./nodes/ours.js";
import { Timeline } from "./timeline/editor.js";
import { LANES } from "./timeline/lanes.js";
import { loadWords, words } from "./timeline/language.js";
import { heard } from "./timeline/recording.js";
import { replaced } from "./timeline/retell.js";
import { Takes } from "./timeline/takes.js";

const NODE = "JamFlowOverdub";
const OUTPUT = "jamflow_overdub";
const OPTIONS = "timeline"; // the node property that keeps the buttons as they were left
const KEPT = "takes"; // and that of the takes: {original, takes}
const MOST = 12;
const AROUND = 0.6; // seconds played before and after what was said anew
const SIZE = [640, 620];
const MIN_HEIGHT = 320;
const say = words("jamflowTimeline");
const open = new Map();

/** By the name of a sound file: its waveform, which a saved workflow has no room for. */
const waves = new Map();

/** A take (or the original) as it is kept. */
function light({ peaks, ...clip }) {
  waves.set(clip.sound.filename, peaks);
  return clip;
}

/** One node, its timeline and its takes. */
class Cockpit {
  constructor(node) {
    this.node = node;
    this.shown = null; // the take that is seen and heard; null: the original
    this.timeline = new Timeline({
      say,
      changed: () => {},
      run: () => run(node),
      options: node.properties?.[OPTIONS],
      optioned: (options) => node.setProperty(OPTIONS, options),
      passed: (event) => (event.type === "wheel" ? app.canvas.processMouseWheel(event) : app.canvas.processMouseDown(event)),
      retold: (index, word) => this.retell(index, word),
      compared: () => this.compare(),
    });
    this.takes = new Takes(this.timeline.page.takes, {
      say,
      heard: (take) => this.hear(take),
      dropped: (take) => this.drop(take),
      another: () => this.another(),
    });
    for (const lane of LANES) this.timeline.lanes.locked[lane] = true;
    const look = { serialize: false, hideOnZoom: false, hideInPanel: true, margin: 6, getMinHeight: () => MIN_HEIGHT };
    this.widget = node.addDOMWidget(OUTPUT, OUTPUT, this.timeline.root, look);
    this.widget.serialize = false;
    node.setSize([Math.max(node.size[0], SIZE[0]), Math.max(node.size[1], SIZE[1])]);
    this.come();
  }

  value(name) {
    return this.node.widgets.find((widget) => widget.name === name);
  }

  get kept() {
    return this.node.properties?.[KEPT] ?? { original: null, takes: [] };
  }

  keep(original, takes) {
    this.node.setProperty(KEPT, { original, takes: takes.slice(-MOST) });
  }

  /** What the words on the screen are changed in: the new text, or the old one where nothing was changed yet. */
  get text() {
    return this.shown?.text || this.value("new_text").value.trim() || this.value("old_text").value;
  }

  get changed() {
    const text = this.value("new_text").value.trim();
    return text !== "" && text !== this.value("old_text").value.trim();
  }

  retell(index, word) {
    const text = this.shown ? this.shown.text : this.value("old_text").value;
    const before = this.shown ? text : this.pending(index, word);
    const next = before ?? replaced(text, this.timeline.clip.words, index, word);
    if (next === null) return this.timeline.announce(say("not_found"));
    this.set("new_text", next);
    this.draw();
  }

  /** A further word changed in a text that is not said yet: the words on the screen are those of the old text. */
  pending(index, word) {
    this.edits ??= new Map();
    this.edits.set(index, word);
    let text = this.value("old_text").value;
    for (const [place, typed] of [...this.edits].sort(([a], [b]) => b - a)) text = text && replaced(text, this.timeline.clip.words, place, typed);
    return text;
  }

  set(name, value) {
    const widget = this.value(name);
    app.canvas?.emitBeforeChange?.();
    widget.value = value;
    widget.callback?.(value);
    app.canvas?.emitAfterChange?.();
    this.node.setDirtyCanvas?.(true, true);
  }

  /** One more take of the changed words. */
  async another() {
    const { takes } = this.kept;
    const made = takes.filter((take) => take.text === this.value("new_text").value.trim()).map((take) => take.seed);
    let seed = this.value("seed").value;
    while (made.includes(seed)) seed += 1;
    if (seed !== this.value("seed").value) this.set("seed", seed);
    await run(this.node);
  }

  /** What the node said when it was executed. */
  show(output) {
    const told = output?.[OUTPUT]?.[0];
    if (!told || told === this.told) return;
    this.told = told;
    this.edits = null;
    const original = { ...light(told.original), spans: told.spans };
    if (!told.take) {
      this.keep(original, this.kept.takes);
      return this.turn(null);
    }
    const same = (take) => take.seed === told.take.seed && take.text === told.take.text.trim();
    const take = { ...light(told.take), text: told.take.text.trim() };
    const fresh = !this.kept.takes.some(same);
    this.keep(original, fresh ? [...this.kept.takes, take] : this.kept.takes.map((known) => (same(known) ? take : known)));
    this.turn(this.kept.takes.find(same));
    if (fresh) this.play();
  }

  /** Show a take, or the original. */
  turn(take) {
    this.shown = take;
    const clip = take ?? this.kept.original;
    const spans = (clip?.spans ?? []).map(([start, end]) => ({ start, end }));
    this.timeline.setLanes({ speech: spans, face: spans }, true);
    if (clip) this.picture(clip);
    else this.timeline.setClip(null);
    this.draw();
  }

  /** Put a clip on the timeline, its waveform read from its sound where only that is left of it. */
  async picture(clip) {
    const soundUrl = viewed(clip.sound);
    const drawn = () => this.timeline.setClip({ ...clip, peaks: waves.get(clip.sound.filename), soundUrl });
    drawn();
    if (waves.has(clip.sound.filename)) return;
    const told = await heard(soundUrl);
    if (!told) return;
    waves.set(clip.sound.filename, told.peaks);
    if (clip === (this.shown ?? this.kept.original)) drawn();
  }

  draw() {
    this.takes.draw(this.kept.takes, this.shown, this.changed);
  }

  /** The changed place, with some of what is around it. */
  play() {
    const [first] = this.timeline.lanes.state.speech;
    const last = this.timeline.lanes.state.speech.at(-1);
    this.timeline.player.stop();
    if (first) this.timeline.play({ start: Math.max(0, first.start - AROUND), end: last.end + AROUND });
    else this.timeline.toggle();
  }

  /** Hear a take, which then is the one that counts; or the original, which changes nothing. */
  hear(take) {
    if (take) {
      this.last = take;
      if (this.value("new_text").value !== take.text) this.set("new_text", take.text);
      if (this.value("seed").value !== take.seed) this.set("seed", take.seed);
    }
    this.turn(take);
    this.play();
  }

  compare() {
    const { takes } = this.kept;
    if (takes.length) this.hear(this.shown ? null : (takes.find((take) => take === this.last) ?? takes.at(-1)));
  }

  drop(take) {
    this.keep(this.kept.original, this.kept.takes.filter((other) => other !== take));
    this.turn(null);
  }

  /** A graph was loaded, or its undo made this node anew: the takes that it was saved with. */
  come() {
    const { takes } = this.kept;
    this.timeline.setOptions(this.node.properties?.[OPTIONS]);
    const chosen = takes.find((take) => take.seed === this.value("seed")?.value && take.text === this.value("new_text")?.value.trim());
    this.turn(chosen ?? null);
  }

  close() {
    this.timeline.dispose();
    this.node.widgets = this.node.widgets.filter((widget) => widget !== this.widget);
  }
}

app.registerExtension({
  name: "JAM-Flow.Overdub",

  init: loadWords,

  beforeRegisterNodeDef(nodeType, nodeData) {
    if (nodeData.name !== NODE) return;
    after(nodeType, "onAdded", function () {
      if (!open.has(this)) open.set(this, new Cockpit(this));
    });
    after(nodeType, "onConfigure", function () {
      open.get(this)?.come();
    });
    after(nodeType, "onExecuted", function (output) {
      open.get(this)?.show(output);
    });
    after(nodeType, "onRemoved", function () {
      open.get(this)?.close();
      open.delete(this);
    });
  },

  /** Another workflow came back to the screen with the outputs of its last run. */
  onNodeOutputsUpdated(outputs) {
    for (const [node, own] of open) own.show(outputs[locator(node)]);
  },
});
