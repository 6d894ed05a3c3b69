import assert from "node:assert/strict";
import { test } from "node:test";

import { TimelineStretch } from "../../../vidviz/ui/components/assets/timeline/stretch.js";
import { FakeNode, openPage, randomNumbers } from "../page.js";

openPage();

function makeStretch({ draws_stretch = true, duration = 12 } = {}) {
  const noted = { nudges: 0, grabbed: [], placed: [] };
  const strip = { data: { draws_stretch }, duration, place: (_node, ...ends) => noted.placed.push(ends) };
  const stretch = new TimelineStretch(
    strip,
    () => (noted.nudges += 1),
    (side) => noted.grabbed.push(side),
  );
  return { stretch, noted };
}

test("a stretch starts at the earlier end, in hundredths of a second", () => {
  const { stretch, noted } = makeStretch();
  stretch.choose(6.00499, 4.126);
  assert.deepEqual(stretch.chosen, [4.13, 6]);
  assert.deepEqual(noted.placed, [[4.13, 6]]);
});

test("handles say their limits and where they stand", () => {
  const { stretch } = makeStretch({ duration: 7200 });
  stretch.choose(4, 3661.5);
  const said = stretch.handles.map(({ attributes }) => [attributes["aria-valuenow"], attributes["aria-valuetext"]]);
  assert.deepEqual(said, [
    ["4.00", "4.0 s"],
    ["3661.50", "1:01:01.5"],
  ]);
  assert.equal(stretch.handles[0].attributes["aria-valuemax"], "7200.0");
});

test("an arrow moves an end by a tenth, with shift by a second", () => {
  const { stretch, noted } = makeStretch();
  stretch.choose(4, 6);
  assert.ok(stretch.handles[0].fire("keydown", { key: "ArrowRight" }));
  assert.ok(stretch.handles[1].fire("keydown", { key: "ArrowUp", shiftKey: true }));
  assert.ok(stretch.handles[1].fire("keydown", { key: "ArrowLeft" }));
  assert.deepEqual([stretch.chosen, noted.nudges], [[4.1, 6.9], 3]);
});

test("no end passes the other, nor the video's", () => {
  const random = randomNumbers(5);
  const { stretch } = makeStretch({ duration: 3 });
  stretch.choose(1, 2);
  for (let i = 0; i < 500; i++) {
    const key = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"][Math.floor(random() * 4)];
    stretch.handles[random() < 0.5 ? 0 : 1].fire("keydown", { key, shiftKey: random() < 0.3 });
    const [start, end] = stretch.chosen;
    assert.ok(start >= 0 && start <= end && end <= 3);
  }
});

test("other keys, and arrows without a stretch, do nothing", () => {
  const { stretch, noted } = makeStretch();
  assert.ok(!stretch.handles[0].fire("keydown", { key: "ArrowRight" }));
  stretch.choose(1, 2);
  assert.ok(!stretch.handles[0].fire("keydown", { key: "a" }));
  assert.equal(noted.nudges, 0);
});

test("a press tells which handle was taken, and an end can be given the focus", () => {
  const { stretch, noted } = makeStretch();
  stretch.handles[1].fire("pointerdown");
  stretch.handles[0].fire("pointerdown");
  assert.deepEqual(noted.grabbed, [1, 0]);
  stretch.focusEnd(1);
  assert.equal(FakeNode.focused, stretch.handles[1]);
});

test("it says what is chosen, and what to do where nothing is", () => {
  const { stretch } = makeStretch();
  assert.match(stretch.text, /Draw over the strip/);
  stretch.choose(61, 63.5);
  assert.equal(stretch.text, "Stretch: 1:01.0 to 1:03.5");
  stretch.choose(5, 5);
  assert.equal(stretch.text, "The frame at 5.0 s");
  assert.equal(makeStretch({ draws_stretch: false }).stretch.text, "");
});

test("without a stretch nothing is drawn, and handles only where one may draw", () => {
  const { stretch } = makeStretch({ draws_stretch: false });
  stretch.draw();
  assert.ok(stretch.node.hidden);
  stretch.choose(1, 2);
  assert.deepEqual([stretch.node.hidden, ...stretch.handles.map((handle) => handle.hidden)], [false, true, true]);
});
