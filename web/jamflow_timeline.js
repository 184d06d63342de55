// Puts the timeline on the node "JAM-Flow Time Mask (timeline)". The node's two text inputs stay the one source of its
// spans: the timeline writes them as it is painted on, and follows what is typed into them.

import { app } from "../../scripts/app.js";
import { lastOutput } from "./nodes/history.js";
import { after, locator, run, viewed } from "./nodes/ours.js";
import { Timeline } from "./timeline/editor.js";
import { LANES } from "./timeline/lanes.js";
import { loadWords, words } from "./timeline/language.js";
import { heard, place, recordingOf } from "./timeline/recording.js";
import { format, parse } from "./timeline/spans.js";

const NODE = "JamFlowMaskTimeline";
const say = words("jamflowTimeline");
const OUTPUT = "jamflow_timeline";
const OPTIONS = "timeline"; // the node property that keeps the buttons as they were left
const SIZE = [620, 420];
const MIN_HEIGHT = 272;

/** The timelines of the open graph, each with its node. */
const open = new Map();

/** By workflow and node (`TimelineOfNode.key`): the node's last output, and the recording that it had then. */
const told = new Map();

/** By node (`locator`): where on the page the timeline of a node was that is gone. */
const left = new Map();

/** The addresses of a clip's files. */
const urls = ({ sound, mel, strip }) => ({
  soundUrl: sound && viewed(sound),
  melUrl: mel && viewed(mel),
  ...(strip && { strip: { ...strip, url: viewed(strip) } }),
});

/** One node and its timeline. */
class TimelineOfNode {
  constructor(node) {
    this.node = node;
    this.timeline = new Timeline({
      say,
      changed: (lanes) => this.write(lanes),
      run: () => run(node),
      options: node.properties?.[OPTIONS],
      optioned: (options) => node.setProperty(OPTIONS, options),
      passed: pass,
    });
    // Not in the side panel too: it would draw an empty row there and take its width for the node's.
    const look = { serialize: false, hideOnZoom: false, hideInPanel: true, margin: 6, getMinHeight: () => MIN_HEIGHT };
    this.widget = node.addDOMWidget(OUTPUT, OUTPUT, this.timeline.root, look);
    this.widget.serialize = false;
    node.setSize([Math.max(node.size[0], SIZE[0]), Math.max(node.size[1], SIZE[1])]);
    this.followed = LANES.map((lane) => this.follow(lane));
    this.read(true);
    const { root, life } = this.timeline;
    root.addEventListener("pointerenter", () => this.listen(), { signal: life.signal });
  }

  text(lane) {
    return this.node.widgets.find((widget) => widget.name === lane);
  }

  /** Read a lane whenever something is typed into it. Returns what ends that. */
  follow(lane) {
    const widget = this.text(lane);
    const before = widget.callback;
    widget.callback = (...values) => {
      const result = before?.apply(widget, values);
      this.read();
      return result;
    };
    return () => (widget.callback = before);
  }

  /** Text inputs -> timeline. What was done before an input was connected or let go cannot be undone here. */
  read(fresh = false) {
    const { timeline, node } = this;
    const lanes = {};
    for (const lane of LANES) {
      const spans = parse(this.text(lane).value);
      const locked = node.inputs?.some((input) => input.widget?.name === lane && input.link != null) ?? false;
      fresh ||= locked !== (timeline.lanes.locked[lane] ?? false);
      timeline.lanes.unreadable[lane] = spans === null;
      timeline.lanes.locked[lane] = locked;
      lanes[lane] = locked ? [] : (spans ?? []);
    }
    timeline.setLanes(lanes, fresh);
  }

  /** Timeline -> text inputs, as one step of the graph's own undo. What cannot be read stays until it is painted over. */
  write(lanes) {
    app.canvas?.emitBeforeChange?.();
    for (const lane of LANES) {
      const kept = this.timeline.lanes.locked[lane] || (this.timeline.lanes.unreadable[lane] && !lanes[lane].length);
      if (kept || format(lanes[lane]) === this.text(lane).value) continue;
      this.text(lane).value = format(lanes[lane]);
      this.timeline.lanes.unreadable[lane] = false;
    }
    app.canvas?.emitAfterChange?.();
    this.node.setDirtyCanvas(true, true);
  }

  /** What the node said when it was executed. */
  show(output) {
    const clip = output?.[OUTPUT]?.[0];
    if (!clip) return;
    this.file = recordingOf(this.node);
    this.hearing = null; // this is more than hearing the file would tell
    told.set(this.key, { file: this.file, output });
    const known = clip.seconds > 0;
    this.timeline.setClip(known ? { ...clip, ...urls(clip) } : null);
  }

  get key() {
    return `${this.node.graph?.rootGraph?.id}:${locator(this.node)}`;
  }

  /** The graph's undo makes all nodes anew; what they said last is still true of the same recording. */
  recall() {
    const last = told.get(this.key);
    if (last && last.file === recordingOf(this.node)) this.show(last.output);
  }

  /** The page was loaded anew: what the node told in a run that the server still knows. */
  async remember() {
    if (told.has(this.key) || !this.node.graph?.isRootGraph) return;
    const file = recordingOf(this.node);
    const output = await lastOutput(this.node, OUTPUT, file);
    if (output && !told.has(this.key) && file === recordingOf(this.node) && !this.timeline.life.signal.aborted) this.show(output);
  }

  /** Before a run: the sound of a Load Audio node, if one feeds this node and was not heard yet. */
  async listen() {
    const file = recordingOf(this.node);
    if (!file || file === this.file) return;
    this.file = this.hearing = file;
    const clip = await heard(viewed(place(file)));
    if (file === this.hearing && !this.timeline.life.signal.aborted) this.timeline.setClip(clip);
  }

  /** Nodes 2.0 keeps a node's place on the page for the next node of its number, and does not ask that one for its widget. */
  settle(place) {
    const { root } = this.timeline;
    if (place?.isConnected && !root.isConnected) place.replaceChildren(root);
  }

  close() {
    left.set(locator(this.node), this.timeline.root.parentElement);
    this.timeline.dispose();
    for (const end of this.followed) end();
    this.node.widgets = this.node.widgets.filter((widget) => widget !== this.widget);
  }
}

/** Hand a wheel turn or a middle button to the graph, as ComfyUI's own text boxes do. */
function pass(event) {
  const { canvas } = app;
  if (event.type === "wheel") canvas.processMouseWheel(event);
  else canvas.processMouseDown(event);
}

app.registerExtension({
  name: "JAM-Flow.Timeline",

  async setup() {
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("./timeline/timeline.css", import.meta.url).href });
    document.head.append(sheet);
  },

  init: loadWords,

  beforeRegisterNodeDef(nodeType, nodeData) {
    if (nodeData.name !== NODE) return;
    // Not when a node is made: a copy in the making never joins a graph, and is never removed from one.
    after(nodeType, "onAdded", function () {
      if (!open.has(this)) open.set(this, new TimelineOfNode(this));
    });
    after(nodeType, "onConfigure", function () {
      open.get(this)?.timeline.setOptions(this.properties?.[OPTIONS]);
      open.get(this)?.read(true);
    });
    after(nodeType, "onExecuted", function (output) {
      open.get(this)?.show(output);
    });
    after(nodeType, "onConnectionsChange", function () {
      open.get(this)?.read();
      open.get(this)?.listen();
    });
    after(nodeType, "onRemoved", function () {
      open.get(this)?.close();
      open.delete(this);
    });
  },

  /** A graph was loaded: its recordings are there now, whatever order its nodes came in. */
  afterConfigureGraph() {
    for (const [node, own] of open) {
      own.settle(left.get(locator(node)));
      own.recall();
      own.listen();
      own.remember();
    }
    left.clear();
  },

  /** Another workflow came back to the screen with the outputs of its last run. */
  onNodeOutputsUpdated(outputs) {
    for (const [node, own] of open) own.show(outputs[locator(node)]);
  },
});
