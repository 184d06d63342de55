// Curves of an expression: {name: [[seconds, value], ...]} in order of time, as the node's text has them. Nothing here knows of the page.

/** How far each goes either way (jamflow_core/render/expression.py). */
export const LIMITS = { smile: 1, brow: 1, gaze_x: 1, gaze_y: 1, lids: 1, yaw: 12, pitch: 10, roll: 8 };

const POINT = /^([-+]?[\d.]+)\s*[:=]\s*([-+]?[\d.]+)$/;
const NEAR = 0.01; // seconds; two points are at least so far apart

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const round = (value) => Math.round(value * 100) / 100;

/** "smile: 0:0 1.5:0.7" -> curves, null where a line is none. */
export function parse(text) {
  const curves = {};
  for (const line of String(text ?? "").split("\n")) {
    if (!line.trim()) continue;
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase().replaceAll(" ", "_");
    if (!(name in LIMITS)) return null;
    const parts = line.slice(colon + 1).trim().replace(/\s*[:=]\s*/g, ":").split(/[,;\s]+/).filter(Boolean);
    const alone = parts.length === 1 && !parts[0].includes(":");
    const points = alone ? [[0, Number(parts[0])]] : parts.map((part) => POINT.exec(part)?.slice(1).map(Number) ?? [NaN, NaN]);
    if (!points.length || points.flat().some(Number.isNaN)) return null;
    if (points.some(([time], index) => time < 0 || (index && time <= points[index - 1][0]))) return null;
    if (points.some(([, value]) => Math.abs(value) > LIMITS[name])) return null;
    curves[name] = points;
  }
  return curves;
}

/** Curves -> the node's text. */
export const format = (curves) =>
  Object.entries(curves).map(([name, points]) => `${name}: ${points.map(([time, value]) => `${round(time)}:${round(value)}`).join(" ")}`).join("\n");

/** The value of a curve at a time: smooth passages between points, held before and behind. */
export function valueAt(points, time) {
  const after = points.findIndex(([moment]) => moment > time);
  if (after === 0) return points[0][1];
  if (after < 0) return points.at(-1)[1];
  const [[start, from], [end, to]] = [points[after - 1], points[after]];
  const part = (time - start) / (end - start);
  return from + part * part * (3 - 2 * part) * (to - from);
}

/** The curve with one more point, and where it is in it; a point that is there already is taken as it is. */
export function added(name, points, time, value) {
  const point = [round(Math.max(0, time)), round(clamp(value, -LIMITS[name], LIMITS[name]))];
  const known = points.findIndex(([moment]) => Math.abs(moment - point[0]) < NEAR);
  if (known >= 0) return { points, index: known };
  const next = [...points, point].sort((a, b) => a[0] - b[0]);
  return { points: next, index: next.indexOf(point) };
}

/** The curve with a point put elsewhere, between its neighbours. */
export function moved(name, points, index, time, value) {
  const [low, high] = [index ? points[index - 1][0] + NEAR : 0, index + 1 < points.length ? points[index + 1][0] - NEAR : Infinity];
  const point = [round(clamp(time, low, high)), round(clamp(value, -LIMITS[name], LIMITS[name]))];
  return points.map((other, place) => (place === index ? point : other));
}

export const removed = (points, index) => points.filter((_, place) => place !== index);
