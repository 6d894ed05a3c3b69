// The channels of a layer side by side: coloured and enlarged in one pass over the picture that is shown.

const GAP_PX = 3;
const LARGEST_TILE_PX = 104;
const SMALLEST_TILE_PX = 30;

class FilmTiles {
  constructor(canvas, layer) {
    this.canvas = canvas;
    this.layer = layer;
    // Written as pixels at each step: kept where the processor writes, and not sent to a graphics card and back.
    this.context = canvas.getContext("2d", { willReadFrequently: true });
  }

  // Tiles as large as the room allows, in whole device pixels, about as wide as high all together.
  fit(room) {
    const { tile_width: width, tile_height: height, channels } = this.layer;
    const most = Math.max(1, Math.floor((room + GAP_PX) / (SMALLEST_TILE_PX + GAP_PX)));
    this.columns = clamp(Math.ceil(Math.sqrt(channels.length)), 1, most);
    this.rows = Math.ceil(channels.length / this.columns);
    const density = window.devicePixelRatio || 1;
    this.gap = Math.round(GAP_PX * density);
    const space = Math.floor(room * density) - this.gap * (this.columns - 1);
    this.width = Math.max(1, Math.min(Math.floor(space / this.columns), Math.round(LARGEST_TILE_PX * density)));
    this.height = Math.max(1, Math.round((this.width * height) / width));
    this.canvas.width = this.columns * (this.width + this.gap) - this.gap;
    this.canvas.height = this.rows * (this.height + this.gap) - this.gap;
    this.canvas.style.width = `${this.canvas.width / density}px`;
    this.picture = this.context.createImageData(this.canvas.width, this.canvas.height);
    this.colours = new Uint32Array(this.picture.data.buffer);
    this.fromX = nearest(width, this.width);
    this.fromY = nearest(height, this.height);
  }

  // Left and top of a channel's tile.
  corner(k) {
    return [(k % this.columns) * (this.width + this.gap), Math.floor(k / this.columns) * (this.height + this.gap)];
  }

  paint(bytes, frame, table) {
    const { tile_width: width, tile_height: height, channels } = this.layer;
    const { colours, fromX, fromY, canvas } = this;
    for (let k = 0; k < channels.length; k++) {
      const [left, top] = this.corner(k);
      const tile = (frame * channels.length + k) * width * height;
      for (let y = 0, before = -1; y < this.height; y++) {
        const line = (top + y) * canvas.width + left;
        if (fromY[y] === before) {
          colours.copyWithin(line, line - canvas.width, line - canvas.width + this.width);
          continue;
        }
        before = fromY[y];
        const from = tile + before * width;
        for (let x = 0; x < this.width; x++) colours[line + x] = table[bytes[from + fromX[x]]];
      }
    }
    this.context.putImageData(this.picture, 0, 0);
  }

  // White inside black is seen on every colour map.
  outline(k) {
    const [left, top] = this.corner(k);
    for (const [colour, width] of [
      ["#000", this.gap + 1],
      ["#fff", this.gap - 1],
    ]) {
      this.context.lineWidth = width;
      this.context.strokeStyle = colour;
      this.context.strokeRect(left + width / 2, top + width / 2, this.width - width, this.height - width);
    }
  }

  // Which channel, and which of its values, lies under the pointer; null in a gap.
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * this.canvas.width;
    const y = ((event.clientY - box.top) / box.height) * this.canvas.height;
    const column = Math.floor(x / (this.width + this.gap));
    const row = Math.floor(y / (this.height + this.gap));
    const k = row * this.columns + column;
    const [inX, inY] = [
      Math.floor(x - column * (this.width + this.gap)),
      Math.floor(y - row * (this.height + this.gap)),
    ];
    if (column >= this.columns || k >= this.layer.channels.length || inX >= this.width || inY >= this.height)
      return null;
    return { k, x: this.fromX[Math.max(0, inX)], y: this.fromY[Math.max(0, inY)] };
  }
}

// For each of `to` pixels the one of `from` that it shows.
function nearest(from, to) {
  return Uint16Array.from({ length: to }, (_, i) => Math.min(from - 1, Math.floor(((i + 0.5) * from) / to)));
}
