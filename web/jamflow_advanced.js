// Calm nodes on the classic canvas: inputs that a node marks as advanced wait behind a button, as they do in Nodes 2.0, which has
// a button of its own. Their values count and are saved either way; the choice is the node's own `showAdvanced`.

import { app } from "../../scripts/app.js";
import { isOurs, sizeNew } from "./nodes/ours.js";
import { loadWords, words } from "./timeline/language.js";

const say = words("jamflowNodes");

const always = () => app.ui.settings.getSettingValue("Comfy.Node.AlwaysShowAdvancedWidgets") ?? false;

/** Whether something is connected to a widget's input: then it is shown, so that the link ends somewhere. */
const linked = (node, widget) => node.inputs?.some((input) => input.widget?.name === widget.name && input.link != null);

/** Whether a widget waits behind the button. */
const shut = (node, widget) => !node.showAdvanced && !always() && !linked(node, widget);

/** The canvas hides by the widgets' own `advanced`; Nodes 2.0 and the side panel go by their options. */
function settle(node) {
  const { advanced, button } = node.jamflowAdvanced;
  for (const widget of advanced) widget.advanced = shut(node, widget);
  button.hidden = always();
  button.label = say(node.showAdvanced ? "less" : "more");
}

function toggle(node) {
  const before = node.computeSize()[1];
  node.graph?.incrementVersion();
  node.showAdvanced = !node.showAdvanced;
  settle(node);
  node.setSize([node.size[0], node.size[1] + node.computeSize()[1] - before]);
  node.setDirtyCanvas(true, true);
}

app.registerExtension({
  name: "JAM-Flow.Advanced",

  init: loadWords,

  nodeCreated(node) {
    if (!isOurs(node)) return;
    const advanced = node.widgets?.filter((widget) => widget.options?.advanced) ?? [];
    if (advanced.length < 2) return; // a button in place of one input saves nothing
    const button = node.addWidget("button", "advanced", null, () => toggle(node), { canvasOnly: true, serialize: false });
    button.serialize = false;
    node.jamflowAdvanced = { advanced, button };
    const { getLayoutWidgets, onConnectionsChange, onConfigure } = node;
    // The canvas does not draw advanced widgets, but it would keep their room.
    node.getLayoutWidgets = function () {
      return getLayoutWidgets.apply(this).filter((widget) => !advanced.includes(widget) || !shut(this, widget));
    };
    node.onConnectionsChange = function () {
      onConnectionsChange?.apply(this, arguments);
      settle(this);
    };
    node.onConfigure = function () {
      onConfigure?.apply(this, arguments);
      settle(this);
    };
    settle(node);
    sizeNew(node);
  },
});
