"""Which map is shown: the projection that was asked for, or PCA while that is still being computed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd
import streamlit as st

from vidviz.services import jobs, mapping
from vidviz.store.maps import StoredMap
from vidviz.store.sets import EmbeddingSet
from vidviz.store.workspace import WorkspaceFolder
from vidviz.types import MapMethod, MapMetric, MapSpec
from vidviz.ui.map_points import MapPoints

Projection = Literal["UMAP", "t-SNE", "PCA"]
METHODS: dict[Projection, MapMethod] = {"UMAP": "umap", "t-SNE": "tsne", "PCA": "pca"}

POLL_SECONDS = 1.0


@dataclass(frozen=True)
class View:
    """A map ready to be drawn: its points, their rows in the clip table, and what to say about it."""

    stored: StoredMap
    points: MapPoints
    rows: pd.DataFrame
    spec: MapSpec
    key: str
    note: str


def choose_projection() -> Projection:
    """UMAP, t-SNE or PCA."""
    picked: Projection = st.segmented_control(
        "Projection",
        list(METHODS),
        default="UMAP",
        required=True,
        key="map projection",
        bind="query-params",
        help="UMAP and t-SNE keep neighbours together; distances between groups mean little. PCA is linear: it shows "
        "the two or three directions in which the vectors differ most.",
    )
    return picked


def choose_parameters(projection: Projection, dims: int) -> MapSpec:
    """The projection's own parameters, in a popover; PCA has none."""
    spec = MapSpec(METHODS[projection], dims)
    if projection == "PCA":
        return spec
    with st.popover("Parameters"):
        if projection == "UMAP":
            spec = replace(spec, n_neighbors=_choose_neighbours(), min_dist=_choose_min_dist())
        else:
            spec = replace(spec, perplexity=_choose_perplexity())
        return replace(spec, metric=_choose_metric(), seed=_choose_seed())


def _choose_metric() -> MapMetric:
    picked: MapMetric = st.segmented_control(
        "Compare vectors by",
        ["cosine", "euclidean"],
        default="cosine",
        required=True,
        key="map metric",
        help="Cosine sees directions alone; Euclidean sees lengths as well.",
    )
    return picked


def _choose_seed() -> int:
    return int(
        st.number_input(
            "Seed", 0, 2**31, 0, key="map seed", help="Another seed, another layout: what stays the same is real."
        )
    )


def _choose_neighbours() -> int:
    return int(
        st.slider("Neighbours", 2, 100, 15, key="umap neighbours", help="Few show fine detail, many the whole shape.")
    )


def _choose_min_dist() -> float:
    return float(
        st.slider("Least distance", 0.0, 0.99, 0.1, 0.01, key="umap min dist", help="How close points may be put.")
    )


def _choose_perplexity() -> float:
    return float(
        st.slider("Perplexity", 5, 100, 30, key="tsne perplexity", help="How many neighbours of a clip count, softly.")
    )


def choose_dimensions() -> int:
    """Two or three."""
    picked = st.segmented_control(
        "Dimensions", ["2-D", "3-D"], default="2-D", required=True, key="map dimensions", bind="query-params"
    )
    return 3 if picked == "3-D" else 2


def load_view(folder: WorkspaceFolder, set_key: str, wanted: MapSpec) -> View:
    """The map that was asked for; PCA, said so, while another is still being computed.

    Raises:
        ProjectionError: the set is empty or cannot be laid out.
    """
    stored = mapping.find_map(folder, set_key, wanted)
    note = ""
    if stored is None and wanted.method != "pca":
        job_id = _start_once(folder, set_key, wanted)
        note = _wait_for(folder, job_id, wanted)
        wanted = MapSpec("pca", wanted.dims)
    if stored is None:
        stored = mapping.build_map(folder, set_key, wanted)
    rows = mapping.rows_of(folder, set_key, stored)
    return View(stored, _points_of(stored, rows), rows, wanted, f"{set_key} {wanted.key}", note or stored.note)


def _start_once(folder: WorkspaceFolder, set_key: str, spec: MapSpec) -> int:
    """The job that computes a map of the vectors as they are now; one for each, whatever became of it."""
    started: dict[tuple[str, ...], int] = st.session_state.setdefault("map jobs", {})
    state_key = (set_key, folder.vectors(set_key).version, spec.key)
    if state_key not in started:
        arguments = mapping.request_arguments(set_key, spec)
        running = [job.id for job in jobs.list_jobs(folder) if job.active and job.arguments == arguments]
        started[state_key] = (
            running[0] if running else jobs.start_job(folder, "map", f"{spec.title} in {spec.dims}-D", arguments)
        )
    return started[state_key]


def _wait_for(folder: WorkspaceFolder, job_id: int, wanted: MapSpec) -> str:
    job = jobs.find_job(folder, job_id)
    if job.state == "done":  # it ended between the look for the map and this one
        st.rerun()
    if job.active:
        st.fragment(_look_again, run_every=POLL_SECONDS)(folder, job_id)
        return f"PCA while {wanted.title} is being computed (the first one takes about half a minute)."
    return f"{wanted.title} is not there: {job.message} PCA is shown."


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
