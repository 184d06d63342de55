// What a node told of its last run ("seed 3, mesh, 4.96 s"), kept on the node and in the saved workflow: ComfyUI clears its own
// progress text when a run ends.

import { app } from "../../scripts/app.js";
import { isOurs, locator } from "./nodes/ours.js";

const REPORT = "jamflow_report"; // the node property, and the widget that shows it
const LINE = 15; // pixels
const MOST = 6; // lines that are shown at once

/** The text's place on the node, made when there is something to show. */
function widgetOf(node) {
  const known = node.widgets?.find((widget) => widget.name === REPORT);
  if (known) return known;
  const element = Object.assign(document.createElement("div"), { className: REPORT });
  const look = { serialize: false, hideOnZoom: true, hideInPanel: true, margin: 4, getMinHeight: () => height(node), getMaxHeight: () => height(node) };
  const widget = node.addDOMWidget(REPORT, REPORT, element, look);
  widget.serialize = false;
  return widget;
}

/** As high as the lines that the text takes at the node's width; about six pixels a sign. */
function height(node) {
  const signs = Math.max(12, (node.size[0] - 40) / 6);
  const lines = String(node.properties?.[REPORT] ?? "").split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / signs)), 0);
  return 14 + LINE * Math.min(lines, MOST);
}

function show(node, text) {
  if (!text) return;
  node.properties[REPORT] = text;
  const { element } = widgetOf(node);
  if (element.textContent === text) return;
  element.textContent = element.title = text;
  const [width, least] = node.computeSize();
  node.setSize([Math.max(node.size[0], width), Math.max(node.size[1], least)]);
  node.setDirtyCanvas?.(true, true);
}

const told = (output) => [output?.text ?? []].flat().join("\n");

app.registerExtension({
  name: "JAM-Flow.Report",

  setup() {
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("./jamflow.css", import.meta.url).href });
    document.head.append(sheet);
  },

  nodeCreated(node) {
    if (!isOurs(node)) return;
    const { onExecuted, onConfigure } = node;
    node.onExecuted = function (output) {
      onExecuted?.apply(this, arguments);
      show(this, told(output));
    };
    node.onConfigure = function () {
      onConfigure?.apply(this, arguments);
      show(this, this.properties?.[REPORT]);
    };
  },

  /** Another workflow came back to the screen with the outputs of its last run. */
  onNodeOutputsUpdated(outputs) {
    for (const node of app.graph?.nodes ?? []) if (isOurs(node)) show(node, told(outputs[locator(node)]));
  },
});
