// A flat map drawn by WebGL of our own, for more points than Plotly carries.

import { REDUCED_MOTION, element } from "../parts/dom.js";
import { FlatMap } from "./flat_map.js";
import { GlPoints } from "./gl_points.js";

/** @import { MapRenderer } from "./contract.js" */
/** @import { LargePoints } from "./large_points.js" */
/** @import { MapView } from "./view.js" */

/** @implements {MapRenderer<LargePoints>} */
export class GlMap extends FlatMap {
  /** @type {LargePoints | null} */
  drawn = null;
  /** @type {GlPoints | null} */
  drawing = null;
  frames = 0;
  gone = false;

  /** @param {MapView} view */
  constructor(view) {
    super(view);
    this.node = element("canvas");
    this.node.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.node.addEventListener("webglcontextrestored", () => this.restore());
  }

  get points() {
    return this.drawn;
  }

  /** @param {LargePoints} points */
  async draw(points) {
    this.drawing ??= new GlPoints(this.node);
    const shown = this.drawn;
    this.drawn = points;
    const glides = this.upload(this.drawing, points, shown);
    this.look(points, shown, glides);
    return glides;
  }

  /**
   * Sends to the card what has changed; says whether the points are to glide from where they were.
   *
   * @param {GlPoints} drawing
   * @param {LargePoints} points
   * @param {LargePoints | null} shown
   */
  upload(drawing, points, shown) {
    const { places, colour_index, faded, hidden } = points.arrays;
    const old = shown?.arrays;
    let glides = false;
    if (places !== old?.places) {
      // Rows are the same clips only where all ids are.
      const moved = shown?.same_clips === points.same_clips && shown.view_key !== points.view_key;
      glides = moved && !REDUCED_MOTION.matches;
      drawing.setPlaces(places, { keepAsStart: glides });
    }
    if (colour_index !== old?.colour_index) drawing.setColours(colour_index);
    if (shown?.count !== points.count || faded !== old?.faded || hidden !== old?.hidden) {
      drawing.setFlags(points.flags());
    }
    this.recolour();
    return glides;
  }

  recolour() {
    const { drawn, drawing } = this;
    if (!drawn || !drawing) return;
    const { muted } = this.view.legend;
    const parts = drawn.groups ? drawn.groups.names : [];
    drawing.setPalette(drawn.palette.map((colour, i) => (muted.has(parts[i]) ? null : colour)));
  }

  /** @param {number} share */
  show(share) {
    if (!this.drawn) return;
    this.drawing?.draw(this.looks(share), this.drawn.point_px, share);
    this.frames += 1;
  }

  settle() {
    super.settle();
    this.drawing?.dropStart();
  }

  // What is drawn lasts only until the browser has shown it.
  async picture() {
    this.show(1);
    return [this.node];
  }

  // The browser took the context away and gave a new one.
  restore() {
    if (this.gone || !this.drawn || !this.drawing) return;
    this.drawing.setUp();
    this.upload(this.drawing, this.drawn, null);
    this.view.frames.showSoon();
  }

  end() {
    this.gone = true;
    this.drawing?.end();
    this.node.remove();
  }
}
