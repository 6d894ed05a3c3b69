"""The film of the Inside page: the clip, its layers, and the channel that was opened in it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from vidviz.records import EmbeddingSet
from vidviz.render.sheets import film_sheet, frames_sheet
from vidviz.services.inside import layer_films
from vidviz.services.inside.channel_choice import choose_sheets, pixel_step, thin_out
from vidviz.services.inside.fed_view import USUAL
from vidviz.services.inside.layer_films import InspectedLayer, Inspection
from vidviz.services.library.contents import KnownClip
from vidviz.types import ChannelSheet
from vidviz.ui.components.film import feature_film
from vidviz.ui.components.film_data import FilmClip, FilmLane, FilmLayer, Picked
from vidviz.ui.components.media import SHELF
from vidviz.ui.inside.inside_request import Request
from vidviz.ui.page_frame.page_parts import RANDOM_NOTE
from vidviz.workspace_folder import WorkspaceFolder

ENERGY_HELP = (
    "The root mean square of what a layer gives at each of its steps, drawn where the step's receptive field is "
    "centred. What padding beyond the clip's ends adds is taken away, as measured on the clip's mean picture, held "
    "still. A layer that varies by less than 5 % is flat."
)


def inspect(
    folder: WorkspaceFolder,
    clip: KnownClip,
    backbone: str,
    weights: str,
    layers: tuple[str, ...],
    *,
    backwards: bool = False,
    sampling: str = USUAL,
    view: int = 1,
) -> Inspection:
    """Run the network on a view of the clip, saying so while it takes long."""
    with st.spinner(f"{backbone} looks at the clip", show_time=True):
        return layer_films.inspect_clip(
            folder, clip.clip_id, backbone, weights, layers, backwards=backwards, sampling=sampling, view=view
        )


def mark(inspection: Inspection, chosen: EmbeddingSet | None) -> None:
    """Say that weights are random, where the space bar does not say it already, and which layers have no picture."""
    shown_already = chosen is not None and chosen.spec.random_weights and chosen.spec.backbone == inspection.backbone
    if inspection.weights == "random" and not shown_already:
        st.badge(f"{inspection.backbone}: {RANDOM_NOTE}", color="orange")
    for reason in inspection.skipped.values():
        st.caption(reason)


def draw_film(inspection: Inspection, request: Request, other: Inspection | None, titles: tuple[str, str]) -> None:
    """The clip and its layers on one clock, and below them those of what it is compared with."""
    if not inspection.layers:
        st.info("Choose a layer above to see its feature maps.")
        return
    sheets = [choose_sheets(inspection, request.channels, other)] if other is None else []
    if other is not None:
        first = choose_sheets(inspection, request.channels, other)
        second = choose_sheets(other, request.channels, inspection, swapped=True)
        sheets = [first, second]
    seen = [inspection, other] if other is not None else [inspection]
    lanes = [
        FilmLane(_film_clip(one, title), [_film_layer(one.layers[i], sheet) for i, sheet in enumerate(chosen)])
        for one, chosen, title in zip(seen, sheets, titles, strict=False)
        if one is not None
    ]
    picked = feature_film(lanes, key="inside film")
    _say_energy([layer for one in seen if one is not None for layer in one.layers])
    if isinstance(picked, Picked):
        keep_picked(picked)


def _say_energy(layers: list[InspectedLayer]) -> None:
    """What the lines of the film are, in one sentence, and where they cannot say when."""
    if not any(len(layer.energy) > 1 for layer in layers):
        return
    whole = any(layer.moments.sees_whole for layer in layers)
    more = " A layer that sees the whole clip tells little of when." if whole else ""
    st.caption(f"Lines: how strongly each layer answers over time.{more}", help=ENERGY_HELP)


def keep_picked(picked: Picked) -> None:
    """Remember the channel, and the unit, that was last opened in the film."""
    before = st.session_state.get("inside picked")
    unit = picked.unit or (before.unit if before and before.layer == picked.layer else None)
    st.session_state["inside picked"] = Picked(picked.layer, picked.channel, unit, picked.lane)


def last_picked(inspection: Inspection) -> Picked | None:
    """The channel that was last opened, where this network still shows it."""
    picked: Picked | None = st.session_state.get("inside picked")
    layer = inspection.layer(picked.layer) if picked else None
    return picked if picked and layer and picked.channel < len(layer.film) else None


def _film_clip(inspection: Inspection, title: str) -> FilmClip:
    frames = frames_sheet(np.ascontiguousarray(thin_out(inspection.frames, 1, 2)))
    clock = inspection.clock
    token = SHELF.put(frames.webp)
    return FilmClip(title, token, frames.layout, clock.seconds, times=clock.times.tolist(), offset=clock.offset)


def _film_layer(layer: InspectedLayer, sheet: ChannelSheet) -> FilmLayer:
    tiles = film_sheet(sheet.pixels)
    return FilmLayer(
        name=layer.name,
        title=layer.title,
        shape=" × ".join(str(size) for size in layer.film.shape),
        token=SHELF.put(tiles.webp),
        layout=tiles.layout,
        channels=sheet.channels.tolist(),
        ranges=list(zip(sheet.minimum.tolist(), sheet.maximum.tolist(), strict=True)),
        step=pixel_step(layer.film, 2, 3),
        centres=layer.moments.centres,
        energy=layer.energy.tolist(),
        peak=layer.peak,
        note="sees the whole clip" if layer.moments.sees_whole else "",
    )
