import assert from "node:assert/strict";
import { test } from "node:test";

import { PointGrid } from "../../../vidviz/ui/components/assets/map/grid.js";
import { randomNumbers } from "../page.js";

const all = () => true;

// The same question asked of each point.
function nearestOfAll(places, x, y, reach, accepts) {
  let [best, least] = [-1, reach * reach];
  for (let row = 0; row < places.length / 2; row++) {
    const way = (places[2 * row] - x) ** 2 + (places[2 * row + 1] - y) ** 2;
    if (way <= least && accepts(row)) [best, least] = [row, way];
  }
  return best;
}

function scatter(count, seed, [x0, x1, y0, y1]) {
  const random = randomNumbers(seed);
  const places = new Float32Array(2 * count);
  for (let row = 0; row < count; row++) {
    places[2 * row] = x0 + random() * (x1 - x0);
    places[2 * row + 1] = y0 + random() * (y1 - y0);
  }
  return places;
}

for (const [count, bounds] of [
  [1, [0, 1, 0, 1]],
  [17, [-5, 5, 100, 101]],
  [3000, [-1, 1, -1, 1]],
  [40_000, [0, 1000, 0, 1]],
]) {
  test(`among ${count} points it finds what a look at each one finds`, () => {
    const places = scatter(count, count, bounds);
    const grid = new PointGrid(places, bounds);
    const random = randomNumbers(count + 1);
    const [x0, x1, y0, y1] = bounds;
    const accepts = (row) => row % 7 !== 3;
    for (let i = 0; i < 200; i++) {
      const x = x0 + (x1 - x0) * (1.4 * random() - 0.2);
      const y = y0 + (y1 - y0) * (1.4 * random() - 0.2);
      const reach = (x1 - x0) * [0.003, 0.05, 0.6][i % 3];
      assert.equal(grid.nearest(x, y, reach, accepts), nearestOfAll(places, x, y, reach, accepts));
    }
  });
}

test("every row stands in the grid once", () => {
  const places = scatter(5000, 9, [0, 1, 0, 1]);
  const { rows, starts } = new PointGrid(places, [0, 1, 0, 1]);
  assert.deepEqual(
    [...rows].toSorted((a, b) => a - b),
    Array.from({ length: 5000 }, (_, row) => row),
  );
  assert.equal(starts.at(-1), 5000);
  starts.forEach((start, cell) => assert.ok(cell === 0 || start >= starts[cell - 1]));
});

test("of points in one place the last lies on top", () => {
  const places = Float32Array.from([1, 1, 2, 2, 1, 1, 2, 2]);
  const grid = new PointGrid(places, [1, 2, 1, 2]);
  assert.equal(grid.nearest(1, 1, 0.1, all), 2);
  assert.equal(grid.nearest(2.05, 2, 0.1, all), 3);
});

test("what is refused is passed over, and beyond reach there is nothing", () => {
  const grid = new PointGrid(Float32Array.from([0, 0, 1, 0]), [0, 1, 0, 0]);
  assert.equal(
    grid.nearest(0.1, 0, 2, (row) => row !== 0),
    1,
  );
  assert.equal(grid.nearest(0.5, 0, 0.4, all), -1);
  assert.equal(
    grid.nearest(0.5, 0, 2, () => false),
    -1,
  );
});

test("an empty map has no nearest point", () => {
  assert.equal(new PointGrid(new Float32Array(), [0, 1, 0, 1]).nearest(0.5, 0.5, 9, all), -1);
});
