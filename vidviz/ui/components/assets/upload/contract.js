// What the server tells about uploads, and what the browser keeps of each file.

/** @typedef {{ number: number, name: string, bytes: number }} Held a file that is on the server */

/**
 * @typedef {object} UploadData
 * @property {string} token names where files go; another one means that the last ones are being imported
 * @property {Held[]} held the first files that are on the server
 * @property {number} num_held
 * @property {number} next the first number that no file has
 * @property {number} largest_bytes
 * @property {number} room_bytes
 * @property {number} most_files
 * @property {string[]} left_out endings of files in folders that are no videos
 * @property {string} table what a label table in a folder is called
 */

/** @typedef {"waiting" | "sending" | "here" | "failed"} State */

/**
 * @typedef {object} Item a file that is wanted on the server
 * @property {number} number
 * @property {string} name with the folders that it was chosen in
 * @property {number} bytes
 * @property {number} sent
 * @property {State} state
 * @property {string} reason why it failed
 * @property {File} [file]
 * @property {XMLHttpRequest} [request]
 */

/** @typedef {{ file: File, name: string }} Chosen */

export {};
