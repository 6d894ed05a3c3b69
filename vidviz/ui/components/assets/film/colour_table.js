// A colour map of the server's, 256 colours as RRGGBB in a row, as what the film draws with.

const COLOURS = 256;

/**
 * The digits of the n-th colour.
 *
 * @param {string} digits
 * @param {number} n
 */
function colourAt(digits, n) {
  return digits.slice(n * 6, n * 6 + 6);
}

/**
 * The colour map as 256 RGBA pixels in the byte order of ImageData.
 *
 * @param {string} digits
 */
export function colourTable(digits) {
  const bytes = new Uint8ClampedArray(COLOURS * 4);
  for (let n = 0; n < COLOURS; n++) {
    const colour = parseInt(colourAt(digits, n), 16);
    bytes.set([colour >> 16, (colour >> 8) & 255, colour & 255, 255], n * 4);
  }
  return new Uint32Array(bytes.buffer);
}

/**
 * Evenly taken colours of the map, first and last among them, as a CSS gradient from left to right.
 *
 * @param {string} digits
 * @param {number} [stops]
 */
export function gradientOf(digits, stops = 6) {
  const colours = Array.from({ length: stops }, (_, i) => {
    return `#${colourAt(digits, Math.round((i * (COLOURS - 1)) / (stops - 1)))}`;
  });
  return `linear-gradient(90deg, ${colours.join(", ")})`;
}
