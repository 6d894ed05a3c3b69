// The film of a network: clips and the channels of layers in lanes on one clock.

class FilmView {
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
    this.lanes = [];
    Object.assign(this, { frame: 0, speed: 1, draws: 0, wantsPlay: !REDUCED_MOTION.matches });
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(this.laneBox);
  }

  update(data) {
    const newClip = !this.data || this.data.lanes[0].clip.token !== data.lanes[0].clip.token;
    this.data = data;
    this.box.setAttribute("aria-label", data.title);
    this.frames = Math.max(...data.lanes.map((lane) => lane.clip.frames));
    this.bar.scrub.max = this.frames - 1;
    if (newClip) this.frame = clamp(data.start_frame || 0, 0, this.frames - 1);
    // Where a film begins at a moment that matters, it waits there.
    if (newClip && data.start_frame !== null) this.pause();
    this.keepLanes(data.lanes);
    const hasLayers = data.lanes.some((lane) => lane.layers.length);
    this.bar.mapSelect.hidden = this.bar.scaleBar.hidden = !hasLayers;
    this.laneBox.classList.toggle("vv-row", !hasLayers);
    if (!this.table || newClip) this.setColours(this.chosenMap || data.colour_map);
    if (this.wantsPlay && !this.timer) this.play();
    this.energy.update(data.lanes);
    this.drawAll();
  }

  keepLanes(told) {
    while (this.lanes.length > told.length) this.lanes.pop().end();
    while (this.lanes.length < told.length) {
      const lane = new FilmLane(this);
      this.lanes.push(lane);
      this.laneBox.appendChild(lane.box);
    }
    told.forEach((lane, index) => this.lanes[index].update(lane));
    if (this.opened && !this.lanes.some((lane) => [...lane.layers.values()].includes(this.opened.layer)))
      this.open(null);
  }

  // All layers of all lanes, by name and token.
  get layers() {
    return new Map(
      this.lanes.flatMap((lane, index) => [...lane.layers].map(([key, layer]) => [`${index}|${key}`, layer])),
    );
  }

  setColours(name) {
    this.chosenMap = name;
    this.table = colourTable(name);
    this.bar.showColours(name);
    this.drawAll();
  }

  // Many reasons to draw within one screen frame make one drawing.
  drawAll() {
    if (this.asked || this.gone) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = null;
      this.draw();
    });
  }

  // Layers out of sight are drawn too where `everything` is wanted, for a picture to keep.
  draw(everything = false) {
    if (this.gone || !this.data || !this.table) return;
    const part = this.frame / this.frames;
    this.bar.scrub.value = this.frame;
    const seconds = (part * this.data.lanes[0].clip.seconds).toFixed(2);
    say(this.bar.time, `frame ${this.frame + 1}/${this.frames} · ${seconds} s`);
    for (const lane of this.lanes) lane.draw(part, this.table, everything);
    this.energy.drawHead(part);
    this.draws += 1;
  }

  // `unit` is the place in the channel that a person chose, or nothing.
  open(layer, k, unit) {
    this.opened = layer ? { layer, k } : null;
    for (const lane of this.lanes) lane.large.show(layer && lane.owns(layer) ? this.opened : null);
    if (layer) {
      const lane = this.lanes.findIndex((one) => one.owns(layer));
      this.send("picked", { lane, layer: layer.layer.name, channel: layer.layer.channels[k], ...unit });
    }
    this.drawAll();
  }

  play() {
    this.wantsPlay = true;
    setIcon(this.bar.playButton, "pause", "Pause (space)");
    clearTimeout(this.timer);
    const next = () => {
      const wait = 1000 / (this.data.steps_per_second * this.speed);
      // From the time it should have been, so that slow drawing does not slow the clock.
      this.due = Math.max((this.due || performance.now()) + wait, performance.now());
      this.timer = setTimeout(() => {
        this.frame = (this.frame + 1) % this.frames;
        this.drawAll();
        next();
      }, this.due - performance.now());
    };
    this.due = performance.now();
    next();
  }

  pause() {
    this.wantsPlay = false;
    clearTimeout(this.timer);
    this.timer = null;
    setIcon(this.bar.playButton, "play", "Play (space)");
  }

  toggle() {
    if (this.timer) this.pause();
    else this.play();
  }

  step(count) {
    this.pause();
    this.seek((this.frame + count + this.frames) % this.frames);
  }

  seek(frame) {
    this.frame = clamp(Math.round(frame), 0, this.frames - 1);
    this.drawAll();
  }

  onKey(event) {
    const onControl = event.target.closest("button, select, input");
    const acts = { " ": () => this.toggle(), ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1) };
    acts[","] = acts.ArrowLeft;
    acts["."] = acts.ArrowRight;
    if (!(event.key in acts) || (onControl && event.key !== "," && event.key !== ".")) return;
    acts[event.key]();
    event.preventDefault();
  }

  resize() {
    clearTimeout(this.resizing);
    this.resizing = setTimeout(() => {
      for (const lane of this.lanes) lane.fit();
      this.energy.draw();
      this.drawAll();
    }, 60);
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

export default function (component) {
  return mountView(component, FilmView);
}
