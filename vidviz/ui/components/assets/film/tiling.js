// How the channels of a layer stand side by side; numbers only.

const GAP_PX = 3;
const LARGEST_TILE_PX = 104;
const SMALLEST_TILE_PX = 30;

/**
 * Device pixels, but for columns and rows.
 *
 * @typedef {{ columns: number, rows: number, gap: number, width: number, height: number }} Tiling
 */

/**
 * Tiles as large as the room allows, in whole device pixels, about as wide as high all together.
 *
 * @param {number} room CSS pixels
 * @param {number} count how many channels
 * @param {{ tile_width: number, tile_height: number }} tile
 * @param {number} density device pixels a CSS pixel
 * @returns {Tiling}
 */
export function tileChannels(room, count, tile, density) {
  const most = Math.max(1, Math.floor((room + GAP_PX) / (SMALLEST_TILE_PX + GAP_PX)));
  const columns = Math.min(Math.max(Math.ceil(Math.sqrt(count)), 1), most);
  const gap = Math.round(GAP_PX * density);
  const space = Math.floor(room * density) - gap * (columns - 1);
  const width = Math.max(1, Math.min(Math.floor(space / columns), Math.round(LARGEST_TILE_PX * density)));
  const height = Math.max(1, Math.round((width * tile.tile_height) / tile.tile_width));
  return { columns, rows: Math.ceil(count / columns), gap, width, height };
}

/**
 * Left and top of the k-th tile.
 *
 * @param {Tiling} tiling
 * @param {number} k
 * @returns {[number, number]}
 */
export function cornerOf({ columns, width, height, gap }, k) {
  return [(k % columns) * (width + gap), Math.floor(k / columns) * (height + gap)];
}

/**
 * Which tile, and which of its pixels, lies at a place; null in a gap and beyond the last.
 *
 * @param {Tiling} tiling
 * @param {number} count
 * @param {number} x
 * @param {number} y
 */
export function tileAt({ columns, width, height, gap }, count, x, y) {
  const [column, row] = [Math.floor(x / (width + gap)), Math.floor(y / (height + gap))];
  const k = row * columns + column;
  const [inX, inY] = [Math.floor(x - column * (width + gap)), Math.floor(y - row * (height + gap))];
  if (column < 0 || row < 0 || column >= columns || k >= count || inX >= width || inY >= height) return null;
  return { k, x: inX, y: inY };
}

/**
 * For each of `to` pixels the one of `from` that it shows.
 *
 * @param {number} from
 * @param {number} to
 */
export function nearestPixels(from, to) {
  return Uint16Array.from({ length: to }, (_, i) => Math.min(from - 1, Math.floor(((i + 0.5) * from) / to)));
}

/**
 * How many columns give rows of equal length where it goes: four stand two by two and not three and one.
 *
 * @param {number} count
 * @param {number} most columns that fit
 */
export function evenColumns(count, most) {
  return Math.ceil(Math.max(1, count) / Math.ceil(Math.max(1, count) / most));
}
