// The map of clips as Streamlit mounts it.

import { mountView } from "../parts/mount.js";
import { MapView } from "./view.js";

/** @param {import("../parts/mount.js").Component<import("./contract.js").MapData>} component */
export default function (component) {
  return mountView(component, MapView);
}
