import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { LargePoints, hasBit } from "../../../vidviz/ui/components/assets/map/large_points.js";
import { asksForTheSame } from "../../../vidviz/ui/components/assets/map/points.js";
import { SmallPoints, limits } from "../../../vidviz/ui/components/assets/map/small_points.js";
import { pack } from "../page.js";
import { SCALE, largeData, serveArrays, smallData } from "./made.js";

const { fetch } = globalThis;
afterEach(() => (globalThis.fetch = fetch));

test("a small map's points are what the server packed", async () => {
  const points = new SmallPoints(smallData());
  assert.deepEqual([points.count, points.x(1), points.y(1), points.clipId(2)], [4, 2, 20, 102]);
  assert.deepEqual(points.bounds, [1, 4, 10, 40]);
  assert.deepEqual(await points.describe(3), {
    id: 103,
    title: "b",
    label: "",
    colour: "#56b4e9",
    start: 3,
    end: 4,
    score: null,
    value: null,
  });
});

test("a small map knows its groups, and counts what is not hidden", () => {
  const points = new SmallPoints(smallData({ hidden: pack(Uint8Array.of(0, 1, 0, 0)) }));
  assert.deepEqual(
    [0, 1].map((row) => points.partOf(row)),
    ["run", "no label"],
  );
  assert.deepEqual(points.groups.counts, [2, 1]);
  assert.deepEqual([points.isHidden(0), points.isHidden(1)], [false, true]);
});

test("faded is what is dimmed, and what a selection leaves out", () => {
  const dimmed = pack(Uint8Array.of(1, 0, 0, 0));
  const selected = pack(Uint8Array.of(1, 1, 0, 0));
  const faded = (more) => [0, 1, 2, 3].map((row) => new SmallPoints(smallData(more)).isFaded(row));
  assert.deepEqual(faded({}), [false, false, false, false]);
  assert.deepEqual(faded({ dimmed }), [true, false, false, false]);
  assert.deepEqual(faded({ selected }), [false, false, true, true]);
  assert.deepEqual(faded({ dimmed, selected }), [true, false, true, true]);
});

test("points coloured by number name the scale, and what has no number", () => {
  const values = pack(Float32Array.of(0, NaN, 1, 0.5));
  const points = new SmallPoints(smallData({ groups: null, scale: { ...SCALE, values } }));
  assert.deepEqual(
    [0, 1].map((row) => points.partOf(row)),
    ["speed", "no value"],
  );
  assert.deepEqual(
    [0, 1, 2, 3].map((row) => points.colourOf(row)),
    ["#000000", "#9aa5b1", "#ffffff", "#808080"],
  );
});

test("the nearest point of a small map", () => {
  const points = new SmallPoints(smallData());
  assert.equal(
    points.nearest(2.9, 29, 5, () => true),
    2,
  );
});

test("limits of values, and of none", () => {
  assert.deepEqual(limits(Float32Array.of(3, -1, 2)), [-1, 3]);
  assert.deepEqual(limits(new Float32Array()), [0, 1]);
});

test("bits are read from the lowest of the first byte", () => {
  const bits = Uint8Array.of(0b10000001, 0b10);
  assert.deepEqual(
    Array.from({ length: 16 }, (_, row) => hasBit(bits, row)).flatMap((bit, row) => (bit ? [row] : [])),
    [0, 7, 9],
  );
  assert.equal(hasBit(null, 3), false);
});

test("a large map's arrays are fetched by name, and only those that changed", async () => {
  const asked = serveArrays();
  const first = await LargePoints.read(largeData(), null);
  assert.deepEqual(asked.splice(0).toSorted(), ["colours", "faded", "places"]);
  assert.deepEqual([first.x(1), first.y(1), first.isFaded(0), first.isFaded(1)], [2, 20, true, false]);
  const grid = first.nearest(1, 10, 1, () => true) === 0 && first.grid;
  const second = await LargePoints.read(largeData({ faded: "other" }), first);
  assert.deepEqual(asked.splice(0), ["other"]);
  assert.equal(second.arrays.places, first.arrays.places);
  assert.equal(second.grid, grid);
  const third = await LargePoints.read(largeData({ places: "moved", faded: null }), second);
  assert.deepEqual(asked.splice(0), ["moved"]);
  assert.deepEqual([third.grid, third.arrays.faded], [null, null]);
});

test("a large map by number has a colour a step, and one for no value", async () => {
  serveArrays();
  const points = await LargePoints.read(largeData({ groups: null, scale: SCALE }), null);
  assert.equal(points.palette.length, 256);
  assert.deepEqual(
    [0, 127, 254, 255].map((step) => points.palette[step]),
    ["#000000", "#808080", "#ffffff", "#9aa5b1"],
  );
  assert.deepEqual([points.partOf(1), points.colourOf(1)], ["speed", points.palette[1]]);
});

test("both flags of a point go into one byte", async () => {
  serveArrays();
  const points = await LargePoints.read(largeData({ hidden: "hidden" }), null);
  assert.deepEqual([...points.flags()], [1, 2, 3, 0]);
  const bare = await LargePoints.read(largeData({ faded: null }), null);
  assert.deepEqual([...bare.flags()], [0, 0, 0, 0]);
});

test("rows are asked for once, and the oldest of four hundred is forgotten", async () => {
  const asked = serveArrays();
  const points = await LargePoints.read(largeData(), null);
  asked.length = 0;
  for (let row = 0; row < 400; row++) await points.describe(row);
  await points.describe(0); // still known, and from now on the last to go
  assert.equal(asked.length, 400);
  await points.describe(400);
  await points.describe(0);
  assert.equal(asked.length, 401);
  await points.describe(1);
  assert.equal(asked.length, 402);
});

test("a server that no longer knows the points says so in a sentence", async () => {
  globalThis.fetch = async () => ({ ok: false });
  await assert.rejects(LargePoints.read(largeData(), null), /could not be fetched .* reload/);
});

test("two runs ask for the same picture wherever it is looked at", () => {
  const data = smallData();
  assert.ok(asksForTheSame(data, { ...smallData(), window: [1, 2, 3, 4] }));
  assert.ok(!asksForTheSame(data, { ...data, point_px: 9 }));
  assert.ok(!asksForTheSame(data, { ...data, more: 1 }));
  assert.ok(!asksForTheSame({ ...data, more: undefined }, { ...data, other: undefined }));
  assert.ok(!asksForTheSame(data, { ...data, lines: [[0, 1]] }));
});
