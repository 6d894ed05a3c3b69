// What is said of uploads.

/** @import { Item } from "./contract.js" */

/** @param {number} bytes */
export function inMegabytes(bytes) {
  const megabytes = bytes / 1e6;
  if (megabytes >= 1000) return `${(megabytes / 1000).toFixed(1)} GB`;
  return `${megabytes < 10 ? megabytes.toFixed(1) : Math.round(megabytes)} MB`;
}

/** @param {number} number */
function filesOf(number) {
  return number === 1 ? "1 file" : `${number} files`;
}

/**
 * How far it is with all of them.
 *
 * @param {Item[]} items
 * @param {number} leftOut files of folders that are no videos
 */
export function summary(items, leftOut) {
  const here = items.filter((item) => item.state === "here").length;
  const failed = items.filter((item) => item.state === "failed").length;
  const open = items.length - here - failed;
  const told = [];
  if (items.length) told.push(open ? `${here} of ${filesOf(items.length)} uploaded` : `${filesOf(here)} uploaded`);
  if (failed) told.push(`${failed} not`);
  if (leftOut)
    told.push(`${filesOf(leftOut)} of folders left out, as ${leftOut === 1 ? "it is no video" : "they are no videos"}`);
  return told.length ? `${told.join(", ")}.` : "";
}

/** @param {Item} item */
export function stateOf(item) {
  if (item.state === "failed") return item.reason;
  if (item.state === "waiting") return `${inMegabytes(item.bytes)}, waits`;
  if (item.state === "sending") return `${inMegabytes(item.sent)} of ${inMegabytes(item.bytes)}`;
  return inMegabytes(item.bytes);
}
