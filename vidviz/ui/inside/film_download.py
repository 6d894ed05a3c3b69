"""The panel Take away: the film as GIF or MP4, the activations as npz, and the Python that gives the same."""

from __future__ import annotations

import streamlit as st

from vidviz.services.inside import film_export
from vidviz.services.inside.channel_choice import choose_sheets
from vidviz.ui.inside.closer_panels import PanelContext


def draw_take(context: PanelContext) -> None:
    """Files are made when they are asked for."""
    inspection, request = context.inspection, context.request
    if not inspection.layers:
        return

    def lay_film() -> bytes:
        return film_export.pack_gif(film_export.lay_film(inspection, sheets), inspection.seconds)

    def lay_mp4() -> bytes:
        return film_export.pack_mp4(film_export.lay_film(inspection, sheets), inspection.seconds)

    sheets = choose_sheets(inspection, request.channels)
    name = f"{request.backbone}-{inspection.clip_id}"
    with st.container(horizontal=True):
        # Without a run of the page: it would forget the other files just when one of them is asked for.
        st.download_button("Film as GIF", lay_film, f"{name}.gif", "image/gif", key="inside gif", on_click="ignore")
        st.download_button("Film as MP4", lay_mp4, f"{name}.mp4", "video/mp4", key="inside mp4", on_click="ignore")
        st.download_button(
            "Activations (npz)",
            lambda: film_export.pack_arrays(inspection),
            f"{name}.npz",
            "application/octet-stream",
            key="inside npz",
            on_click="ignore",
            help="`frames` (T, H, W, 3), and each layer as (C, T, H, W) in float32.",
        )
    st.caption("The button PNG above the film saves what it shows at this moment. The same in Python:")
    code = film_export.say_python(str(context.folder.path), context.clip_input, request.layers)
    st.code(code, language="python")
