// The pictures under the spans, drawn on canvases: ruler, waveform or mel, words with phonemes, mouth opening.

import { clock } from "./view.js";

/** Sharp on dense screens, and when the graph is zoomed in. */
const DENSITY = Math.max(2, Math.min(3, globalThis.devicePixelRatio || 1));

/** The theme's colours, as the root element has them now. */
export function colours(root) {
  const style = getComputedStyle(root);
  const named = (name) => style.getPropertyValue(name).trim();
  const pale = (percent) => `color-mix(in srgb, ${style.color} ${percent}%, transparent)`;
  const own = { wave: named("--jf-wave"), curve: named("--jf-curve"), low: named("--jf-mel-low"), high: named("--jf-mel-high") };
  return { ...own, font: style.fontFamily, ink: style.color, faint: pale(64), line: pale(20), box: pale(9), beyond: pale(7) };
}

/** A canvas as large as its place on the page, cleared, with its pen in CSS pixels. */
function pen(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const [columns, rows] = [Math.round(width * DENSITY), Math.round(height * DENSITY)];
  if (canvas.width !== columns || canvas.height !== rows) [canvas.width, canvas.height] = [columns, rows];
  const context = canvas.getContext("2d");
  context.setTransform(DENSITY, 0, 0, DENSITY, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

export function ruler(canvas, view, ink) {
  const { context, height } = pen(canvas);
  const { step, times } = view.ticks();
  context.font = `10px ${ink.font}`;
  context.textBaseline = "middle";
  for (let part = Math.ceil((view.start / step) * 5); (part * step) / 5 <= view.end; part += 1) {
    context.fillStyle = ink.line;
    context.fillRect(Math.round(view.x((part * step) / 5)), height - (part % 5 ? 3 : 6), 1, 6);
  }
  context.fillStyle = ink.faint;
  for (const time of times) context.fillText(`${clock(time, step)} s`, view.x(time) + 4, height / 2 - 1);
}

export function sound(canvas, view, ink, clip, mel) {
  const { context, width, height } = pen(canvas);
  grid(context, view, ink, height);
  if (mel) {
    const scale = mel.width / clip.mel.seconds;
    context.imageSmoothingQuality = "high";
    context.drawImage(mel, view.start * scale, 0, view.shown * scale, mel.height, 0, 0, width, height);
  } else if (clip?.peaks) {
    wave(context, view, ink, clip.peaks, width, height);
  }
  beyond(context, view, ink, clip, width, height);
}

export function face(canvas, view, ink, clip) {
  const { context, width, height } = pen(canvas);
  grid(context, view, ink, height);
  const base = height - 6;
  if (clip?.opening) {
    const { rate, values } = clip.opening;
    const level = (time) => base - (base - 14) * between(values, time * rate - 0.5) / 255;
    outline(context, width, (x) => level(view.time(x)), Math.min(width, view.x(values.length / rate)), Math.max(0, view.x(0)));
    context.lineWidth = 1.5;
    context.strokeStyle = ink.curve;
    context.stroke();
    context.lineTo(Math.min(width, view.x(values.length / rate)), base);
    context.lineTo(Math.max(0, view.x(0)), base);
    context.globalAlpha = 0.22;
    context.fillStyle = ink.curve;
    context.fill();
    context.globalAlpha = 1;
  }
  context.fillStyle = ink.line;
  context.fillRect(0, base, width, 1);
  beyond(context, view, ink, clip, width, height);
}

/** The filmstrip: `pictures` of the face, `every` so many seconds, side by side in one image (null until it is loaded). */
export function strip(canvas, view, { pictures, every }, image) {
  const { context, width, height } = pen(canvas);
  if (!image) return;
  const own = image.width / pictures;
  const room = (own / image.height) * height; // as wide as a picture is in its lane
  for (let x = Math.min(0, view.x(0)) % room; x < width; x += room) {
    const place = Math.floor(view.time(x + room / 2) / every);
    if (place >= 0 && place < pictures) context.drawImage(image, place * own, 0, own, image.height, x, 0, room, height);
  }
}

export function words(canvas, view, ink, clip) {
  const { context, width, height } = pen(canvas);
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const [word, start, end] of clip?.words ?? []) {
    const [left, right] = [view.x(start), view.x(end)];
    if (right < 0 || left > width) continue;
    context.fillStyle = ink.box;
    context.beginPath();
    context.roundRect(left + 1, 1, Math.max(right - left - 2, 1), height - 2, 4);
    context.fill();
    context.fillStyle = ink.ink;
    label(context, word, [Math.max(left, 0), Math.min(right, width)], clip.phonemes ? height * 0.31 : height / 2, ink.font);
  }
  context.font = `10.5px ${ink.font}`;
  context.fillStyle = ink.faint;
  for (const [phoneme, start, end] of clip?.phonemes ?? []) {
    const room = (end - start) * view.scale;
    const x = view.x((start + end) / 2);
    if (room >= context.measureText(phoneme).width && x > 0 && x < width) context.fillText(phoneme, x, height * 0.74);
  }
}

/** The mel (a picture that is opaque where it is loud) in the theme's two colours, low to high tones. */
export function tinted(picture, ink) {
  const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height });
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  context.globalCompositeOperation = "source-in";
  context.fillStyle = context.createLinearGradient(0, picture.height, 0, 0);
  context.fillStyle.addColorStop(0, ink.low);
  context.fillStyle.addColorStop(1, ink.high);
  context.fillRect(0, 0, picture.width, picture.height);
  return canvas;
}

function wave(context, view, ink, { rate, values }, width, height) {
  const middle = height / 2;
  const reach = middle - 8;
  const loud = (x) => {
    const [first, last] = [view.time(x) * rate, view.time(x + 1) * rate];
    if (last - first < 1) return between(values, first - 0.5);
    let most = 0;
    for (let index = Math.max(0, Math.floor(first)); index < last && index < values.length; index += 1) most = Math.max(most, values[index]);
    return most;
  };
  const [left, right] = [Math.max(0, view.x(0)), Math.min(width, view.x(values.length / rate))];
  const tops = [];
  for (let x = Math.floor(left); x <= right; x += 1) tops.push([x, (loud(x) / 255) * reach + 0.5]);
  context.beginPath();
  for (const [x, top] of tops) context.lineTo(x, middle - top);
  for (const [x, top] of tops.reverse()) context.lineTo(x, middle + top);
  context.closePath();
  context.fillStyle = ink.wave;
  context.fill();
}

function grid(context, view, ink, height) {
  context.fillStyle = ink.line;
  context.globalAlpha = 0.5;
  for (const time of view.ticks().times) context.fillRect(Math.round(view.x(time)), 0, 1, height);
  context.globalAlpha = 1;
}

/** Where the clip is over. */
function beyond(context, view, ink, clip, width, height) {
  const end = clip?.seconds ? view.x(clip.seconds) : width;
  context.fillStyle = ink.beyond;
  if (end < width) context.fillRect(Math.max(end, 0), 0, width, height);
}

function outline(context, width, level, right, left) {
  context.beginPath();
  for (let x = left; x < right; x += 1) context.lineTo(x, level(x));
  context.lineTo(right, level(right));
}

/** The curve's value at a broken place, on the line between its neighbours. */
function between(values, place) {
  const low = Math.floor(place);
  const at = (index) => values[Math.min(Math.max(index, 0), values.length - 1)] ?? 0;
  return at(low) + (at(low + 1) - at(low)) * (place - low);
}

/** A word in the middle of its visible part, as large as it fits, else shortened; nothing where less than two letters would be left. */
function label(context, word, [left, right], y, family) {
  const fits = (text) => context.measureText(text).width <= right - left;
  for (const size of [12, 10.5, 9]) {
    context.font = `${size}px ${family}`;
    if (fits(word)) break;
  }
  let text = word;
  for (let kept = word.length - 1; kept >= 2 && !fits(text); kept -= 1) text = `${word.slice(0, kept)}…`;
  if (fits(text)) context.fillText(text, (left + right) / 2, y);
}

/** Whether a CSS colour is dark. */
export function isDark(colour) {
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128;
}
