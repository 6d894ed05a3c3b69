// All that is known of Plotly's insides stands here: what it tells of a hit and of its camera, and how its contexts are
// given back. Where a new version has moved one of them, a sentence says so; tests/browser/test_component_loading.py asks.

import { mediaUrl } from "../parts/media.js";

/** @import { Place } from "./contract.js" */

/** @typedef {any} Plotly the library, which brings no types */
/** @typedef {{ x: number, y: number, z: number }} Vector */
/** @typedef {{ eye: Vector, center?: Vector, up?: Vector }} SceneCamera */

/**
 * An element that Plotly has drawn into.
 *
 * @typedef {object} PlotFields
 * @property {(name: string, act: (event: any) => void) => void} on
 * @property {any} layout as Plotly keeps it, with the camera where a person has turned it
 * @property {any[]} data
 * @typedef {HTMLDivElement & PlotFields} PlotNode
 */

/** @type {Promise<Plotly> | null} */
let loading = null;
/** @type {boolean | undefined} */
let webGL;

// One file of ours, loaded once a page by whoever comes first.
export function loadPlotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = mediaUrl("asset", "plotly.min.js");
    script.onload = () => resolve(/** @type {any} */ (window).Plotly);
    script.onerror = () => {
      loading = null;
      reject(new Error("Plotly could not be loaded from this server."));
    };
    document.head.appendChild(script);
  });
  return loading;
}

export function hasWebGL() {
  if (webGL === undefined) {
    const context = document.createElement("canvas").getContext("webgl");
    webGL = Boolean(context);
    context?.getExtension("WEBGL_lose_context")?.loseContext();
  }
  return webGL;
}

/**
 * The point of a hover in three dimensions: the number of its trace, its number in there, and its middle in pixels of
 * the plot. Null where the event names no point.
 *
 * @param {any} event
 * @returns {{ trace: number, number: number, place: Place } | null}
 */
export function hitOf(event) {
  const point = event?.points?.[0];
  if (!point) return null;
  const { curveNumber: trace, pointNumber: number, bbox: box } = point;
  if (
    !Number.isInteger(trace) ||
    !Number.isInteger(number) ||
    !Number.isFinite(box?.x0 + box?.x1 + box?.y0 + box?.y1)
  ) {
    throw new Error(moved("a hover's curveNumber, pointNumber and bbox"));
  }
  return { trace, number, place: { x: (box.x0 + box.x1) / 2, y: (box.y0 + box.y1) / 2 } };
}

/**
 * @param {PlotNode} node
 * @returns {SceneCamera}
 */
export function cameraOf(node) {
  const camera = node.layout?.scene?.camera;
  if (!Number.isFinite(camera?.eye?.x)) throw new Error(moved("layout.scene.camera.eye"));
  return camera;
}

/**
 * The camera that a person has turned to, where a relayout was that.
 *
 * @param {Record<string, any>} change
 * @returns {SceneCamera | null}
 */
export function turnedCamera(change) {
  return change["scene.camera"] ?? null;
}

/**
 * What is drawn, in device pixels.
 *
 * @param {Plotly} Plotly
 * @param {PlotNode} node
 */
export async function pictureOf(Plotly, node) {
  const { clientWidth: width, clientHeight: height } = node;
  const image = new Image();
  image.src = await Plotly.toImage(node, { format: "png", width, height, scale: window.devicePixelRatio || 1 });
  await image.decode();
  return image;
}

/**
 * A browser keeps about sixteen GL contexts; each map gives its own back.
 *
 * @param {Plotly} Plotly
 * @param {PlotNode} node
 */
export function giveBack(Plotly, node) {
  for (const canvas of node.querySelectorAll("canvas")) {
    const context = canvas.getContext("webgl2") || canvas.getContext("webgl");
    context?.getExtension("WEBGL_lose_context")?.loseContext();
  }
  Plotly.purge(node);
}

/** @param {string} what */
function moved(what) {
  const { version } = /** @type {any} */ (window).Plotly ?? {};
  return `Plotly ${version} no longer tells ${what} where the map reads it; see map/plotly.js.`;
}
