// The part of a clip that is on the screen: time <-> pixels, zoom and pan. Nothing here knows of the page.

const CLOSEST = 0.25; // seconds across the whole width

/** `seconds` long clip of which [start, start + shown] fills `width` pixels. */
export class View {
  constructor(seconds, width) {
    this.seconds = seconds;
    this.width = width;
    this.start = 0;
    this.shown = seconds;
  }

  /** Pixels a second. */
  get scale() {
    return this.width / this.shown;
  }

  get end() {
    return this.start + this.shown;
  }

  get whole() {
    return this.shown >= this.seconds;
  }

  x(time) {
    return (time - this.start) * this.scale;
  }

  time(x) {
    return this.start + x / this.scale;
  }

  /** Another length of the clip; a view of the whole stays one. */
  extend(seconds) {
    const whole = this.whole;
    this.seconds = seconds;
    this.show(whole ? 0 : this.start, whole ? seconds : this.shown);
  }

  /** Magnify by `factor` about pixel x, whose time stays where it is. */
  zoom(factor, x) {
    const time = this.time(x);
    const shown = Math.min(Math.max(this.shown / factor, Math.min(CLOSEST, this.seconds)), this.seconds);
    this.show(time - (x / this.width) * shown, shown);
  }

  /** Push the clip to the right by so many pixels. */
  pan(pixels) {
    this.show(this.start - pixels / this.scale, this.shown);
  }

  fit() {
    this.show(0, this.seconds);
  }

  /** Bring a time into sight. */
  reveal(time) {
    if (time < this.start || time > this.end) this.show(time - this.shown * 0.1, this.shown);
  }

  show(start, shown) {
    this.shown = Math.min(shown, this.seconds);
    this.start = Math.min(Math.max(start, 0), this.seconds - this.shown);
  }

  /** Times of the ruler's numbers, at least `apart` pixels from each other, and the seconds between them. */
  ticks(apart = 56) {
    const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];
    const step = steps.find((seconds) => seconds * this.scale >= apart) ?? 1800;
    const times = [];
    for (let index = Math.ceil(this.start / step - 1e-9); index * step <= this.end + 1e-9; index += 1) times.push(index * step);
    return { step, times };
  }
}

/** "1.25" or "2:05.0": a time as it is written on the ruler, as exact as the step needs. */
export function clock(time, step = 0.01) {
  const digits = step < 0.1 ? 2 : step < 1 ? 1 : 0;
  const rounded = Number(time.toFixed(digits)); // 119.999 is 2:00, not 1:60
  const [minutes, seconds] = [Math.floor(rounded / 60), rounded % 60];
  if (!minutes) return time.toFixed(digits);
  return `${minutes}:${seconds.toFixed(digits).padStart(digits ? digits + 3 : 2, "0")}`;
}
