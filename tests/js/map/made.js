// Maps made for the tests.

import { pack } from "../page.js";

export const SCALE = {
  title: "speed",
  low: 0,
  high: 1,
  missing: "#9aa5b1",
  stops: [
    [0, "#000000"],
    [1, "#ffffff"],
  ],
};

const COMMON = {
  dimensions: 2,
  title: "Map of clips",
  height_px: 400,
  thumbnails: false,
  window: null,
  view_key: "2-a",
  point_px: 6,
  score_title: "similarity",
  current_row: null,
  lines: [],
  paths: [],
};

export function smallData(more = {}) {
  return {
    ...COMMON,
    large: false,
    ids: pack(Float64Array.of(100, 101, 102, 103)),
    axes: [pack(Float32Array.of(1, 2, 3, 4)), pack(Float32Array.of(10, 20, 30, 40))],
    starts: pack(Float32Array.of(0, 1, 2, 3)),
    ends: pack(Float32Array.of(1, 2, 3, 4)),
    titles: ["a", "b"],
    title_index: pack(Uint32Array.of(0, 0, 1, 1)),
    labels: ["run", ""],
    label_index: pack(Uint32Array.of(0, 1, 0, 1)),
    scores: null,
    groups: {
      index: pack(Uint16Array.of(0, 1, 0, 1)),
      names: ["run", "no label"],
      colours: ["#e69f00", "#56b4e9"],
    },
    scale: null,
    selected: null,
    dimmed: null,
    hidden: null,
    ...more,
  };
}

export function spaceData(more = {}) {
  const axes = [
    [1, 2, 3, 4],
    [10, 20, 30, 40],
    [0, 0, 0, 1],
  ];
  return smallData({ dimensions: 3, axes: axes.map((axis) => pack(Float32Array.from(axis))), ...more });
}

export function largeData(more = {}) {
  return {
    ...COMMON,
    large: true,
    count: 4,
    bounds: [1, 4, 10, 40],
    places: "places",
    colour_index: "colours",
    faded: "faded",
    hidden: null,
    clip_ids: null,
    rows: "rows",
    same_clips: "clips",
    groups: { names: ["run", "no label"], colours: ["#e69f00", "#56b4e9"], counts: [2, 2] },
    scale: null,
    ...more,
  };
}

// Answers for the arrays of `largeData`; notes the names that were asked for.
export function serveArrays() {
  const arrays = {
    places: Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40),
    moved: Float32Array.of(4, 40, 3, 30, 2, 20, 1, 10),
    colours: Uint8Array.of(0, 1, 0, 1),
    faded: Uint8Array.of(0b101),
    other: Uint8Array.of(0b010),
    hidden: Uint8Array.of(0b110),
  };
  const asked = [];
  globalThis.fetch = async (url) => {
    const name = url.split("/").at(-1);
    asked.push(name);
    return { ok: true, arrayBuffer: async () => arrays[name].slice().buffer, json: async () => ({ id: Number(name) }) };
  };
  return asked;
}
