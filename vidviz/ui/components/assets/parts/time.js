// Moments and spans of a video as a person reads them.

const TENTHS_A_MINUTE = 600;
const MINUTES_AN_HOUR = 60;

/**
 * 3.2 s, from one minute on 1:03.2, and from one hour on 2:00:03.2.
 *
 * @param {number} seconds
 */
export function clock(seconds) {
  const tenths = Math.max(0, Math.round(seconds * 10));
  if (tenths < TENTHS_A_MINUTE) return `${(tenths / 10).toFixed(1)} s`;
  const minutes = Math.floor(tenths / TENTHS_A_MINUTE);
  const rest = ((tenths % TENTHS_A_MINUTE) / 10).toFixed(1).padStart(4, "0");
  if (minutes < MINUTES_AN_HOUR) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / MINUTES_AN_HOUR)}:${String(minutes % MINUTES_AN_HOUR).padStart(2, "0")}:${rest}`;
}

/**
 * @param {number} start seconds
 * @param {number} end seconds
 */
export function timeRange(start, end) {
  if (end < 60) return `${start.toFixed(1)}–${end.toFixed(1)} s`;
  return `${clock(start)}–${clock(end)}`;
}
