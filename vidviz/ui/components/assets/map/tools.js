// The toolbar of a large map, with the tools and the names that Plotly's has.

Object.assign(ICONS, {
  pan: "M12 2l3.5 3.5H13V11h5.5V8.5L22 12l-3.5 3.5V13H13v5.5h2.5L12 22l-3.5-3.5H11V13H5.5v2.5L2 12l3.5-3.5V11H11V5.5H8.5z",
  zoom: "M10 4a6 6 0 1 0 3.6 10.8l5 5 1.4-1.4-5-5A6 6 0 0 0 10 4zm0 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
  lasso:
    "M12 4c-5 0-9 2.7-9 6 0 2 1.5 3.7 3.7 4.8-.7 1.5-.2 3.3 1.3 4.2l1-1.7c-.6-.4-.8-1-.5-1.7 1.1.3 2.3.4 3.5.4 5 0 9-2.7 9-6s-4-6-9-6zm0 2c4 0 7 1.8 7 4s-3 4-7 4-7-1.8-7-4 3-4 7-4z",
  select:
    "M4 4h4v2H6v2H4zM10 4h4v2h-4zM16 4h4v4h-2V6h-2zM4 10h2v4H4zM18 10h2v4h-2zM4 16h2v2h2v2H4zM10 18h4v2h-4zM18 16h2v4h-4v-2h2z",
  closer: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
  farther: "M5 11h14v2H5z",
  fit: "M12 3 3 11.5h3V20h5v-5h2v5h5v-8.5h3z",
  picture: "M9 4 7.5 6H4v13h16V6h-3.5L15 4zM12 8.5a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
});

const TOOLS = { pan: "Pan", zoom: "Zoom", lasso: "Lasso Select", select: "Box Select" };

class ToolBar {
  // `act` has closer, farther, fit, picture and choose(tool).
  constructor(act) {
    this.node = element("div", "vv-tools");
    this.node.setAttribute("role", "toolbar");
    this.buttons = new Map();
    for (const [tool, name] of Object.entries(TOOLS)) {
      this.buttons.set(
        tool,
        this.add(tool, name, () => act.choose(tool)),
      );
    }
    this.add("closer", "Zoom in", act.closer);
    this.add("farther", "Zoom out", act.farther);
    this.add("fit", "Fit all points", act.fit);
    this.add("picture", "Download plot as a PNG", act.picture);
  }

  add(icon, name, act) {
    const button = iconButton(icon, name, act);
    button.classList.add("vv-tool");
    button.dataset.title = name;
    this.node.appendChild(button);
    return button;
  }

  show(tool) {
    for (const [name, button] of this.buttons) button.setAttribute("aria-pressed", String(name === tool));
  }
}

// The picture as a file: the page's colour, then one layer over the other, then the legend as words.
function savePicture(layers, stage, legend, theme) {
  const ratio = window.devicePixelRatio || 1;
  const canvas = element("canvas");
  canvas.width = Math.round((stage.width + (legend.length ? LEGEND_PX : 0)) * ratio);
  canvas.height = Math.round(stage.height * ratio);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.fillStyle = theme.page;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  for (const layer of layers) pen.drawImage(layer, 0, 0, stage.width, stage.height);
  pen.font = `12px ${theme.font}`;
  legend.forEach(({ name, colour }, i) => {
    const y = 16 + i * 20;
    if (colour) {
      pen.fillStyle = colour;
      pen.beginPath();
      pen.arc(stage.width + 18, y, 5, 0, 2 * Math.PI);
      pen.fill();
    }
    pen.fillStyle = theme.text;
    pen.fillText(name, stage.width + 32, y + 4, LEGEND_PX - 40);
  });
  canvas.toBlob((blob) => {
    const link = element("a");
    link.href = URL.createObjectURL(blob);
    link.download = "vidviz-map.png";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });
}
