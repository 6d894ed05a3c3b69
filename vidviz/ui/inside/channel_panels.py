"""Panels about one channel: what a unit of it sees, and the clips that excite it most."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from vidviz.render.heat import draw_box, overlay_heat
from vidviz.services.inside import best_clips, layer_facts
from vidviz.services.inside.layer_films import InspectedLayer
from vidviz.services.library import contents
from vidviz.services.library.label_palette import label_colours
from vidviz.ui import state
from vidviz.ui.components.cards import card_of
from vidviz.ui.components.film_data import Picked
from vidviz.ui.components.gallery_and_player import clicked_clip, clip_gallery
from vidviz.ui.components.heat_films import colour_lane, play_side_by_side
from vidviz.ui.inside.closer_panels import PanelContext
from vidviz.ui.inside.film_view import last_picked
from vidviz.words import count_of

MOST_BEST = 8


def _choose_channel(context: PanelContext, *, key: str) -> tuple[InspectedLayer, int, Picked | None]:
    """A layer and a channel: the one opened in the film, unless another is asked for."""
    picked = last_picked(context.inspection)
    layers = {layer.name: layer for layer in context.inspection.layers}
    usual = picked.layer if picked else next(iter(layers))
    # Another pick in the film makes new controls, which start from it.
    suffix = f"{key} {context.request.backbone} {picked.layer if picked else ''} {picked.channel if picked else ''}"
    name = st.selectbox("Layer", list(layers), index=list(layers).index(usual), key=f"{suffix} layer", width=220)
    layer = layers[name]
    own = picked.channel if picked and picked.layer == name else int(layer.film.var(axis=1).mean(axis=(1, 2)).argmax())
    channel = int(st.number_input("Channel", 0, len(layer.film) - 1, own, key=f"{suffix} {name} channel", width=130))
    return layer, channel, picked


def draw_tube(context: PanelContext) -> None:
    """The box and the frames that one unit sees, and what really moves it."""
    if not context.inspection.layers:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer, channel, picked = _choose_channel(context, key="inside tube")
        strongest = _strongest(layer.film[channel])
        first = picked.unit if picked and picked.unit and picked.layer == layer.name else strongest
        key = f"inside unit {context.request.backbone} {layer.name} {channel} {first}"
        unit = [
            int(st.number_input(name, 0, size - 1, min(value, size - 1), key=f"{key} {name}", width=110))
            for name, size, value in zip("tyx", layer.film.shape[1:], first, strict=True)
        ]
    st.caption("Open a channel in the film and click a place of it; else this is its strongest place in this clip.")
    with st.spinner("Tracing the unit", show_time=True):
        tube = layer_facts.trace_unit(context.clip_input, layer.name, (channel, unit[0], unit[1], unit[2]))
    boxed = draw_box(tube.frames, tube.box) if tube.box is not None else tube.frames
    effect = f"{tube.effective_part:.0%} of the effect lies within the box" if tube.box else ""
    lanes = [
        colour_lane(boxed, "Could see", tube.clock, tube.field_words),
        colour_lane(overlay_heat(tube.frames, tube.effective), "Is moved by", tube.clock, effect),
    ]
    start = tube.box[0][0] + (tube.box[0][1] - tube.box[0][0]) // 2 if tube.box else 0
    play_side_by_side(lanes, key="inside tube film", title="What one unit sees of the clip", start_frame=start)
    st.caption(
        f"Unit t {unit[0]}, y {unit[1]}, x {unit[2]} of channel {channel}, {layer.title}. Left: the theoretical "
        "receptive field. Right: the effective one for this clip, |gradient| by each pixel (Luo et al., 2016)."
    )


def _strongest(film: np.ndarray) -> tuple[int, int, int]:
    t, y, x = np.unravel_index(int(film.argmax()), film.shape)
    return int(t), int(y), int(x)


def draw_best(context: PanelContext) -> None:
    """The clips of the library that excite a channel most."""
    if not context.inspection.layers:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer, channel, _ = _choose_channel(context, key="inside best")
    request = context.request
    what = (context.folder, request.backbone, request.weights, layer.name)
    ids = contents.clip_table(context.folder, context.clip.recipe_key)["clip_id"].tolist()
    peaks = best_clips.known_peaks(*what, request.sampling)
    waiting = len(set(ids) - set(peaks.clip_ids.tolist()) - set(peaks.left_out))
    if waiting and st.button(
        _say_offer(waiting, len(ids)),
        key=f"inside look {request.backbone} {layer.name} {waiting}",
        help="What was looked at is kept for this layer, for all of its channels.",
    ):
        with st.container(horizontal=True, vertical_alignment="center"):
            bar = st.progress(0.0, "Reading clips")
            # Any press ends this run of the page; what was found until then is kept.
            st.button("Stop", key="inside stop looking")

        def tell(done: int, total: int, message: str = "") -> None:
            bar.progress(done / max(total, 1), message)

        best_clips.find_peaks(*what, ids, tell, sampling=request.sampling)
        st.rerun()
    if len(peaks.clip_ids):
        st.caption(f"Out of {len(peaks.clip_ids)} of {len(ids)} clips, taken evenly from all.")
        _draw_gallery(context, peaks, channel)
    if peaks.left_out:
        st.caption(f"{count_of(len(peaks.left_out), 'clip')} could not be read: {next(iter(peaks.left_out.values()))}")


def _say_offer(waiting: int, total: int) -> str:
    count = min(waiting, best_clips.MOST_CLIPS)
    return f"Show {count_of(count, 'clip')} to the network" if waiting == total else f"Look at {count} more"


def _draw_gallery(context: PanelContext, peaks: best_clips.Peaks, channel: int) -> None:
    colours = label_colours(context.folder)
    cards = []
    for number, value, (seconds, y, x) in peaks.best(channel, MOST_BEST):
        known = contents.know_clip(context.folder, number)
        note = f"at {seconds:.2f} s, {_say_place(y, x)}"
        cards.append(replace(card_of(known, colours), score=f"{value:.3g}", note=note))
    clip_gallery(
        cards,
        key="inside best clips",
        columns=8,
        current=context.clip.clip_id,
        title="Clips that excite the channel most",
        on_click=_follow_click,
    )


def _follow_click() -> None:
    state.choose_clip(clicked_clip("inside best clips") or None)


def _say_place(y: float, x: float) -> str:
    """Where in the picture, in words."""
    row = ("top", "middle", "bottom")[min(2, int(3 * y))]
    column = ("left", "centre", "right")[min(2, int(3 * x))]
    return f"{row} {column}"
