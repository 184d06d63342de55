// What the pack's extensions share: which nodes are JAM-Flow's, how large they are when they are made, where files are, running one.

import { api } from "../../../scripts/api.js";
import { app } from "../../../scripts/app.js";

const OURS = /^(JamFlow|LoadJamFlow$)/;
const WIDTH = 330;
/** Width, and height beyond the rows, of the nodes that need more. */
const SIZES = { LoadJamFlow: [400, 0], JamFlowScript: [460, 220], JamFlowEncodeText: [WIDTH, 60], JamFlowEditTranscript: [400, 100] };

export const isOurs = (node) => OURS.test(node.comfyClass);

/** The id under which ComfyUI keeps a node's outputs: with its graph's, inside a subgraph. */
export const locator = (node) => (node.graph && !node.graph.isRootGraph ? `${node.graph.id}:${node.id}` : String(node.id));

/** A new node, wide enough for its labels and high enough for its text boxes. */
export function sizeNew(node) {
  const [width, more] = SIZES[node.comfyClass] ?? [WIDTH, 0];
  const [least, height] = node.computeSize();
  node.setSize([Math.max(width, least, node.size[0]), height + more]);
}

/** Where the page finds a file of ComfyUI's. */
export const viewed = ({ filename, subfolder, type }) => api.apiURL(`/view?${new URLSearchParams({ filename, subfolder, type })}`);

/** Run a node alone, with what it needs. */
export async function run(node) {
  app.canvas.selectNode(node);
  await app.extensionManager.command.execute("Comfy.QueueSelectedOutputNodes");
}

/** Do more when a method of a class is called. */
export function after(type, name, more) {
  const before = type.prototype[name];
  type.prototype[name] = function (...values) {
    const result = before?.apply(this, values);
    more.apply(this, values);
    return result;
  };
}
