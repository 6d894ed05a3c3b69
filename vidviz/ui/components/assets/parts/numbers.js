// Numbers as the components need them: kept within limits, and unpacked from base64.

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/**
 * The typed array, little-endian, that a base64 text holds.
 *
 * @template Typed
 * @param {string} text
 * @param {new (buffer: ArrayBuffer) => Typed} ArrayType
 * @returns {Typed}
 */
export function fromBase64(text, ArrayType) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return new ArrayType(bytes.buffer);
}

/**
 * Three digits that count, with the minus sign of print.
 *
 * @param {number} value
 */
export function digits(value) {
  return Number(value.toPrecision(3)).toString().replace("-", "−");
}
