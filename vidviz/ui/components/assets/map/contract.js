/**
 * What the server tells of a map, and what the two that draw it must offer; see map_component.py.
 *
 * @typedef {import("../parts/colours.js").Scale} Scale
 * @typedef {{ names: string[], colours: string[] }} Groups
 * @typedef {{ rows: number[], name: string, colour: string }} Path a ribbon, row after row in time
 * @typedef {[number, number, number, number]} Bounds x0, x1, y0, y1
 */

/**
 * @typedef {object} CommonData
 * @property {boolean} large whether the points are fetched as typed arrays
 * @property {2 | 3} dimensions
 * @property {string} title
 * @property {number} height_px
 * @property {boolean} thumbnails
 * @property {number[] | null} window the part in view at first: x0, x1, y0, y1, or the nine numbers of a camera
 * @property {string} view_key names the layout
 * @property {number} point_px
 * @property {string} score_title
 * @property {number | null} current_row
 * @property {[number, number][]} lines pairs of rows
 * @property {Path[]} paths
 */

/**
 * Numbers are base64 of little-endian typed arrays.
 *
 * @typedef {object} SmallFields
 * @property {string} ids
 * @property {string[]} axes
 * @property {string} starts
 * @property {string} ends
 * @property {string[]} titles
 * @property {string} title_index
 * @property {string[]} labels
 * @property {string} label_index
 * @property {string | null} scores
 * @property {(Groups & { index: string }) | null} groups
 * @property {(Scale & { values: string }) | null} scale
 * @property {string | null} selected
 * @property {string | null} dimmed
 * @property {string | null} hidden
 * @typedef {CommonData & SmallFields} SmallData
 */

/**
 * Arrays are named by tokens, under which the server keeps them.
 *
 * @typedef {object} LargeFields
 * @property {number} count
 * @property {Bounds} bounds
 * @property {string} places
 * @property {string} colour_index
 * @property {string | null} faded
 * @property {string | null} hidden
 * @property {string | null} clip_ids
 * @property {string} rows
 * @property {string} same_clips equal where rows are the same clips
 * @property {(Groups & { counts: number[] }) | null} groups
 * @property {Scale | null} scale
 * @typedef {CommonData & LargeFields} LargeData
 */

/** @typedef {SmallData | LargeData} MapData */

/**
 * What is shown of one point.
 *
 * @typedef {object} Described
 * @property {number} id
 * @property {string} title
 * @property {string} label
 * @property {string | null} colour
 * @property {number} start
 * @property {number} end
 * @property {number | null} score
 * @property {number | null} value
 */

/**
 * @typedef {{ x: number, y: number }} Place pixels
 * @typedef {{ left: number, top: number, width: number, height: number }} Stage pixels of the map's box
 * @typedef {{ text: string, page: string, line: string, accent: string, quiet: string, font: string }} Theme
 */

/**
 * Who draws the points. `GlMap` and `PlotlyMap` draw two dimensions, and share the camera and all that follows from it
 * (`FlatMap`); `SpaceMap` draws three. Each is made with the view, and holds no listeners of the pointer's but those
 * that Plotly needs in three dimensions: `MapInput` says what a person does.
 *
 * @template {MapPoints} Points
 * @typedef {object} MapRenderer
 * @property {HTMLElement} node is put into the map's area
 * @property {boolean} flat whether it has a camera (`toStage`, `toMap`, `show`), tools that draw, and posters
 * @property {Points | null} points what is drawn
 * @property {(points: Points, theme: Theme) => Promise<boolean>} draw takes points; true where they are to glide from
 *   where they were, until `settle`
 * @property {(share: number) => void | Promise<void>} show draws a frame; `share` is how far the points have glided
 * @property {() => void} settle the points are where they belong
 * @property {() => void | Promise<void>} recolour the legend has hidden or shown a part
 * @property {() => Promise<boolean>} resize takes the area's size; true where there is something to show anew
 * @property {(row: number) => Place} placeOf where a point is drawn, in pixels of the map's box
 * @property {(place: Place) => number} pick the row near a place of the area, or -1
 * @property {(right: number, up: number) => void} panBy by shares of what is in view
 * @property {(factor: number) => void} zoomBy
 * @property {() => void} fit
 * @property {(tool: string) => void} choose takes another tool
 * @property {() => number[]} window what is in view, empty where all is
 * @property {() => Promise<CanvasImageSource[]>} picture the layers that are drawn, from the lowest
 * @property {() => void} end gives back what the browser keeps few of
 */

/** @typedef {import("./small_points.js").SmallPoints | import("./large_points.js").LargePoints} MapPoints */

export {};
