// The film of a network: the clip and the channels of its layers on one clock.

const NARROWEST_LAYER_PX = 236;
const LAYER_GAP_PX = 20;
const SPEEDS = [0.25, 0.5, 1, 2, 4];

class FilmView {
  constructor(root) {
    this.root = root;
    this.box = element("div", "vv-film");
    this.box.tabIndex = -1;
    this.box.setAttribute("role", "group");
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    this.side = element("div", "vv-side");
    this.grid = element("div", "vv-layers");
    const parts = element("div", "vv-parts");
    parts.append(this.side, this.grid);
    this.box.append(this.makeBar(), parts);
    root.append(this.box, themeProbe(() => this.drawAll()));
    this.makeSide();
    this.layers = new Map();
    Object.assign(this, { frame: 0, speed: 1, draws: 0, wantsPlay: !REDUCED_MOTION.matches });
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(this.grid);
  }

  makeBar() {
    this.bar = element("div", "vv-bar");
    this.playButton = iconButton("play", "Play (space)", () => this.toggle());
    this.scrub = element("input");
    Object.assign(this.scrub, { type: "range", min: 0, step: 1, value: 0 });
    this.scrub.setAttribute("aria-label", "Time step of the film");
    this.scrub.addEventListener("input", () => this.seek(Number(this.scrub.value)));
    this.time = element("span", "vv-time");
    this.speedSelect = chooser("Speed", SPEEDS.map((speed) => [speed, `${speed}×`]), (value) => (this.speed = Number(value)));
    this.speedSelect.value = "1";
    this.mapSelect = chooser("Colours", Object.keys(COLOUR_MAPS).map((name) => [name, name]), (value) => this.setColours(value));
    this.bar.append(
      this.playButton,
      iconButton("back", "One step back (left arrow)", () => this.step(-1)),
      iconButton("forward", "One step on (right arrow)", () => this.step(1)),
      this.scrub, this.time, this.speedSelect, this.mapSelect,
    );
    return this.bar;
  }

  makeSide() {
    const figure = element("figure");
    const caption = element("figcaption");
    this.clipTitle = element("span", "vv-line vv-title");
    caption.appendChild(this.clipTitle);
    this.clipCanvas = element("canvas");
    this.clipCanvas.setAttribute("role", "img");
    this.clipNote = element("p", "vv-note vv-said");
    this.scaleBar = element("div", "vv-scale");
    const legend = element("div", "vv-legend vv-quiet");
    legend.append(element("span", "", "low"), this.scaleBar, element("span", "", "high"));
    figure.append(caption, this.clipCanvas, this.clipNote, legend);
    this.largeFigure = element("figure");
    this.largeFigure.hidden = true;
    const largeCaption = element("figcaption");
    this.largeTitle = element("span", "vv-line vv-title");
    const close = iconButton("close", "Close this channel", () => this.open(null));
    close.style.marginLeft = "auto";
    largeCaption.append(this.largeTitle, close);
    this.large = element("canvas", "vv-large");
    this.large.addEventListener("pointermove", (event) => this.onLargeMove(event));
    this.large.addEventListener("pointerleave", () => this.onLargeMove(null));
    this.largeSaid = element("p", "vv-note vv-said");
    this.largeFigure.append(largeCaption, this.large, this.largeSaid);
    this.side.append(figure, this.largeFigure);
  }

  update(data) {
    const newClip = !this.data || this.data.clip.token !== data.clip.token;
    this.data = data;
    this.box.setAttribute("aria-label", data.title);
    this.clipTitle.textContent = data.clip.title;
    this.clipTitle.title = data.clip.title;
    this.clipCanvas.setAttribute("aria-label", `The frames of ${data.clip.title}`);
    this.frames = data.clip.frames;
    this.scrub.max = this.frames - 1;
    if (newClip) this.openClip();
    this.keepLayers(data.layers);
    if (!this.table || newClip) this.setColours(this.chosenMap || data.colour_map);
    if (this.wantsPlay && !this.timer) this.play();
    this.drawAll();
  }

  // Same token, same film: it is not unpacked again and goes on where it is.
  keepLayers(layers) {
    const kept = new Map();
    for (const layer of layers) {
      const key = `${layer.name}|${layer.token}`;
      kept.set(key, this.layers.get(key) || new FilmLayer(this, layer));
    }
    this.layers = kept;
    const figures = [...kept.values()].map((layer) => layer.figure);
    const unchanged = figures.length === this.grid.children.length && figures.every((f, i) => f === this.grid.children[i]);
    if (!unchanged) this.grid.replaceChildren(...figures);
    this.evenOut();
    if (this.opened && ![...kept.values()].includes(this.opened.layer)) this.open(null);
  }

  // Rows of equal length where it goes: four layers stand two by two and not three and one.
  evenOut() {
    const most = Math.max(1, Math.floor((this.grid.clientWidth + LAYER_GAP_PX) / (NARROWEST_LAYER_PX + LAYER_GAP_PX)));
    const count = Math.max(1, this.layers.size);
    const columns = Math.ceil(count / Math.ceil(count / most));
    this.grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  }

  async openClip() {
    const { clip } = this.data;
    this.frame = 0;
    this.bitmap?.close();
    this.bitmap = null;
    this.clipNote.textContent = "Unpacking the frames …";
    try {
      const bitmap = await fetchBitmap(mediaUrl(this.base, "sheet", clip.token));
      if (this.gone || this.data.clip.token !== clip.token) return bitmap.close();
      this.bitmap = bitmap;
      this.clipCanvas.width = clip.tile_width;
      this.clipCanvas.height = clip.tile_height;
      this.clipNote.textContent = "";
      this.drawAll();
    } catch (error) {
      this.clipNote.textContent = error.message;
    }
    return undefined;
  }

  setColours(name) {
    this.chosenMap = name;
    this.mapSelect.value = name;
    this.table = colourTable(name);
    const digitsOf = COLOUR_MAPS[name] || COLOUR_MAPS.viridis;
    const stops = [0, 51, 102, 153, 204, 255].map((i) => `#${digitsOf.substr(i * 6, 6)}`);
    this.scaleBar.style.background = `linear-gradient(90deg, ${stops.join(", ")})`;
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

  draw() {
    if (this.gone || !this.data || !this.table) return;
    const part = this.frame / this.frames;
    this.scrub.value = this.frame;
    const seconds = (part * this.data.clip.seconds).toFixed(2);
    this.time.textContent = `frame ${this.frame + 1}/${this.frames} · ${seconds} s`;
    this.drawClip();
    for (const layer of this.layers.values()) {
      layer.draw(part, this.table);
      layer.say();
    }
    this.drawLarge();
    this.draws += 1;
  }

  drawClip() {
    if (!this.bitmap) return;
    const { tile_width: width, tile_height: height, columns } = this.data.clip;
    const [column, row] = [this.frame % columns, Math.floor(this.frame / columns)];
    this.clipCanvas.getContext("2d").drawImage(this.bitmap, column * width, row * height, width, height, 0, 0, width, height);
  }

  open(layer, k) {
    this.opened = layer ? { layer, k } : null;
    this.largeFigure.hidden = !layer;
    if (layer) {
      const channel = layer.layer.channels[k];
      this.largeTitle.textContent = `${layer.layer.title} · channel ${channel}`;
      this.large.width = layer.layer.tile_width;
      this.large.height = layer.layer.tile_height;
      this.largeSaid.textContent = layer.describe(k);
      this.send("picked", { layer: layer.layer.name, channel });
    }
    this.drawAll();
  }

  drawLarge() {
    if (!this.opened || !this.opened.layer.bytes) return;
    const { layer, k } = this.opened;
    const { tile_width: width, tile_height: height } = layer.layer;
    const [left, top] = [(k % layer.columns) * width, Math.floor(k / layer.columns) * height];
    this.large.getContext("2d").drawImage(layer.atlas, left, top, width, height, 0, 0, width, height);
    if (this.largeAt) this.largeSaid.textContent = layer.describe(k, this.largeAt.x, this.largeAt.y);
  }

  onLargeMove(event) {
    if (!this.opened) return;
    const box = this.large.getBoundingClientRect();
    const inside = (at, start, size, count) => clamp(Math.floor(((at - start) / size) * count), 0, count - 1);
    this.largeAt = event && {
      x: inside(event.clientX, box.left, box.width, this.large.width),
      y: inside(event.clientY, box.top, box.height, this.large.height),
    };
    if (!event) this.largeSaid.textContent = this.opened.layer.describe(this.opened.k);
    this.drawAll();
  }

  play() {
    this.wantsPlay = true;
    setIcon(this.playButton, "pause", "Pause (space)");
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
    setIcon(this.playButton, "play", "Play (space)");
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
      this.evenOut();
      for (const layer of this.layers.values()) layer.fitCanvas();
      this.drawAll();
    }, 60);
  }

  end() {
    this.gone = true;
    this.pause();
    clearTimeout(this.resizing);
    cancelAnimationFrame(this.asked);
    this.resizer.disconnect();
    this.bitmap?.close();
  }
}

function chooser(label, choices, onChange) {
  const select = element("select");
  select.setAttribute("aria-label", label);
  select.title = label;
  for (const [value, text] of choices) {
    const option = element("option", "", text);
    option.value = value;
    select.appendChild(option);
  }
  select.addEventListener("change", () => onChange(select.value));
  return select;
}

export default function (component) {
  return mountView(component, FilmView);
}
