import assert from "node:assert/strict";
import { test } from "node:test";

import { colourTable, gradientOf } from "../../../vidviz/ui/components/assets/film/colour_table.js";
import { describeEnergy, placeLine } from "../../../vidviz/ui/components/assets/film/energy.js";
import {
  frameAt,
  leadingClip,
  placeOf,
  secondAt,
  shownAt,
  stepOver,
} from "../../../vidviz/ui/components/assets/film/clock.js";
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
  const places = placeLine([0, 4, 2], [1 / 6, 1 / 2, 5 / 6], 300, 100, 10);
  assert.deepEqual(places, [
    [50, 90],
    [150, 10],
    [250, 50],
  ]);
});

test("a line of noughts lies at the foot", () => {
  assert.deepEqual(
    placeLine([0, 0], [0, 1], 100, 50, 5).map(([, y]) => y),
    [45, 45],
  );
});

test("over each frame stands the step whose centre is nearest, the earlier of two", () => {
  const over = (centres) => Array.from({ length: 16 }, (_, frame) => stepOver(centres, frame));
  // r3d_18: layer3 in steps of four frames, layer4 in two of eight.
  assert.deepEqual(over([0, 4, 8, 12]), [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3]);
  assert.deepEqual(over([0, 8]), [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  // Tubelets of two frames, a step a frame, and one for all.
  assert.deepEqual(
    over([0.5, 2.5, 4.5, 6.5, 8.5, 10.5, 12.5, 14.5]),
    Array.from({ length: 16 }, (_, i) => i >> 1),
  );
  assert.deepEqual(
    over(Array.from({ length: 16 }, (_, i) => i)),
    Array.from({ length: 16 }, (_, i) => i),
  );
  assert.equal(stepOver([7.5], 0), 0);
});

test("lanes of different paces stand on one clock", () => {
  const spread = { frames: 8, seconds: 2, offset: 0.125 };
  const trained = { frames: 16, seconds: 16 / 15, offset: 7 / 15 };
  assert.equal(leadingClip([spread, trained]), trained);
  assert.equal(leadingClip([spread, { ...spread, seconds: 3 }]).seconds, 3);
  for (let frame = 0; frame < 16; frame++) {
    assert.equal(frameAt(trained, shownAt(trained, frame)), frame);
    const near = shownAt(spread, frameAt(spread, shownAt(trained, frame)));
    assert.ok(Math.abs(near - shownAt(trained, frame)) <= 0.125 + 1e-9);
  }
  assert.equal(frameAt(trained, 0), 0);
  assert.equal(frameAt(trained, 9), 15);
  assert.equal(placeOf(trained, shownAt(trained, 0)), 0.5 / 16);
  assert.equal(placeOf(trained, 9), 1);
});

test("a moment between frames is told in seconds of the video, backwards as well", () => {
  assert.equal(secondAt([1, 2, 4], 1.5), 3);
  assert.equal(secondAt([4, 2, 1], 0.5), 3);
  assert.equal(secondAt([1, 2, 4], -3), 1);
  assert.equal(secondAt([1, 2, 4], 9), 4);
});

test("a line is told by its peak, or as flat", () => {
  const layer = { title: "layer3", centres: [0, 2], peak: 1, note: "" };
  assert.equal(describeEnergy(layer, [0.5, 0.6, 0.7]), "layer3 · peak at 0.70 s");
  assert.equal(
    describeEnergy({ ...layer, peak: null, note: "sees the whole clip" }, [0.5, 0.6, 0.7]),
    "layer3 · flat · sees the whole clip",
  );
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
