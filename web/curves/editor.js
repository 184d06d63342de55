// Expression lanes: a curve a lane, its points dragged with the mouse or moved by the arrow keys. It knows the page, not ComfyUI.

import { make } from "../timeline/page.js";
import { View, clock } from "../timeline/view.js";
import * as curves from "./curves.js";

const LANE = 52; // pixels
const HEAD = 70; // of the buttons and the ruler
const ROOM = 6; // pixels above the highest and below the lowest value
const STEP = { time: 0.05, value: 0.05 }; // of the arrow keys; the value's in parts of the limit

/** say(key, values): the words of the user's language. changed(curves): they were edited here. */
export class Lanes {
  constructor({ say, changed }) {
    Object.assign(this, { say, changed });
    this.curves = {};
    this.seconds = 4;
    this.view = new View(this.seconds, 1);
    this.names = make("div", "names", { role: "toolbar", "aria-label": say("add") });
    this.lanes = make("div", "lanes");
    this.ruler = make("div", "ruler");
    this.root = make("div", "jamflow-curves", { role: "group", "aria-label": say("title") }, this.names, this.lanes, this.ruler);
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.root);
  }

  dispose() {
    this.resized.disconnect();
    this.root.remove();
  }

  /** Curves from outside; null: the text cannot be read. */
  set(given) {
    this.root.classList.toggle("wrong", given === null);
    if (given) this.curves = given;
    this.draw();
  }

  /** How long the clip is, where that is known. */
  last(seconds) {
    this.seconds = seconds;
    this.draw();
  }

  /** Pixels that all lanes need. */
  get height() {
    return HEAD + LANE * Math.max(1, Object.keys(this.curves).length);
  }

  #edit(name, points) {
    const { [name]: _, ...rest } = this.curves;
    this.curves = points.length ? { ...this.curves, [name]: points } : rest;
    this.changed(this.curves);
    this.draw();
  }

  draw() {
    const ends = Object.values(this.curves).map((points) => points.at(-1)[0]);
    this.view.extend(Math.max(this.seconds, ...ends));
    this.root.style.minHeight = `${this.height}px`; // by it Nodes 2.0 makes room
    this.#chips();
    const shown = Object.keys(curves.LIMITS).filter((name) => name in this.curves);
    const known = new Map([...this.lanes.children].map((lane) => [lane.dataset.name, lane]));
    for (const [name, lane] of known) if (!shown.includes(name)) lane.remove();
    for (const name of shown) this.#lane(known.get(name) ?? this.#made(name));
    this.#ticks();
  }

  #chips() {
    const chips = Object.keys(curves.LIMITS).map((name) => {
      const there = name in this.curves;
      const chip = make("button", "", { type: "button", "aria-pressed": there }, this.say(name));
      chip.addEventListener("click", () => this.#edit(name, there ? [] : [[0, 0]]));
      return chip;
    });
    const focused = [...this.names.children].indexOf(document.activeElement);
    this.names.replaceChildren(...chips);
    chips[focused]?.focus({ preventScroll: true });
  }

  #made(name) {
    const stage = make("div", "stage", { title: this.say("stage") }, make("canvas"));
    const lane = make("div", "lane", { "data-name": name, role: "group", "aria-label": this.say(name) }, make("div", "name", {}, this.say(name)), stage);
    stage.addEventListener("pointerdown", (event) => this.#down(event, name, stage));
    stage.addEventListener("dblclick", (event) => event.target.dataset.index && this.#edit(name, curves.removed(this.curves[name], Number(event.target.dataset.index))));
    stage.addEventListener("keydown", (event) => this.#key(event, name, stage));
    this.lanes.append(lane);
    return lane;
  }

  /** Seconds and value under the pointer, whatever the graph's zoom. */
  #under(event, name, stage) {
    const box = stage.getBoundingClientRect();
    const [x, y] = [((event.clientX - box.left) * stage.clientWidth) / box.width, ((event.clientY - box.top) * stage.clientHeight) / box.height];
    return [this.view.time(x), (1 - (y - ROOM) / (stage.clientHeight - 2 * ROOM)) * 2 * curves.LIMITS[name] - curves.LIMITS[name]];
  }

  #down(event, name, stage) {
    if (event.button !== 0) return;
    event.stopPropagation();
    event.preventDefault();
    let { index } = event.target.dataset;
    if (index === undefined) {
      const made = curves.added(name, this.curves[name], ...this.#under(event, name, stage));
      index = made.index;
      this.#edit(name, made.points);
    }
    stage.querySelector(`[data-index="${index}"]`)?.focus({ preventScroll: true });
    stage.setPointerCapture(event.pointerId);
    const move = (moved) => {
      moved.stopPropagation();
      this.#edit(name, curves.moved(name, this.curves[name], Number(index), ...this.#under(moved, name, stage)));
    };
    stage.addEventListener("pointermove", move);
    stage.addEventListener("lostpointercapture", () => stage.removeEventListener("pointermove", move), { once: true });
  }

  #key(event, name, stage) {
    const index = Number(event.target.dataset.index);
    const [time, value] = this.curves[name][index] ?? [];
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const way = ways[event.key];
    if (time === undefined || !(way || event.key === "Delete" || event.key === "Backspace")) return;
    event.preventDefault();
    event.stopPropagation();
    const points = this.curves[name];
    const by = way && [time + way[0] * STEP.time, value + way[1] * STEP.value * curves.LIMITS[name]];
    this.#edit(name, way ? curves.moved(name, points, index, ...by) : curves.removed(points, index));
    stage.querySelector(`[data-index="${Math.min(index, this.curves[name]?.length - 1)}"]`)?.focus({ preventScroll: true });
  }

  #lane(lane) {
    const { name } = lane.dataset;
    const stage = lane.querySelector(".stage");
    const points = this.curves[name];
    const limit = curves.LIMITS[name];
    this.view.width = Math.max(1, stage.clientWidth);
    const y = (value) => ROOM + ((limit - value) / (2 * limit)) * (stage.clientHeight - 2 * ROOM);
    const handles = [...stage.querySelectorAll(".point")];
    while (handles.length > points.length) handles.pop().remove();
    points.forEach(([time, value], index) => {
      if (!handles[index]) stage.append((handles[index] = make("button", "point", { type: "button", "data-index": index })));
      handles[index].style.transform = `translate(${this.view.x(time)}px, ${y(value)}px)`;
      handles[index].title = `${time.toFixed(2)} s: ${value}`;
      handles[index].setAttribute("aria-label", this.say("point", { name: this.say(name), time: time.toFixed(2), value }));
    });
    const canvas = stage.firstChild;
    const dense = Math.max(2, globalThis.devicePixelRatio || 1);
    [canvas.width, canvas.height] = [stage.clientWidth * dense, stage.clientHeight * dense];
    const context = canvas.getContext("2d");
    context.scale(dense, dense);
    context.strokeStyle = getComputedStyle(lane).color;
    context.globalAlpha = 0.25;
    context.strokeRect(-1, y(0), stage.clientWidth + 2, 0.01);
    context.globalAlpha = 1;
    context.lineWidth = 2;
    context.strokeStyle = getComputedStyle(this.root).getPropertyValue("--jf-curve");
    context.beginPath();
    for (let x = 0; x <= stage.clientWidth; x += 1) context.lineTo(x, y(curves.valueAt(points, this.view.time(x))));
    context.stroke();
  }

  #ticks() {
    const { step, times } = this.view.ticks();
    const marks = times.map((time) => {
      const mark = make("span", "", {}, `${clock(time, step)} s`);
      mark.style.transform = `translateX(${this.view.x(time)}px)`;
      return mark;
    });
    this.ruler.replaceChildren(...marks);
    this.ruler.hidden = !Object.keys(this.curves).length;
  }
}
