import assert from "node:assert/strict";
import { test } from "node:test";

import { clock, timeRange } from "../../../vidviz/ui/components/assets/parts/time.js";
import { randomNumbers } from "../page.js";

for (const [seconds, text] of [
  [0, "0.0 s"],
  [3.24, "3.2 s"],
  [59.94, "59.9 s"],
  [59.96, "1:00.0"],
  [63.2, "1:03.2"],
  [599.94, "9:59.9"],
  [3599.9, "59:59.9"],
  [3599.96, "1:00:00.0"],
  [3661.5, "1:01:01.5"],
  [7200, "2:00:00.0"],
  [36_000, "10:00:00.0"],
  [-1, "0.0 s"],
]) {
  test(`${seconds} s are ${text}`, () => assert.equal(clock(seconds), text));
}

test("what the clock says is the moment to a twentieth of a second", () => {
  const random = randomNumbers(3);
  for (let i = 0; i < 2000; i++) {
    const seconds = random() * 10 ** (1 + 4 * random());
    const parts = clock(seconds).replace(" s", "").split(":").map(Number);
    const read = parts.reduce((sum, part) => sum * 60 + part, 0);
    assert.ok(Math.abs(read - seconds) <= 0.05 + 1e-9, `${seconds}: ${clock(seconds)}`);
    assert.ok(parts.slice(1).every((part) => part < 60));
  }
});

test("a later moment is never written as an earlier one", () => {
  const read = (text) =>
    text
      .replace(" s", "")
      .split(":")
      .map(Number)
      .reduce((sum, part) => sum * 60 + part, 0);
  let last = -1;
  for (let seconds = 0; seconds < 4000; seconds += 0.37) {
    const now = read(clock(seconds));
    assert.ok(now >= last);
    last = now;
  }
});

test("a span within the first minute is said in seconds, a later one by the clock", () => {
  assert.equal(timeRange(0.5, 1), "0.5–1.0 s");
  assert.equal(timeRange(59, 61.5), "59.0 s–1:01.5");
  assert.equal(timeRange(7200, 7204), "2:00:00.0–2:00:04.0");
});
