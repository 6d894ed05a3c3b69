"""Which map is shown: the projection that was asked for, or PCA while that is still being computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd
import streamlit as st

from vidviz.services import jobs, mapping
from vidviz.store.maps import StoredMap
from vidviz.store.sets import EmbeddingSet
from vidviz.store.workspace import WorkspaceFolder
from vidviz.types import MapSpec
from vidviz.ui.map_points import MapPoints

Projection = Literal["UMAP", "PCA"]

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
    rows = mapping.rows_of(folder, set_key, stored)
    return View(_points_of(stored, rows), rows, f"{set_key} {wanted.key}", note or stored.note)


def _start_once(folder: WorkspaceFolder, set_key: str, spec: MapSpec) -> int:
    """The job that computes a map of the vectors as they are now; one for each, whatever became of it."""
    started: dict[tuple[str, ...], int] = st.session_state.setdefault("map jobs", {})
    state_key = (set_key, folder.vectors(set_key).version, spec.key)
    if state_key not in started:
        arguments = mapping.request_arguments(set_key, spec)
        running = [job.id for job in jobs.list_jobs(folder) if job.active and job.arguments == arguments]
        started[state_key] = (
            running[0] if running else jobs.start_job(folder, "map", f"Map in {spec.dims}-D", arguments)
        )
    return started[state_key]


def _wait_for(folder: WorkspaceFolder, job_id: int) -> str:
    job = jobs.find_job(folder, job_id)
    if job.state == "done":  # it ended between the look for the map and this one
        st.rerun()
    if job.active:
        st.fragment(_look_again, run_every=POLL_SECONDS)(folder, job_id)
        return "PCA while UMAP is being computed (the first one takes about half a minute)."
    return f"UMAP is not there: {job.message} PCA is shown."


def _look_again(folder: WorkspaceFolder, job_id: int) -> None:
    """Draw the page anew once the job has ended."""
    listed = {job.id: job for job in jobs.list_jobs(folder)}
    if job_id in listed and not listed[job_id].active:
        st.rerun(scope="app")


def _points_of(stored: StoredMap, rows: pd.DataFrame) -> MapPoints:
    return MapPoints(
        ids=stored.ids,
        coordinates=stored.points,
        spans=rows[["start_seconds", "end_seconds"]].to_numpy(float),
        titles=rows["video"].tolist(),
        labels=rows["label"].fillna("").astype(str).tolist(),
    )


def caption(view: View, chosen: EmbeddingSet, about_colours: str) -> None:
    """What the map shows and what to keep in mind."""
    st.caption(f"{len(view.points)} clips of {chosen.spec.title}. {about_colours} {view.note}")
