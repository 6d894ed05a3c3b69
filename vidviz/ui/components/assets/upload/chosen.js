// Which files a person means: those chosen in a dialog, or dropped, with all that is in the folders among them.

/** @import { Chosen, UploadData } from "./contract.js" */

/**
 * The files of a dialog; those of a folder know their way in it.
 *
 * @param {Iterable<File>} files
 * @returns {Chosen[]}
 */
export function chosenFiles(files) {
  return [...files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
}

/**
 * The files of a drop.
 *
 * @param {DataTransfer} dropped
 * @returns {Promise<Chosen[]>}
 */
export async function droppedFiles(dropped) {
  // All of it is taken before the first wait: a drop is empty afterwards.
  const taken = [...dropped.items]
    .filter((item) => item.kind === "file")
    .map((item) => ({ entry: item.webkitGetAsEntry?.(), file: item.getAsFile() }));
  const found = taken.map(({ entry, file }) => (entry ? filesOf(entry) : file ? [{ file, name: file.name }] : []));
  return (await Promise.all(found)).flat();
}

/**
 * @param {FileSystemEntry} entry
 * @returns {Promise<Chosen[]>}
 */
async function filesOf(entry) {
  const name = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    const file = /** @type {FileSystemFileEntry} */ (entry);
    return [{ file: await new Promise((found, failed) => file.file(found, failed)), name }];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const inside = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((found, failed) => reader.readEntries(found, failed));
    if (!some.length) break; // it gives them by the hundred
    for (const one of some) inside.push(...(await filesOf(one)));
  }
  return inside;
}

/**
 * Whether a file of a folder is no video by its name; one that is chosen by itself is always sent.
 *
 * @param {string} name
 * @param {UploadData} data
 */
export function isLeftOut(name, data) {
  const parts = name.split("/");
  const last = parts[parts.length - 1];
  if (parts.length === 1 || last === data.table) return false;
  const dot = last.lastIndexOf(".");
  return last.startsWith(".") || (dot > 0 && data.left_out.includes(last.slice(dot).toLowerCase()));
}
