import assert from "node:assert/strict";
import { test } from "node:test";

import { goalOfKey } from "../../../vidviz/ui/components/assets/gallery/steps.js";
import { addVote } from "../../../vidviz/ui/components/assets/gallery/votes.js";

test("a vote is told with those before it", () => {
  const first = addVote([], 7, true, 1000);
  assert.deepEqual(first, [{ number: 1000, clip_id: 7, more: true }]);
  assert.deepEqual(addVote(first, 8, false, 2000), [...first, { number: 2000, clip_id: 8, more: false }]);
});

test("numbers of votes rise also where the clock stands still or goes back", () => {
  let votes = [];
  for (const now of [1000, 1000, 900, 1001]) votes = addVote(votes, 7, true, now);
  assert.deepEqual(
    votes.map((vote) => vote.number),
    [1000, 1001, 1002, 1003],
  );
});

test("no more than sixteen votes are told again, the last ones", () => {
  let votes = [];
  for (let i = 0; i < 40; i++) votes = addVote(votes, i, true, i);
  assert.deepEqual(
    votes.map((vote) => vote.clip_id),
    Array.from({ length: 16 }, (_, i) => i + 24),
  );
});

test("the votes before are left as they were", () => {
  const before = addVote([], 1, true, 5);
  addVote(before, 2, true, 6);
  assert.equal(before.length, 1);
});

test("arrows lead to the card beside, above and below", () => {
  const goals = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].map((key) => goalOfKey(key, 7, 18, 6));
  assert.deepEqual(goals, [6, 8, 1, 13]);
});

test("beyond the first and the last card keys lead nowhere", () => {
  assert.deepEqual(
    ["ArrowLeft", "ArrowUp"].map((key) => goalOfKey(key, 0, 18, 6)),
    [-1, -1],
  );
  assert.deepEqual(
    ["ArrowRight", "ArrowDown"].map((key) => goalOfKey(key, 17, 18, 6)),
    [-1, -1],
  );
});

test("Home and End lead to the ends, other keys are none of ours", () => {
  assert.deepEqual(
    ["Home", "End"].map((key) => goalOfKey(key, 7, 18, 6)),
    [0, 17],
  );
  for (const key of ["a", "Enter", "toString", "constructor"]) assert.equal(goalOfKey(key, 7, 18, 6), undefined);
});
