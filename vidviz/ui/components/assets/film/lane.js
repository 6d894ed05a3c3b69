// One lane of the film: a clip's frames, the channel that is opened large, and the grids of its layers.

import { element, penOf } from "../parts/dom.js";
import { mediaUrl } from "../parts/media.js";
import { frameAt } from "./clock.js";
import { FilmLarge } from "./large.js";
import { FilmLayer } from "./layer.js";
import { placeIn } from "./place.js";
import { fetchBitmap } from "./sheet.js";
import { evenColumns } from "./tiling.js";

/** @import { LaneData, LayerData } from "./contract.js" */
/** @import { FilmView } from "./view.js" */

const NARROWEST_LAYER_PX = 236;
const LAYER_GAP_PX = 20;

export class FilmLane {
  /** @type {Map<string, FilmLayer>} */
  layers = new Map();
  /** @type {ImageBitmap | null} */
  bitmap = null;
  /** @type {number | null} */
  shown = null; // the frame on the canvas
  frame = 0;
  opened = ""; // the token of the sheet that is fetched
  gone = false;

  /**
   * @param {FilmView} view
   * @param {LaneData} data
   */
  constructor(view, data) {
    this.view = view;
    this.data = data;
    this.box = element("div", "vv-parts");
    const side = element("div", "vv-side");
    this.grid = element("div", "vv-layers");
    this.box.append(side, this.grid);
    this.large = new FilmLarge(view);
    const figure = element("figure");
    const caption = element("figcaption");
    this.title = element("span", "vv-line vv-title");
    caption.appendChild(this.title);
    this.clipCanvas = element("canvas");
    this.clipCanvas.setAttribute("role", "img");
    this.clipCanvas.addEventListener("click", (event) => this.pickPlace(event));
    this.note = element("p", "vv-note vv-said");
    figure.append(caption, this.clipCanvas, this.note);
    side.append(figure, this.large.figure);
  }

  /** @param {LaneData} data */
  update(data) {
    this.data = data;
    const { clip, layers } = data;
    this.title.textContent = clip.title;
    this.title.title = clip.title;
    this.clipCanvas.setAttribute("aria-label", `The frames of ${clip.title}`);
    this.box.classList.toggle("vv-alone", layers.length === 0);
    if (this.opened !== clip.token) this.openClip();
    else this.note.textContent = clip.note;
    this.invite();
    this.keepLayers(layers);
  }

  // A click is asked for only once there is a frame to click on.
  get choosing() {
    return this.bitmap ? this.data.clip.choosing || "" : "";
  }

  invite() {
    this.clipCanvas.classList.toggle("vv-choosing", Boolean(this.choosing));
    this.clipCanvas.title = this.choosing;
  }

  /**
   * Same token, same film: it is not unpacked again and goes on where it is.
   *
   * @param {LayerData[]} layers
   */
  keepLayers(layers) {
    /** @type {Map<string, FilmLayer>} */
    const kept = new Map();
    for (const layer of layers) {
      const key = `${layer.name}|${layer.token}`;
      kept.set(key, this.layers.get(key) || new FilmLayer(this.view, layer));
    }
    for (const [key, layer] of this.layers) if (!kept.has(key)) layer.end();
    this.layers = kept;
    const figures = [...kept.values()].map((layer) => layer.figure);
    const { children } = this.grid;
    if (figures.length !== children.length || figures.some((figure, i) => figure !== children[i])) {
      this.grid.replaceChildren(...figures);
    }
    this.evenOut();
  }

  evenOut() {
    const most = Math.floor((this.grid.clientWidth + LAYER_GAP_PX) / (NARROWEST_LAYER_PX + LAYER_GAP_PX));
    const columns = evenColumns(this.layers.size, Math.max(1, most));
    this.grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  }

  fit() {
    this.evenOut();
    for (const layer of this.layers.values()) layer.fitCanvas();
  }

  /** @param {FilmLayer} layer */
  owns(layer) {
    return [...this.layers.values()].includes(layer);
  }

  async openClip() {
    const { clip } = this.data;
    this.opened = clip.token;
    this.bitmap?.close();
    this.bitmap = null;
    this.note.textContent = "Unpacking the frames …";
    try {
      const bitmap = await fetchBitmap(mediaUrl("sheet", clip.token));
      if (this.gone || this.opened !== clip.token) bitmap.close();
      else this.showClip(bitmap);
    } catch (error) {
      this.note.textContent = String(/** @type {Error} */ (error).message);
    }
  }

  /** @param {ImageBitmap} bitmap */
  showClip(bitmap) {
    const { clip } = this.data;
    this.bitmap = bitmap;
    this.shown = null;
    this.clipCanvas.width = clip.tile_width;
    this.clipCanvas.height = clip.tile_height;
    this.note.textContent = clip.note;
    this.invite();
    this.view.energy.draw();
    this.view.drawAll();
  }

  /**
   * @param {number} moment of the clock
   * @param {Uint32Array} table the colour of each byte
   * @param {boolean} everything also what is out of sight
   */
  draw(moment, table, everything) {
    this.frame = frameAt(this.data.clip, moment);
    for (const layer of this.layers.values()) {
      layer.draw(this.frame, this.data.clip.times, table, everything);
      layer.tell();
    }
    this.large.draw(table);
    if (this.bitmap) this.drawClip();
  }

  drawClip() {
    const over = this.large.overlaid;
    const shown = over ? null : this.frame;
    if (shown !== null && shown === this.shown) return;
    this.shown = shown;
    this.drawFrame(penOf(this.clipCanvas), this.frame, [0, 0, this.clipCanvas.width, this.clipCanvas.height]);
    if (over) this.large.drawOver(this.clipCanvas);
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {number} frame
   * @param {[number, number, number, number]} to left, top, width, height
   */
  drawFrame(pen, frame, to) {
    if (!this.bitmap) return;
    const { tile_width: width, tile_height: height, columns } = this.data.clip;
    const [column, row] = [frame % columns, Math.floor(frame / columns)];
    pen.drawImage(this.bitmap, column * width, row * height, width, height, ...to);
  }

  /**
   * A place on the frame that is shown, where the page asks for one.
   *
   * @param {MouseEvent} event
   */
  pickPlace(event) {
    if (!this.choosing) return;
    const { tile_width: columns, tile_height: rows } = this.data.clip;
    this.view.pause();
    this.view.send("picked", {
      lane: this.view.lanes.indexOf(this),
      t: this.frame,
      ...placeIn(this.clipCanvas, event, columns, rows),
    });
  }

  end() {
    this.gone = true;
    this.bitmap?.close();
    for (const layer of this.layers.values()) layer.end();
    this.box.remove();
  }
}
