// One drawing of the timeline: its pictures, boxes, buttons and words as they are now.

import { LANES } from "./lanes.js";
import * as paint from "./paint.js";

export const UNKNOWN = 4; // seconds shown while no clip is known

/** Draw a timeline (editor.js). */
export function show(timeline) {
  const { view, clip, lanes, page } = timeline;
  const { canvases } = page;
  if (!page.stage.clientWidth) return;
  view.width = page.stage.clientWidth;
  if (!timeline.pointer.drag) view.extend(Math.max(clip?.seconds || UNKNOWN, lanes.end));
  const light = paint.isDark(getComputedStyle(page.root).color); // dark ink means a light theme
  page.root.classList.toggle("light", light);
  const ink = paint.colours(page.root);
  canvases.said.hidden = !clip?.words;
  canvases.strip.hidden = !clip?.strip;
  name(timeline);
  paint.ruler(canvases.ruler, view, ink);
  paint.sound(canvases.sound, view, ink, clip, mel(timeline, light, ink));
  if (clip?.words) paint.words(canvases.said, view, ink, clip);
  paint.face(canvases.face, view, ink, clip);
  if (clip?.strip) paint.strip(canvases.strip, view, clip.strip, timeline.strip);
  for (const lane of LANES) place(timeline, lane);
  page.line.style.transform = `translateX(${view.x(timeline.cursor)}px)`;
  page.line.style.visibility = timeline.cursor < view.start || timeline.cursor > view.end ? "hidden" : "";
  Object.assign(page.thumb.style, { left: `${(100 * view.start) / view.seconds}%`, width: `${(100 * view.shown) / view.seconds}%` });
  page.scroll.style.visibility = view.whole ? "hidden" : "";
  enable(timeline);
  page.hint.hidden = Boolean(clip && !clip.unheard);
  page.hint.classList.toggle("aside", Boolean(clip) || lanes.end > 0 || Boolean(timeline.pointer.drag)); // never over spans
  page.hintText.textContent = timeline.say(clip ? "hint_heard" : timeline.retold ? "hint_words" : "hint");
  timeline.read();
}

function enable({ page: { buttons }, lanes, clip }) {
  buttons.undo.disabled = !lanes.history.canUndo;
  buttons.redo.disabled = !lanes.history.canRedo;
  buttons.remove.disabled = !lanes.chosen || lanes.locked[lanes.chosen.lane];
  buttons.play.disabled = !clip?.soundUrl;
  buttons.only.disabled = !clip?.soundUrl || !lanes.end;
  buttons.mel.disabled = !clip?.melUrl;
}

/** The mel in this theme's colours, when it is asked for or there is nothing else to draw. */
function mel({ picture, options, clip }, light, ink) {
  if (!picture || (!options.mel && clip.peaks)) return null;
  if (picture.light !== light) Object.assign(picture, { light, tinted: paint.tinted(picture.image, ink) });
  return picture.tinted;
}

/** Words for those who listen to the page. */
function name({ clip, say, page: { canvases } }) {
  const heard = clip ? { seconds: clip.seconds.toFixed(2), words: (clip.words ?? []).map(([word]) => word).join(" ") } : null;
  canvases.ruler.setAttribute("aria-label", say("ruler"));
  canvases.sound.setAttribute("aria-label", heard ? say("sound", heard) : say("hint"));
  canvases.said.setAttribute("aria-label", heard?.words ?? "");
  canvases.face.setAttribute("aria-label", say("opening"));
  canvases.strip.setAttribute("aria-label", say("strip"));
}

function place(timeline, lane) {
  const { state, chosen, locked } = timeline.lanes;
  const picked = chosen?.lane === lane ? chosen.span : null;
  const named = (span) => timeline.say("span", timeline.values(lane, span));
  timeline.boxes[lane].draw(state[lane], timeline.clip?.given?.[lane] ?? [], picked, timeline.view, named);
  const element = timeline.page.places[lane];
  element.classList.toggle("locked", Boolean(locked[lane]) && !timeline.retold);
  element.title = locked[lane] && !timeline.retold ? timeline.say("connected") : "";
}
