// What nodes told in earlier runs, as far as the server still knows: a page that is loaded anew has forgotten it.

import { api } from "../../../scripts/api.js";

const RUNS = 12;

/**
 * The last output of a node of the open workflow that has `key`, or null. file: the recording that it was told of (a Load Audio
 * node's value), or null where that is not known.
 */
export async function lastOutput(node, key, file) {
  const answer = await api.fetchApi(`/history?max_items=${RUNS}`);
  if (!answer.ok) return null;
  const runs = Object.values(await answer.json()).sort((a, b) => b.prompt[0] - a.prompt[0]);
  for (const { prompt, outputs } of runs) {
    const [, , graph, extra] = prompt;
    const output = outputs?.[String(node.id)];
    if (!output?.[key] || extra?.extra_pnginfo?.workflow?.id !== node.graph.rootGraph?.id) continue;
    const files = Object.values(graph).filter((other) => other.class_type === "LoadAudio").map((other) => other.inputs.audio);
    if (file === null || files.includes(file)) return output;
  }
  return null;
}
