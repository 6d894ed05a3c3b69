// The map of clips as Streamlit mounts it.

import { mountView } from "../shared/mount.js";
import { MapView } from "./view.js";

/** @param {import("../shared/mount.js").Component<import("./contract.js").MapData>} component */
export default function (component) {
  return mountView(component, MapView);
}
