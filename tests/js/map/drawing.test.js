import assert from "node:assert/strict";
import { test } from "node:test";

import { putBeside } from "../../../vidviz/ui/components/assets/map/hover.js";
import { mixAxes, startPlaces } from "../../../vidviz/ui/components/assets/map/glide.js";
import {
  EYE,
  cameraWindow,
  flatLayout,
  paddedRange,
  spaceLayout,
  windowCamera,
} from "../../../vidviz/ui/components/assets/map/layout.js";
import { cameraOf, hitOf } from "../../../vidviz/ui/components/assets/map/plotly.js";
import { boxOf, modeOf, thinPolygon } from "../../../vidviz/ui/components/assets/map/polygon.js";
import { POSTER_PX, PosterRoom, strideThrough } from "../../../vidviz/ui/components/assets/map/poster_room.js";
import { stretchesOf } from "../../../vidviz/ui/components/assets/map/ribbons.js";
import { SmallPoints } from "../../../vidviz/ui/components/assets/map/small_points.js";
import { mixColours } from "../../../vidviz/ui/components/assets/map/theme.js";
import {
  axesOf,
  lineTrace,
  pathTraces,
  pointTrace,
  splitRows,
} from "../../../vidviz/ui/components/assets/map/traces.js";
import { pack, randomNumbers } from "../page.js";
import { SCALE, smallData, spaceData } from "./made.js";

const THEME = { text: "#111111", page: "#ffffff", line: "#cccccc", accent: "#ff0000", quiet: "#777777", font: "serif" };
const KEYS = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
const NONE = new Set();

test("a polygon of few corners is sent whole", () => {
  const corners = [
    [0, 0],
    [1, 0],
    [1, 1],
  ];
  assert.deepEqual(thinPolygon(corners), corners);
});

test("a long one is thinned evenly, in order, from its first corner", () => {
  for (const count of [400, 401, 799, 5000]) {
    const thin = thinPolygon(Array.from({ length: count }, (_, i) => [i, 2 * i]));
    assert.ok(thin.length <= 400 && thin.length > 133);
    const step = thin.length > 1 ? thin[1][0] : 1;
    thin.forEach(([x, y], i) => assert.deepEqual([x, y], [i * step, 2 * i * step]));
  }
});

test("a corner that is no number is left out", () => {
  assert.deepEqual(
    thinPolygon([
      [0, 1],
      [NaN, 1],
      [1, Infinity],
      [2, 3],
    ]),
    [
      [0, 1],
      [2, 3],
    ],
  );
});

test("a box has the four corners between two places, in turn", () => {
  const corners = boxOf({ x: 1, y: 2 }, { x: 5, y: -3 });
  assert.deepEqual(
    corners.map(({ x, y }) => [x, y]),
    [
      [1, 2],
      [5, 2],
      [5, -3],
      [1, -3],
    ],
  );
});

test("shift adds, ctrl, alt and command remove, also with shift", () => {
  assert.equal(modeOf(KEYS), "replace");
  assert.equal(modeOf({ ...KEYS, shiftKey: true }), "add");
  for (const key of ["ctrlKey", "metaKey", "altKey"]) {
    assert.equal(modeOf({ ...KEYS, [key]: true }), "remove");
    assert.equal(modeOf({ ...KEYS, shiftKey: true, [key]: true }), "remove");
  }
});

test("a step through the rows visits each once", () => {
  for (const count of [1, 2, 3, 10, 97, 100, 5000, 65_536]) {
    const step = strideThrough(count);
    const visited = new Set(Array.from({ length: count }, (_, i) => (i * step) % count));
    assert.equal(visited.size, count);
  }
});

test("no two posters overlap, and all lie on the stage", () => {
  const stage = { left: 40, top: 20, width: 700, height: 400 };
  const [room, random, taken] = [new PosterRoom(stage), randomNumbers(4), []];
  for (let i = 0; i < 3000; i++) {
    const place = { x: random() * 900 - 50, y: random() * 600 - 50 };
    if (room.take(place)) taken.push(place);
  }
  taken.forEach((place, i) => {
    assert.ok(place.x >= 40 && place.x < 740 && place.y >= 20 && place.y < 420);
    for (const other of taken.slice(0, i)) {
      assert.ok(Math.abs(place.x - other.x) >= POSTER_PX.width || Math.abs(place.y - other.y) >= POSTER_PX.height);
    }
  });
  assert.ok(taken.length > 40);
});

test("a place that is taken is refused, one beside it is free, and NaN is nowhere", () => {
  const room = new PosterRoom({ left: 0, top: 0, width: 400, height: 300 });
  assert.deepEqual(
    [
      [100, 100],
      [100, 100],
      [167, 100],
      [168, 100],
      [100, 144],
      [NaN, 5],
    ].map(([x, y]) => room.take({ x, y })),
    [true, false, false, true, true, false],
  );
});

test("stretches follow each other from the first row to the last, ever wider and stronger", () => {
  for (const count of [2, 3, 9, 10, 100]) {
    const stretches = stretchesOf({ rows: Array.from({ length: count }, (_, i) => i), name: "", colour: "" });
    assert.equal(stretches.length, Math.min(8, count - 1));
    assert.deepEqual([stretches[0].rows[0], stretches.at(-1).rows.at(-1)], [0, count - 1]);
    stretches.slice(1).forEach((stretch, i) => {
      assert.equal(stretch.rows[0], stretches[i].rows.at(-1));
      assert.ok(stretch.width > stretches[i].width && stretch.opacity > stretches[i].opacity);
    });
    assert.deepEqual([stretches.at(-1).width, stretches.at(-1).opacity], [5, 0.95]);
  }
});

test("a path of one clip or none has no stretch", () => {
  for (const rows of [[], [3]]) assert.deepEqual(stretchesOf({ rows, name: "", colour: "" }), []);
});

test("colours are mixed by their share", () => {
  assert.equal(mixColours([0, 0, 0], [255, 100, 10], 0), "rgb(0,0,0)");
  assert.equal(mixColours([0, 0, 0], [255, 100, 10], 0.4), "rgb(102,40,4)");
  assert.equal(mixColours([100, 50, 0], [200, 50, 10], 0.2), "rgb(120,50,2)");
});

test("the card stands to the right, to the left where there is no room, and never out of the box", () => {
  const [card, box] = [
    { width: 224, height: 180 },
    { width: 800, height: 400 },
  ];
  assert.deepEqual(putBeside({ x: 100, y: 200 }, card, box), { left: 118, top: 110 });
  assert.deepEqual(putBeside({ x: 700, y: 200 }, card, box), { left: 458, top: 110 });
  assert.deepEqual(putBeside({ x: 100, y: 5 }, card, box), { left: 118, top: 0 });
  assert.deepEqual(putBeside({ x: 100, y: 395 }, card, box), { left: 118, top: 220 });
  assert.equal(putBeside({ x: 150, y: 200 }, card, { width: 300, height: 400 }).left, 0);
});

test("points glide from where they stood, new ones from their own place", () => {
  const before = { ids: Float64Array.of(7, 8), axes: [Float32Array.of(1, 2)] };
  const after = { ids: Float64Array.of(8, 9), axes: [Float32Array.of(5, 6)] };
  assert.deepEqual(startPlaces(after, before), [Float32Array.of(2, 6)]);
  assert.equal(startPlaces({ ids: Float64Array.of(1), axes: [Float32Array.of(0)] }, before), null);
  assert.deepEqual(after.axes, [Float32Array.of(5, 6)]);
});

test("a glide is at the start, on the way and at the end", () => {
  const [start, final] = [[Float32Array.of(0, 10)], [Float32Array.of(4, 20)]];
  assert.deepEqual(
    [0, 0.25, 1].map((share) => [...mixAxes(start, final, share)[0]]),
    [
      [0, 10],
      [1, 12.5],
      [4, 20],
    ],
  );
});

test("each group is a trace in its colour, and every point that is not hidden is in one", () => {
  const points = new SmallPoints(smallData({ hidden: pack(Uint8Array.of(0, 0, 0, 1)) }));
  const parts = splitRows(points);
  assert.deepEqual(
    parts.map(({ name, colour, rows }) => [name, colour, rows]),
    [
      ["run", "#e69f00", [0, 2]],
      ["no label", "#56b4e9", [1]],
    ],
  );
});

test("what is faded is a trace of its own below all others", () => {
  const points = new SmallPoints(smallData({ selected: pack(Uint8Array.of(1, 0, 0, 1)) }));
  const parts = splitRows(points);
  assert.deepEqual(
    parts.map(({ rows, strong }) => [rows, strong]),
    [
      [[2], false],
      [[1], false],
      [[0], true],
      [[3], true],
    ],
  );
  const opacities = parts.map((part) => pointTrace(points, part, "scatter", THEME, NONE).marker.opacity);
  assert.deepEqual(opacities, [0.13, 0.13, 0.9, 0.9]);
});

test("points with a number are coloured by it, those without apart", () => {
  const values = pack(Float32Array.of(0, NaN, 1, 0.5));
  const points = new SmallPoints(smallData({ groups: null, scale: { ...SCALE, values } }));
  const [numbered, bare] = splitRows(points).map((part) => pointTrace(points, part, "scatter", THEME, NONE));
  assert.deepEqual([...numbered.marker.color], [0, 1, 0.5]);
  assert.deepEqual([numbered.marker.cmin, numbered.marker.cmax, numbered.marker.showscale], [0, 1, false]);
  assert.equal(bare.marker.color, "#9aa5b1");
});

test("what the legend hides is drawn by no trace", () => {
  const points = new SmallPoints(smallData());
  const visible = splitRows(points).map((part) => pointTrace(points, part, "scatter", THEME, new Set(["run"])).visible);
  assert.deepEqual(visible, [false, true]);
});

test("in space lines join the rows of a pair and no others", () => {
  const trace = lineTrace(
    new SmallPoints(
      spaceData({
        lines: [
          [0, 3],
          [1, 2],
        ],
      }),
    ),
    THEME,
  );
  assert.deepEqual(
    [trace.x, trace.z],
    [
      [1, 4, null, 2, 3, null],
      [0, 1, null, 0, 0, null],
    ],
  );
});

test("in space a path is its stretches and its two ends, and goes with its legend entry", () => {
  const path = { rows: [0, 1, 3], name: "run", colour: "#0072b2" };
  const points = new SmallPoints(spaceData({ paths: [path] }));
  const traces = pathTraces(points, path, THEME, new Set(["path run"]));
  assert.deepEqual(
    traces.map((trace) => trace.mode),
    ["lines", "lines", "markers", "markers"],
  );
  assert.deepEqual(
    traces.slice(2).map((trace) => trace.x[0]),
    [1, 4],
  );
  assert.ok(traces.every((trace) => trace.visible === false));
  assert.ok(pathTraces(points, path, THEME, new Set(["run"])).every((trace) => trace.visible));
});

test("axes of rows are by name", () => {
  const { x, y } = axesOf([Float32Array.of(1, 2), Float32Array.of(3, 4)], [1, 0]);
  assert.deepEqual(
    [[...x], [...y]],
    [
      [2, 1],
      [4, 3],
    ],
  );
});

test("the flat layout is exactly what the camera sees", () => {
  const layout = flatLayout(THEME, [0, 8, -1, 4], { width: 800, height: 500 });
  assert.deepEqual([layout.xaxis.range, layout.yaxis.range, layout.width, layout.height], [[0, 8], [-1, 4], 800, 500]);
  assert.deepEqual([layout.dragmode, layout.hovermode, layout.margin], [false, false, { l: 0, r: 0, t: 0, b: 0 }]);
});

test("in space the longest side is one, the others in proportion", () => {
  const { scene } = spaceLayout(new SmallPoints(spaceData()), THEME, null, "orbit");
  const { x, y, z } = scene.aspectratio;
  assert.deepEqual(
    [x, y, z].map((side) => side.toFixed(9)),
    ["0.100000000", "1.000000000", "0.033333333"],
  );
  assert.deepEqual([scene.camera.eye, scene.dragmode], [EYE, "orbit"]);
});

test("a range has air on both sides, also where all values are one", () => {
  assert.deepEqual(paddedRange(Float32Array.of(0, 100)), [-6, 106]);
  assert.deepEqual(paddedRange(Float32Array.of(3, 3)), [2.5, 3.5]);
});

test("a camera is nine numbers, and back", () => {
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  assert.deepEqual(cameraWindow(windowCamera(numbers)), numbers);
  assert.deepEqual(cameraWindow({ eye: EYE }), [1.05, 1.05, 0.85, 0, 0, 0, 0, 0, 1]);
});

test("what Plotly tells of a hover is a trace, a point and its middle; where it no longer does, a sentence says so", () => {
  globalThis.window = { Plotly: { version: "99" } };
  const point = { curveNumber: 2, pointNumber: 7, bbox: { x0: 10, x1: 14, y0: 3, y1: 5 } };
  assert.deepEqual(hitOf({ points: [point] }), { trace: 2, number: 7, place: { x: 12, y: 4 } });
  assert.equal(hitOf({ points: [] }), null);
  assert.throws(() => hitOf({ points: [{ ...point, bbox: undefined }] }), /Plotly 99 no longer tells .*bbox/);
  assert.throws(() => hitOf({ points: [{ ...point, pointNumber: [7] }] }), /no longer tells/);
});

test("where Plotly keeps its camera elsewhere, a sentence says so", () => {
  globalThis.window = { Plotly: { version: "99" } };
  assert.deepEqual(cameraOf({ layout: { scene: { camera: { eye: EYE } } } }), { eye: EYE });
  assert.throws(() => cameraOf({ layout: { scene: {} } }), /Plotly 99 no longer tells .*camera/);
});
