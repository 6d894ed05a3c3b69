// The legend, the toolbar and the pointer, as a person uses them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Camera } from "../../../vidviz/ui/components/assets/map/camera.js";
import { FlatMap } from "../../../vidviz/ui/components/assets/map/flat_map.js";
import { MapInput, wheelZoom } from "../../../vidviz/ui/components/assets/map/input.js";
import { obeyKey } from "../../../vidviz/ui/components/assets/map/keys.js";
import { Legend, legendEntries } from "../../../vidviz/ui/components/assets/map/legend.js";
import { SmallPoints } from "../../../vidviz/ui/components/assets/map/small_points.js";
import { ToolBar } from "../../../vidviz/ui/components/assets/map/tools.js";
import { FakeNode, openPage } from "../page.js";
import { SCALE, smallData } from "./made.js";

openPage();

const PATH = { rows: [0, 1], name: "run", colour: "#0072b2" };

function makeLegend(groups = ["a", "b", "c"]) {
  const noted = { changes: 0 };
  const legend = new Legend(() => (noted.changes += 1));
  const colours = groups.map(() => "#e69f00");
  legend.draw({ groups: { names: groups, colours, counts: groups.map(() => 5) }, paths: [PATH], scale: null });
  return { legend, noted, muted: () => [...legend.muted].toSorted() };
}

// Two clicks as a browser tells them.
function doubleClick(legend, part) {
  legend.toggle(part);
  legend.isolate(part, 2);
}

test("a click hides a part and another shows it", () => {
  const { legend, noted, muted } = makeLegend();
  legend.toggle("b");
  assert.deepEqual(muted(), ["b"]);
  legend.toggle("b");
  assert.deepEqual([muted(), noted.changes], [[], 2]);
});

test("a double click leaves a part alone, and another brings all back", () => {
  const { legend, muted } = makeLegend();
  doubleClick(legend, "b");
  assert.deepEqual(muted(), ["a", "c", "path run"]);
  doubleClick(legend, "b");
  assert.deepEqual(muted(), []);
});

test("a double click on a hidden part brings all back", () => {
  const { legend, muted } = makeLegend();
  legend.toggle("b");
  doubleClick(legend, "b");
  assert.deepEqual(muted(), []);
});

test("from one part alone a double click goes to another", () => {
  const { legend, muted } = makeLegend();
  doubleClick(legend, "b");
  legend.toggle("c"); // shown again
  doubleClick(legend, "c");
  assert.deepEqual(muted(), ["a", "b", "path run"]);
});

test("a third click of a row does nothing", () => {
  const { legend, noted } = makeLegend();
  legend.isolate("b", 3);
  assert.equal(noted.changes, 0);
});

test("the buttons do so, and say what is shown", () => {
  const { legend, muted } = makeLegend();
  const [first, second] = legend.node.children;
  first.fire("click", { detail: 1 });
  assert.deepEqual(
    [muted(), first.attributes["aria-pressed"], second.attributes["aria-pressed"]],
    [["a"], "false", "true"],
  );
  second.fire("click", { detail: 1 });
  second.fire("click", { detail: 2 });
  assert.deepEqual(muted(), ["a", "c", "path run"]);
  assert.deepEqual(
    legend.shown.map(({ name }) => name),
    ["b"],
  );
});

test("a button that says the same stays, so that it keeps the focus", () => {
  const { legend } = makeLegend();
  const [first] = legend.node.children;
  legend.draw({
    groups: { names: ["a", "b", "c"], colours: ["#e69f00", "#e69f00", "#e69f00"], counts: [5, 5, 5] },
    paths: [PATH],
    scale: null,
  });
  assert.equal(legend.node.children[0], first);
  legend.draw({ groups: { names: ["a"], colours: ["#e69f00"], counts: [5] }, paths: [PATH], scale: null });
  assert.notEqual(legend.node.children[0], first);
});

test("a legend names groups that have points, unless there is but one, and paths", () => {
  const groups = { names: ["a", "b", "c"], colours: ["#1", "#2", "#3"], counts: [3, 0, 2] };
  const names = (more) => legendEntries({ groups, paths: [], ...more }).map(({ part }) => part);
  assert.deepEqual(names({}), ["a", "c"]);
  assert.deepEqual(names({ groups: { ...groups, counts: [3, 0, 0] } }), []);
  assert.deepEqual(names({ groups: { ...groups, counts: [3, 0, 0] }, paths: [PATH] }), ["a", "path run"]);
  assert.deepEqual(names({ groups: null, paths: [PATH] }), ["path run"]);
});

test("numbers are explained by a bar, and nothing to explain leaves no legend", () => {
  const legend = new Legend(() => {});
  legend.draw({ groups: null, scale: { ...SCALE, low: 0.123456, high: 98765 }, paths: [] });
  assert.deepEqual(
    legend.node.querySelectorAll(".vv-quiet").map((node) => node.textContent),
    ["0.123", "98800"],
  );
  legend.draw({ groups: null, scale: null, paths: [] });
  assert.ok(legend.node.hidden);
});

test("a colour that is none does not reach the page", () => {
  const legend = new Legend(() => {});
  const names = ["a", "b"];
  legend.draw({ groups: { names, colours: ["red;x:url(y)", "#009e73"], counts: [1, 1] }, paths: [], scale: null });
  const dots = legend.node.children.map((node) => node.style.properties["--vv-dot"]);
  assert.deepEqual(dots, ["currentColor", "#009e73"]);
});

function makeBar() {
  const done = [];
  const act = (name) => () => done.push(name);
  const bar = new ToolBar({
    choose: (tool) => done.push(tool),
    closer: act("closer"),
    farther: act("farther"),
    fit: act("fit"),
    picture: act("picture"),
  });
  bar.offer(true);
  return { bar, done };
}

const wordOf = (button) => button.children[1].textContent;

test("every button has a word on it, and a whole name that holds the word", () => {
  for (const flat of [true, false]) {
    const { bar } = makeBar();
    bar.offer(flat);
    assert.equal(bar.node.children.length, 8);
    for (const button of bar.node.children) {
      assert.ok(wordOf(button).length > 1 && wordOf(button).length <= 5);
      assert.ok(button.attributes["aria-label"].toLowerCase().includes(wordOf(button).toLowerCase()));
      assert.equal(button.title, button.attributes["aria-label"]);
    }
  }
});

test("buttons do what they say", () => {
  const { bar, done } = makeBar();
  for (const button of bar.node.children) button.fire("click");
  assert.deepEqual(done, ["pan", "zoom", "lasso", "select", "closer", "farther", "fit", "picture"]);
});

test("the tool in hand is pressed, and no other", () => {
  const { bar } = makeBar();
  bar.show("lasso");
  const pressed = bar.node.children.filter((button) => button.attributes["aria-pressed"] === "true").map(wordOf);
  assert.deepEqual(pressed, ["Lasso"]);
});

test("a map in space has other tools; asked again the buttons stay", () => {
  const { bar } = makeBar();
  bar.offer(false);
  const [first] = bar.node.children;
  assert.equal(wordOf(first), "Turn");
  bar.offer(false);
  assert.equal(bar.node.children[0], first);
});

// A flat map of four points on a stage of 400 by 400, ten pixels a unit, with the middle at (2, 20).
class DrawnMap extends FlatMap {
  constructor(view, points) {
    super(view);
    this.drawn = points;
    this.camera = new Camera(points.bounds);
    this.camera.resize(400, 400);
    this.camera.look(2, 20, 10);
  }

  get points() {
    return this.drawn;
  }
}

function makeMap(tool, more = {}) {
  const done = [];
  const area = new FakeNode("div");
  Object.assign(area, { getBoundingClientRect: () => ({ left: 100, top: 50 }), offsetLeft: 0, offsetTop: 40 });
  area.setPointerCapture = () => {};
  const note =
    (name) =>
    (...told) =>
      done.push([name, ...told]);
  const view = { area, tool, legend: { muted: new Set() }, frames: { sketchSoon() {} } };
  for (const name of ["onClick", "onRest", "onLeave", "onMoving", "onMoved", "onPolygon", "clear"])
    view[name] = note(name);
  view.renderer = new DrawnMap(view, new SmallPoints(smallData(more)));
  const input = new MapInput(view);
  // In pixels of the stage; the second point, at (2, 20), is at (200, 200).
  const fire = (name, x, y, fields = {}) =>
    area.fire(name, { clientX: x + 100, clientY: y + 50, button: 0, detail: 1, ...KEYS, ...fields });
  const did = (name) => done.filter(([one]) => one === name).map(([, ...told]) => told);
  return { view, input, fire, did, done };
}

const KEYS = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

function drag({ fire }, places, fields) {
  fire("pointerdown", ...places[0], fields);
  for (const place of places) fire("pointermove", ...place, fields);
  fire("pointerup", ...places.at(-1), fields);
}

test("the pointer rests on the point within reach, and leaves where there is none", () => {
  const map = makeMap("pan");
  map.fire("pointermove", 205, 203);
  assert.deepEqual(map.did("onRest"), [[1, { x: 200, y: 240 }]]);
  map.fire("pointermove", 240, 240);
  assert.equal(map.did("onLeave").length, 1);
});

test("what is hidden, or muted by the legend, is not pointed at", () => {
  const map = makeMap("pan");
  map.view.legend.muted.add("no label");
  map.fire("pointermove", 200, 200);
  assert.deepEqual(map.did("onRest"), []);
});

test("a press that moves less than four pixels is a click on the point where it began", () => {
  const map = makeMap("lasso");
  drag(map, [
    [200, 200],
    [202, 202],
  ]);
  assert.deepEqual(map.did("onClick"), [[1]]);
  assert.deepEqual(map.did("onPolygon"), []);
  drag(map, [[300, 300]]);
  assert.equal(map.did("onClick").length, 1);
});

test("the second press of a double click is no click, and the double click clears", () => {
  const map = makeMap("pan");
  drag(map, [[200, 200]], { detail: 2 });
  map.fire("dblclick", 200, 200);
  assert.deepEqual([map.did("onClick"), map.did("clear").length], [[], 1]);
});

test("other buttons of the mouse do nothing", () => {
  const map = makeMap("lasso");
  drag(
    map,
    [
      [0, 0],
      [90, 0],
      [90, 90],
    ],
    { button: 2 },
  );
  assert.deepEqual([map.did("onPolygon"), map.did("onClick")], [[], []]);
});

test("with the hand the map is moved, and its place told once at the end", () => {
  const map = makeMap("pan");
  drag(map, [
    [100, 100],
    [150, 100],
    [150, 120],
  ]);
  assert.deepEqual([map.view.renderer.camera.x, map.view.renderer.camera.y], [2 - 5, 20 + 2]);
  assert.equal(map.did("onMoved").length, 1);
  assert.ok(map.did("onMoving").length >= 2);
});

test("a lasso is told in the map's own numbers, by the keys held", () => {
  const way = [
    [100, 100],
    [300, 100],
    [300, 300],
  ];
  for (const [keys, mode] of [
    [{}, "replace"],
    [{ shiftKey: true }, "add"],
    [{ altKey: true }, "remove"],
  ]) {
    const map = makeMap("lasso");
    drag(map, way, keys);
    assert.deepEqual(map.did("onPolygon"), [
      [
        [
          [-8, 30],
          [12, 30],
          [12, 10],
        ],
        mode,
      ],
    ]);
    assert.equal(map.input.outline, null);
  }
});

test("a box is told by its four corners, whichever way it was drawn", () => {
  const map = makeMap("select");
  drag(map, [
    [300, 300],
    [200, 250],
    [100, 100],
  ]);
  assert.deepEqual(map.did("onPolygon"), [
    [
      [
        [12, 10],
        [-8, 10],
        [-8, 30],
        [12, 30],
      ],
      "replace",
    ],
  ]);
});

test("while one draws, the outline is there, and a cancelled press draws nothing", () => {
  const map = makeMap("lasso");
  map.fire("pointerdown", 100, 100);
  map.fire("pointermove", 140, 100);
  map.fire("pointermove", 140, 101); // nearer than a step: not noted
  assert.deepEqual(map.input.outline, [
    { x: 100, y: 100 },
    { x: 140, y: 100 },
  ]);
  map.fire("pointercancel", 0, 0);
  map.fire("pointerup", 140, 140);
  assert.deepEqual([map.input.outline, map.did("onPolygon")], [null, []]);
});

test("a box of the zoom tool comes into view, an empty one changes nothing", () => {
  const map = makeMap("zoom");
  drag(map, [
    [100, 100],
    [150, 150],
  ]);
  const { camera } = map.view.renderer;
  assert.deepEqual([camera.x, camera.y], [-5.5, 27.5]);
  const { unit } = camera;
  drag(map, [
    [100, 100],
    [150, 100],
  ]);
  assert.equal(camera.unit, unit);
});

test("the wheel zooms about the pointer, and lines count as pixels of a line", () => {
  const map = makeMap("lasso");
  assert.ok(map.fire("wheel", 200, 200, { deltaY: -100, deltaMode: 0 }));
  const { camera } = map.view.renderer;
  assert.ok(Math.abs(camera.unit - 10 * Math.exp(0.15)) < 1e-9);
  assert.deepEqual(camera.toStage(2, 20), { x: 200, y: 200 });
  map.fire("wheel", 200, 200, { deltaY: -100 / 16, deltaMode: 1 });
  assert.ok(Math.abs(camera.unit - 10 * Math.exp(0.3)) < 1e-9);
});

test("one turn of the wheel never enlarges by more than a quarter of e", () => {
  assert.equal(wheelZoom(-1e6), Math.exp(0.25));
  assert.equal(wheelZoom(1e6), Math.exp(-0.25));
  assert.ok(Math.abs(wheelZoom(100) * wheelZoom(-100) - 1) < 1e-12);
});

test("in space a press that does not move is a click on the point Plotly told of; the wheel is Plotly's", () => {
  const map = makeMap("turntable");
  map.view.renderer = { flat: false, pick: () => 3 };
  drag(map, [
    [10, 10],
    [11, 11],
  ]);
  drag(map, [
    [10, 10],
    [90, 90],
  ]);
  assert.deepEqual([map.did("onClick"), map.did("onMoving")], [[[3]], []]);
  assert.ok(!map.fire("wheel", 200, 200, { deltaY: -100, deltaMode: 0 }));
});

test("a map that glides points at nothing", () => {
  const map = makeMap("pan");
  map.view.renderer.begin = map.view.renderer.camera;
  assert.equal(map.view.renderer.pick({ x: 200, y: 200 }), -1);
  map.view.renderer.settle();
  assert.equal(map.view.renderer.pick({ x: 200, y: 200 }), 1);
});

test("keys pan by shares of what is in view, and zoom about the middle", () => {
  const { view, did } = makeMap("pan");
  view.renderer.panBy(0.25, -0.5);
  assert.deepEqual([view.renderer.camera.x, view.renderer.camera.y], [12, 0]);
  view.renderer.zoomBy(2);
  assert.deepEqual(view.renderer.camera.window, [2, 22, -10, 10]);
  assert.deepEqual(view.renderer.window(), [2, 22, -10, 10]);
  view.renderer.fit();
  assert.deepEqual(view.renderer.window(), []);
  assert.equal(did("onMoved").length, 3);
});

test("arrows pan, + and - zoom, 0 fits, and no other key is the map's", () => {
  const done = [];
  const note =
    (name) =>
    (...told) =>
      done.push([name, ...told]);
  const renderer = { panBy: note("pan"), zoomBy: note("zoom"), fit: note("fit") };
  const keys = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "+", "=", "-", "0"];
  assert.ok(keys.every((key) => obeyKey(renderer, key)));
  assert.deepEqual(
    done.map(([name, ...told]) => `${name} ${told.map((one) => one.toFixed(2))}`),
    ["pan -0.15,0.00", "pan 0.15,0.00", "pan 0.00,0.15", "pan 0.00,-0.15"].concat([
      "zoom 1.50",
      "zoom 1.50",
      "zoom 0.67",
      "fit ",
    ]),
  );
  assert.ok(["a", "Enter", "toString", "_", "1"].every((key) => !obeyKey(renderer, key)));
  assert.equal(done.length, keys.length);
});
