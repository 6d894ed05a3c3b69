"""The Inside page's parts: which network and layers, the film, energy over time, the layers in numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from vidviz.render.figures import energy_lines
from vidviz.render.sheets import film_sheet, frames_sheet
from vidviz.services import inspecting, networks
from vidviz.services.inspecting import InspectedLayer, Inspection
from vidviz.services.library import KnownClip
from vidviz.services.networks import Network
from vidviz.store.sets import EmbeddingSet
from vidviz.store.workspace import WorkspaceFolder
from vidviz.ui.components import feature_film
from vidviz.ui.film_data import FilmClip, FilmLayer
from vidviz.ui.frame import RANDOM_NOTE
from vidviz.ui.media import SHELF

TILE_PX = 96
"""Feature maps larger than this are shown at every second, third, ... pixel, and so are the frames."""
ORDERS = {"change over time": "variance", "mean": "mean", "index": "index"}
SCALES = {"each channel": "channel", "common": "common"}


@dataclass(frozen=True)
class Request:
    """What to look at."""

    backbone: str
    weights: str
    layers: tuple[str, ...]
    num_channels: int
    order: str
    scale: str


def choose_network(chosen: EmbeddingSet | None) -> Request:
    """The controls over the film; the embedding set's own network unless another is picked."""
    known = networks.list_networks([chosen.spec.backbone] if chosen else [])
    usual = chosen.spec.backbone if chosen and chosen.spec.backbone in known else networks.usual_network()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Network", list(known), index=list(known).index(usual), key="inside network", width=200, bind="query-params"
        )
        network = known[name]
        weights = _choose_weights(network, chosen)
        with st.popover("Channels"):
            num_channels = st.select_slider("How many", [4, 9, 16, 25, 36, 64], 16, key="inside channels")
            order = st.selectbox("Order by", list(ORDERS), key="inside order", help="Which channels come first.")
            scale = st.selectbox(
                "Scale", list(SCALES), key="inside scale", help="Brightness over each channel's own range, or over one."
            )
    layers = st.pills(
        "Layers",
        list(network.layers),
        selection_mode="multi",
        default=list(network.layers)[:3],
        format_func=network.layers.__getitem__,
        key=f"inside layers {name}",
    )
    return Request(name, weights, tuple(layers), int(num_channels), ORDERS[order], SCALES[scale])


def _choose_weights(network: Network, chosen: EmbeddingSet | None) -> str:
    """Weights that are on this machine, the set's own first; random ones by their name."""
    names = [*network.ready, "random"]
    own = chosen.spec.weights if chosen and chosen.spec.backbone == network.name else names[0]
    return str(
        st.selectbox(
            "Weights",
            names,
            index=names.index(own) if own in names else 0,
            key=f"inside weights {network.name}",
            width=190,
            help="Trained weights appear here once they are on this machine; `vidviz embed` fetches them.",
        )
    )


def inspect(folder: WorkspaceFolder, clip: KnownClip, request: Request) -> Inspection:
    """Run the network on the clip, saying so while it takes long."""
    with st.spinner(f"{request.backbone} looks at the clip", show_time=True):
        return inspecting.inspect_clip(folder, clip.clip_id, request.backbone, request.weights, request.layers)


def mark(inspection: Inspection, chosen: EmbeddingSet | None) -> None:
    """Say that weights are random, where the space bar does not say it already, and which layers have no picture."""
    said = chosen is not None and chosen.spec.random_weights and chosen.spec.backbone == inspection.backbone
    if inspection.weights == "random" and not said:
        st.badge(RANDOM_NOTE, color="orange")
    for reason in inspection.skipped.values():
        st.caption(reason)


def draw_film(inspection: Inspection, request: Request) -> None:
    """The clip and its layers on one clock."""
    if not inspection.layers:
        st.info("Choose a layer above to see its feature maps.")
        return
    frames = frames_sheet(np.ascontiguousarray(_thin(inspection.frames, 1, 2)))
    clip = FilmClip("As the network sees it", SHELF.put(frames.webp), frames.layout, inspection.seconds)
    layers = [_film_layer(layer, request) for layer in inspection.layers]
    feature_film(clip, layers, key="inside film")


def _film_layer(layer: InspectedLayer, request: Request) -> FilmLayer:
    thin = _thin(layer.film, 2, 3)
    film = inspecting.choose_channels(thin, request.num_channels, request.order, request.scale)
    sheet = film_sheet(film.pixels)
    return FilmLayer(
        name=layer.name,
        title=layer.title,
        shape=" × ".join(str(size) for size in layer.film.shape),
        token=SHELF.put(sheet.webp),
        layout=sheet.layout,
        channels=film.channels.tolist(),
        ranges=list(zip(film.minimum.tolist(), film.maximum.tolist(), strict=True)),
    )


def _thin(pictures: np.ndarray, *axes: int) -> np.ndarray:
    """Every n-th pixel along the axes, so that no side is longer than a tile."""
    step = max(1, *(-(-pictures.shape[axis] // TILE_PX) for axis in axes))
    chosen = [slice(None, None, step if axis in axes else None) for axis in range(pictures.ndim)]
    return pictures[tuple(chosen)]


def draw_energy(inspection: Inspection) -> None:
    """How strongly each layer answers over time."""
    if not inspection.layers:
        return
    st.caption(
        "Energy over time",
        help="Root mean square of a layer's values at each of its time steps, as a share of its largest.",
    )
    energies = {layer.title: layer.energy for layer in inspection.layers}
    seconds = {
        layer.title: (np.arange(len(layer.energy)) + 0.5) * inspection.seconds / len(layer.energy)
        for layer in inspection.layers
    }
    st.plotly_chart(energy_lines(seconds, energies, unit="root mean square"), key="inside energy")


def draw_layers(inspection: Inspection) -> None:
    """The layers in numbers."""
    rows = [inspecting.summarise_layer(layer) for layer in inspection.layers]
    if not rows:
        return
    table = pd.DataFrame(
        {
            "layer": [row["layer"] for row in rows],
            "output C × T × H × W": [" × ".join(map(str, row["shape"])) for row in rows],
            "mean": [row["mean"] for row in rows],
            "spread": [row["standard_deviation"] for row in rows],
            "dead channels": [row["dead"] for row in rows],
        }
    )
    st.dataframe(table, hide_index=True)
