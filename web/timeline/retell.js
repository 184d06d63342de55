// A word of the clip typed anew, where it is said.

import { make } from "./page.js";

/** Open a text field over the word that a timeline (editor.js) shows at a time. */
export function retell(timeline, time) {
  const words = timeline.clip?.words ?? [];
  const index = words.findIndex(([, start, end]) => start <= time && time < end);
  if (index < 0) return;
  const [word, start, end] = words[index];
  const { stage, canvases, places, keys } = timeline.page;
  const typed = make("input", "retell", { type: "text", value: word, "aria-label": timeline.say("retell", { word }) });
  const width = Math.max(110, (end - start) * timeline.view.scale);
  const left = Math.min(Math.max(0, timeline.view.x((start + end) / 2) - width / 2), Math.max(0, stage.clientWidth - width));
  Object.assign(typed.style, { left: `${left}px`, top: `${places.speech.offsetTop + canvases.said.offsetTop + 6}px`, width: `${width}px` });
  let open = true;
  const close = (taken) => {
    if (!open) return;
    open = false; // to be taken from the page blurs it
    typed.remove();
    keys.focus({ preventScroll: true });
    if (taken && typed.value.trim() !== word) timeline.retold(index, typed.value.trim());
  };
  typed.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter" || event.key === "Escape") close(event.key === "Enter");
  });
  typed.addEventListener("blur", () => close(true));
  stage.append(typed);
  typed.focus({ preventScroll: true });
  typed.select();
}

/** The text with its word number `index` (of `words`, [word, ...] each as written, in order) put anew; null if it is not found. */
export function replaced(text, words, index, word) {
  let from = 0;
  for (let place = 0; place <= index; place += 1) {
    const at = text.indexOf(words[place][0], from);
    if (at < 0) return null;
    if (place === index) return (text.slice(0, at) + word + text.slice(at + words[place][0].length)).replace(/ {2,}/g, " ").trim();
    from = at + words[place][0].length;
  }
  return null;
}
