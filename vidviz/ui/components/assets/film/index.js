// The film of a network as Streamlit mounts it.

import { mountView } from "../shared/mount.js";
import { FilmView } from "./view.js";

/** @param {import("../shared/mount.js").Component<import("./contract.js").FilmData>} component */
export default function (component) {
  return mountView(component, FilmView);
}
