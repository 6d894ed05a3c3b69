"""From one clip to the next without leaving the page Inside."""

from __future__ import annotations

import numpy as np
import streamlit as st

from vidviz.services.library import contents
from vidviz.services.library.contents import KnownClip
from vidviz.ui import state
from vidviz.workspace_folder import WorkspaceFolder


def step_clips(folder: WorkspaceFolder, clip: KnownClip) -> None:
    """The clip before, the clip after, and the way to all of them; the filter of the space bar holds here too."""
    table = contents.clip_table(folder, clip.recipe_key)
    ids = table["clip_id"].to_numpy()[np.asarray(state.current_filter().keeps(table), bool)]
    here = np.flatnonzero(ids == clip.clip_id)
    before, after = (int(here[0]) - 1, int(here[0]) + 1) if len(here) else (-1, 0)
    with st.container(horizontal=True):
        _step("Previous", int(ids[before]) if before >= 0 else None)
        _step("Next", int(ids[after]) if after < len(ids) else None)
        st.button(
            "All clips",
            key="inside all clips",
            help=f"Choose among {len(ids)} clips by their pictures, names or labels.",
            on_click=state.choose_clip,
            args=(None,),
        )


def _step(name: str, clip_id: int | None) -> None:
    st.button(
        name,
        key=f"inside {name.lower()} clip",
        help=f"{name} clip",
        disabled=clip_id is None,
        on_click=state.choose_clip,
        args=(clip_id,),
    )
