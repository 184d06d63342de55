// The boxes of spans over the lanes, kept from drawing to drawing.

import { make } from "./page.js";
import * as spans from "./spans.js";
import { clock } from "./view.js";

export class Boxes {
  constructor(place) {
    this.place = place;
    this.boxes = [];
  }

  /** own: the spans to edit; given: [start, end] of those that come from elsewhere; chosen: one of `own`, or null. */
  draw(own, given, chosen, view, named) {
    const all = [...own.map((span, index) => ({ span, index })), ...given.map(([start, end]) => ({ span: { start, end }, index: null }))];
    while (this.boxes.length > all.length) this.boxes.pop().remove();
    all.forEach(({ span, index }, order) => {
      if (!this.boxes[order]) this.place.append((this.boxes[order] = made()));
      const box = this.boxes[order];
      const width = (span.end - span.start) * view.scale;
      box.style.transform = `translateX(${view.x(span.start)}px)`;
      box.style.width = `${Math.max(width, 3)}px`;
      box.dataset.index = index;
      box.classList.toggle("given", index === null);
      const picked = index !== null && spans.same(span, chosen);
      box.classList.toggle("chosen", picked);
      box.setAttribute("aria-pressed", picked);
      box.setAttribute("aria-label", named(span));
      box.firstChild.textContent = width > 46 ? `${clock(span.end - span.start)} s` : "";
    });
  }
}

function made() {
  const edge = (name) => make("div", `edge ${name}`, { "data-edge": name });
  return make("div", "span", { role: "button" }, make("div", "length"), edge("start"), edge("end"));
}
