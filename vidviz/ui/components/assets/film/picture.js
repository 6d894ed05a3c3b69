// What the film shows at this moment, as a PNG file.

const PICTURE_GAP_PX = 12;
const TITLE_PX = 20;

function savePicture(view) {
  view.draw(true);
  const rows = view.lanes.map((lane) => [
    { canvas: lane.clipCanvas, title: lane.told.clip.title, size: 256 },
    ...[...lane.layers.values()]
      .filter((layer) => layer.bytes)
      .map((layer) => ({ canvas: layer.canvas, title: layer.layer.title })),
  ]);
  const placed = rows.map((row) => row.map(measurePicture));
  const picture = document.createElement("canvas");
  const lengthOf = (row) => row.reduce((sum, part) => sum + part.width + PICTURE_GAP_PX, PICTURE_GAP_PX);
  const heightOf = (row) => Math.max(...row.map((part) => part.height)) + TITLE_PX + PICTURE_GAP_PX;
  picture.width = Math.max(...placed.map(lengthOf));
  picture.height = placed.reduce((sum, row) => sum + heightOf(row), PICTURE_GAP_PX);
  const context = picture.getContext("2d");
  const style = getComputedStyle(view.box);
  context.fillStyle = style.getPropertyValue("--vv-page") || "#fff";
  context.fillRect(0, 0, picture.width, picture.height);
  context.fillStyle = style.color;
  context.font = `13px ${style.fontFamily}`;
  context.imageSmoothingEnabled = false;
  let top = PICTURE_GAP_PX;
  for (const row of placed) {
    let left = PICTURE_GAP_PX;
    for (const { canvas, title, width, height } of row) {
      context.fillText(title, left, top + TITLE_PX - 7, width);
      context.drawImage(canvas, left, top + TITLE_PX, width, height);
      left += width + PICTURE_GAP_PX;
    }
    top += heightOf(row);
  }
  picture.toBlob((blob) => offerFile(blob, "feature-maps.png"), "image/png");
}

function measurePicture({ canvas, title, size }) {
  const width = size || canvas.width;
  return { canvas, title, width, height: Math.round((width * canvas.height) / canvas.width) };
}

function offerFile(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
