// Wires and sockets in a colour for each type, and nodes that are large enough for what is written on them.

import { app } from "../../scripts/app.js";
import { isOurs, sizeNew } from "./nodes/ours.js";

const COLOURS = {
  JAMFLOW_MODEL: "#7f9bd1",
  JAMFLOW_VOCODER: "#45b0bd",
  JAMFLOW_PORTRAIT: "#d9a441",
  JAMFLOW_TEXT: "#dedc9a",
  JAMFLOW_AUDIO_REF: "#5fbf77",
  JAMFLOW_MOTION_REF: "#b78cf2",
  JAMFLOW_MOTION: "#d276d6",
  JAMFLOW_MASK: "#ff6f4d",
  JAMFLOW_EXPRESSION: "#f28cb1",
};

/** A colour that stays when ComfyUI clears those that its palette does not name; a palette that names it has its way. */
function standing(known, type, colour) {
  let named = "";
  Object.defineProperty(known, type, { configurable: true, enumerable: true, get: () => named || colour, set: (value) => (named = value) });
}

app.registerExtension({
  name: "JAM-Flow.Look",

  setup() {
    const { canvas } = app;
    for (const known of [canvas.default_connection_color_byType, canvas.constructor.link_type_colors]) {
      for (const [type, colour] of Object.entries(COLOURS)) standing(known, type, colour); // the classic canvas
    }
    const rules = Object.entries(COLOURS).map(([type, colour]) => `--color-datatype-${type}: ${colour};`);
    document.head.append(Object.assign(document.createElement("style"), { textContent: `:root { ${rules.join(" ")} }` })); // Nodes 2.0
  },

  nodeCreated(node) {
    if (isOurs(node)) sizeNew(node);
  },
});
