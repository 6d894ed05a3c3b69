// From the points to what Plotly draws; no state and no page here.

import { NO_VALUE, pathPart } from "./points.js";
import { stretchesOf } from "./ribbons.js";

/** @import { Path, Theme } from "./contract.js" */
/** @import { SmallPoints } from "./small_points.js" */

/**
 * Rows that share a trace: a group in its colour, or points with and without a number.
 *
 * @typedef {object} Part
 * @property {string} name as the legend has it
 * @property {string | null} colour null where each point has its own, by the scale
 * @property {number[]} rows
 * @property {boolean} strong whether they stand out; the others are faded
 */

export const FADED = 0.13;
const STRONG = 0.9;
const MOST_OUTLINED = 5000;
const PATH_END_PX = 6;
const LINE_PX = 1.4;

/** @type {["x", "y", "z"]} */
export const AXES = ["x", "y", "z"];

/**
 * Each part twice where some of it is faded; what is faded lies below.
 *
 * @param {SmallPoints} points
 * @returns {Part[]}
 */
export function splitRows(points) {
  const parts = namedParts(points).flatMap((part) => [
    { ...part, rows: /** @type {number[]} */ ([]), strong: false },
    { ...part, rows: /** @type {number[]} */ ([]), strong: true },
  ]);
  for (let row = 0; row < points.count; row++) {
    if (!points.isHidden(row)) parts[2 * partNumber(points, row) + (points.isFaded(row) ? 0 : 1)].rows.push(row);
  }
  const filled = parts.filter((part) => part.rows.length);
  return [...filled.filter((part) => !part.strong), ...filled.filter((part) => part.strong)];
}

/** @param {SmallPoints} points */
function namedParts({ groups, scale }) {
  if (groups)
    return groups.names.map((name, i) => ({ name, colour: /** @type {string | null} */ (groups.colours[i]) }));
  return [
    { name: scale?.title ?? NO_VALUE, colour: null },
    { name: NO_VALUE, colour: scale?.missing ?? null },
  ];
}

/**
 * @param {SmallPoints} points
 * @param {number} row
 */
function partNumber({ groupOf, values }, row) {
  if (groupOf) return groupOf[row];
  return Number.isFinite(values?.[row]) ? 0 : 1;
}

/**
 * @param {ArrayLike<number>} array
 * @param {number[]} rows
 */
function pick(array, rows) {
  return Float32Array.from(rows, (row) => array[row]);
}

/**
 * @param {Float32Array[]} axes
 * @param {number[]} rows
 * @returns {Record<string, Float32Array>}
 */
export function axesOf(axes, rows) {
  return Object.fromEntries(axes.map((axis, i) => [AXES[i], pick(axis, rows)]));
}

/**
 * @param {SmallPoints} points
 * @param {Part} part
 * @param {string} kind scatter, scattergl or scatter3d
 * @param {Theme} theme
 * @param {Set<string>} muted parts that the legend hides
 */
export function pointTrace(points, part, kind, theme, muted) {
  const space = points.dimensions === 3;
  const marker = {
    size: points.point_px * (space ? 0.6 : 1),
    opacity: part.strong ? STRONG : FADED,
    ...(part.colour === null ? scaled(points, part.rows) : { color: part.colour }),
    // A hair of the page's colour keeps neighbours apart.
    ...(points.count <= MOST_OUTLINED && part.strong ? { line: { width: space ? 0 : 0.7, color: theme.page } } : {}),
  };
  const place = axesOf(points.axes, part.rows);
  return { type: kind, mode: "markers", marker, ...place, hoverinfo: "none", ...legendPart(part.name, muted) };
}

/**
 * @param {SmallPoints} points
 * @param {number[]} rows
 */
function scaled({ scale, values }, rows) {
  if (!scale || !values) return {};
  return { color: pick(values, rows), colorscale: scale.stops, cmin: scale.low, cmax: scale.high, showscale: false };
}

/**
 * @param {string} part
 * @param {Set<string>} muted
 */
function legendPart(part, muted) {
  return { legendgroup: part, visible: !muted.has(part) };
}

/**
 * Lines between points, in three dimensions.
 *
 * @param {SmallPoints} points
 * @param {Theme} theme
 */
export function lineTrace(points, theme) {
  const places = points.axes.map((axis) => points.lines.flatMap(([from, to]) => [axis[from], axis[to], null]));
  return {
    type: "scatter3d",
    mode: "lines",
    line: { width: LINE_PX, color: theme.quiet },
    hoverinfo: "skip",
    connectgaps: false,
    ...Object.fromEntries(places.map((place, i) => [AXES[i], place])),
  };
}

/**
 * The ring of the clip at hand, in three dimensions.
 *
 * @param {SmallPoints} points
 * @param {number} row
 * @param {Theme} theme
 */
export function currentTrace(points, row, theme) {
  const marker = { size: points.point_px, symbol: "circle-open", color: theme.accent };
  return {
    type: "scatter3d",
    mode: "markers",
    ...axesOf(points.axes, [row]),
    hoverinfo: "skip",
    marker: { ...marker, line: { width: 3, color: theme.accent } },
  };
}

/**
 * A ribbon in three dimensions: its stretches, an open circle where it starts and a closed one where it ends.
 *
 * @param {SmallPoints} points
 * @param {Path} path
 * @param {Theme} theme
 * @param {Set<string>} muted
 */
export function pathTraces(points, path, theme, muted) {
  if (!path.rows.length) return [];
  const shared = { type: "scatter3d", hoverinfo: "skip", ...legendPart(pathPart(path), muted) };
  const stretches = stretchesOf(path).map((stretch) => ({
    ...shared,
    mode: "lines",
    ...axesOf(points.axes, stretch.rows),
    opacity: stretch.opacity,
    line: { width: stretch.width, color: path.colour },
  }));
  const end = (/** @type {number} */ row, /** @type {string} */ symbol, /** @type {string} */ edge) => ({
    ...shared,
    mode: "markers",
    ...axesOf(points.axes, [row]),
    marker: { size: PATH_END_PX, symbol, color: path.colour, line: { width: 2, color: edge } },
  });
  const [first, last] = [path.rows[0], path.rows[path.rows.length - 1]];
  return [...stretches, end(first, "circle-open", path.colour), end(last, "circle", theme.page)];
}
