"""The Map page's parts: which projection, which colours, what is selected, and the panel beside the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import streamlit as st

from vidviz.errors import VidvizError
from vidviz.render.colours import OTHER_COLOUR, colour_labels
from vidviz.services import jobs, library, mapping, searching
from vidviz.services.library import KnownClip
from vidviz.store.maps import StoredMap
from vidviz.store.sets import EmbeddingSet
from vidviz.store.workspace import WorkspaceFolder
from vidviz.types import MapSpec
from vidviz.ui import state
from vidviz.ui.cards import label_colours, play_large
from vidviz.ui.components import MapEvent, clip_gallery
from vidviz.ui.map_points import GroupColours, MapPoints, ValueColours
from vidviz.ui.search_view import cards_of_hits
from vidviz.ui.sitemap import link_to

Projection = Literal["UMAP", "PCA"]

VIDEO, CLUSTER, TIME = "video", "cluster", "time in video"
NOISE = "noise"
POLL_SECONDS = 1.0


@dataclass(frozen=True)
class View:
    """A map ready to be drawn: its points, their rows in the clip table, and what to say about it."""

    points: MapPoints
    rows: pd.DataFrame
    key: str
    note: str


def choose_projection() -> Projection:
    """UMAP or PCA."""
    picked = st.segmented_control(
        "Projection",
        ["UMAP", "PCA"],
        default="UMAP",
        required=True,
        key="map projection",
        bind="query-params",
        help="UMAP keeps neighbours together; distances between groups mean little. PCA is linear: it shows the two "
        "or three directions in which the vectors differ most.",
    )
    return "PCA" if picked == "PCA" else "UMAP"


def choose_dimensions() -> int:
    """Two or three."""
    picked = st.segmented_control(
        "Dimensions", ["2-D", "3-D"], default="2-D", required=True, key="map dimensions", bind="query-params"
    )
    return 3 if picked == "3-D" else 2


def colour_choices(folder: WorkspaceFolder, recipe_key: str) -> list[str]:
    """What the points can be coloured by: label columns first."""
    return [*library.label_columns(library.clip_table(folder, recipe_key)), VIDEO, CLUSTER, TIME]


def load_view(folder: WorkspaceFolder, set_key: str, projection: Projection, dims: int) -> View:
    """The map that was asked for; PCA, said so, while UMAP is still being computed.

    Raises:
        ProjectionError: the set is empty or cannot be laid out.
    """
    wanted = MapSpec("umap" if projection == "UMAP" else "pca", dims)
    stored = mapping.find_map(folder, set_key, wanted)
    note = ""
    if stored is None and projection == "UMAP":
        job_id = _start_once(folder, set_key, wanted)
        stored = mapping.build_map(folder, set_key, MapSpec("pca", dims))
        note = _wait_for(folder, job_id)
        wanted = MapSpec("pca", dims)
    elif stored is None:
        stored = mapping.build_map(folder, set_key, wanted)
    rows = _rows_of(folder, set_key, stored)
    return View(_points_of(stored, rows), rows, f"{set_key} {wanted.key}", note or stored.note)


def _start_once(folder: WorkspaceFolder, set_key: str, spec: MapSpec) -> int:
    """The job that computes a map of the vectors as they are now; one for each, whatever became of it."""
    started: dict[tuple[str, ...], int] = st.session_state.setdefault("map jobs", {})
    state_key = (set_key, folder.vectors(set_key).version, spec.key)
    if state_key not in started:
        arguments = mapping.request_arguments(set_key, spec)
        running = [job.id for job in jobs.list_jobs(folder) if job.active and job.arguments == arguments]
        started[state_key] = running[0] if running else jobs.start_job(folder, "map", "Lay out by UMAP", arguments)
    return started[state_key]


def _wait_for(folder: WorkspaceFolder, job_id: int) -> str:
    job = jobs.find_job(folder, job_id)
    if job.active:
        st.fragment(_look_again, run_every=POLL_SECONDS)(folder, job_id)
        return "PCA while UMAP is being computed (the first one takes about half a minute)."
    return f"UMAP is not there: {job.message} PCA is shown."


def _look_again(folder: WorkspaceFolder, job_id: int) -> None:
    """Draw the page anew once the job has ended."""
    listed = {job.id: job for job in jobs.list_jobs(folder)}
    if job_id in listed and not listed[job_id].active:
        st.rerun(scope="app")


def _rows_of(folder: WorkspaceFolder, set_key: str, stored: StoredMap) -> pd.DataFrame:
    return mapping.rows_of(folder, set_key, stored)


def _points_of(stored: StoredMap, rows: pd.DataFrame) -> MapPoints:
    return MapPoints(
        ids=stored.ids,
        coordinates=stored.points,
        spans=rows[["start_seconds", "end_seconds"]].to_numpy(float),
        titles=rows["video"].tolist(),
        labels=rows["label"].fillna("").astype(str).tolist(),
    )


def colour_points(folder: WorkspaceFolder, set_key: str, view: View, colour_by: str) -> GroupColours | ValueColours:
    """The colours of the points by a label column, the video, the cluster or the time."""
    if colour_by == TIME:
        return ValueColours(view.rows["start_seconds"].to_numpy(float), "seconds")
    if colour_by == CLUSTER:
        return _colour_clusters(mapping.find_clusters(folder, set_key), view)
    values = view.rows[colour_by].fillna("").astype(str)
    every = library.clip_table(folder)[colour_by].dropna().astype(str)
    return _group(values.to_numpy(), colour_labels(every))


def _colour_clusters(clusters: dict[int, int], view: View) -> GroupColours:
    numbers = np.array([clusters[int(number)] for number in view.points.ids])
    names = np.where(numbers < 0, NOISE, np.char.add("cluster ", np.char.mod("%02d", np.maximum(numbers, 0) + 1)))
    colours = colour_labels(sorted(set(names.tolist()) - {NOISE}))
    return _group(names, {**colours, NOISE: OTHER_COLOUR})


def _group(values: np.ndarray, colours: dict[str, str]) -> GroupColours:
    names = sorted(set(values.tolist()))
    places = {name: place for place, name in enumerate(names)}
    index = np.array([places[value] for value in values.tolist()], int)
    return GroupColours(index, [name or "no label" for name in names], [colours.get(n, OTHER_COLOUR) for n in names])


def current_selection(set_key: str) -> set[int]:
    """The clips that are selected on the map of this set."""
    selection: set[int] = st.session_state.get(f"selection {set_key}", set())
    return selection


def forget_selection(set_key: str) -> None:
    """Select nothing."""
    st.session_state.pop(f"selection {set_key}", None)


def react(event: MapEvent, view: View, set_key: str) -> bool:
    """Do what was done on the map; whether the page must be drawn anew."""
    if event.clicked is not None:
        state.choose_clip(event.clicked)
    if event.polygon is not None:
        known = current_selection(set_key)
        before = np.isin(view.points.ids, np.fromiter(known, np.int64, len(known)))
        after = event.polygon.apply(before, view.points.coordinates)
        st.session_state[f"selection {set_key}"] = set(view.points.ids[after].tolist())
    return event.clicked is not None or event.polygon is not None


def caption(view: View, chosen: EmbeddingSet) -> None:
    """What the map shows and what to keep in mind."""
    st.caption(f"{len(view.points)} clips of {chosen.spec.title}. {view.note}")


def draw_panel(folder: WorkspaceFolder, chosen: EmbeddingSet, clip: KnownClip | None) -> None:
    """The clip at hand, large, with its neighbours."""
    if clip is None:
        st.info("Click a point: its clip plays here, with its nearest neighbours.")
        return
    colours = label_colours(library.clip_table(folder, chosen.spec.recipe_key))
    play_large(clip, colours, key="map player", height_px=300)
    with st.container(horizontal=True):
        link_to("search", "Find similar")
        link_to("inside", "Look inside")
    _draw_neighbours(folder, chosen, clip, colours)


def _draw_neighbours(folder: WorkspaceFolder, chosen: EmbeddingSet, clip: KnownClip, colours: dict[str, str]) -> None:
    try:
        hits = searching.nearest_exactly(folder, chosen.key, clip.clip_id, 6)
    except VidvizError as error:
        st.caption(str(error))
        return
    st.caption("Nearest in the embedding, by cosine similarity", help="Of the vectors themselves, not of the map.")
    picked = clip_gallery(cards_of_hits(hits, colours), key="map neighbours", columns=3, card_width_px=96)
    if picked is not None:
        state.choose_clip(picked)
        st.rerun()
