/**
 * What the server tells of a film; see film_data.py.
 *
 * @typedef {object} SheetTiles a sprite sheet's layout
 * @property {number} frames
 * @property {number} columns
 * @property {number} tile_width
 * @property {number} tile_height
 */

/**
 * @typedef {object} ClipFields
 * @property {string} title
 * @property {string} token names the sheet
 * @property {number} seconds how long its frames last, in equal steps
 * @property {number[]} times which second of its video each frame shows
 * @property {number} offset when its first frame is on screen, in seconds of the lanes' clock
 * @property {string} note
 * @property {string} choosing what a click on the clip does, or empty
 * @typedef {ClipFields & SheetTiles} FilmClip
 */

/**
 * @typedef {object} LayerFields
 * @property {string} name
 * @property {string} title
 * @property {string} shape
 * @property {string} token names the sheet
 * @property {number[]} channels the numbers of the K channels shown
 * @property {[number, number][]} ranges K: which values bytes 0 and 255 stand for
 * @property {number} step
 * @property {number[]} centres (T) where its steps stand, in frames of the clip
 * @property {number[]} energy (T)
 * @property {number | null} peak the step with most energy; null where it is flat
 * @property {string} note
 * @typedef {LayerFields & SheetTiles} LayerData
 */

/** @typedef {{ clip: FilmClip, layers: LayerData[] }} LaneData */

/**
 * @typedef {object} FilmData
 * @property {string} title
 * @property {string} colour_map
 * @property {Record<string, string>} colour_maps 256 colours each, as RRGGBB in a row
 * @property {string[]} line_colours
 * @property {number | null} start_frame
 * @property {number} steps_per_second
 * @property {LaneData[]} lanes
 */

/** @typedef {{ k: number, x: number, y: number }} Spot a value of a channel: its place among those shown, column and row */
/** @typedef {{ t: number, y: number, x: number }} Unit a value of a channel, in the network's own numbers */

export {};
