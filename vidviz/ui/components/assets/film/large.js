// The channel that is opened large: its values under the pointer, the unit that is clicked, and the overlay.

import { element, iconButton, penOf, say } from "../parts/dom.js";
import { placeIn } from "./place.js";

/** @import { FilmView, Opened } from "./view.js" */

const OVERLAY_OPACITY = 0.6;

export class FilmLarge {
  /** @type {Opened | null} */
  opened = null;
  /** @type {{ x: number, y: number } | null} */
  at = null; // the value under the pointer
  shown = ""; // what is on the canvas

  /** @param {FilmView} view */
  constructor(view) {
    this.view = view;
    this.figure = element("figure");
    this.figure.hidden = true;
    const caption = element("figcaption");
    this.title = element("span", "vv-line vv-title");
    const close = iconButton("close", "Close this channel", () => view.close());
    close.style.marginLeft = "auto";
    caption.append(this.title, close);
    this.canvas = element("canvas", "vv-large");
    this.canvas.addEventListener("pointermove", (event) => this.onMove(event));
    this.canvas.addEventListener("pointerleave", () => this.onLeave());
    this.canvas.addEventListener("click", () => this.pickUnit());
    this.said = element("p", "vv-note vv-said");
    const label = element("label", "vv-note vv-check");
    this.overlay = element("input");
    this.overlay.type = "checkbox";
    this.overlay.addEventListener("change", () => view.drawAll());
    label.append(this.overlay, element("span", "", "over the frames"));
    this.figure.append(caption, this.canvas, this.said, label);
  }

  /** @param {Opened | null} opened */
  show(opened) {
    this.opened = opened;
    this.at = null;
    this.shown = "";
    this.figure.hidden = !opened;
    if (!opened) return;
    const { layer, k } = opened;
    this.title.textContent = `${layer.data.title} · channel ${layer.data.channels[k]}`;
    this.canvas.width = layer.data.tile_width;
    this.canvas.height = layer.data.tile_height;
    this.said.textContent = layer.describe(k);
  }

  // The channel, once its values are there.
  get ready() {
    return this.opened?.layer.bytes ? this.opened : null;
  }

  get overlaid() {
    return Boolean(this.ready && this.overlay.checked);
  }

  /** @param {Uint32Array} table the colour of each byte */
  draw(table) {
    if (!this.ready) return;
    const { layer, k } = this.ready;
    if (this.at) say(this.said, `${layer.describe(k, this.at)} · click to trace it`);
    const shown = `${layer.frame}|${this.view.chosenMap}`;
    if (shown === this.shown) return;
    this.shown = shown;
    layer.paintChannel(this.canvas, k, table);
  }

  /** @param {HTMLCanvasElement} canvas */
  drawOver(canvas) {
    const pen = penOf(canvas);
    pen.globalAlpha = OVERLAY_OPACITY;
    pen.drawImage(this.canvas, 0, 0, canvas.width, canvas.height);
    pen.globalAlpha = 1;
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (!this.opened) return;
    this.at = placeIn(this.canvas, event, this.canvas.width, this.canvas.height);
    this.view.drawAll();
  }

  onLeave() {
    if (!this.opened) return;
    this.at = null;
    this.said.textContent = this.opened.layer.describe(this.opened.k);
    this.view.drawAll();
  }

  pickUnit() {
    if (!this.ready || !this.at) return;
    const { layer, k } = this.ready;
    this.view.open(layer, k, { t: layer.frame, y: this.at.y * layer.data.step, x: this.at.x * layer.data.step });
  }
}
