// The map of clips. Points in; the clip under the pointer, clicks, polygons and the part in view out. It keeps who
// draws (see MapRenderer in contract.js), the frames of a glide, and one drawing after the other.

import { themeProbe } from "../parts/dom.js";
import { Board } from "./board.js";
import { Frames } from "./frames.js";
import { GlMap } from "./gl_map.js";
import { HoverCard } from "./hover.js";
import { MapInput } from "./input.js";
import { KEY_ZOOM, obeyKey } from "./keys.js";
import { LargePoints } from "./large_points.js";
import { Legend } from "./legend.js";
import { saveMapPicture } from "./picture.js";
import { PlotlyMap } from "./plotly_map.js";
import { asksForTheSame } from "./points.js";
import { Posters } from "./posters.js";
import { Press } from "./press.js";
import { SmallPoints } from "./small_points.js";
import { SpaceMap } from "./space_map.js";
import { readTheme } from "./theme.js";

/** @import { MapData, MapPoints, Place, Theme } from "./contract.js" */
/** @typedef {GlMap | PlotlyMap | SpaceMap} Renderer */

const RESIZE_MS = 80;
const WINDOW_MS = 500;
const CLEAR_MS = 400;

export class MapView {
  /** @type {(name: string, value: unknown) => void} */
  send = () => {};
  /** @type {MapData | undefined} */
  data = undefined;
  /** @type {MapData | undefined} */
  drawnData = undefined;
  /** @type {MapPoints | null} */
  points = null;
  /** @type {Renderer | null} */
  renderer = null;
  /** @type {2 | 3 | undefined} */
  drawn = undefined;
  /** @type {Theme | undefined} */
  theme = undefined;
  gone = false;
  /** @type {Promise<unknown>} */
  queue = Promise.resolve();
  cleared = -Infinity;
  resizing = 0;
  reporting = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.legend = new Legend(() => this.onLegend());
    const asked = {
      choose: (/** @type {string} */ tool) => this.choose(tool),
      closer: () => this.renderer?.zoomBy(KEY_ZOOM),
      farther: () => this.renderer?.zoomBy(1 / KEY_ZOOM),
      fit: () => this.renderer?.fit(),
      picture: () => this.enqueue(() => this.save()),
    };
    this.board = new Board(asked, this.legend.node);
    this.box = this.board.box;
    this.area = this.board.area;
    this.posters = new Posters(this);
    this.box.append(this.posters.layer);
    this.hover = new HoverCard(this.box);
    this.frames = new Frames(this);
    this.press = new Press(this.box);
    this.input = new MapInput(this);
    const probe = themeProbe(() => this.redraw());
    root.append(this.box, probe);
    this.resizer = new ResizeObserver(() => this.onResize());
    this.listen();
  }

  listen() {
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    this.box.addEventListener("pointerdown", () => this.box.focus({ preventScroll: true, focusVisible: false }), true);
    this.box.addEventListener("pointerleave", () => this.onLeave());
    this.box.addEventListener("wheel", () => this.onLeave(), { passive: true });
    this.resizer.observe(this.box);
  }

  /** @param {MapData} data */
  update(data) {
    this.box.style.setProperty("--vv-height", `${data.height_px}px`);
    this.box.setAttribute("aria-label", data.title);
    if (this.data && asksForTheSame(this.data, data)) return;
    this.data = data;
    this.redraw();
  }

  redraw() {
    this.enqueue(() => this.draw());
  }

  /**
   * One after the other: Plotly answers later, and two drawings at once would mix.
   *
   * @param {() => unknown} work
   */
  enqueue(work) {
    this.queue = this.queue.then(work).catch((error) => this.board.tell(error.message));
  }

  async draw() {
    await this.press.over;
    const { data } = this;
    if (this.gone || !data) return;
    const known = data === this.drawnData ? this.points : null;
    const points = known ?? (await this.read(data));
    if (this.gone || data !== this.data) return; // newer data are on their way
    if (points.count) await this.drawPoints(points);
    else this.drawNothing();
    if (!this.gone) this.drawnData = data;
  }

  /**
   * @param {MapData} data
   * @returns {Promise<MapPoints>}
   */
  async read(data) {
    return "places" in data ? LargePoints.read(data, this.points) : new SmallPoints(data);
  }

  drawNothing() {
    this.put(null);
    this.points = null;
    this.board.tell("No clips on this map yet.");
  }

  /** @param {MapPoints} points */
  async drawPoints(points) {
    await this.press.over; // reading may have taken a while
    this.frames.settle();
    this.frames.busy = true;
    try {
      const glides = await this.takePoints(points);
      if (this.gone) return;
      await this.frames.show(glides ? 0 : 1);
      if (glides) this.frames.glide(() => this.onSettled());
    } finally {
      this.frames.busy = false;
    }
    this.onSettled();
  }

  /**
   * Gives the points to who draws such ones; whether they are to glide.
   *
   * @param {MapPoints} points
   */
  async takePoints(points) {
    this.points = points;
    this.theme = readTheme(this.root); // a change of the theme draws anew
    this.legend.draw(points);
    const glides = await this.drawBy(points, this.theme);
    this.drawn = points.dimensions;
    this.board.hush();
    this.onLeave();
    return glides;
  }

  /**
   * @param {MapPoints} points
   * @param {Theme} theme
   */
  drawBy(points, theme) {
    if (points instanceof LargePoints) return this.swap(GlMap).draw(points);
    if (points.dimensions === 2) return this.swap(PlotlyMap).draw(points, theme);
    return this.swap(SpaceMap).draw(points, theme);
  }

  /**
   * The renderer of this kind, made anew where another one was at work.
   *
   * @template {Renderer} Next
   * @param {new (view: MapView) => Next} Kind
   * @returns {Next}
   */
  swap(Kind) {
    const known = this.renderer instanceof Kind ? this.renderer : null;
    return known ?? this.put(new Kind(this));
  }

  /**
   * @template {Renderer | null} Next
   * @param {Next} renderer
   */
  put(renderer) {
    this.renderer?.end();
    this.drawn = undefined;
    this.renderer = renderer;
    this.board.hold(renderer);
    return renderer;
  }

  get tool() {
    return this.board.tool;
  }

  /** @param {string} tool */
  choose(tool) {
    this.board.take(tool);
    this.renderer?.choose(tool);
  }

  drawSketch() {
    const { renderer, points, theme } = this;
    if (!renderer?.flat || !points || !theme || this.gone) return;
    this.board.sketch.draw(points, renderer.camera, this.legend.muted, this.input.outline, theme);
  }

  /**
   * The pointer rests on a point.
   *
   * @param {number} row
   * @param {Place} place in pixels from the upper left corner of the map
   */
  onRest(row, place) {
    if (this.points) this.hover.rest(this.points, row, place);
  }

  onLeave() {
    this.hover.hide();
  }

  /** @param {number} row */
  async onClick(row) {
    const told = await this.points?.describe(row).catch((error) => this.board.tell(error.message));
    if (told && !this.gone) this.send("clicked", told.id);
  }

  /**
   * @param {[number, number][]} points
   * @param {"replace" | "add" | "remove"} mode
   */
  onPolygon(points, mode) {
    if (points.length >= 3) this.send("polygon", { mode, points });
  }

  clear() {
    const now = performance.now();
    if (now - this.cleared < CLEAR_MS) return;
    this.cleared = now;
    this.send("polygon", { mode: "clear", points: [] });
  }

  onLegend() {
    this.onLeave();
    this.enqueue(async () => {
      await this.renderer?.recolour();
      this.frames.showSoon();
      this.onSettled();
    });
  }

  // What is in view changes right now.
  onMoving() {
    this.onLeave();
    this.frames.showSoon();
  }

  // A person has changed what is in view.
  onMoved() {
    this.onMoving();
    this.onSettled();
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => !this.gone && this.send("window", this.renderer?.window() ?? []), WINDOW_MS);
  }

  // The picture has come to rest.
  onSettled() {
    this.posters.choose();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.key === "Escape") this.clear();
    const { renderer } = this;
    if (!renderer || !this.drawn || event.ctrlKey || event.metaKey || event.altKey) return;
    if (obeyKey(renderer, event.key)) event.preventDefault();
  }

  onResize() {
    clearTimeout(this.resizing);
    this.resizing = setTimeout(() => this.enqueue(() => this.resize()), RESIZE_MS);
  }

  async resize() {
    if (this.gone || !this.drawn || !this.box.clientWidth) return;
    this.onLeave();
    this.board.layOut();
    if (await this.renderer?.resize()) await this.frames.show();
    this.onSettled();
  }

  async save() {
    const { renderer, points, theme } = this;
    if (!renderer || !points || !theme) return;
    const layers = [...(await renderer.picture()), ...(renderer.flat ? [this.board.sketch.canvas] : [])];
    saveMapPicture(layers, this.board.stage, this.legend.shown, points.scale, theme);
  }

  end() {
    this.gone = true;
    this.press.release();
    this.frames.end();
    this.onLeave();
    this.resizer.disconnect();
    clearTimeout(this.resizing);
    clearTimeout(this.reporting);
    this.posters.end();
    this.renderer?.end();
  }
}
