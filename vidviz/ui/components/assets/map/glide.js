// How the points of a small map glide from an old layout to a new one.

import { REDUCED_MOTION } from "../parts/dom.js";

/** @import { SmallPoints } from "./small_points.js" */

const MOST_POINTS = 5000;

export class Glide {
  /**
   * The glide of these points from where they stood before, or null where none of them did.
   *
   * @param {SmallPoints} points
   * @param {SmallPoints | null} before
   */
  static between(points, before) {
    if (!before || before.view_key === points.view_key || before.dimensions !== points.dimensions) return null;
    if (REDUCED_MOTION.matches || points.count > MOST_POINTS) return null;
    const start = startPlaces(points, before);
    return start && new Glide(points, start);
  }

  /**
   * @param {SmallPoints} points
   * @param {Float32Array<ArrayBuffer>[]} start
   */
  constructor(points, start) {
    this.points = points;
    this.start = start;
    this.final = points.axes;
    points.axes = start;
  }

  /** @param {number} share 0 to 1 */
  move(share) {
    this.points.axes = share === 1 ? this.final : mixAxes(this.start, this.final, share);
  }
}

/**
 * Where the points stood on the map before, new ones at their place already; null where all are new.
 *
 * @param {{ ids: Float64Array, axes: Float32Array<ArrayBuffer>[] }} points
 * @param {{ ids: Float64Array, axes: Float32Array[] }} before
 */
export function startPlaces(points, before) {
  const rowBefore = new Map(Array.from(before.ids, (id, row) => [id, row]));
  const start = points.axes.map((axis) => axis.slice());
  let known = 0;
  points.ids.forEach((id, row) => {
    const old = rowBefore.get(id);
    if (old === undefined) return;
    known += 1;
    start.forEach((axis, i) => (axis[row] = before.axes[i][old]));
  });
  return known ? start : null;
}

/**
 * @param {Float32Array<ArrayBuffer>[]} start
 * @param {Float32Array<ArrayBuffer>[]} final
 * @param {number} share
 */
export function mixAxes(start, final, share) {
  return start.map((axis, i) => axis.map((value, row) => value + (final[i][row] - value) * share));
}
