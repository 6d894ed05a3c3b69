import assert from "node:assert/strict";
import { test } from "node:test";

import { Camera, windowOf } from "../../../vidviz/ui/components/assets/map/camera.js";
import { randomNumbers } from "../page.js";

function makeCamera(bounds = [-2, 6, 1, 5], [width, height] = [800, 500]) {
  const camera = new Camera(bounds);
  camera.resize(width, height);
  return camera;
}

function near(one, other, reach = 1e-6) {
  assert.ok(Math.abs(one - other) < reach, `${one} is not ${other}`);
}

// Cameras of all kinds: other bounds, other stages, zoomed and panned.
function* manyCameras(number = 200) {
  const random = randomNumbers(number);
  for (let i = 0; i < number; i++) {
    const [x, y] = [random() * 100 - 50, random() * 100 - 50];
    const camera = makeCamera(
      [x, x + 0.1 + random() * 50, y, y + 0.1 + random() * 50],
      [200 + random() * 900, 200 + random() * 500],
    );
    if (i % 2) camera.zoomAt({ x: random() * 200, y: random() * 200 }, Math.exp(4 * random() - 1));
    if (i % 3) camera.pan(random() * 400 - 200, random() * 400 - 200);
    yield camera;
  }
}

test("a fitted camera shows all of the map, in its middle", () => {
  for (const camera of manyCameras()) {
    camera.fit();
    const [x0, x1, y0, y1] = camera.bounds;
    const [left, right, low, high] = camera.window;
    assert.ok(left < x0 && x1 < right && low < y0 && y1 < high);
    near(left + right, x0 + x1);
    near(low + high, y0 + y1);
  }
});

test("a place on the stage is a point of the map, and back", () => {
  for (const camera of manyCameras()) {
    const [x, y] = camera.toMap({ x: 123, y: 45 });
    const place = camera.toStage(x, y);
    near(place.x, 123);
    near(place.y, 45);
  }
});

test("up on the map is up on the stage, and a unit is as long in x as in y", () => {
  const camera = makeCamera();
  const [a, b] = [camera.toStage(0, 0), camera.toStage(1, 1)];
  assert.ok(b.y < a.y);
  near(b.x - a.x, a.y - b.y);
});

test("what is under the pointer stays there while one zooms", () => {
  for (const camera of manyCameras()) {
    const place = { x: 60, y: 170 };
    const before = camera.toMap(place);
    camera.zoomAt(place, 1.7);
    const after = camera.toMap(place);
    near(after[0], before[0]);
    near(after[1], before[1]);
    assert.ok(!camera.fitted);
  }
});

test("no zoom goes beyond the limits", () => {
  const camera = makeCamera();
  camera.zoomAt({ x: 0, y: 0 }, 1e12);
  near(camera.unit, camera.whole * 1e5);
  camera.zoomAt({ x: 0, y: 0 }, 1e-12);
  near(camera.unit, camera.whole * 0.2);
});

test("a pan moves the map with the hand", () => {
  const camera = makeCamera();
  const before = camera.toStage(1, 2);
  camera.pan(30, -12);
  const after = camera.toStage(1, 2);
  near(after.x - before.x, 30);
  near(after.y - before.y, -12);
});

test("a window is shown whole, whatever the shape of the stage", () => {
  for (const camera of manyCameras()) {
    const [x0, x1, y0, y1] = camera.bounds;
    const asked = [x0 + (x1 - x0) / 4, x1 - (x1 - x0) / 4, y0 + (y1 - y0) / 3, y1 - (y1 - y0) / 4];
    camera.show(asked);
    const [left, right, low, high] = camera.window;
    assert.ok(left <= asked[0] + 1e-9 && asked[1] <= right + 1e-9 && low <= asked[2] + 1e-9 && asked[3] <= high + 1e-9);
  }
});

test("a window that is asked for before the stage has a size is shown once it has", () => {
  const camera = new Camera([0, 10, 0, 10]);
  camera.show([2, 4, 2, 3]);
  camera.resize(400, 200);
  const [left, right, low, high] = camera.window;
  for (const [one, other] of [
    [left, 2],
    [right, 4],
    [low, 2],
    [high, 3],
  ])
    near(one, other);
});

test("after a touch the window asked for first is forgotten", () => {
  const camera = new Camera([0, 10, 0, 10]);
  camera.show([2, 4, 2, 3]);
  camera.resize(400, 200);
  camera.pan(10, 0);
  const { x, y, unit } = camera;
  camera.resize(500, 200);
  assert.deepEqual([camera.x, camera.y, camera.unit], [x, y, unit]);
});

test("a fitted camera stays fitted when the stage grows", () => {
  const camera = makeCamera();
  const { unit } = camera;
  camera.resize(1600, 1000);
  near(camera.unit, 2 * unit);
});

test("points all in one place are seen too", () => {
  const camera = makeCamera([3, 3, 4, 4]);
  assert.deepEqual(camera.toStage(3, 4), { x: 400, y: 250 });
  assert.ok(Number.isFinite(camera.unit) && camera.unit > 0);
});

test("the way between two cameras starts at the one and ends at the other, evenly in proportion", () => {
  const [from, to] = [makeCamera(), makeCamera()];
  to.look(9, -3, 100 * from.unit);
  assert.deepEqual(windowOf(to.between(from, 1)).map(Math.round), to.window.map(Math.round));
  near(to.between(from, 0).unit, from.unit);
  near(to.between(from, 0.5).unit, 10 * from.unit);
  near(to.between(from, 0.25).x, from.x + (9 - from.x) / 4);
});
