import assert from "node:assert/strict";
import { test } from "node:test";

import { isLeftOut } from "../../../vidviz/ui/components/assets/upload/chosen.js";
import { Transfers } from "../../../vidviz/ui/components/assets/upload/transfers.js";
import { inMegabytes, summary } from "../../../vidviz/ui/components/assets/upload/words.js";

const DATA = {
  token: "a",
  held: [],
  num_held: 0,
  next: 0,
  largest_bytes: 100,
  room_bytes: 250,
  most_files: 5,
  left_out: [".txt", ".jpg"],
  table: "labels.csv",
};

function made(data = DATA) {
  const asked = [];
  let settled = 0;
  const transfers = new Transfers(
    () => {},
    () => (settled += 1),
    () => {
      const request = { upload: {}, headers: {}, aborted: false };
      request.open = (method, url) => Object.assign(request, { method, url });
      request.setRequestHeader = (name, value) => (request.headers[name] = value);
      request.send = () => asked.push(request);
      request.abort = () => (request.aborted = true);
      return request;
    },
  );
  transfers.update(data);
  return { transfers, asked, settled: () => settled };
}

const files = (...sizes) => sizes.map((size, i) => ({ file: { size }, name: `${i}.mp4` }));

function answer(request, status = 200, error = "") {
  Object.assign(request, { status, responseText: JSON.stringify({ error }) });
  request.onload();
}

test("three files are sent at a time, and the page hears once when all have come", () => {
  const { transfers, asked, settled } = made();
  transfers.add(files(10, 10, 10, 10));
  assert.equal(asked.length, 3);
  const before = settled();
  answer(asked[1]);
  assert.equal(asked.length, 4);
  for (const at of [0, 2]) answer(asked[at]);
  assert.equal(settled(), before);
  answer(asked[3]);
  assert.equal(settled(), before + 1);
  assert.deepEqual(new Set(transfers.items.map((item) => item.state)), new Set(["here"]));
});

test("what is too large, too much, too many or empty is not sent and says so", () => {
  const { transfers, asked } = made();
  transfers.add(files(101, 0, 100, 100, 60, 5, 5, 5, 5));
  const told = transfers.items.filter((item) => item.state === "failed").map((item) => item.reason);
  assert.match(told[0], /larger than/);
  assert.match(told[1], /empty/);
  assert.match(told[2], /room for/);
  assert.match(told[3], /one too many/);
  assert.equal(told.length, 4);
  assert.equal(asked.length, 3);
});

test("a refusal of the server stands beside the file, which can be sent again under another number", () => {
  const { transfers, asked } = made();
  transfers.add(files(10));
  answer(asked[0], 413, "There is no room.");
  const [item] = transfers.items;
  assert.deepEqual([item.state, item.reason], ["failed", "There is no room."]);
  transfers.again(item);
  assert.notEqual(asked[1].url, asked[0].url);
  answer(asked[1]);
  assert.equal(item.state, "here");
});

test("cancelling ends what is on its way and leaves what has come", () => {
  const { transfers, asked } = made();
  transfers.add(files(10, 10, 10, 10));
  answer(asked[0]);
  transfers.cancel();
  assert.deepEqual(
    asked.map((request) => request.aborted),
    [false, true, true, true],
  );
  assert.equal(transfers.items.length, 1);
  transfers.remove(transfers.items[0]);
  assert.equal(asked.at(-1).method, "DELETE");
});

test("another token means that the files are being imported", () => {
  const { transfers } = made();
  transfers.add(files(10));
  transfers.update({ ...DATA, token: "b", held: [{ number: 4, name: "kept.mp4", bytes: 7 }], num_held: 1, next: 5 });
  assert.deepEqual(
    transfers.items.map((item) => [item.name, item.state]),
    [["kept.mp4", "here"]],
  );
});

test("names go as escapes, half characters as a sign", () => {
  const { transfers, asked } = made();
  transfers.add([{ file: { size: 1 }, name: "a/ü <b>\ud800.mp4" }]);
  assert.equal(decodeURIComponent(asked[0].headers["X-Vidviz-Name"]), "a/ü <b>\ufffd.mp4");
});

test("of folders what is no video is left out, but for the table", () => {
  const left = ["a/notes.TXT", "a/.hidden.mp4", "a/x.jpg"];
  const kept = ["a/labels.csv", "notes.txt", "a/tom.mp4", "a/none"];
  assert.deepEqual(
    [...left, ...kept].filter((name) => isLeftOut(name, DATA)),
    left,
  );
});

test("words", () => {
  assert.deepEqual([1, 12_400_000, 4e9].map(inMegabytes), ["0.0 MB", "12 MB", "4.0 GB"]);
  assert.equal(
    summary([{ state: "here" }, { state: "sending" }, { state: "failed" }], 1),
    "1 of 3 files uploaded, 1 not, 1 file of folders left out, as it is no video.",
  );
});
