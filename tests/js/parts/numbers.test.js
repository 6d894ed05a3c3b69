import assert from "node:assert/strict";
import { test } from "node:test";

import { clamp, digits, fromBase64 } from "../../../vidviz/ui/components/assets/parts/numbers.js";
import { pack, randomNumbers } from "../page.js";

test("clamp keeps what is inside and takes the nearer edge of what is not", () => {
  assert.deepEqual(
    [-1, 0, 0.5, 1, 2].map((value) => clamp(value, 0, 1)),
    [0, 0, 0.5, 1, 1],
  );
});

test("typed arrays come out of base64 as they went in", () => {
  const random = randomNumbers(1);
  for (const ArrayType of [Float32Array, Float64Array, Uint8Array, Uint16Array, Uint32Array]) {
    for (const length of [0, 1, 7, 1000]) {
      const array = ArrayType.from({ length }, () => random() * 250);
      assert.deepEqual(fromBase64(pack(array), ArrayType), array);
    }
  }
});

test("ids near the largest whole number of a double survive", () => {
  assert.deepEqual(fromBase64(pack(Float64Array.of(2 ** 53 - 1)), Float64Array), Float64Array.of(9007199254740991));
});

test("numbers are said by three digits, with the minus sign of print", () => {
  assert.deepEqual([1234.5, -0.012345, 2, 0].map(digits), ["1230", "−0.0123", "2", "0"]);
});
