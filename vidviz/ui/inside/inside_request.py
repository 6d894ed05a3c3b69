"""What the Inside page looks at: the controls for network, weights, layers and channels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from vidviz.errors import VidvizError
from vidviz.log.told_errors import sentence_of
from vidviz.records import EmbeddingSet
from vidviz.services.backbones import backbone_choices
from vidviz.services.backbones.backbone_choices import BackboneChoice
from vidviz.services.backbones.set_backbone import find_weights
from vidviz.services.inside.channel_choice import ChannelChoice
from vidviz.services.inside.fed_view import USUAL
from vidviz.types import OUTSIDE, OWN_FILE
from vidviz.ui.plain_text import plain
from vidviz.workspace_folder import WorkspaceFolder

ORDERS = {"change over time": "variance", "mean": "mean", "selectivity": "selectivity", "index": "index"}
DIFFERENCE = "difference of the two"
SCALES = {"each channel": "channel", "common": "common"}
ORDER_HELP = (
    "Which channels come first: those that change most, that answer most, that answer to fewest places and moments "
    "(sparseness of Vinje and Gallant, 2000), or by their number."
)


@dataclass(frozen=True)
class Request:
    """What to look at; the `sampling` is that of the embedding set at hand where it is of this network."""

    backbone: str
    weights: str
    layers: tuple[str, ...]
    channels: ChannelChoice
    sampling: str = USUAL


def choose_backbone(folder: WorkspaceFolder, chosen: EmbeddingSet | None, *, comparing: bool = False) -> Request:
    """The controls over the film; the embedding set's own network unless another is picked."""
    known = backbone_choices.list_choices([chosen.spec.backbone] if chosen else [])
    usual = chosen.spec.backbone if chosen and chosen.spec.backbone in known else backbone_choices.usual_backbone()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Network", list(known), index=list(known).index(usual), key="inside network", width=200, bind="query-params"
        )
        backbone = known[name]
        weights = choose_weights(folder, backbone, chosen, key=f"inside weights {backbone.name}")
        with st.popover("Channels"):
            num_channels = st.select_slider("How many", [4, 9, 16, 25, 36, 64], 16, key="inside channels")
            page = st.number_input("Page", 1, 1000, key="inside page", help="The next so many channels of the order.")
            orders = [*([DIFFERENCE] if comparing else []), *ORDERS]
            order = st.selectbox("Order by", orders, key="inside order", help=ORDER_HELP)
            scale = st.selectbox(
                "Scale", list(SCALES), key="inside scale", help="Brightness over each channel's own range, or over one."
            )
        more = _choose_any_layer(name)
    titles = backbone.layers if weights in (*backbone.ready, "random") else backbone_choices.stage_titles(name, weights)
    layers = st.pills(
        "Layers",
        list(titles),
        selection_mode="multi",
        default=list(titles)[:3],
        format_func=titles.__getitem__,
        key=f"inside layers {name}",
    )
    wanted = tuple(dict.fromkeys([*layers, *more]))
    channels = ChannelChoice(int(num_channels), ORDERS.get(order, "difference"), SCALES[scale], int(page) - 1)
    same = chosen is not None and chosen.spec.backbone == name and chosen.spec.weights != OUTSIDE
    sampling = chosen.spec.sampling if chosen is not None and same else USUAL
    return Request(name, weights, wanted, channels, sampling)


def _choose_any_layer(name: str) -> list[str]:
    """Any module of the network; they are listed once somebody wants to see them."""
    with st.popover("All layers"):
        if not st.toggle("List every module", key=f"inside every {name}", help="Beside the stages below."):
            return []
        every = backbone_choices.all_layers(name)
        return st.multiselect("Modules", list(every), format_func=every.__getitem__, key=f"inside modules {name}")


def choose_weights(folder: WorkspaceFolder, backbone: BackboneChoice, chosen: EmbeddingSet | None, *, key: str) -> str:
    """Weights that are on this machine, the set's own first, a file of one's own too; random ones by their name."""
    names = [*backbone.ready, "random"]
    own = chosen.spec.weights if chosen and chosen.spec.backbone == backbone.name else names[0]
    titles: dict[str, str] = {}
    if chosen and own.startswith(OWN_FILE):
        try:
            own = find_weights(folder, chosen.spec)
        except VidvizError as error:
            st.warning(plain(sentence_of(error)))
        else:
            names, titles = [own, *names], {own: f"{Path(own).name} (the set's)"}
    return str(
        st.selectbox(
            "Weights",
            names,
            index=names.index(own) if own in names else 0,
            format_func=lambda name: titles.get(name, name),
            key=key,
            width=190,
            help="Trained weights appear here once they are on this machine; `vidviz embed` fetches them.",
        )
    )
