"""Two clips or two networks on one clock: what the film is compared with."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import streamlit as st

from vidviz.records import EmbeddingSet
from vidviz.services.backbones import backbone_choices
from vidviz.services.inside.layer_films import Inspection
from vidviz.services.library import contents
from vidviz.services.library.contents import KnownClip
from vidviz.ui.inside.film_view import inspect
from vidviz.ui.inside.inside_request import Request, choose_weights
from vidviz.workspace_folder import WorkspaceFolder

NOTHING = "nothing"
BACKWARDS = "the same clip backwards"
CLIP = "another clip"
UNTRAINED = "random weights"
NETWORK = "another network"
COMPARISONS = (NOTHING, BACKWARDS, CLIP, UNTRAINED, NETWORK)
KEY = "inside compare"


def choose_comparison() -> str:
    """What the film is compared with, if anything."""
    beside = st.segmented_control(
        "Beside it", COMPARISONS, default=NOTHING, key=KEY, help="A second lane on the same clock."
    )
    return str(beside or NOTHING)


def recall_comparison() -> str:
    """What was chosen in `choose_comparison`, for controls that stand above it."""
    return str(st.session_state.get(KEY) or NOTHING)


def show_other(
    folder: WorkspaceFolder,
    clip: KnownClip,
    chosen: EmbeddingSet | None,
    request: Request,
    beside: str,
    view: int = 1,
) -> tuple[Inspection | None, str]:
    """What is compared with, seen by its network, and its title; None for nothing."""
    if beside == NOTHING or not request.layers:
        return None, ""
    return _MAKERS[beside](folder, clip, chosen, request, view)


def _backwards(
    folder: WorkspaceFolder, clip: KnownClip, _chosen: EmbeddingSet | None, request: Request, view: int
) -> tuple[Inspection | None, str]:
    what = folder, clip, request.backbone, request.weights, request.layers
    seen = inspect(*what, backwards=True, sampling=request.sampling, view=view)
    return seen, "Backwards"


def _other_clip(
    folder: WorkspaceFolder, clip: KnownClip, _chosen: EmbeddingSet | None, request: Request, _view: int
) -> tuple[Inspection | None, str]:
    other = choose_clip(folder, clip, key="inside other clip")
    if other is None:
        return None, ""
    what = folder, other, request.backbone, request.weights, request.layers
    return inspect(*what, sampling=request.sampling), clip_title(other)


def _untrained(
    folder: WorkspaceFolder, clip: KnownClip, _chosen: EmbeddingSet | None, request: Request, view: int
) -> tuple[Inspection | None, str]:
    what = folder, clip, request.backbone, "random", request.layers
    return inspect(*what, sampling=request.sampling, view=view), f"{request.backbone}, random weights"


def _other_backbone(
    folder: WorkspaceFolder, clip: KnownClip, chosen: EmbeddingSet | None, request: Request, _view: int
) -> tuple[Inspection | None, str]:
    known = backbone_choices.list_choices()
    names = [name for name in known if name != request.backbone]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Other network", names, key="inside other network", width=220)
        weights = choose_weights(folder, known[name], chosen, key=f"inside other weights {name}")
    layers = tuple(known[name].layers)[: len(request.layers)]
    return inspect(folder, clip, name, weights, layers), f"{name}, {weights}"


_Maker = Callable[[WorkspaceFolder, KnownClip, "EmbeddingSet | None", Request, int], "tuple[Inspection | None, str]"]
_MAKERS: dict[str, _Maker] = {
    BACKWARDS: _backwards,
    CLIP: _other_clip,
    UNTRAINED: _untrained,
    NETWORK: _other_backbone,
}


def choose_clip(folder: WorkspaceFolder, clip: KnownClip, *, key: str) -> KnownClip | None:
    """Another clip of the same recipe, by its name."""
    table = contents.clip_table(folder, clip.recipe_key)
    rows = table.to_dict("records")
    titles = {int(row["clip_id"]): _row_title(row) for row in rows if row["clip_id"] != clip.clip_id}
    if not titles:
        st.info("There is no other clip of this recipe.")
        return None
    number = st.selectbox("Other clip", list(titles), format_func=titles.__getitem__, key=key, width=420)
    return contents.know_clip(folder, int(number))


def _row_title(row: Mapping[Hashable, Any]) -> str:
    label = row["label"]
    named = f"{label} · " if isinstance(label, str) and label else ""
    return f"{named}{row['video']} · {row['start_seconds']:.1f}–{row['end_seconds']:.1f} s"


def clip_title(clip: KnownClip) -> str:
    """A clip in a word or two: its label, else its video's name."""
    return clip.label or clip.video
