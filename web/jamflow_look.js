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

app.registerExtension({
  name: "JAM-Flow.Look",

  setup() {
    const { canvas } = app;
    Object.assign(canvas.default_connection_color_byType, COLOURS); // sockets of the classic canvas
    Object.assign(canvas.constructor.link_type_colors, COLOURS);
    for (const [type, colour] of Object.entries(COLOURS)) {
      document.documentElement.style.setProperty(`--color-datatype-${type}`, colour); // Nodes 2.0
    }
  },

  nodeCreated(node) {
    if (isOurs(node)) sizeNew(node);
  },
});
