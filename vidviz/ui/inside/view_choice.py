"""Which view of the clip the page Inside shows, and what the network is fed, in a line."""

from __future__ import annotations

import streamlit as st

from vidviz.services.inside.fed_view import FedView, find_views
from vidviz.services.library.contents import KnownClip
from vidviz.ui import state
from vidviz.ui.inside.inside_request import Request
from vidviz.workspace_folder import WorkspaceFolder

VIEW = "view"
"""The number of the view, in the session and the URL; the first goes without saying."""


def choose_view(folder: WorkspaceFolder, clip: KnownClip, request: Request) -> int:
    """The number of the view that is shown, from 1 on; asked for where there is more than one.

    Raises:
        VidvizError: the clip or the weights cannot be had.
    """
    views = find_views(folder.path, clip.clip_id, request.backbone, request.weights, request.sampling)
    number = _recall(len(views))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(views) > 1:
            key = f"inside view {clip.clip_id} {request.backbone} {request.sampling} {len(views)}"
            titles = {view.number: view.title for view in views}
            chosen = st.selectbox(
                "View",
                list(titles),
                index=number - 1,
                format_func=titles.__getitem__,
                key=key,
                width=220,
                help="The network sees the clip in views of so many frames at the pace of its training.",
            )
            number = int(chosen)
        st.caption(_say_fed(views[number - 1]))
    state.remember(VIEW, None if number == 1 else str(number))
    return number


def _recall(most: int) -> int:
    """The view that was last looked at, or that the URL names, where this clip has it."""
    text = state.recall(VIEW) or ""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1
    return number if 1 <= number <= most else 1


def _say_fed(view: FedView) -> str:
    return f"The network is fed {view.words}."
