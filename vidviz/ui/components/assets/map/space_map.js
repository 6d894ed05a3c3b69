// The map in three dimensions, which Plotly draws and turns.

import { element } from "../parts/dom.js";
import { Glide } from "./glide.js";
import { EYE, cameraWindow, spaceLayout, windowCamera } from "./layout.js";
import { cameraOf, giveBack, hitOf, loadPlotly, pictureOf, turnedCamera } from "./plotly.js";
import { AXES, currentTrace, lineTrace, pathTraces, pointTrace, splitRows } from "./traces.js";

/** @import { MapRenderer, Place, Theme } from "./contract.js" */
/** @import { PlotNode, Plotly, SceneCamera } from "./plotly.js" */
/** @import { SmallPoints } from "./small_points.js" */
/** @import { Part } from "./traces.js" */
/** @import { MapView } from "./view.js" */

const HOME = cameraWindow({ eye: EYE });

/** @implements {MapRenderer<SmallPoints>} */
export class SpaceMap {
  flat = /** @type {const} */ (false);
  /** @type {SmallPoints | null} */
  points = null;
  /** @type {Theme | undefined} */
  theme = undefined;
  /** @type {Part[]} */
  parts = [];
  /** @type {any[]} */
  traces = [];
  /** @type {Glide | null} */
  glide = null;
  /** @type {Plotly} */
  Plotly = null;
  /** @type {{ key: string, camera: SceneCamera } | null} */
  turn = null; // where a person has turned to, and of which layout
  /** @type {{ row: number, place: Place } | null} */
  hovered = null;
  gone = false;

  /** @param {MapView} view */
  constructor(view) {
    this.view = view;
    this.node = /** @type {PlotNode} */ (element("div", "vv-plot"));
  }

  /**
   * @param {SmallPoints} points
   * @param {Theme} theme
   */
  async draw(points, theme) {
    this.Plotly = await loadPlotly();
    if (this.gone) return false;
    const first = !this.points;
    this.glide = Glide.between(points, this.points);
    if (first && points.window) this.turn = { key: points.view_key, camera: windowCamera(points.window) };
    this.points = points;
    this.theme = theme;
    this.parts = splitRows(points);
    this.traces = this.makeTraces(points, theme);
    const camera = this.turn?.key === points.view_key ? this.turn.camera : null;
    const layout = spaceLayout(points, theme, camera, this.view.tool);
    await this.Plotly.react(this.node, this.traces, layout, {
      scrollZoom: true,
      displayModeBar: false,
      showTips: false,
    });
    if (first && !this.gone) this.listen();
    return this.glide !== null;
  }

  /**
   * @param {SmallPoints} points
   * @param {Theme} theme
   * @returns {Record<string, any>[]}
   */
  makeTraces(points, theme) {
    const { muted } = this.view.legend;
    const row = points.current_row;
    return [
      ...this.parts.map((part) => pointTrace(points, part, "scatter3d", theme, muted)),
      ...(points.lines.length ? [lineTrace(points, theme)] : []),
      ...points.paths.flatMap((path) => pathTraces(points, path, theme, muted)),
      ...(row !== null && !points.isHidden(row) ? [currentTrace(points, row, theme)] : []),
    ];
  }

  listen() {
    this.node.on("plotly_hover", (event) => this.onHover(event));
    this.node.on("plotly_unhover", () => {
      this.hovered = null;
      this.view.onLeave();
    });
    this.node.on("plotly_relayout", (change) => this.onRelayout(change));
  }

  /** @param {unknown} event */
  onHover(event) {
    const hit = hitOf(event);
    const row = hit && this.parts[hit.trace]?.rows[hit.number];
    if (!hit || typeof row !== "number") return;
    const { offsetLeft, offsetTop } = this.view.area;
    this.hovered = { row, place: { x: hit.place.x + offsetLeft, y: hit.place.y + offsetTop } };
    this.view.onRest(row, this.hovered.place);
  }

  /** @param {Record<string, any>} change */
  onRelayout(change) {
    const camera = turnedCamera(change);
    if (!camera || !this.points) return;
    this.turn = { key: this.points.view_key, camera };
    this.view.onMoved();
  }

  /** @param {number} share */
  async show(share) {
    const { glide, points, theme, node, Plotly } = this;
    if (!glide || !points || !theme || this.gone) return;
    glide.move(share);
    const traces = this.makeTraces(points, theme); // lines and ribbons go along
    await Plotly.restyle(node, Object.fromEntries(AXES.map((name) => [name, traces.map((trace) => trace[name])])));
  }

  settle() {
    this.glide?.move(1);
    this.glide = null;
  }

  async recolour() {
    const { muted } = this.view.legend;
    if (!this.traces.length) return;
    await this.Plotly.restyle(this.node, { visible: this.traces.map(({ legendgroup }) => !muted.has(legendgroup)) });
  }

  async resize() {
    if (this.points) await this.Plotly.Plots.resize(this.node);
    return false; // Plotly has drawn it
  }

  /** @param {number} row */
  placeOf(row) {
    return this.hovered?.row === row ? this.hovered.place : { x: 0, y: 0 };
  }

  // Plotly alone knows what lies where: the point that it has last told of.
  pick() {
    return this.hovered ? this.hovered.row : -1;
  }

  panBy() {}

  /** @param {number} factor */
  zoomBy(factor) {
    const camera = windowCamera(cameraWindow(cameraOf(this.node)));
    for (const axis of AXES) camera.eye[axis] /= factor;
    this.Plotly.relayout(this.node, { "scene.camera": camera });
  }

  fit() {
    this.Plotly.relayout(this.node, { "scene.camera": windowCamera(HOME) });
  }

  /** @param {string} tool */
  choose(tool) {
    if (this.points) this.Plotly.relayout(this.node, { "scene.dragmode": tool });
  }

  /** @returns {number[]} */
  window() {
    const window = this.turn ? cameraWindow(this.turn.camera) : HOME;
    return String(window) === String(HOME) ? [] : window;
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
