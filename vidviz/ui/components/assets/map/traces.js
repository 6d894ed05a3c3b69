// From the points to what Plotly draws; no state and no page here.

const FADED = 0.13;
const LONGEST_NAME = 24;
const AXES = ["x", "y", "z"];

// Rows of points that share a trace: a group in its colour, or points with and without a number; each twice where some are faded.
function splitRows(points) {
  const parts = points.groupOf
    ? points.groups.names.map((name, i) => ({ name, rank: i + 1, colour: points.groups.colours[i], rows: [] }))
    : [
        { name: points.scale.title, scaled: true, rows: [] },
        { name: NO_VALUE, colour: points.scale.missing, rows: [] },
      ];
  for (let row = 0; row < points.count; row++) {
    if (points.isHidden(row)) continue;
    const part = points.groupOf ? points.groupOf[row] : Number.isFinite(points.values[row]) ? 0 : 1;
    parts[part].rows.push(row);
  }
  return parts
    .filter((part) => part.rows.length)
    .flatMap((part) => {
      const faded = part.rows.filter((row) => points.isFaded(row));
      if (!faded.length) return [{ ...part, strong: true, first: true }];
      const strong = part.rows.filter((row) => !points.isFaded(row));
      return [
        { ...part, rows: faded, strong: false, first: !strong.length },
        { ...part, rows: strong, strong: true, first: true },
      ].filter((half) => half.rows.length);
    })
    .sort((a, b) => Number(a.strong) - Number(b.strong));
}

function pick(array, rows) {
  return Float32Array.from(rows, (row) => array[row]);
}

function axesOf(axes, rows) {
  return Object.fromEntries(axes.map((axis, i) => [AXES[i], pick(axis, rows)]));
}

function pointTrace(points, part, kind, theme) {
  const marker = { size: points.point_px * (points.dimensions === 3 ? 0.6 : 1), opacity: part.strong ? 0.9 : FADED };
  if (part.scaled) {
    Object.assign(marker, {
      color: pick(points.values, part.rows),
      colorscale: points.scale.stops,
      cmin: points.scale.low,
      cmax: points.scale.high,
      showscale: part.first,
      colorbar: colourBar(points.scale.title, theme),
    });
  } else {
    marker.color = part.colour;
  }
  // A hair of the page's colour keeps neighbours apart.
  if (points.count <= 5000 && part.strong)
    marker.line = { width: points.dimensions === 3 ? 0 : 0.7, color: theme.page };
  return {
    type: kind,
    mode: "markers",
    marker,
    ...axesOf(points.axes, part.rows),
    name: plainText(part.name),
    hoverinfo: "none",
    uid: `${part.strong ? "strong" : "faded"}-${nameHash(part.name)}`,
    legendgroup: part.name,
    legendrank: part.rank,
    showlegend: part.first && !part.scaled,
  };
}

function lineTrace(points, kind, theme) {
  const axes = points.axes.map(() => []);
  for (const [from, to] of points.lines) {
    points.axes.forEach((axis, i) => axes[i].push(axis[from], axis[to], null));
  }
  return {
    type: kind,
    mode: "lines",
    uid: "lines",
    line: { width: 1.4, color: theme.quiet },
    hoverinfo: "skip",
    showlegend: false,
    connectgaps: false,
    ...Object.fromEntries(axes.map((axis, i) => [AXES[i], axis])),
  };
}

function currentTrace(points, row, kind, theme) {
  return {
    type: kind,
    mode: "markers",
    uid: "current",
    ...axesOf(points.axes, [row]),
    hoverinfo: "skip",
    showlegend: false,
    marker: {
      size: points.dimensions === 3 ? points.point_px : points.point_px + 9,
      symbol: "circle-open",
      color: theme.accent,
      line: { width: 3, color: theme.accent },
    },
  };
}

function colourBar(title, theme) {
  return {
    title: { text: plainText(title), side: "right", font: { size: 12, color: theme.text } },
    thickness: 10,
    len: 0.6,
    y: 0.5,
    outlinewidth: 0,
    tickfont: { size: 11, color: theme.quiet },
    x: 1.01,
  };
}

// A ribbon: its stretches, an open circle where it starts and a closed one where it ends.
function pathTraces(points, path, kind, theme) {
  if (!path.rows.length) return [];
  const part = pathPart(path);
  const shared = { type: kind, hoverinfo: "skip", legendgroup: part, name: plainText(path.name), legendrank: 2000 };
  const stretches = stretchesOf(path).map((stretch, i) => ({
    ...shared,
    mode: "lines",
    uid: `path-${nameHash(part)}-${i}`,
    showlegend: false,
    ...axesOf(points.axes, stretch.rows),
    opacity: stretch.opacity,
    line: { width: stretch.width, color: path.colour },
  }));
  const size = points.dimensions === 3 ? 6 : 11;
  const end = (row, symbol, name, showlegend) => ({
    ...shared,
    mode: "markers",
    uid: `path-${nameHash(part)}-${name}`,
    showlegend,
    ...axesOf(points.axes, [row]),
    marker: {
      size,
      symbol,
      color: path.colour,
      line: { width: 2, color: name === "start" ? path.colour : theme.page },
    },
  });
  return [
    ...stretches,
    end(path.rows[0], "circle-open", "start", false),
    end(path.rows[path.rows.length - 1], "circle", "end", true),
  ];
}

// Two corners that nobody sees: they hold the map's extent, whatever is hidden.
function extentTrace(points, kind) {
  const corner = (least) => points.axes.map((axis) => Float32Array.of(axis.reduce(least)));
  const [low, high] = [corner((a, b) => Math.min(a, b)), corner((a, b) => Math.max(a, b))];
  return {
    type: kind,
    mode: "markers",
    uid: "extent",
    hoverinfo: "skip",
    showlegend: false,
    marker: { opacity: 0, size: points.point_px },
    ...Object.fromEntries(low.map((value, i) => [AXES[i], Float32Array.of(value[0], high[i][0])])),
  };
}

// Plotly writes a uid into CSS selectors, where a person's text would break it; equal names give equal hashes (FNV-1a).
function nameHash(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(16);
}

// Plotly obeys a few HTML tags in names: a person's `<` is shown instead.
function plainText(text) {
  const line = String(text).replace(/\s+/g, " ");
  const short = line.length > LONGEST_NAME ? `${line.slice(0, LONGEST_NAME - 1)}…` : line;
  return short.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
