// The film of a network as Streamlit mounts it.

import { mountView } from "../parts/mount.js";
import { FilmView } from "./view.js";

/** @param {import("../parts/mount.js").Component<import("./contract.js").FilmData>} component */
export default function (component) {
  return mountView(component, FilmView);
}
