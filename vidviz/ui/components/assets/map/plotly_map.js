// A flat map drawn by Plotly, up to some thousands of points. Plotly draws the points and nothing else: the camera, the
// pointer and the legend are ours, as on a large map.

import { element } from "../parts/dom.js";
import { windowOf } from "./camera.js";
import { FlatMap } from "./flat_map.js";
import { Glide } from "./glide.js";
import { flatLayout } from "./layout.js";
import { giveBack, hasWebGL, loadPlotly, pictureOf } from "./plotly.js";
import { axesOf, pointTrace, splitRows } from "./traces.js";

/** @import { MapRenderer, Theme } from "./contract.js" */
/** @import { PlotNode, Plotly } from "./plotly.js" */
/** @import { SmallPoints } from "./small_points.js" */
/** @import { Part } from "./traces.js" */
/** @import { MapView } from "./view.js" */

/** @implements {MapRenderer<SmallPoints>} */
export class PlotlyMap extends FlatMap {
  /** @type {SmallPoints | null} */
  drawn = null;
  /** @type {Part[]} */
  parts = [];
  /** @type {Glide | null} */
  glide = null;
  /** @type {Plotly} */
  Plotly = null;
  shown = ""; // what part of the map, and how large
  gone = false;

  /** @param {MapView} view */
  constructor(view) {
    super(view);
    this.node = /** @type {PlotNode} */ (element("div", "vv-plot"));
  }

  get points() {
    return this.drawn;
  }

  /**
   * @param {SmallPoints} points
   * @param {Theme} theme
   */
  async draw(points, theme) {
    this.Plotly = await loadPlotly();
    if (this.gone) return false;
    const shown = this.drawn;
    this.drawn = points;
    this.glide = Glide.between(points, shown);
    this.look(points, shown, this.glide !== null);
    this.parts = splitRows(points);
    const kind = hasWebGL() ? "scattergl" : "scatter";
    const traces = this.parts.map((part) => pointTrace(points, part, kind, theme, this.view.legend.muted));
    const layout = flatLayout(theme, windowOf(this.looks(0)), this.camera);
    await this.Plotly.react(this.node, traces, layout, { staticPlot: true });
    this.shown = this.framing(0);
    return this.glide !== null;
  }

  /**
   * The part of the map in view, and its size, as a layout says them.
   *
   * @param {number} share
   */
  frame(share) {
    const [x0, x1, y0, y1] = windowOf(this.looks(share));
    const { width, height } = this.camera;
    return { "xaxis.range": [x0, x1], "yaxis.range": [y0, y1], width, height };
  }

  /** @param {number} share */
  framing(share) {
    return JSON.stringify(this.frame(share));
  }

  /** @param {number} share */
  async show(share) {
    const { drawn, glide, node, Plotly } = this;
    if (!Plotly || !drawn || this.gone) return;
    if (glide) {
      glide.move(share);
      const axes = this.parts.map((part) => axesOf(drawn.axes, part.rows));
      const moved = { x: axes.map(({ x }) => x), y: axes.map(({ y }) => y) };
      await Plotly.update(node, moved, this.frame(share));
    } else if (this.framing(share) !== this.shown) {
      await Plotly.relayout(node, this.frame(share));
    }
    this.shown = this.framing(share);
  }

  settle() {
    super.settle();
    this.glide?.move(1);
    this.glide = null;
  }

  async recolour() {
    const { muted } = this.view.legend;
    if (this.parts.length)
      await this.Plotly.restyle(this.node, { visible: this.parts.map(({ name }) => !muted.has(name)) });
  }

  async picture() {
    return [await pictureOf(this.Plotly, this.node)];
  }

  end() {
    this.gone = true;
    if (this.Plotly) giveBack(this.Plotly, this.node);
    this.node.remove();
  }
}
