// What lies over the points of a large map: lines, ribbons, the ring of the clip at hand, and the outline being drawn.

class Sketch {
  constructor(canvas) {
    this.canvas = canvas;
  }

  draw(points, camera, muted, outline, theme) {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(camera.width * ratio), Math.round(camera.height * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const pen = this.canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, camera.width, camera.height);
    Object.assign(pen, { lineJoin: "round", lineCap: "round" });
    const place = (row) => camera.toStage(points.x(row), points.y(row));
    for (const [from, to] of points.lines) stroke(pen, [place(from), place(to)], theme.quiet, 1.4);
    for (const path of points.paths) if (!muted.has(pathPart(path))) drawRibbon(pen, path, place, theme);
    const row = points.current_row;
    if (row !== null && !points.isHidden(row)) ring(pen, place(row), (points.point_px + 9) / 2, theme.accent, 3);
    if (outline) drawOutline(pen, outline, theme);
  }
}

function drawRibbon(pen, path, place, theme) {
  if (!path.rows.length) return;
  for (const stretch of stretchesOf(path)) {
    pen.globalAlpha = stretch.opacity;
    stroke(pen, stretch.rows.map(place), path.colour, stretch.width);
  }
  pen.globalAlpha = 1;
  ring(pen, place(path.rows[0]), 5, path.colour, 2);
  const end = place(path.rows[path.rows.length - 1]);
  pen.beginPath();
  pen.arc(end.x, end.y, 5.5, 0, 2 * Math.PI);
  pen.fillStyle = path.colour;
  pen.fill();
  ring(pen, end, 6, theme.page, 1.5);
}

function drawOutline(pen, outline, theme) {
  pen.beginPath();
  outline.forEach(({ x, y }, i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
  pen.globalAlpha = 0.08;
  pen.fillStyle = theme.text;
  pen.fill("evenodd");
  pen.globalAlpha = 1;
  pen.strokeStyle = theme.text;
  pen.lineWidth = 1.2;
  pen.stroke();
}

function stroke(pen, places, colour, width) {
  pen.beginPath();
  places.forEach(({ x, y }, i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke();
}

function ring(pen, place, radius, colour, width) {
  pen.beginPath();
  pen.arc(place.x, place.y, radius, 0, 2 * Math.PI);
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke();
}
