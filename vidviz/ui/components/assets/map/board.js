// What stands around the points: the toolbar, the area they are drawn on, the legend, and a sentence where there is
// nothing to draw.

import { element } from "../parts/dom.js";
import { Sketch } from "./sketch.js";
import { ToolBar } from "./tools.js";

/** @import { Stage } from "./contract.js" */
/** @import { Asked } from "./tools.js" */

const NARROW_PX = 640; // below, the legend goes under the map

export class Board {
  flat = true;
  tools = { flat: "pan", space: "turntable" }; // the ones in hand

  /**
   * @param {Asked} asked what the toolbar's buttons do
   * @param {HTMLElement} legend
   */
  constructor(asked, legend) {
    this.box = element("div", "vv-map");
    this.box.tabIndex = 0;
    this.box.setAttribute("role", "application");
    this.bar = new ToolBar(asked);
    this.area = element("div", "vv-area");
    const over = element("canvas", "vv-over");
    this.area.appendChild(over);
    this.sketch = new Sketch(over);
    this.frame = element("div", "vv-frame");
    this.frame.append(this.bar.node, this.area, legend);
    this.message = element("div", "vv-empty");
    this.message.hidden = true;
    this.box.append(this.frame, this.message);
  }

  /**
   * Holds what another renderer draws into, or nothing.
   *
   * @param {{ node: HTMLElement, flat: boolean } | null} renderer
   */
  hold(renderer) {
    this.frame.hidden = !renderer;
    this.sketch.clear();
    if (!renderer) return;
    this.area.prepend(renderer.node);
    this.flat = renderer.flat;
    this.bar.offer(this.flat);
    this.showTool();
    this.layOut();
  }

  // The tool in hand, of those that the map at hand has.
  get tool() {
    return this.flat ? this.tools.flat : this.tools.space;
  }

  /** @param {string} tool */
  take(tool) {
    this.tools[this.flat ? "flat" : "space"] = tool;
    this.showTool();
  }

  showTool() {
    this.bar.show(this.tool);
    this.area.dataset.tool = this.tool;
  }

  layOut() {
    this.frame.classList.toggle("vv-narrow", this.box.clientWidth < NARROW_PX);
  }

  /** @returns {Stage} where points are drawn, in pixels from the upper left corner of the map */
  get stage() {
    const { offsetLeft: left, offsetTop: top, clientWidth: width, clientHeight: height } = this.area;
    return { left, top, width, height };
  }

  /** @param {string} sentence */
  tell(sentence) {
    this.message.textContent = sentence;
    this.message.hidden = false;
  }

  hush() {
    this.message.hidden = true;
  }
}
