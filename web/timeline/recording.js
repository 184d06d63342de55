// Before the first run: the recording that the graph will hear, read by the browser itself.

const PEAKS = 200; // a second, as jamflow_core/tasks/overview.py has them
const THROUGH = { Reroute: 0, JamFlowReferenceAudio: "audio" }; // nodes that hand a recording on, and by which input

/** The file that a Load Audio node gives to an input of this node, through nodes that only hand it on; or null. */
export const recordingOf = (node, input = "audio") => fileOf(node, input, "LoadAudio", "audio");

/** The value of a widget of a node of this type that feeds an input, likewise. */
export function fileOf(node, input, type, widget) {
  for (let steps = 0; node && steps < 20; steps += 1) {
    const slot = typeof input === "number" ? input : (node.inputs ?? []).findIndex((socket) => socket.name === input);
    node = slot >= 0 ? node.getInputNode?.(slot) : null;
    if (node?.type === type) return node.widgets?.find((other) => other.name === widget)?.value ?? null;
    input = THROUGH[node?.type];
    if (input === undefined) return null;
  }
  return null;
}

/** "folder/take.wav [input]" -> what ComfyUI's /view asks for. */
export function place(file) {
  const [, path, type = "input"] = /^(.*?)(?: \[(input|output|temp)\])?$/.exec(file);
  const cut = path.lastIndexOf("/");
  return { filename: path.slice(cut + 1), subfolder: path.slice(0, Math.max(cut, 0)), type };
}

/** Fetch and decode a sound file: the clip as far as its sound tells. Null for what the browser cannot read. */
export async function heard(url) {
  const answer = await fetch(url);
  if (!answer.ok) return null;
  const decoder = new OfflineAudioContext(1, 1, 24000);
  let buffer;
  try {
    buffer = await decoder.decodeAudioData(await answer.arrayBuffer());
  } catch (error) {
    if (error.name === "EncodingError") return null;
    throw error;
  }
  const tracks = Array.from({ length: buffer.numberOfChannels }, (_, index) => buffer.getChannelData(index));
  return { seconds: buffer.duration, peaks: peaks(tracks, buffer.sampleRate), soundUrl: url, unheard: true };
}

/** The loudest sample of each short stretch of the tracks' mean, against the loudest of all: {rate, values 0..255}. */
export function peaks(tracks, sampleRate) {
  const size = Math.max(1, Math.round(sampleRate / PEAKS));
  const tops = new Float32Array(Math.ceil(tracks[0].length / size));
  for (let index = 0; index < tracks[0].length; index += 1) {
    let sum = 0;
    for (const track of tracks) sum += track[index];
    const loud = Math.abs(sum) / tracks.length;
    if (loud > tops[Math.floor(index / size)]) tops[Math.floor(index / size)] = loud;
  }
  const most = tops.reduce((a, b) => Math.max(a, b), 1e-6);
  return { rate: sampleRate / size, values: Array.from(tops, (top) => Math.round((255 * top) / most)) };
}
