import assert from "node:assert/strict";
import { test } from "node:test";

import { spread, ticksOf } from "../../../vidviz/ui/components/assets/timeline/layout.js";

test("twelve seconds on a wide strip are ticked each second", () => {
  assert.deepEqual(
    ticksOf(12, 1200),
    Array.from({ length: 12 }, (_, i) => i),
  );
});

test("ticks have room, start at nought, are even and stay clear of the end", () => {
  for (const duration of [0.3, 1, 7.7, 59, 61, 600, 3601, 7200, 40_000]) {
    for (const width of [50, 320, 900, 2000]) {
      const ticks = ticksOf(duration, width);
      assert.equal(ticks[0], 0);
      const step = ticks.length > 1 ? ticks[1] : duration;
      ticks.forEach((tick, i) => assert.ok(Math.abs(tick - i * step) < 1e-9));
      assert.ok(ticks.at(-1) <= duration - 0.4 * step);
      if (ticks.length > 1) assert.ok((step / duration) * width >= 90 - 1e-9, `${duration} s on ${width} px`);
    }
  }
});

test("two hours are ticked by whole minutes", () => {
  assert.ok(ticksOf(7200, 1000).every((tick) => tick % 600 === 0));
});

test("what fits is shown whole", () => {
  const items = [1, 2, 3];
  assert.equal(spread(items, 3), items);
});

test("of more, so many are shown, in order, each once, from the middle of its share", () => {
  for (const [count, most] of [
    [10, 3],
    [100, 7],
    [5, 4],
    [1000, 999],
  ]) {
    const shown = spread(
      Array.from({ length: count }, (_, i) => i),
      most,
    );
    assert.equal(shown.length, most);
    shown.forEach((item, i) => {
      assert.ok(item >= Math.floor((i * count) / most) && item < ((i + 1) * count) / most);
      assert.ok(i === 0 || item > shown[i - 1]);
    });
  }
});
