"""Take it away: the selection, what is in view, or everything, as files; each is made when it is asked for."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from vidviz.errors import VidvizError
from vidviz.log.told_errors import sentence_of
from vidviz.records import EmbeddingSet
from vidviz.render.map_picture import MapPicture
from vidviz.render.point_colours import Groups, Values
from vidviz.services.export import export_run
from vidviz.services.export.export_kinds import TABLES, TOOLS, VECTORS, Offer
from vidviz.services.maps import map_export
from vidviz.services.maps.map_export import PICTURES, PictureKind
from vidviz.services.maps.set_neighbours import MapTrust
from vidviz.types import NEVER_TRAINED, MapSpec
from vidviz.ui.components.map_points import MapPoints
from vidviz.workspace_folder import WorkspaceFolder

SELECTION, IN_VIEW, EVERYTHING = "selection", "in view", "everything"
FILE_WORDS = {SELECTION: "selection", IN_VIEW: "view", EVERYTHING: "all"}

FLAT_ONLY = "A map in 3-D has no one picture: press the camera above the map, or take the HTML."
TOO_MANY = "With more than {most:,} points it would open too slowly; take the PNG."


@dataclass(frozen=True)
class ShownMap:
    """The map as the page shows it: its points and their colours, which projection it is, and what to know of it."""

    points: MapPoints
    colours: Groups | Values
    spec: MapSpec
    note: str = ""
    trust: MapTrust | None = None


def draw_take_away(
    folder: WorkspaceFolder,
    chosen: EmbeddingSet,
    *,
    selected: frozenset[int],
    shown: frozenset[int] | None,
    picture: ShownMap,
) -> None:
    """A popover with everything that can be taken away.

    Args:
        folder: the workspace.
        chosen: the embedding set.
        selected: ids of the clips that are selected; may be empty.
        shown: ids of the clips that filters leave; None where nothing is filtered.
        picture: the map.
    """
    with st.popover("Take away"), st.container(gap="xsmall"):
        choices = {name: ids for name, ids in _choices(selected, shown).items() if ids is None or ids}
        what = _choose_what(choices, len(picture.points))
        wanted = choices[what]
        stem = f"{chosen.spec.slug}-{FILE_WORDS[what]}"
        tables = {kind: row.offer for kind, row in TABLES.items() if row.offer}
        _offer_clips(folder, chosen.key, "Table", tables, wanted, stem)
        vectors = {kind: row.offer for kind, row in VECTORS.items()}
        _offer_clips(folder, chosen.key, "Vectors", vectors, wanted, stem)
        _offer_map(folder, chosen, picture, wanted, FILE_WORDS[what])
        tools = {kind: row.offer for kind, row in TOOLS.items()}
        _offer_clips(folder, chosen.key, "Other tools", tools, wanted, stem)
        _tell_failure()


def _choices(selected: frozenset[int], shown: frozenset[int] | None) -> dict[str, frozenset[int] | None]:
    return {SELECTION: selected, IN_VIEW: shown if shown is not None else frozenset(), EVERYTHING: None}


def _choose_what(choices: dict[str, frozenset[int] | None], total: int) -> str:
    counts = {name: total if ids is None else len(ids) for name, ids in choices.items()}
    if len(choices) == 1:
        st.caption(f"All {total:,} clips of this embedding set.")
        return EVERYTHING
    picked: str = st.segmented_control(
        "What to take",
        list(choices),
        default=next(iter(choices)),
        required=True,
        key=f"take away {' '.join(choices)}",
        format_func=lambda name: f"{name} ({counts[name]:,})",
        label_visibility="collapsed",
    )
    return picked


def _offer_clips(
    folder: WorkspaceFolder,
    set_key: str,
    title: str,
    kinds: dict[str, Offer],
    wanted: Collection[int] | None,
    stem: str,
) -> None:
    st.caption(title)
    with st.container(horizontal=True):
        for kind, offer in kinds.items():
            ending = f"{kind}.zip" if kind in TOOLS else kind
            separator = "-" if kind in TOOLS else "."
            make = partial(_pack, folder, set_key, kind, wanted)
            _offer(offer.title, offer.help_text, f"{stem}{separator}{ending}", make)


def _offer_map(
    folder: WorkspaceFolder, chosen: EmbeddingSet, picture: ShownMap, wanted: Collection[int] | None, word: str
) -> None:
    st.caption("Map")
    count = len(picture.points) if wanted is None else len(wanted)
    flat = picture.points.coordinates.shape[1] == 2
    with st.container(horizontal=True):
        for ending, kind in PICTURES.items():
            hindrance = _hindrance(kind, flat=flat, count=count)
            make = partial(_draw, folder, chosen, picture, wanted, ending)
            file_name = f"{chosen.spec.slug}-{picture.spec.key}-{word}.{ending}"
            _offer(kind.title, hindrance or kind.help_text, file_name, make, disabled=bool(hindrance))
    if not flat:
        st.caption(FLAT_ONLY)


def _hindrance(kind: PictureKind, *, flat: bool, count: int) -> str:
    """Why the map cannot be drawn so, or nothing."""
    if not flat and not kind.takes_3d:
        return FLAT_ONLY
    too_many = kind.most_points is not None and count > kind.most_points
    return TOO_MANY.format(most=kind.most_points) if too_many else ""


def _offer(name: str, help_text: str, file_name: str, make: Callable[[], bytes], *, disabled: bool = False) -> None:
    st.download_button(
        name,
        _remembering_failure(make),
        file_name,
        key=f"take away {name}",
        help=help_text,
        on_click="ignore",
        disabled=disabled,
    )


def _remembering_failure(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Streamlit says of a file that could not be made only that it could not; the reason is kept for the next draw."""
    failures: list[str] = st.session_state.setdefault("take away failures", [])

    def run() -> bytes:
        try:
            return make()
        except VidvizError as error:
            failures[:] = [sentence_of(error)]
            raise

    return run


def _tell_failure() -> None:
    failures: list[str] = st.session_state.get("take away failures", [])
    if failures:
        st.error(failures.pop())


def _pack(folder: WorkspaceFolder, set_key: str, kind: str, wanted: Collection[int] | None) -> bytes:
    buffer = io.BytesIO()
    export_run.pack_clips(folder, set_key, kind, buffer, wanted)
    return buffer.getvalue()


def _draw(
    folder: WorkspaceFolder, chosen: EmbeddingSet, shown: ShownMap, wanted: Collection[int] | None, ending: str
) -> bytes:
    picture = picture_of(shown, chosen)
    if wanted is not None:
        picture = map_export.select_points(picture, wanted)
    return map_export.draw_picture(folder, picture, ending)


def picture_of(shown: ShownMap, chosen: EmbeddingSet) -> MapPicture:
    """The map of the page as the renderers take it."""
    points = shown.points
    return MapPicture(
        points.ids,
        np.asarray(points.coordinates, float),
        points.spans,
        points.titles,
        points.labels,
        shown.colours,
        heading=chosen.spec.title,
        notes=map_export.describe_map(chosen.spec, shown.spec, shown.trust, shown.note),
        warning=NEVER_TRAINED if chosen.spec.random_weights else "",
    )
