"""Which map is shown: the projection that was asked for, or PCA while that is still being computed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from vidviz.records import EmbeddingSet, StoredMap
from vidviz.services import jobs
from vidviz.services.backbones.fed_frames import as_sentence
from vidviz.services.library import embedding_sets
from vidviz.services.maps import map_build, new_clips
from vidviz.services.maps.map_colours import DrawnMap
from vidviz.types import MapSpec
from vidviz.ui.components.map_points import MapPoints
from vidviz.words import count_of
from vidviz.workspace_folder import WorkspaceFolder

POLL_SECONDS = 1.0


@dataclass(frozen=True)
class View:
    """A map ready to be drawn: what it is, its points for the browser, a name for it, and what to say about it."""

    drawn: DrawnMap
    points: MapPoints
    key: str
    note: str


def load_view(folder: WorkspaceFolder, set_key: str, wanted: MapSpec, other: MapSpec | None = None) -> View:
    """The map that was asked for; PCA, said so, while another is still being computed.

    Clips that were embedded since the map was made are placed on it; no other clip moves.

    Raises:
        ProjectionError: the set is empty or cannot be laid out.
    """
    stored = map_build.find_map(folder, set_key, wanted) or new_clips.place_new_clips(folder, set_key, wanted)
    note = ""
    if stored is None and wanted.method != "pca":
        job_id = _start_once(folder, set_key, wanted)
        note = _wait_for(folder, job_id, wanted)
        wanted = MapSpec("pca", wanted.dims)
        stored = map_build.find_map(folder, set_key, wanted) or new_clips.place_new_clips(folder, set_key, wanted)
    if stored is None:
        stored = map_build.build_map(folder, set_key, wanted)
    rows = map_build.rows_of(folder, set_key, stored)
    beside = map_build.find_map(folder, set_key, other) if other and not note else None
    drawn = DrawnMap(stored, rows, wanted, beside)
    return View(drawn, _points_of(stored, rows), f"{set_key} {wanted.key}", note or stored.note)


def await_map(folder: WorkspaceFolder, set_key: str, spec: MapSpec) -> None:
    """Have a map computed beside the one that is shown, and draw the page again when it is there."""
    job_id = _start_once(folder, set_key, spec)
    if _is_active(folder, job_id):
        st.fragment(_look_again, run_every=POLL_SECONDS)(folder, job_id)


def offer_new_layout(folder: WorkspaceFolder, set_key: str, view: View) -> None:
    """Where clips were placed on a map that they had no part in, the way to a map of all."""
    num_placed = int(view.drawn.stored.placed.sum())
    if not num_placed:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{count_of(num_placed, 'clip')} came later and stand beside those most like them; no other moved.")
        job_id = _started().get(_state_key(folder, set_key, view.drawn.spec))
        if job_id is not None and _is_active(folder, job_id):
            st.caption(f"{view.drawn.spec.title} of all clips is being laid out.")
            st.fragment(_look_again, run_every=POLL_SECONDS)(folder, job_id)
        elif st.button("Lay out all clips anew", help="All clips shape the new map, and all may move."):
            _lay_out_anew(folder, set_key, view.drawn.spec)


def _lay_out_anew(folder: WorkspaceFolder, set_key: str, spec: MapSpec) -> None:
    if spec.method == "pca":
        map_build.build_map(folder, set_key, spec)
    else:
        _start_once(folder, set_key, spec)
    st.rerun()


def _started() -> dict[tuple[str, ...], int]:
    """The jobs that this session has started, by what they compute."""
    started: dict[tuple[str, ...], int] = st.session_state.setdefault("map jobs", {})
    return started


def _start_once(folder: WorkspaceFolder, set_key: str, spec: MapSpec) -> int:
    """The job that computes a map of the vectors as they are now; one for each, whatever became of it."""
    started = _started()
    state_key = _state_key(folder, set_key, spec)
    if state_key not in started:
        arguments = map_build.request_arguments(set_key, spec)
        running = [job.id for job in jobs.list_jobs(folder) if job.active and job.arguments == arguments]
        started[state_key] = running[0] if running else jobs.start_job(folder, "map", _job_title(spec), arguments)
    return started[state_key]


def _state_key(folder: WorkspaceFolder, set_key: str, spec: MapSpec) -> tuple[str, ...]:
    return set_key, embedding_sets.set_version(folder, set_key), spec.key


def _job_title(spec: MapSpec) -> str:
    return f"{spec.title} in {spec.dims}-D"


def _wait_for(folder: WorkspaceFolder, job_id: int, wanted: MapSpec) -> str:
    job = jobs.find_job(folder, job_id)
    if job.state == "done":  # it ended between the look for the map and this one
        st.rerun()
    if job.active:
        st.fragment(_look_again, run_every=POLL_SECONDS)(folder, job_id)
        return f"PCA while {wanted.title} is being computed (the first one takes about half a minute)."
    return f"{wanted.title} is not there: {job.message} PCA is shown."


def _is_active(folder: WorkspaceFolder, job_id: int) -> bool:
    return any(job.id == job_id and job.active for job in jobs.list_jobs(folder))


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


def caption(view: View, chosen: EmbeddingSet, num_kept: int, about_colours: str) -> None:
    """What the map shows and what to keep in mind."""
    shown = f"{num_kept:,} of {len(view.points):,} clips" if num_kept < len(view.points) else f"{num_kept:,} clips"
    st.caption(f"{shown} of {chosen.spec.title}. {as_sentence(chosen.spec)} {about_colours} {view.note}")
