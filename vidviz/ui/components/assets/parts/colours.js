// Colours as the server names them, #rrggbb, and the numbers that they are. The tables of colours are the server's.

/**
 * A colour scale: `stops` are (share, #rrggbb) from 0 to 1, `missing` is the colour of what is no number.
 *
 * @typedef {{ title: string, stops: [number, string][], low: number, high: number, missing: string }} Scale
 */

/**
 * @param {unknown} text
 * @returns {text is string}
 */
export function isColour(text) {
  return typeof text === "string" && /^#[0-9a-f]{6}$/i.test(text);
}

/**
 * Red, green and blue of #rrggbb, 0 to 255.
 *
 * @param {string} text
 */
export function hexColour(text) {
  return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
}

/**
 * The colour of a number between the scale's stops, as #rrggbb.
 *
 * @param {Scale} scale
 * @param {number} value
 */
export function scaleColour(scale, value) {
  if (!Number.isFinite(value)) return scale.missing;
  const width = scale.high - scale.low;
  const share = Math.min(Math.max((value - scale.low) / width, 0), 1) * (scale.stops.length - 1);
  const below = Math.min(Math.floor(share), scale.stops.length - 2);
  const [first, second] = [hexColour(scale.stops[below][1]), hexColour(scale.stops[below + 1][1])];
  const mixed = first.map((part, i) => Math.round(part + (second[i] - part) * (share - below)));
  return `#${mixed.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
