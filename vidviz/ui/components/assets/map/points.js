// The points of a map up to some twenty thousand clips: all that is known of them comes along with the data.

// Numbers come as base64 of little-endian typed arrays: one point is about 30 bytes instead of a JSON row.
class SmallPoints {
  constructor(data) {
    const floats = (text) => (text ? fromBase64(text, Float32Array) : null);
    const flags = (text) => (text ? fromBase64(text, Uint8Array) : null);
    Object.assign(this, data);
    this.ids = fromBase64(data.ids, Float64Array);
    this.count = this.ids.length;
    this.axes = data.axes.map(floats);
    this.starts = floats(data.starts);
    this.ends = floats(data.ends);
    this.scores = floats(data.scores);
    this.titleOf = fromBase64(data.title_index, Uint32Array);
    this.labelOf = fromBase64(data.label_index, Uint32Array);
    this.groupOf = data.groups ? fromBase64(data.groups.index, Uint16Array) : null;
    this.values = data.scale ? floats(data.scale.values) : null;
    this.selected = flags(data.selected);
    this.dimmed = flags(data.dimmed);
    this.hidden = flags(data.hidden);
  }

  x(row) {
    return this.axes[0][row];
  }

  y(row) {
    return this.axes[1][row];
  }

  isHidden(row) {
    return Boolean(this.hidden && this.hidden[row]);
  }

  isFaded(row) {
    return Boolean((this.dimmed && this.dimmed[row]) || (this.selected && !this.selected[row]));
  }

  // What the legend calls the points that this one is among.
  partOf(row) {
    if (this.groupOf) return this.groups.names[this.groupOf[row]];
    return Number.isFinite(this.values[row]) ? this.scale.title : NO_VALUE;
  }

  colourOf(row) {
    return this.groupOf ? this.groups.colours[this.groupOf[row]] : scaleColour(this.scale, this.values[row]);
  }

  clipId(row) {
    return this.ids[row];
  }

  async describe(row) {
    return {
      id: this.ids[row],
      title: this.titles[this.titleOf[row]],
      label: this.labels[this.labelOf[row]],
      colour: this.groupOf ? this.groups.colours[this.groupOf[row]] : null,
      start: this.starts[row],
      end: this.ends[row],
      score: this.scores ? this.scores[row] : null,
      value: this.values ? this.values[row] : null,
    };
  }
}

const NO_VALUE = "no value";

// The colour of a number between the scale's stops, as #rrggbb.
function scaleColour(scale, value) {
  if (!Number.isFinite(value)) return scale.missing;
  const share = clamp((value - scale.low) / (scale.high - scale.low), 0, 1) * (scale.stops.length - 1);
  const below = Math.min(Math.floor(share), scale.stops.length - 2);
  const [first, second] = [hexColour(scale.stops[below][1]), hexColour(scale.stops[below + 1][1])];
  const mixed = first.map((part, i) => Math.round(part + (second[i] - part) * (share - below)));
  return `#${mixed.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

function hexColour(text) {
  return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
}

// Whether two runs ask for the same picture. Where the map is looked at is the person's business after the first run.
function asksForTheSame(before, after) {
  const names = Object.keys(after).filter((name) => name !== "window");
  return (
    names.length === Object.keys(before).filter((name) => name !== "window").length &&
    names.every((name) => before[name] === after[name] || JSON.stringify(before[name]) === JSON.stringify(after[name]))
  );
}

// A readable colour of a CSS text, mixed with another; Plotly and canvases know no color-mix().
function mixColours(a, b, share) {
  const read = (text) => {
    const probe = document.createElement("canvas").getContext("2d");
    probe.fillStyle = text;
    return hexColour(probe.fillStyle);
  };
  const [first, second] = [read(a), read(b)];
  return `rgb(${first.map((value, i) => Math.round(value * (1 - share) + second[i] * share)).join(",")})`;
}

// The colours of the page as it is now.
function readTheme(root) {
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(name).trim();
  const text = read("--st-text-color");
  return {
    text,
    page: read("--st-background-color"),
    line: read("--st-border-color"),
    accent: read("--st-primary-color"),
    quiet: mixColours(text, read("--st-background-color"), 0.4),
    font: read("--st-font") || "sans-serif",
  };
}

// At most `most` corners, evenly: the server needs the shape and not every pixel of the hand.
function thinPolygon(xs, ys, most = 400) {
  const step = Math.max(1, Math.ceil(xs.length / most));
  const corners = [];
  for (let i = 0; i < xs.length; i += step) corners.push([Number(xs[i]), Number(ys[i])]);
  return corners.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
}
