// One layer of the film: its caption, the grid of its channels, and what the pointer and the keys do there.

import { element, penOf, say } from "../parts/dom.js";
import { mediaUrl } from "../parts/media.js";
import { clamp, digits } from "../parts/numbers.js";
import { secondAt, stepOver } from "./clock.js";
import { readSheet } from "./sheet.js";
import { FilmTiles } from "./tiles.js";

/** @import { LayerData } from "./contract.js" */
/** @import { FilmView } from "./view.js" */

/** @typedef {{ x: number, y: number }} Cell a value of a channel */

const USUAL_WIDTH_PX = 280;

export class FilmLayer {
  /** @type {Uint8Array | undefined} */
  bytes = undefined; // frame after frame, channel after channel
  /** @type {{ k: number, cell?: Cell } | null} */
  under = null; // the channel under the pointer or at the keys
  cursor = 0;
  frame = 0;
  shown = ""; // what is on the canvas
  outOfSight = false;

  /**
   * @param {FilmView} view
   * @param {LayerData} data
   */
  constructor(view, data) {
    this.view = view;
    this.data = data;
    this.figure = element("figure");
    const caption = element("figcaption");
    const title = element("span", "vv-line vv-title", data.title);
    title.title = data.name;
    this.step = element("span", "vv-time");
    caption.append(title, element("span", "vv-line vv-quiet", data.shape), this.step);
    this.canvas = element("canvas", "vv-map-canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    const said = `${data.title}: ${data.channels.length} channels over time. Arrows choose, Enter opens one.`;
    this.canvas.setAttribute("aria-label", said);
    this.canvas.hidden = true;
    this.tiles = new FilmTiles(this.canvas, data);
    this.wait = element("div", "vv-wait vv-quiet", "Unpacking the film …");
    this.said = element("p", "vv-note vv-said");
    this.figure.append(caption, this.wait, this.canvas, this.said);
    this.watcher = new IntersectionObserver((entries) => {
      this.outOfSight = !entries[entries.length - 1].isIntersecting;
      this.view.drawAll();
    });
    this.listen();
    this.load();
  }

  async load() {
    try {
      this.bytes = await readSheet(mediaUrl("sheet", this.data.token), this.data);
      this.wait.hidden = true;
      this.canvas.hidden = false;
      this.fitCanvas();
      this.view.drawAll();
    } catch (error) {
      this.wait.textContent = String(/** @type {Error} */ (error).message);
    }
  }

  fitCanvas() {
    if (!this.bytes) return;
    this.tiles.fit(this.figure.clientWidth || USUAL_WIDTH_PX);
    this.shown = "";
  }

  /**
   * What lies out of sight waits with its colours until it is scrolled to, or until `everything` is asked for.
   *
   * @param {number} frame of the clip
   * @param {number[]} times of the clip's frames
   * @param {Uint32Array} table the colour of each byte
   * @param {boolean} everything
   */
  draw(frame, times, table, everything) {
    if (!this.bytes) return;
    const { frames, centres } = this.data;
    this.frame = stepOver(centres, frame);
    const seconds = secondAt(times, centres[this.frame]).toFixed(2);
    say(this.step, frames > 1 ? `t ${this.frame + 1}/${frames} · ${seconds} s` : "one step");
    if (this.outOfSight && !everything) return;
    // Deep layers have fewer time steps than the clip: what has not changed stays.
    const marked = this.marked();
    const shown = `${this.frame}|${marked}|${this.view.chosenMap}`;
    if (shown === this.shown) return;
    this.shown = shown;
    this.tiles.paint(this.bytes, this.frame, table);
    if (marked !== undefined) this.tiles.outline(marked);
  }

  // The channel with an outline: the one that is open, else the one under the pointer.
  marked() {
    const { opened } = this.view;
    return opened?.layer === this ? opened.k : this.under?.k;
  }

  /**
   * One channel at this moment, a pixel of the canvas for each of its values.
   *
   * @param {HTMLCanvasElement} canvas
   * @param {number} k
   * @param {Uint32Array} table
   */
  paintChannel(canvas, k, table) {
    if (!this.bytes) return;
    const { tile_width: width, tile_height: height } = this.data;
    const pen = penOf(canvas);
    const picture = pen.createImageData(width, height);
    const colours = new Uint32Array(picture.data.buffer);
    const from = this.placeOf(k, { x: 0, y: 0 });
    for (let i = 0; i < colours.length; i++) colours[i] = table[this.bytes[from + i]];
    pen.putImageData(picture, 0, 0);
  }

  listen() {
    this.canvas.addEventListener("pointermove", (event) => this.point(this.atPointer(event)));
    this.canvas.addEventListener("pointerleave", () => this.point(null));
    this.canvas.addEventListener("click", (event) => {
      const under = this.atPointer(event);
      if (under) this.open(under.k);
    });
    this.canvas.addEventListener("keydown", (event) => this.onKey(event));
    this.watcher.observe(this.figure);
  }

  /** @param {MouseEvent} event */
  atPointer(event) {
    const at = this.bytes ? this.tiles.at(event) : null;
    return at && { k: at.k, cell: { x: at.x, y: at.y } };
  }

  /**
   * Where a value of this moment lies among the bytes.
   *
   * @param {number} k
   * @param {Cell} cell
   */
  placeOf(k, { x, y }) {
    const { tile_width: width, tile_height: height, channels } = this.data;
    return ((this.frame * channels.length + k) * height + y) * width + x;
  }

  /**
   * @param {number} k
   * @param {Cell} [cell]
   */
  describe(k, cell) {
    const [low, high] = this.data.ranges[k];
    const range = `channel ${this.data.channels[k]} · ${digits(low)} to ${digits(high)}`;
    if (!cell || !this.bytes) return range;
    const value = low + ((high - low) * this.bytes[this.placeOf(k, cell)]) / 255;
    return `${range} · about ${digits(value)} at x ${cell.x}, y ${cell.y} (read from 8 bits)`;
  }

  /** @param {{ k: number, cell?: Cell } | null} under */
  point(under) {
    this.under = under;
    this.tell();
    this.view.drawAll();
  }

  // The value under the pointer, which changes as the film goes on.
  tell() {
    say(this.said, this.under ? this.describe(this.under.k, this.under.cell) : "");
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const { columns } = this.tiles;
    /** @type {Record<string, number>} */
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    if (event.key === "Enter") {
      this.open(this.cursor);
    } else if (event.key in steps) {
      this.cursor = clamp(this.cursor + steps[event.key], 0, this.data.channels.length - 1);
      this.point({ k: this.cursor });
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {number} k */
  open(k) {
    this.cursor = k;
    this.view.open(this, k);
  }

  end() {
    this.watcher.disconnect();
    this.figure.remove();
  }
}
