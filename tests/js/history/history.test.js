import assert from "node:assert/strict";
import { test } from "node:test";

import { takesPlace } from "../../../vidviz/ui/components/assets/history/entries.js";

const at = (path) => new URL(path, "http://localhost:8501/base/");
const step = (before, after, acted = true) => !takesPlace(at(before), at(after), ["map", "search", "inside"], acted);

test("another page is a step", () => {
  assert.equal(step("map?set=a&clip=1", "search?set=a&clip=1"), true);
});

test("what a page adds to its address, or takes away, is none", () => {
  assert.equal(step("map", "map?set=a"), false);
  assert.equal(step("map?set=a", "map?set=a&map+projection=PCA"), false);
  assert.equal(step("inside?clip=42", "inside?set=a"), false);
});

test("another clip or set is one where a person chose it, and none where the page corrects a link", () => {
  assert.equal(step("map?set=a&clip=1", "map?set=a&clip=2"), true);
  assert.equal(step("map?set=a", "map?set=b"), true);
  assert.equal(step("map?set=dead", "map?set=b", false), false);
});

test("an address that names no page is left for good", () => {
  for (const nowhere of ["nopage?set=a", "", "start"]) assert.equal(step(nowhere, "map?set=a"), false);
});
