// What the timeline consists of on the page: the bar of buttons, the stage with ruler and lanes, the scroll bar.

import { button, make } from "./page.js";

/** The elements by name, `root` around them all. say(key): the words of the user's language; options: the buttons that are on; marked: are
 * spans painted here? */
export function elements(say, options, marked) {
  const canvases = {};
  const canvas = (name) => (canvases[name] = make("canvas", name === "said" || name === "strip" ? name : "curve", { role: "img" }));
  const buttons = {
    play: button("play", say("play")),
    only: button("only", say("play_span")),
    loop: button("loop", say("loop"), options.loop),
    snap: button("snap", say("snap"), options.snap),
    linked: button("linked", say("linked"), options.linked),
    mel: button("mel", say("mel"), options.mel),
    undo: button("undo", say("undo")),
    redo: button("redo", say("redo")),
    remove: button("remove", say("remove")),
    closer: button("closer", say("closer")),
    wider: button("wider", say("wider")),
    fit: button("fit", say("fit")),
  };
  const { play, only, loop, snap, linked, mel, undo, redo, remove, closer, wider, fit } = buttons;
  const gap = () => make("span", "gap");
  const readout = make("div", "readout");
  const length = make("div", "length");
  const painting = marked ? [gap(), snap, linked, mel, gap(), undo, redo, remove] : [];
  const shown = [play, only, loop, ...painting, gap(), closer, wider, fit, readout, length];
  const bar = make("div", "bar", { role: "toolbar", "aria-label": say("title") }, ...shown);
  const ruler = make("div", "ruler", { title: say("ruler") }, canvas("ruler"));
  const lane = (name, ...pictures) =>
    make("div", `lane ${name}`, { role: "group", "aria-label": say(name) }, ...pictures, make("div", "name", {}, say(name)));
  const places = { speech: lane("speech", canvas("sound"), canvas("said")), face: lane("face", canvas("face"), canvas("strip")) };
  const line = make("div", "cursor");
  const head = make("div", "head", { hidden: "" });
  const hintText = make("span");
  const hintButton = make("button", "", { type: "button" }, say("run"));
  const hint = make("div", "hint", {}, hintText, hintButton);
  const stage = make("div", "stage", {}, ruler, places.speech, places.face, line, head);
  const thumb = make("div", "thumb");
  const scroll = make("div", "scroll", { "aria-hidden": "true" }, thumb);
  const keys = make("input", "keys", { readonly: "", "aria-label": say("help"), "aria-roledescription": say("title") });
  const spoken = make("div", "spoken", { "aria-live": "polite" });
  const look = { role: "group", "aria-label": say("title"), "data-capture-wheel": "true" };
  const takes = make("div", "takes", { hidden: "" });
  const root = make("div", "jamflow-timeline", look, keys, bar, stage, hint, scroll, takes, spoken);
  return { root, keys, spoken, readout, length, buttons, canvases, ruler, places, line, head, hint, hintText, hintButton, stage, thumb, scroll, takes };
}
