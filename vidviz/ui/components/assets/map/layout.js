// How Plotly lays the map out in the page's colours.

const EYE = { x: 1.05, y: 1.05, z: 0.85 };
const NARROW_PX = 640; // below, the legend goes under the map
const LEGEND_PX = 200; // the same room for every legend, so that a recolour moves no point

function mapLayout(points, theme, narrow) {
  const bare = { visible: false, showgrid: false, zeroline: false, autorange: true, uirevision: null };
  const legend = narrow
    ? // Tied to the plot's own foot, Plotly left it inside the plot now and then.
      { orientation: "h", yref: "container", y: 0, yanchor: "bottom", x: 0 }
    : { orientation: "v", y: 1, yanchor: "top", x: 1.01, xanchor: "left" };
  const grouped = Boolean(points.groups) && points.groups.names.length > 1;
  const explained = grouped || Boolean(points.scale) || points.paths.length > 0;
  const layout = {
    uirevision: "vidviz",
    paper_bgcolor: theme.page,
    plot_bgcolor: theme.page,
    hovermode: "closest",
    hoverdistance: 14,
    margin: { l: 4, r: explained && !narrow ? LEGEND_PX : 4, t: 40, b: 4 },
    font: { family: theme.font, size: 12, color: theme.text },
    legend: {
      ...legend,
      itemsizing: "constant",
      font: { size: 12, color: theme.text },
      bgcolor: "rgba(0,0,0,0)",
      itemclick: "toggle",
      itemdoubleclick: "toggleothers",
      uirevision: "legend",
      tracegroupgap: 0,
    },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: theme.quiet, activecolor: theme.accent, orientation: "h" },
    newselection: { line: { color: theme.text, width: 1.2, dash: "solid" } },
    showlegend: grouped || points.paths.length > 0,
  };
  if (points.dimensions === 3) {
    const axis = {
      showbackground: false,
      gridcolor: theme.line,
      zerolinecolor: theme.line,
      showticklabels: false,
      title: { text: "" },
      showspikes: false,
      linecolor: theme.line,
    };
    const axes = points.axes.map((values) => ({ ...axis, range: paddedRange(values), autorange: false }));
    const named = Object.fromEntries(axes.map((each, i) => [`${AXES[i]}axis`, each]));
    // Plotly's own "data" keeps the volume: a flat map would reach out of view. Here the longest side is one.
    const sides = axes.map(({ range: [low, high] }) => high - low);
    const aspectratio = Object.fromEntries(AXES.map((name, i) => [name, sides[i] / Math.max(...sides)]));
    const scene = {
      ...named,
      camera: { eye: { ...EYE } },
      aspectmode: "manual",
      aspectratio,
      uirevision: points.view_key,
    };
    return { ...layout, scene };
  }
  return { ...layout, xaxis: { ...bare }, yaxis: { ...bare, scaleanchor: "x" } };
}

// From the least to the greatest value with a little air, so that points that are hidden do not move the others.
function paddedRange(values) {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const air = (high - low) * 0.06 || 0.5;
  return [low - air, high + air];
}

// The camera as nine numbers, and back.
function cameraWindow({ eye, center, up }) {
  return [eye, center || { x: 0, y: 0, z: 0 }, up || { x: 0, y: 0, z: 1 }].flatMap(({ x, y, z }) => [x, y, z]);
}

function windowCamera(numbers) {
  const at = (i) => ({ x: numbers[i], y: numbers[i + 1], z: numbers[i + 2] });
  return { eye: at(0), center: at(3), up: at(6) };
}
