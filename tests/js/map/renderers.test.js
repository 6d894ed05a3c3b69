// The two that Plotly draws for, over a Plotly that notes what it is asked.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Legend } from "../../../vidviz/ui/components/assets/map/legend.js";
import { PlotlyMap } from "../../../vidviz/ui/components/assets/map/plotly_map.js";
import { SmallPoints } from "../../../vidviz/ui/components/assets/map/small_points.js";
import { SpaceMap } from "../../../vidviz/ui/components/assets/map/space_map.js";
import { FakeNode, openPage } from "../page.js";
import { smallData, spaceData } from "./made.js";

const asked = [];
const note =
  (name) =>
  async (node, ...told) => {
    asked.push([name, ...told]);
    node.on = () => {};
  };
const PLOTLY = { version: "0", purge: note("purge"), Plots: { resize: note("resize") } };
for (const name of ["react", "restyle", "relayout", "update"]) PLOTLY[name] = note(name);

openPage().head.appendChild = (script) => script.onload();
globalThis.window = { Plotly: PLOTLY };
FakeNode.prototype.getContext = () => null;

const THEME = { text: "#111111", page: "#ffffff", line: "#cccccc", accent: "#ff0000", quiet: "#777777", font: "serif" };
const PATH = { rows: [0, 1, 3], name: "film", colour: "#0072b2" };
const TURNED = { view_key: "turned" };

function makeView() {
  const area = Object.assign(new FakeNode("div"), {
    clientWidth: 400,
    clientHeight: 300,
    offsetLeft: 0,
    offsetTop: 40,
  });
  return { area, tool: "orbit", legend: new Legend(() => {}), onMoved() {}, onRest() {}, onLeave() {} };
}

async function drawn(Kind, data) {
  const renderer = new Kind(makeView());
  asked.length = 0;
  const glides = await renderer.draw(new SmallPoints(data), THEME);
  assert.equal(glides, false);
  return renderer;
}

test("a flat map is drawn as large as its area, with what the camera sees, and takes no pointer", async () => {
  const map = await drawn(PlotlyMap, smallData());
  const [[name, traces, layout, config]] = asked;
  assert.deepEqual([name, traces.length, config], ["react", 2, { staticPlot: true }]);
  assert.deepEqual([layout.width, layout.height], [400, 300]);
  assert.deepEqual([...layout.xaxis.range, ...layout.yaxis.range], map.camera.window);
});

test("a frame that shows the same asks Plotly nothing; a moved camera is asked for once", async () => {
  const map = await drawn(PlotlyMap, smallData());
  await map.show(1);
  assert.equal(asked.length, 1);
  map.camera.pan(10, 0);
  await map.show(1);
  await map.show(1);
  assert.equal(asked.length, 2);
  assert.deepEqual(asked[1][1]["xaxis.range"], map.camera.window.slice(0, 2));
});

test("the camera stays where data change, and is new with a new layout", async () => {
  const map = await drawn(PlotlyMap, smallData());
  const { camera } = map;
  camera.zoomAt({ x: 0, y: 0 }, 2);
  await map.draw(new SmallPoints(smallData({ point_px: 9 })), THEME);
  assert.equal(map.camera, camera);
  await map.draw(new SmallPoints(smallData(TURNED)), THEME);
  assert.notEqual(map.camera, camera);
  assert.ok(map.camera.fitted);
});

test("a link's window is looked at first, and only then", async () => {
  const map = await drawn(PlotlyMap, smallData({ window: [0, 4, 0, 3] }));
  assert.deepEqual(map.camera.window, [0, 4, 0, 3]);
  await map.draw(new SmallPoints(smallData({ ...TURNED, window: [0, 4, 0, 3] })), THEME);
  assert.ok(map.camera.fitted);
});

test("points glide to a new layout and end exactly there; while they do, none is pointed at", async () => {
  const map = await drawn(PlotlyMap, smallData());
  const points = new SmallPoints(smallData({ ...TURNED, axes: smallData().axes.toReversed() }));
  assert.equal(await map.draw(points, THEME), true);
  assert.equal(points.x(1), 2);
  await map.show(0.5);
  assert.deepEqual([points.x(1), points.y(1), map.pick({ x: 200, y: 150 })], [11, 11, -1]);
  assert.deepEqual([...asked.at(-1)[1].x[0]], [5.5, 16.5]);
  map.settle();
  assert.deepEqual([points.x(1), points.y(1)], [20, 2]);
});

test("what the legend hides is restyled away", async () => {
  const map = await drawn(PlotlyMap, smallData());
  map.view.legend.muted.add("run");
  await map.recolour();
  assert.deepEqual(asked.at(-1), ["restyle", { visible: [false, true] }]);
});

test("in space lines, ribbons and the ring glide along with the points", async () => {
  const marks = { paths: [PATH], lines: [[0, 2]], current_row: 3 };
  const map = await drawn(SpaceMap, spaceData(marks));
  const [[, before]] = asked;
  const points = new SmallPoints(spaceData({ ...marks, ...TURNED, axes: spaceData().axes.toReversed() }));
  assert.equal(await map.draw(points, THEME), true);
  await map.show(1);
  const [, { x, z }] = asked.at(-1);
  assert.equal(x.length, before.length);
  before.forEach((trace, i) => {
    assert.deepEqual([...x[i]], [...trace.z]);
    assert.deepEqual([...z[i]], [...trace.x]);
  });
});

test("in space the legend hides points and ribbons, and nothing else", async () => {
  const map = await drawn(SpaceMap, spaceData({ paths: [PATH], lines: [[0, 2]] }));
  map.view.legend.muted.add("path film");
  await map.recolour();
  assert.deepEqual(asked.at(-1)[1].visible, [true, true, true, false, false, false, false]);
});

test("a camera that was turned stays with its layout, and its home is no window", async () => {
  const map = await drawn(SpaceMap, spaceData());
  assert.deepEqual(map.window(), []);
  const eye = { x: 2, y: 0, z: 1 };
  map.onRelayout({ "scene.camera": { eye } });
  map.onRelayout({ "scene.dragmode": "pan" });
  assert.deepEqual(map.window(), [2, 0, 1, 0, 0, 0, 0, 0, 1]);
  await map.draw(new SmallPoints(spaceData({ point_px: 9 })), THEME);
  assert.deepEqual(asked.at(-1)[2].scene.camera.eye, eye);
  await map.draw(new SmallPoints(spaceData(TURNED)), THEME);
  assert.deepEqual(asked.at(-1)[2].scene.camera.eye, { x: 1.05, y: 1.05, z: 0.85 });
});

test("the point Plotly tells of is found by its trace and number, lines are nobody", async () => {
  const map = await drawn(SpaceMap, spaceData({ lines: [[0, 2]] }));
  const event = (curveNumber, pointNumber) => ({
    points: [{ curveNumber, pointNumber, bbox: { x0: 10, x1: 12, y0: 20, y1: 24 } }],
  });
  map.onHover(event(2, 0));
  assert.equal(map.pick(), -1);
  map.onHover(event(1, 1));
  assert.deepEqual([map.pick(), map.placeOf(3), map.placeOf(0)], [3, { x: 11, y: 62 }, { x: 0, y: 0 }]);
});
