// The channels of a layer side by side: coloured and enlarged in one pass over the picture that is shown.

import { penOf } from "../parts/dom.js";
import { cornerOf, nearestPixels, tileAt, tileChannels } from "./tiling.js";

/** @import { LayerData, Spot } from "./contract.js" */
/** @import { Tiling } from "./tiling.js" */

export class FilmTiles {
  /** @type {Tiling} */
  tiling = { columns: 1, rows: 1, gap: 0, width: 1, height: 1 };
  fromX = new Uint16Array();
  fromY = new Uint16Array();

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {LayerData} layer
   */
  constructor(canvas, layer) {
    this.canvas = canvas;
    this.layer = layer;
    // Written as pixels at each step: kept where the processor writes, and not sent to a graphics card and back.
    this.context = penOf(canvas, { willReadFrequently: true });
    this.picture = this.context.createImageData(1, 1);
    this.colours = new Uint32Array(this.picture.data.buffer);
  }

  get columns() {
    return this.tiling.columns;
  }

  /** @param {number} room CSS pixels */
  fit(room) {
    const { canvas, layer } = this;
    const density = window.devicePixelRatio || 1;
    this.tiling = tileChannels(room, layer.channels.length, layer, density);
    const { columns, rows, gap, width, height } = this.tiling;
    canvas.width = columns * (width + gap) - gap;
    canvas.height = rows * (height + gap) - gap;
    canvas.style.width = `${canvas.width / density}px`;
    this.picture = this.context.createImageData(canvas.width, canvas.height);
    this.colours = new Uint32Array(this.picture.data.buffer);
    this.fromX = nearestPixels(layer.tile_width, width);
    this.fromY = nearestPixels(layer.tile_height, height);
  }

  /**
   * @param {Uint8Array} bytes all channels of all frames
   * @param {number} frame
   * @param {Uint32Array} table the colour of each byte
   */
  paint(bytes, frame, table) {
    const { tile_width: width, tile_height: height, channels } = this.layer;
    const { colours, fromX, fromY, canvas, tiling } = this;
    for (let k = 0; k < channels.length; k++) {
      const [left, top] = cornerOf(tiling, k);
      const tile = (frame * channels.length + k) * width * height;
      for (let y = 0, before = -1; y < tiling.height; y++) {
        const line = (top + y) * canvas.width + left;
        if (fromY[y] === before) {
          colours.copyWithin(line, line - canvas.width, line - canvas.width + tiling.width);
          continue;
        }
        before = fromY[y];
        const from = tile + before * width;
        for (let x = 0; x < tiling.width; x++) colours[line + x] = table[bytes[from + fromX[x]]];
      }
    }
    this.context.putImageData(this.picture, 0, 0);
  }

  /**
   * White inside black is seen on every colour map.
   *
   * @param {number} k
   */
  outline(k) {
    const { gap, width, height } = this.tiling;
    const [left, top] = cornerOf(this.tiling, k);
    this.strokeTile(left, top, width, height, "#000", gap + 1);
    this.strokeTile(left, top, width, height, "#fff", gap - 1);
  }

  /**
   * @param {number} left
   * @param {number} top
   * @param {number} width
   * @param {number} height
   * @param {string} colour
   * @param {number} line
   */
  strokeTile(left, top, width, height, colour, line) {
    this.context.lineWidth = line;
    this.context.strokeStyle = colour;
    this.context.strokeRect(left + line / 2, top + line / 2, width - line, height - line);
  }

  /**
   * Which channel, and which of its values, lies under the pointer; null in a gap.
   *
   * @param {MouseEvent} event
   * @returns {Spot | null}
   */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * this.canvas.width;
    const y = ((event.clientY - box.top) / box.height) * this.canvas.height;
    const found = tileAt(this.tiling, this.layer.channels.length, x, y);
    return found && { k: found.k, x: this.fromX[found.x], y: this.fromY[found.y] };
  }
}
