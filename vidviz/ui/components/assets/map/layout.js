// How Plotly lays the map out in the page's colours.

import { limits } from "./small_points.js";
import { AXES } from "./traces.js";

/** @import { Bounds, Theme } from "./contract.js" */
/** @import { SceneCamera } from "./plotly.js" */
/** @import { SmallPoints } from "./small_points.js" */

export const EYE = { x: 1.05, y: 1.05, z: 0.85 };
const AIR = 0.06; // of the extent, on each side

/** @param {Theme} theme */
function plainLayout(theme) {
  return {
    uirevision: "vidviz",
    paper_bgcolor: theme.page,
    plot_bgcolor: theme.page,
    margin: { l: 0, r: 0, t: 0, b: 0 },
    font: { family: theme.font, size: 12, color: theme.text },
    showlegend: false,
  };
}

/**
 * @param {Theme} theme
 * @param {Bounds} window what is in view
 * @param {{ width: number, height: number }} size pixels
 */
export function flatLayout(theme, [x0, x1, y0, y1], { width, height }) {
  const bare = { visible: false, showgrid: false, zeroline: false, autorange: false };
  const axes = { xaxis: { ...bare, range: [x0, x1] }, yaxis: { ...bare, range: [y0, y1] } };
  return { ...plainLayout(theme), hovermode: false, dragmode: false, width, height, ...axes };
}

/**
 * @param {SmallPoints} points
 * @param {Theme} theme
 * @param {SceneCamera | null} camera where a person has turned to
 * @param {string} tool
 */
export function spaceLayout(points, theme, camera, tool) {
  const axis = {
    showbackground: false,
    gridcolor: theme.line,
    zerolinecolor: theme.line,
    showticklabels: false,
    title: { text: "" },
    showspikes: false,
    linecolor: theme.line,
    autorange: false,
  };
  const ranges = points.axes.map(paddedRange);
  const named = Object.fromEntries(ranges.map((range, i) => [`${AXES[i]}axis`, { ...axis, range }]));
  // Plotly's own "data" keeps the volume: a flat map would reach out of view. Here the longest side is one.
  const sides = ranges.map(([low, high]) => high - low);
  const aspectratio = Object.fromEntries(AXES.map((name, i) => [name, sides[i] / Math.max(...sides)]));
  const scene = {
    ...named,
    camera: camera ?? { eye: { ...EYE } },
    dragmode: tool,
    aspectmode: "manual",
    aspectratio,
    uirevision: points.view_key,
  };
  return { ...plainLayout(theme), autosize: true, hovermode: "closest", scene };
}

/**
 * From the least to the greatest value with a little air, so that points that are hidden do not move the others.
 *
 * @param {Float32Array} values
 */
export function paddedRange(values) {
  const [low, high] = limits(values);
  const air = (high - low) * AIR || 0.5;
  return [low - air, high + air];
}

/**
 * The camera as nine numbers.
 *
 * @param {SceneCamera} camera
 */
export function cameraWindow({ eye, center, up }) {
  return [eye, center || { x: 0, y: 0, z: 0 }, up || { x: 0, y: 0, z: 1 }].flatMap(({ x, y, z }) => [x, y, z]);
}

/**
 * And back.
 *
 * @param {number[]} numbers
 */
export function windowCamera(numbers) {
  const at = (/** @type {number} */ i) => ({ x: numbers[i], y: numbers[i + 1], z: numbers[i + 2] });
  return { eye: at(0), center: at(3), up: at(6) };
}
