// The points of a large map: nine bytes each, fetched by the name of their content; the rest is asked for row by row.

const MOST_ROWS_KEPT = 400;
const FADED_FLAG = 1;
const HIDDEN_FLAG = 2;

class LargePoints {
  // What is named as before is taken over from the points before; only what changed is fetched.
  static async read(data, before, base) {
    const points = new LargePoints(data, base);
    const known = before instanceof LargePoints ? before : {};
    const take = (name, ArrayType) => {
      if (!data[name]) return null;
      return data[name] === known[name] ? known.arrays[name] : fetchArray(base, data[name], ArrayType);
    };
    const names = {
      places: Float32Array,
      colour_index: Uint8Array,
      faded: Uint8Array,
      hidden: Uint8Array,
      clip_ids: Float64Array,
    };
    const arrays = await Promise.all(Object.entries(names).map(async ([name, kind]) => [name, await take(name, kind)]));
    points.arrays = Object.fromEntries(arrays);
    if (data.places === known.places) points.grid = known.grid;
    if (data.rows === known.rows) points.kept = known.kept;
    return points;
  }

  constructor(data, base) {
    Object.assign(this, data);
    this.base = base;
    this.kept = new Map();
  }

  x(row) {
    return this.arrays.places[2 * row];
  }

  y(row) {
    return this.arrays.places[2 * row + 1];
  }

  isHidden(row) {
    return hasBit(this.arrays.hidden, row);
  }

  isFaded(row) {
    return hasBit(this.arrays.faded, row);
  }

  partOf(row) {
    const index = this.arrays.colour_index[row];
    if (this.groups) return this.groups.names[index];
    return index === 255 ? NO_VALUE : this.scale.title;
  }

  // The colour of each of the 256 numbers that a point may carry.
  get palette() {
    if (this.groups) return this.groups.colours;
    const { low, high, missing } = this.scale;
    const steps = Array.from({ length: 255 }, (_, i) => scaleColour(this.scale, low + ((high - low) * i) / 254));
    return [...steps, missing];
  }

  colourOf(row) {
    const index = this.arrays.colour_index[row];
    if (this.groups) return this.groups.colours[index];
    const { low, high } = this.scale;
    return scaleColour(this.scale, index === 255 ? NaN : low + ((high - low) * index) / 254);
  }

  clipId(row) {
    return this.arrays.clip_ids[row];
  }

  // Both flags of a point in one byte, as the shader reads them.
  flags() {
    const flags = new Uint8Array(this.count);
    const { faded, hidden } = this.arrays;
    if (!faded && !hidden) return flags;
    for (let row = 0; row < this.count; row++) {
      flags[row] = (hasBit(faded, row) ? FADED_FLAG : 0) | (hasBit(hidden, row) ? HIDDEN_FLAG : 0);
    }
    return flags;
  }

  nearest(x, y, reach, accepts) {
    this.grid = this.grid || new PointGrid(this.arrays.places, this.bounds);
    return this.grid.nearest(x, y, reach, accepts);
  }

  async describe(row) {
    const told = this.kept.get(row) || (await this.ask(row));
    this.kept.delete(row); // the last one asked for is the last to go
    this.kept.set(row, told);
    if (this.kept.size > MOST_ROWS_KEPT) this.kept.delete(this.kept.keys().next().value);
    return told;
  }

  async ask(row) {
    const answer = await fetch(`${this.base}vidviz/point/${this.rows}/${row}`);
    if (!answer.ok) throw new Error("The server no longer knows this map; reload the page.");
    return answer.json();
  }
}

function hasBit(bits, row) {
  return Boolean(bits && (bits[row >> 3] >> (row & 7)) & 1);
}

async function fetchArray(base, token, ArrayType) {
  const answer = await fetch(`${base}vidviz/points/${token}`);
  if (!answer.ok) throw new Error("The points of this map could not be fetched from the server; reload the page.");
  return new ArrayType(await answer.arrayBuffer());
}
