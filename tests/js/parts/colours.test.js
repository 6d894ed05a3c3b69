import assert from "node:assert/strict";
import { test } from "node:test";

import { hexColour, isColour, scaleColour } from "../../../vidviz/ui/components/assets/parts/colours.js";

const SCALE = {
  title: "t",
  low: -2,
  high: 2,
  missing: "#9aa5b1",
  stops: [
    [0, "#000000"],
    [0.5, "#ff8000"],
    [1, "#ffffff"],
  ],
};

test("only #rrggbb is a colour", () => {
  for (const text of ["#000000", "#9AA5b1"]) assert.ok(isColour(text));
  for (const text of ["#000", "red", "#0000000", "#00000g", "#000000;background:url(x)", null, 7])
    assert.ok(!isColour(text));
});

test("a colour is its three numbers", () => {
  assert.deepEqual(hexColour("#0A10ff"), [10, 16, 255]);
});

test("the scale's stops are met exactly, and its ends hold beyond it", () => {
  assert.deepEqual(
    [-2, 0, 2].map((value) => scaleColour(SCALE, value)),
    ["#000000", "#ff8000", "#ffffff"],
  );
  assert.equal(scaleColour(SCALE, -99), "#000000");
  assert.equal(scaleColour(SCALE, 99), "#ffffff");
});

test("between two stops the colour is mixed in proportion", () => {
  assert.equal(scaleColour(SCALE, -1), "#804000");
  assert.equal(scaleColour(SCALE, 1), "#ffc080");
});

test("what is no number has the colour of that", () => {
  assert.equal(scaleColour(SCALE, NaN), "#9aa5b1");
  assert.equal(scaleColour(SCALE, Infinity), "#9aa5b1");
});

test("every value gives a colour, brighter as it grows along a grey scale", () => {
  const grey = {
    ...SCALE,
    stops: [
      [0, "#000000"],
      [1, "#ffffff"],
    ],
  };
  let last = -1;
  for (let value = -3; value <= 3; value += 0.013) {
    const colour = scaleColour(grey, value);
    assert.ok(isColour(colour));
    assert.ok(hexColour(colour)[0] >= last);
    last = hexColour(colour)[0];
  }
  assert.equal(last, 255);
});
