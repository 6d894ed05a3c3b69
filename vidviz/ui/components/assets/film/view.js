// The film of a network: clips and the channels of layers in lanes on one clock.

import { REDUCED_MOTION, element, say, setIcon, themeProbe } from "../parts/dom.js";
import { clamp } from "../parts/numbers.js";
import { FilmBar } from "./bar.js";
import { leadingClip, secondAt, shownAt } from "./clock.js";
import { colourTable } from "./colour_table.js";
import { FilmEnergy } from "./energy.js";
import { FilmLane } from "./lane.js";

/** @import { FilmClip, FilmData, LaneData, Unit } from "./contract.js" */
/** @import { FilmLayer } from "./layer.js" */

/** @typedef {{ layer: FilmLayer, k: number }} Opened a channel, by its place among those of its layer */

const RESIZE_MS = 60;

export class FilmView {
  /** @type {(name: string, value: unknown) => void} */
  send = () => {};
  /** @type {FilmData | undefined} */
  data = undefined;
  /** @type {FilmClip | undefined} */
  lead = undefined; // the clip whose frames the clock counts
  /** @type {FilmLane[]} */
  lanes = [];
  /** @type {Opened | null} */
  opened = null;
  /** @type {Uint32Array | undefined} */
  table = undefined;
  chosenMap = "";
  frames = 1;
  frame = 0;
  speed = 1;
  draws = 0;
  gone = false;
  wantsPlay = !REDUCED_MOTION.matches;
  timer = 0;
  due = 0;
  asked = 0;
  resizing = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.box = element("div", "vv-film");
    this.box.tabIndex = -1;
    this.box.setAttribute("role", "group");
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    this.laneBox = element("div", "vv-lanes");
    this.energy = new FilmEnergy(this);
    this.bar = new FilmBar(this);
    this.box.append(this.bar.box, this.laneBox, this.energy.box);
    root.append(
      this.box,
      themeProbe(() => this.drawAll()),
    );
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(this.laneBox);
  }

  /** @param {FilmData} data */
  update(data) {
    const newClip = this.data?.lanes[0].clip.token !== data.lanes[0].clip.token;
    this.data = data;
    this.box.setAttribute("aria-label", data.title);
    this.lead = leadingClip(data.lanes.map((lane) => lane.clip));
    this.frames = this.lead.frames;
    this.bar.update(this.frames, Object.keys(data.colour_maps));
    if (newClip) this.frame = clamp(data.start_frame || 0, 0, this.frames - 1);
    // Where a film begins at a moment that matters, it waits there.
    if (newClip && data.start_frame !== null) this.pause();
    this.keepLanes(data.lanes);
    const hasLayers = data.lanes.some((lane) => lane.layers.length);
    this.bar.mapSelect.hidden = this.bar.scaleBar.hidden = !hasLayers;
    this.laneBox.classList.toggle("vv-row", !hasLayers);
    if (!this.table || newClip) this.setColours(this.chosenMap || data.colour_map);
    if (this.wantsPlay && !this.timer) this.play();
    this.energy.update(data.lanes, data.line_colours);
    this.drawAll();
  }

  /** @param {LaneData[]} told */
  keepLanes(told) {
    while (this.lanes.length > told.length) this.lanes.pop()?.end();
    while (this.lanes.length < told.length) {
      const lane = new FilmLane(this, told[this.lanes.length]);
      this.lanes.push(lane);
      this.laneBox.appendChild(lane.box);
    }
    told.forEach((lane, index) => this.lanes[index].update(lane));
    const { opened } = this;
    if (opened && !this.lanes.some((lane) => lane.owns(opened.layer))) this.close();
  }

  // All layers of all lanes, by lane, name and token.
  get layers() {
    /** @type {Map<string, FilmLayer>} */
    const layers = new Map();
    this.lanes.forEach((lane, index) => lane.layers.forEach((layer, key) => layers.set(`${index}|${key}`, layer)));
    return layers;
  }

  /** @param {string} name one of the server's colour maps */
  setColours(name) {
    const digits = this.data?.colour_maps[name];
    if (!digits) return;
    this.chosenMap = name;
    this.table = colourTable(digits);
    this.bar.showColours(name, digits);
    this.drawAll();
  }

  // Many reasons to draw within one screen frame make one drawing.
  drawAll() {
    if (this.asked || this.gone) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.draw();
    });
  }

  /** @param {boolean} [everything] also layers out of sight, for a picture to keep */
  draw(everything = false) {
    const { lead, table } = this;
    if (this.gone || !lead || !table) return;
    const moment = shownAt(lead, this.frame);
    this.bar.scrub.value = String(this.frame);
    for (const lane of this.lanes) lane.draw(moment, table, everything);
    const [{ frame, data }] = this.lanes;
    const seconds = secondAt(data.clip.times, frame).toFixed(2);
    say(this.bar.time, `frame ${frame + 1}/${data.clip.frames} · ${seconds} s`);
    this.energy.drawHead(moment);
    this.draws += 1;
  }

  /**
   * @param {FilmLayer} layer
   * @param {number} k
   * @param {Unit} [unit] the value of the channel that a person chose
   */
  open(layer, k, unit) {
    this.opened = { layer, k };
    for (const lane of this.lanes) lane.large.show(lane.owns(layer) ? this.opened : null);
    const lane = this.lanes.findIndex((one) => one.owns(layer));
    this.send("picked", { lane, layer: layer.data.name, channel: layer.data.channels[k], ...unit });
    this.drawAll();
  }

  close() {
    this.opened = null;
    for (const lane of this.lanes) lane.large.show(null);
    this.drawAll();
  }

  play() {
    this.wantsPlay = true;
    setIcon(this.bar.playButton, "pause", "Pause (space)");
    clearTimeout(this.timer);
    this.due = performance.now();
    this.tick();
  }

  tick() {
    const wait = 1000 / ((this.data?.steps_per_second ?? 1) * this.speed);
    // From the time it should have been, so that slow drawing does not slow the clock.
    this.due = Math.max(this.due + wait, performance.now());
    this.timer = setTimeout(() => {
      this.frame = (this.frame + 1) % this.frames;
      this.drawAll();
      this.tick();
    }, this.due - performance.now());
  }

  pause() {
    this.wantsPlay = false;
    clearTimeout(this.timer);
    this.timer = 0;
    setIcon(this.bar.playButton, "play", "Play (space)");
  }

  toggle() {
    if (this.timer) this.pause();
    else this.play();
  }

  /** @param {number} count */
  step(count) {
    this.pause();
    this.seek((this.frame + count + this.frames) % this.frames);
  }

  /** @param {number} frame */
  seek(frame) {
    this.frame = clamp(Math.round(frame), 0, this.frames - 1);
    this.drawAll();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const onControl = event.target instanceof Element && event.target.closest("button, select, input");
    if (event.key === "," || (event.key === "ArrowLeft" && !onControl)) this.step(-1);
    else if (event.key === "." || (event.key === "ArrowRight" && !onControl)) this.step(1);
    else if (event.key === " " && !onControl) this.toggle();
    else return;
    event.preventDefault();
  }

  resize() {
    clearTimeout(this.resizing);
    this.resizing = setTimeout(() => {
      for (const lane of this.lanes) lane.fit();
      this.energy.draw();
      this.drawAll();
    }, RESIZE_MS);
  }

  end() {
    this.gone = true;
    this.pause();
    clearTimeout(this.resizing);
    cancelAnimationFrame(this.asked);
    this.resizer.disconnect();
    for (const lane of this.lanes) lane.end();
  }
}
