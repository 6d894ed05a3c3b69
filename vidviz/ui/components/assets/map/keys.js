// What keys do on a map that has the focus.

export const KEY_ZOOM = 1.5;
/** @type {Record<string, [number, number]>} */
const PANS = { ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, 0.15], ArrowDown: [0, -0.15] };

/** @typedef {import("./contract.js").MapRenderer<any>} MapRenderer */

/**
 * Whether the key was one of the map's.
 *
 * @param {Pick<MapRenderer, "panBy" | "zoomBy" | "fit">} renderer
 * @param {string} key
 */
export function obeyKey(renderer, key) {
  if (Object.hasOwn(PANS, key)) renderer.panBy(...PANS[key]);
  else if (key === "+" || key === "=") renderer.zoomBy(KEY_ZOOM);
  else if (key === "-") renderer.zoomBy(1 / KEY_ZOOM);
  else if (key === "0") renderer.fit();
  else return false;
  return true;
}
