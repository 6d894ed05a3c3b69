import assert from "node:assert/strict";
import { test } from "node:test";

import { colourTable, gradientOf } from "../../../vidviz/ui/components/assets/film/colour_table.js";
import { peakOf, placeLine } from "../../../vidviz/ui/components/assets/film/energy.js";
import { layOutPicture } from "../../../vidviz/ui/components/assets/film/picture.js";
import { placeIn } from "../../../vidviz/ui/components/assets/film/place.js";
import {
  cornerOf,
  evenColumns,
  nearestPixels,
  tileAt,
  tileChannels,
} from "../../../vidviz/ui/components/assets/film/tiling.js";

const GREY = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0").repeat(3)).join("");
const SQUARE = { tile_width: 7, tile_height: 7 };

test("a table holds each colour as a pixel, opaque", () => {
  const bytes = new Uint8Array(colourTable("0a10ff" + GREY.slice(6)).buffer);
  assert.deepEqual([...bytes.slice(0, 4)], [10, 16, 255, 255]);
  assert.deepEqual([...bytes.slice(4 * 200, 4 * 200 + 4)], [200, 200, 200, 255]);
  assert.equal(bytes.length, 1024);
});

test("the scale's bar runs from the first colour to the last", () => {
  assert.equal(gradientOf(GREY, 3), "linear-gradient(90deg, #000000, #808080, #ffffff)");
});

test("four layers stand two by two and not three and one", () => {
  assert.deepEqual(
    [
      [4, 3],
      [4, 4],
      [5, 3],
      [1, 3],
      [0, 3],
      [7, 4],
    ].map(([n, most]) => evenColumns(n, most)),
    [2, 4, 3, 1, 1, 4],
  );
});

test("even columns never pass those that fit, and need no more rows than they", () => {
  for (let count = 1; count < 60; count++) {
    for (let most = 1; most < 9; most++) {
      const columns = evenColumns(count, most);
      assert.ok(columns <= most);
      assert.equal(Math.ceil(count / columns), Math.ceil(count / most));
    }
  }
});

test("tiles fit into their room and none is larger than the largest", () => {
  for (const room of [40, 236, 500, 1200]) {
    for (const count of [1, 5, 64, 512]) {
      for (const density of [1, 1.25, 2]) {
        const { columns, rows, gap, width, height } = tileChannels(room, count, SQUARE, density);
        assert.ok(columns * (width + gap) - gap <= room * density);
        assert.ok(columns * rows >= count && columns * (rows - 1) < count);
        assert.ok(width <= 104 * density && width >= 1 && height === width);
      }
    }
  }
});

test("tiles keep the shape of their map", () => {
  const { width, height } = tileChannels(400, 4, { tile_width: 14, tile_height: 7 }, 1);
  assert.equal(height, Math.round(width / 2));
});

test("every pixel of a tile is found as that tile's, and gaps are nobody's", () => {
  const tiling = { columns: 3, rows: 2, gap: 3, width: 10, height: 8 };
  for (let k = 0; k < 5; k++) {
    const [left, top] = cornerOf(tiling, k);
    for (const [x, y] of [
      [0, 0],
      [9, 7],
      [4, 3],
    ])
      assert.deepEqual(tileAt(tiling, 5, left + x, top + y), { k, x, y });
    assert.equal(tileAt(tiling, 5, left + 11, top + 3), null);
    assert.equal(tileAt(tiling, 5, left + 3, top + 9), null);
  }
  const [left, top] = cornerOf(tiling, 5);
  assert.equal(tileAt(tiling, 5, left, top), null); // beyond the last
  assert.equal(tileAt(tiling, 5, -1, 0), null);
});

test("pixels of an enlarged tile show its values in order, each about as often", () => {
  for (const [from, to] of [
    [7, 31],
    [28, 28],
    [64, 20],
  ]) {
    const shown = [...nearestPixels(from, to)];
    assert.deepEqual(
      shown,
      shown.toSorted((a, b) => a - b),
    );
    assert.ok(shown[0] < from / to + 1 && shown.at(-1) === from - 1 - Math.floor(from / to / 2));
    if (to >= from) assert.equal(new Set(shown).size, from);
  }
});

test("a line runs from the left to the right, its peak at the top and nought at the foot", () => {
  const places = placeLine([0, 4, 2], 300, 100, 10);
  assert.deepEqual(places, [
    [50, 90],
    [150, 10],
    [250, 50],
  ]);
});

test("a line of noughts lies at the foot, and the first of equal peaks counts", () => {
  assert.deepEqual(
    placeLine([0, 0], 100, 50, 5).map(([, y]) => y),
    [45, 45],
  );
  assert.equal(peakOf([1, 3, 2, 3]), 1);
});

test("the place on a canvas is a column and a row, and never beyond its edge", () => {
  const node = { getBoundingClientRect: () => ({ left: 100, top: 50, width: 200, height: 100 }) };
  const at = (clientX, clientY) => placeIn(node, { clientX, clientY }, 20, 10);
  assert.deepEqual(at(100, 50), { x: 0, y: 0 });
  assert.deepEqual(at(155, 99.9), { x: 5, y: 4 });
  assert.deepEqual(at(300, 150), { x: 19, y: 9 });
  assert.deepEqual(at(0, 999), { x: 0, y: 9 });
});

test("a picture has a row a lane, and nothing in it overlaps", () => {
  const rows = [
    [
      { width: 50, height: 40 },
      { width: 30, height: 60 },
    ],
    [{ width: 200, height: 10 }],
  ];
  const { width, height, placed } = layOutPicture(rows);
  assert.deepEqual(
    placed.map(({ left, top }) => [left, top]),
    [
      [12, 12],
      [74, 12],
      [12, 104],
    ],
  );
  assert.deepEqual([width, height], [224, 146]);
});
