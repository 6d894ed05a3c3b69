// The sheets of a film, fetched and unpacked; the layout is told in vidviz/render/sheets.py.

import { penOf } from "../parts/dom.js";

/** @import { LayerData } from "./contract.js" */

/** @param {string} url */
export async function fetchBitmap(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error("The server no longer keeps this film; choose the clip again.");
  // The bytes are values and no photograph: nothing may bend them on the way.
  return createImageBitmap(await answer.blob(), { premultiplyAlpha: "none", colorSpaceConversion: "none" });
}

/**
 * A layer's sheet as bytes, tile after tile.
 *
 * @param {string} url
 * @param {LayerData} layout
 */
export async function readSheet(url, layout) {
  const bitmap = await fetchBitmap(url);
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = penOf(canvas, { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { tile_width: width, tile_height: height, columns } = layout;
  const tiles = layout.frames * layout.channels.length;
  const bytes = new Uint8Array(tiles * width * height);
  for (let row = 0; row * columns < tiles; row++) {
    const strip = new Uint32Array(context.getImageData(0, row * height, columns * width, height).data.buffer);
    for (let column = 0; column < columns && row * columns + column < tiles; column++) {
      let to = (row * columns + column) * width * height;
      for (let y = 0; y < height; y++) {
        const from = (y * columns + column) * width;
        // Grey: red, green and blue are the value alike.
        for (let x = 0; x < width; x++) bytes[to++] = strip[from + x] & 255;
      }
    }
  }
  return bytes;
}
