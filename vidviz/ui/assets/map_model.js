// From what the server sends to what Plotly draws; no state and no page here.

const EYE = { x: 1.05, y: 1.05, z: 0.85 };
const FADED = 0.13;
const LEGEND_PX = 200; // the same room for every legend, so that a recolour moves no point
const LONGEST_NAME = 24;

// Numbers come as base64 of little-endian typed arrays: one point is about 30 bytes instead of a JSON row.
function readPoints(data) {
  const floats = (text) => (text ? fromBase64(text, Float32Array) : null);
  const flags = (text) => (text ? fromBase64(text, Uint8Array) : null);
  return {
    ...data,
    ids: fromBase64(data.ids, Float64Array),
    axes: data.axes.map(floats),
    starts: floats(data.starts),
    ends: floats(data.ends),
    scores: floats(data.scores),
    titleOf: fromBase64(data.title_index, Uint32Array),
    labelOf: fromBase64(data.label_index, Uint32Array),
    groupOf: data.groups ? fromBase64(data.groups.index, Uint16Array) : null,
    values: data.scale ? floats(data.scale.values) : null,
    selected: flags(data.selected),
    dimmed: flags(data.dimmed),
  };
}

// Rows of points that share a trace: a group in its colour, or points with and without a number; each twice where some are faded.
function splitRows(points) {
  const parts = points.groupOf
    ? points.groups.names.map((name, i) => ({ name, rank: i + 1, colour: points.groups.colours[i], rows: [] }))
    : [{ name: points.scale.title, scaled: true, rows: [] }, { name: "no value", colour: points.scale.missing, rows: [] }];
  for (let row = 0; row < points.ids.length; row++) {
    const part = points.groupOf ? points.groupOf[row] : Number.isFinite(points.values[row]) ? 0 : 1;
    parts[part].rows.push(row);
  }
  return parts.filter((part) => part.rows.length).flatMap((part) => {
    const faded = part.rows.filter((row) => isFaded(points, row));
    if (!faded.length) return [{ ...part, strong: true, first: true }];
    const strong = part.rows.filter((row) => !isFaded(points, row));
    return [{ ...part, rows: faded, strong: false, first: !strong.length }, { ...part, rows: strong, strong: true, first: true }]
      .filter((half) => half.rows.length);
  }).sort((a, b) => Number(a.strong) - Number(b.strong));
}

function isFaded(points, row) {
  return Boolean((points.dimmed && points.dimmed[row]) || (points.selected && !points.selected[row]));
}

function pick(array, rows) {
  return Float32Array.from(rows, (row) => array[row]);
}

function axesOf(axes, rows) {
  const names = ["x", "y", "z"];
  return Object.fromEntries(axes.map((axis, i) => [names[i], pick(axis, rows)]));
}

function pointTrace(points, part, kind, theme) {
  const marker = { size: points.point_px * (points.dimensions === 3 ? 0.6 : 1), opacity: part.strong ? 0.9 : FADED };
  if (part.scaled) {
    Object.assign(marker, {
      color: pick(points.values, part.rows), colorscale: points.scale.stops, cmin: points.scale.low, cmax: points.scale.high,
      showscale: part.first, colorbar: colourBar(points.scale.title, theme),
    });
  } else {
    marker.color = part.colour;
  }
  // A hair of the page's colour keeps neighbours apart.
  if (points.ids.length <= 5000 && part.strong) marker.line = { width: points.dimensions === 3 ? 0 : 0.7, color: theme.page };
  return {
    type: kind, mode: "markers", marker, ...axesOf(points.axes, part.rows), name: plainText(part.name), hoverinfo: "none",
    uid: `${part.strong ? "strong" : "faded"}-${nameHash(part.name)}`, legendgroup: part.name, legendrank: part.rank, showlegend: part.first && !part.scaled,
  };
}

function lineTrace(points, kind, theme) {
  const axes = points.axes.map(() => []);
  for (const [from, to] of points.lines) {
    points.axes.forEach((axis, i) => axes[i].push(axis[from], axis[to], null));
  }
  const names = ["x", "y", "z"];
  return {
    type: kind, mode: "lines", uid: "lines", line: { width: 1.4, color: theme.quiet }, hoverinfo: "skip", showlegend: false,
    connectgaps: false, ...Object.fromEntries(axes.map((axis, i) => [names[i], axis])),
  };
}

function currentTrace(points, row, kind, theme) {
  return {
    type: kind, mode: "markers", uid: "current", ...axesOf(points.axes, [row]), hoverinfo: "skip", showlegend: false,
    marker: { size: points.dimensions === 3 ? points.point_px : points.point_px + 9, symbol: "circle-open", color: theme.accent, line: { width: 3, color: theme.accent } },
  };
}

function colourBar(title, theme) {
  return {
    title: { text: plainText(title), side: "right", font: { size: 12, color: theme.text } }, thickness: 10, len: 0.6, y: 0.5,
    outlinewidth: 0, tickfont: { size: 11, color: theme.quiet }, x: 1.01,
  };
}

function mapLayout(points, theme, narrow) {
  const bare = { visible: false, showgrid: false, zeroline: false, autorange: true, uirevision: null };
  const legend = narrow
    ? { orientation: "h", y: -0.01, yanchor: "top", x: 0 }
    : { orientation: "v", y: 1, yanchor: "top", x: 1.01, xanchor: "left" };
  const grouped = Boolean(points.groups) && points.groups.names.length > 1;
  const explained = grouped || Boolean(points.scale);
  const layout = {
    uirevision: "vidviz", paper_bgcolor: theme.page, plot_bgcolor: theme.page, hovermode: "closest", hoverdistance: 14,
    margin: { l: 4, r: explained && !narrow ? LEGEND_PX : 4, t: 40, b: 4 }, font: { family: theme.font, size: 12, color: theme.text },
    legend: {
      ...legend, itemsizing: "constant", font: { size: 12, color: theme.text }, bgcolor: "rgba(0,0,0,0)",
      itemclick: "toggle", itemdoubleclick: "toggleothers", uirevision: "legend", tracegroupgap: 0,
    },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: theme.quiet, activecolor: theme.accent, orientation: "h" },
    newselection: { line: { color: theme.text, width: 1.2, dash: "solid" } },
    showlegend: grouped,
  };
  if (points.dimensions === 3) {
    const axis = {
      showbackground: false, gridcolor: theme.line, zerolinecolor: theme.line, showticklabels: false, title: { text: "" },
      showspikes: false, linecolor: theme.line,
    };
    const camera = { eye: { ...EYE } };
    return { ...layout, scene: { camera, xaxis: axis, yaxis: axis, zaxis: axis, aspectmode: "data", uirevision: points.view_key } };
  }
  return { ...layout, xaxis: { ...bare }, yaxis: { ...bare, scaleanchor: "x" } };
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

// At most `most` corners, evenly: the server needs the shape and not every pixel of the hand.
function thinPolygon(xs, ys, most = 400) {
  const step = Math.max(1, Math.ceil(xs.length / most));
  const corners = [];
  for (let i = 0; i < xs.length; i += step) corners.push([Number(xs[i]), Number(ys[i])]);
  return corners.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
}
