// One layer of the film: its sheet unpacked once, its channels coloured and laid into a grid at each step.

const GAP_PX = 3;
const LARGEST_TILE_PX = 104;
const SMALLEST_TILE_PX = 30;

// The sheet as bytes, tile after tile; the layout is told in vidviz/render/sheets.py.
async function readSheet(url, layout) {
  const bitmap = await fetchBitmap(url);
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { tile_width: width, tile_height: height, columns } = layout;
  const tiles = layout.frames * layout.channels.length;
  const bytes = new Uint8Array(tiles * width * height);
  for (let row = 0; row * columns < tiles; row++) {
    const strip = context.getImageData(0, row * height, columns * width, height).data;
    for (let column = 0; column < columns && row * columns + column < tiles; column++) {
      const start = (row * columns + column) * width * height;
      for (let y = 0; y < height; y++) {
        const from = (y * columns + column) * width;
        for (let x = 0; x < width; x++) bytes[start + y * width + x] = strip[(from + x) * 4];
      }
    }
  }
  return bytes;
}

async function fetchBitmap(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error("The server no longer keeps this film; choose the clip again.");
  // The bytes are values and no photograph: nothing may bend them on the way.
  return createImageBitmap(await answer.blob(), { premultiplyAlpha: "none", colorSpaceConversion: "none" });
}

class FilmLayer {
  constructor(view, layer) {
    this.view = view;
    this.layer = layer;
    this.cursor = 0;
    this.figure = element("figure");
    const caption = element("figcaption");
    const title = element("span", "vv-line vv-title", layer.title);
    title.title = layer.name;
    this.step = element("span", "vv-time");
    caption.append(title, element("span", "vv-line vv-quiet", layer.shape), this.step);
    this.canvas = element("canvas", "vv-map-canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", `${layer.title}: ${layer.channels.length} channels over time. Arrows choose, Enter opens one.`);
    this.canvas.hidden = true;
    this.wait = element("div", "vv-wait vv-quiet", "Unpacking the film …");
    this.said = element("p", "vv-note vv-said");
    this.figure.append(caption, this.wait, this.canvas, this.said);
    this.listen();
    this.load();
  }

  async load() {
    try {
      this.bytes = await readSheet(mediaUrl(this.view.base, "sheet", this.layer.token), this.layer);
      this.wait.hidden = true;
      this.canvas.hidden = false;
      this.fitCanvas();
      this.view.drawAll();
    } catch (error) {
      this.wait.textContent = error.message;
    }
  }

  // Tiles as large as the room allows, in whole device pixels, about as wide as high all together.
  fitCanvas() {
    if (!this.bytes) return;
    const { tile_width: width, tile_height: height, channels } = this.layer;
    const room = this.figure.clientWidth || 280;
    const most = Math.max(1, Math.floor((room + GAP_PX) / (SMALLEST_TILE_PX + GAP_PX)));
    this.columns = clamp(Math.ceil(Math.sqrt(channels.length)), 1, most);
    this.rows = Math.ceil(channels.length / this.columns);
    const density = window.devicePixelRatio || 1;
    this.gap = Math.round(GAP_PX * density);
    const space = Math.floor(room * density) - this.gap * (this.columns - 1);
    this.tileWidth = Math.max(1, Math.min(Math.floor(space / this.columns), Math.round(LARGEST_TILE_PX * density)));
    this.tileHeight = Math.max(1, Math.round((this.tileWidth * height) / width));
    this.canvas.width = this.columns * (this.tileWidth + this.gap) - this.gap;
    this.canvas.height = this.rows * (this.tileHeight + this.gap) - this.gap;
    this.canvas.style.width = `${this.canvas.width / density}px`;
    this.shown = null;
    this.atlas = element("canvas");
    this.atlas.width = width * this.columns;
    this.atlas.height = height * this.rows;
    this.pixels = this.atlas.getContext("2d").createImageData(this.atlas.width, this.atlas.height);
  }

  frameAt(part) {
    return Math.min(this.layer.frames - 1, Math.floor(part * this.layer.frames));
  }

  draw(part, table) {
    if (!this.bytes) return;
    this.frame = this.frameAt(part);
    this.step.textContent = `t ${this.frame + 1}/${this.layer.frames}`;
    // Deep layers have fewer time steps than the clip: what has not changed stays.
    const shown = `${this.frame}|${this.marked()}|${this.view.chosenMap}`;
    if (shown === this.shown) return;
    this.shown = shown;
    this.colour(table);
    const { tile_width: width, tile_height: height, channels } = this.layer;
    const context = this.canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (let k = 0; k < channels.length; k++) {
      const [column, row] = [k % this.columns, Math.floor(k / this.columns)];
      const [left, top] = [column * (this.tileWidth + this.gap), row * (this.tileHeight + this.gap)];
      context.drawImage(this.atlas, column * width, row * height, width, height, left, top, this.tileWidth, this.tileHeight);
    }
    this.outline(context);
  }

  // The channel with an outline: the one that is open, else the one under the pointer.
  marked() {
    return this.view.opened && this.view.opened.layer === this ? this.view.opened.k : this.hovered;
  }

  colour(table) {
    const { tile_width: width, tile_height: height, channels } = this.layer;
    const out = new Uint32Array(this.pixels.data.buffer);
    const size = width * height;
    for (let k = 0; k < channels.length; k++) {
      let from = (this.frame * channels.length + k) * size;
      const corner = Math.floor(k / this.columns) * height * this.atlas.width + (k % this.columns) * width;
      for (let y = 0; y < height; y++) {
        const line = corner + y * this.atlas.width;
        for (let x = 0; x < width; x++) out[line + x] = table[this.bytes[from++]];
      }
    }
    this.atlas.getContext("2d").putImageData(this.pixels, 0, 0);
  }

  outline(context) {
    const marked = this.marked();
    if (marked === undefined) return;
    const left = (marked % this.columns) * (this.tileWidth + this.gap);
    const top = Math.floor(marked / this.columns) * (this.tileHeight + this.gap);
    // White inside black is seen on every colour map.
    for (const [colour, width] of [["#000", this.gap + 1], ["#fff", this.gap - 1]]) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.strokeRect(left + width / 2, top + width / 2, this.tileWidth - width, this.tileHeight - width);
    }
  }

  listen() {
    this.canvas.addEventListener("pointermove", (event) => this.onMove(event));
    this.canvas.addEventListener("pointerleave", () => this.onLeave());
    this.canvas.addEventListener("click", (event) => {
      const at = this.channelAt(event);
      if (at) this.open(at.k);
    });
    this.canvas.addEventListener("keydown", (event) => this.onKey(event));
  }

  // Which channel and which of its values lies under the pointer; null in a gap.
  channelAt(event) {
    if (!this.bytes) return null;
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * this.canvas.width;
    const y = ((event.clientY - box.top) / box.height) * this.canvas.height;
    const column = Math.floor(x / (this.tileWidth + this.gap));
    const row = Math.floor(y / (this.tileHeight + this.gap));
    const k = row * this.columns + column;
    const [inX, inY] = [x - column * (this.tileWidth + this.gap), y - row * (this.tileHeight + this.gap)];
    if (column >= this.columns || k >= this.layer.channels.length || inX >= this.tileWidth || inY >= this.tileHeight) return null;
    const { tile_width: width, tile_height: height } = this.layer;
    return { k, x: Math.floor((inX / this.tileWidth) * width), y: Math.floor((inY / this.tileHeight) * height) };
  }

  value(k, x, y) {
    const { tile_width: width, tile_height: height, channels, ranges } = this.layer;
    const byte = this.bytes[((this.frame * channels.length + k) * height + y) * width + x];
    const [low, high] = ranges[k];
    return low + ((high - low) * byte) / 255;
  }

  describe(k, x, y) {
    const [low, high] = this.layer.ranges[k];
    const where = x === undefined ? "" : ` · about ${digits(this.value(k, x, y))} at x ${x}, y ${y} (read from 8 bits)`;
    return `channel ${this.layer.channels[k]} · ${digits(low)} to ${digits(high)}${where}`;
  }

  onMove(event) {
    const at = this.channelAt(event);
    this.under = at;
    this.hovered = at ? at.k : undefined;
    this.say();
    this.view.drawAll();
  }

  onLeave() {
    this.under = null;
    this.hovered = undefined;
    this.say();
    this.view.drawAll();
  }

  say() {
    this.said.textContent = this.under ? this.describe(this.under.k, this.under.x, this.under.y) : "";
  }

  onKey(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns };
    if (event.key === "Enter") {
      this.open(this.cursor);
    } else if (event.key in steps) {
      this.cursor = clamp(this.cursor + steps[event.key], 0, this.layer.channels.length - 1);
      this.hovered = this.cursor;
      this.said.textContent = this.describe(this.cursor);
      this.view.drawAll();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  open(k) {
    this.cursor = k;
    this.view.open(this, k);
  }
}

function digits(value) {
  return Number(value.toPrecision(3)).toString().replace("-", "−");
}
