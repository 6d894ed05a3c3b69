// What the points of small and of large maps have in common.

/** @import { CommonData, Path } from "./contract.js" */

export const NO_VALUE = "no value";

export class Points {
  /** @param {CommonData} data */
  constructor(data) {
    this.dimensions = data.dimensions;
    this.view_key = data.view_key;
    this.point_px = data.point_px;
    this.score_title = data.score_title;
    this.current_row = data.current_row;
    this.lines = data.lines;
    this.paths = data.paths;
    this.window = data.window;
    this.thumbnails = data.thumbnails && data.dimensions === 2;
  }
}

/**
 * The legend may hold a path and a label of the same name.
 *
 * @param {Path} path
 */
export function pathPart(path) {
  return `path ${path.name}`;
}

/**
 * Whether two runs ask for the same picture. Where the map is looked at is the person's business after the first run.
 *
 * @param {object} before
 * @param {object} after
 */
export function asksForTheSame(before, after) {
  const [old, asked] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  for (const told of [old, asked]) told.delete("window");
  if (old.size !== asked.size) return false;
  return [...asked].every(([name, value]) => {
    return old.has(name) && (old.get(name) === value || JSON.stringify(old.get(name)) === JSON.stringify(value));
  });
}
