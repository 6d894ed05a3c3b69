"""The panel Attention: what each head of a transformer looks at, and the rollout through all blocks."""

from __future__ import annotations

import numpy as np
import streamlit as st

from vidviz.render.heat import draw_box, overlay_heat
from vidviz.render.inside_figures import frame_matrix
from vidviz.services.inside import clip_attention
from vidviz.services.inside.clip_attention import Attended
from vidviz.ui.components.film_data import FilmLane
from vidviz.ui.components.heat_films import colour_lane, play_side_by_side
from vidviz.ui.inside.closer_panels import PanelContext

KINDS = {
    "joint": "over space and time together",
    "space": "over each frame",
    "time": "along time, at each place",
    "frames": "from frame to frame",
    "windows": "within windows",
    "parts": "within parts of the clip",
}
ROLLOUT_HELP = (
    "The mean of the heads and the identity in equal parts, multiplied through all blocks (Abnar and Zuidema, 2020); "
    "where time and space attend apart, each has its own."
)
ALL, ONE = "the class token, or all on average", "one position"
CHOOSING = "Click to see where this place looks"
Position = tuple[int, int, int]


def draw_attention(context: PanelContext) -> None:
    """Attention by head, spatial and temporal apart where the network keeps them apart."""
    if not clip_attention.attends(context.request.backbone):
        st.caption(f"{context.request.backbone} has no attention: choose a transformer, such as timesformer_b.")
        return
    key = f"inside position {context.request.backbone}"
    clicked: Position | None = st.session_state.get(key)
    position = _choose_position(context, key, clicked)
    with st.spinner(f"Reading the attention of {context.request.backbone}", show_time=True):
        attended = clip_attention.attend(context.clip_input, position)
    number, head = _choose_head(context, attended)
    chosen = _draw_maps(attended, number, head, position)
    if chosen is not None and chosen != position:
        st.session_state[key] = chosen
        st.session_state[f"{key} clicks"] = st.session_state.get(f"{key} clicks", 0) + 1
        st.rerun()
    if context.inspection.weights == "random":
        st.caption(":orange[Random weights: this attention has learned nothing.]")


def _choose_position(context: PanelContext, key: str, clicked: Position | None) -> Position | None:
    """From where attention is shown: a click makes new controls, which start from the place that was clicked."""
    key = f"{key} {st.session_state.get(f'{key} clicks', 0)}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        default = ALL if clicked is None else ONE
        if st.segmented_control("From", [ALL, ONE], key=f"{key} from", default=default, help=CHOOSING) != ONE:
            return None
        sizes = clip_attention.grid_size(context.clip_input)
        t, y, x = (
            int(st.number_input(name, 0, size - 1, min(value, size - 1), key=f"{key} {name}", width=110))
            for name, size, value in zip("tyx", sizes, clicked or (0, 0, 0), strict=True)
        )
    return t, y, x


def _choose_head(context: PanelContext, attended: Attended) -> tuple[int, str | int]:
    """Which of the layers, and which of its heads or the mean of all."""
    layers = attended.attention.layers
    titles = [f"{one.layer} · {KINDS[one.kind]}" for one in layers]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"inside attention {context.request.backbone}"
        number = titles.index(st.selectbox("Layer", titles, index=len(titles) - 1, key=key))
        heads = ["mean of all", *range(layers[number].heads.shape[0])]
        return number, st.selectbox("Head", heads, key=f"inside head {context.request.backbone}", width=140)


def _draw_maps(attended: Attended, number: int, head: str | int, position: Position | None) -> Position | None:
    """Heat over the clip, of this layer; the position that was just clicked, if any."""
    layer = attended.attention.layers[number]
    lanes: list[FilmLane] = []
    if layer.heads.size:
        heat = layer.heads.mean(axis=0) if isinstance(head, str) else layer.heads[head]
        lanes.append(_lane(attended, heat, f"{KINDS[layer.kind]}, head: {head}", position))
    else:
        st.caption(f"{layer.layer} has no picture: {layer.reason}.")
    for kind, rollout in attended.attention.rollouts.items():
        lanes.append(_lane(attended, rollout, f"Rollout {KINDS[kind]}", position))
    start = attended.box_of(position)[0][0] if position is not None else None
    place = None
    if lanes:
        key = "inside attention film" if position is None else f"inside attention film {position}"
        place = play_side_by_side(lanes, key=key, title="Attention over the clip", start_frame=start)
    st.caption(f"{_say_source(position)} {CHOOSING}.", help=ROLLOUT_HELP)
    if not attended.attention.rollouts:
        st.caption(
            "No rollout: some of its attention is pooled, within windows, over messages between frames, or over more "
            "than 3,200 tokens."
        )
    if layer.between_frames.shape[-1] > 1:
        between = layer.between_frames.mean(axis=0) if isinstance(head, str) else layer.between_frames[head]
        st.plotly_chart(frame_matrix(between), key="inside between frames", width=420)
    if place is None:
        return None
    _, height, width = attended.frames.shape[:3]
    return attended.find_position(place[0], int(place[1] * height), int(place[2] * width))


def _say_source(position: Position | None) -> str:
    if position is None:
        return "How much weight each position gets: from the class token where there is one, else from all on average."
    t, y, x = position
    return f"How much weight each position gets from t {t}, y {y}, x {x} of the network's grid, framed on the clip."


def _lane(attended: Attended, heat: np.ndarray, title: str, position: Position | None) -> FilmLane:
    over = overlay_heat(attended.frames, attended.over_clip(heat))
    if position is not None:
        over = draw_box(over, attended.box_of(position), dim=False)
    return colour_lane(over, title, attended.clock, choosing=CHOOSING)
