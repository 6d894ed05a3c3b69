// The outlines that a person draws on the map.

/** @import { Place } from "./contract.js" */

const MOST_CORNERS = 400;

/**
 * At most `most` corners, evenly taken, and none that is no number: the server needs the shape and not every pixel of
 * the hand.
 *
 * @param {[number, number][]} corners
 * @param {number} [most]
 */
export function thinPolygon(corners, most = MOST_CORNERS) {
  const step = Math.max(1, Math.ceil(corners.length / most));
  return corners.filter(([x, y], i) => i % step === 0 && Number.isFinite(x) && Number.isFinite(y));
}

/**
 * The four corners of the box between two places.
 *
 * @param {Place} a
 * @param {Place} b
 * @returns {Place[]}
 */
export function boxOf(a, b) {
  return [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
}

/**
 * What an outline does to the selection, by the keys that were held while it was drawn.
 *
 * @param {{ shiftKey: boolean, ctrlKey: boolean, metaKey: boolean, altKey: boolean }} keys
 */
export function modeOf({ shiftKey, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey || altKey) return "remove";
  return shiftKey ? "add" : "replace";
}
