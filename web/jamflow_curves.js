// Puts lanes on the node "JAM-Flow Expression": its curves drawn and edited over time. The node's text stays their one source.

import { app } from "../../scripts/app.js";
import { format, parse } from "./curves/curves.js";
import { Lanes } from "./curves/editor.js";
import { after } from "./nodes/ours.js";
import { loadWords, words } from "./timeline/language.js";

const NODE = "JamFlowExpression";
const WIDGET = "jamflow_curves";
const say = words("jamflowCurves");
const open = new Map();

/** Seconds of the clip that the node's expression goes to, as its render told of the last run; null where nobody knows. */
function lengthOf(node) {
  for (const link of node.outputs?.[0]?.links ?? []) {
    const target = node.graph?.getLink?.(link)?.target_id ?? node.graph?.links?.[link]?.target_id;
    const told = /([\d.]+) s\b/.exec(node.graph?.getNodeById(target)?.properties?.jamflow_report ?? "");
    if (told) return Number(told[1]);
  }
  return null;
}

class LanesOfNode {
  constructor(node) {
    this.node = node;
    this.lanes = new Lanes({ say, changed: (curves) => this.write(curves) });
    const look = { serialize: false, hideOnZoom: false, hideInPanel: true, margin: 6, getMinHeight: () => this.lanes.height + 12 };
    this.widget = node.addDOMWidget(WIDGET, WIDGET, this.lanes.root, look);
    this.widget.serialize = false;
    const { text } = this;
    const before = text.callback;
    text.callback = (...values) => {
      const result = before?.apply(text, values);
      this.read();
      return result;
    };
    this.lanes.root.addEventListener("pointerenter", () => this.lanes.last(lengthOf(node) ?? this.lanes.seconds));
    this.read();
  }

  get text() {
    return this.node.widgets.find((widget) => widget.name === "curves");
  }

  read() {
    if (this.writing) return;
    this.lanes.set(parse(this.text.value));
    this.lanes.last(lengthOf(this.node) ?? this.lanes.seconds);
    this.fit();
  }

  write(curves) {
    this.writing = true;
    app.canvas?.emitBeforeChange?.();
    this.text.value = format(curves);
    this.text.callback?.(this.text.value);
    app.canvas?.emitAfterChange?.();
    this.writing = false;
    this.fit();
  }

  /** Room for one more lane. */
  fit() {
    const [, least] = this.node.computeSize();
    if (this.node.size[1] < least) this.node.setSize([this.node.size[0], least]);
    this.node.setDirtyCanvas?.(true, true);
  }

  close() {
    this.lanes.dispose();
    this.node.widgets = this.node.widgets.filter((widget) => widget !== this.widget);
  }
}

app.registerExtension({
  name: "JAM-Flow.Curves",

  init: loadWords,

  setup() {
    const sheet = { rel: "stylesheet", href: new URL("./curves/curves.css", import.meta.url).href };
    document.head.append(Object.assign(document.createElement("link"), sheet));
  },

  beforeRegisterNodeDef(nodeType, nodeData) {
    if (nodeData.name !== NODE) return;
    after(nodeType, "onAdded", function () {
      if (!open.has(this)) open.set(this, new LanesOfNode(this));
    });
    after(nodeType, "onConfigure", function () {
      open.get(this)?.read();
    });
    after(nodeType, "onRemoved", function () {
      open.get(this)?.close();
      open.delete(this);
    });
  },
});
