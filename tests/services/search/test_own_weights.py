"""Sets of a person's own weights are asked with something new, however they were made and whatever ran since."""

from __future__ import annotations

import shutil

import pytest

from vidviz.embed.checkpoints.weights import BUNDLE
from vidviz.errors import BackboneError
from vidviz.services.search import search_run
from vidviz.services.search.query_vector import compose_query
from vidviz.store import job_rows
from vidviz.store.catalogue import write_catalogue
from vidviz.workspace import Workspace


@pytest.fixture
def own(tmp_path, make_video):
    """A workspace with two clips embedded from Python with a file of one's own, and the file."""
    weights = shutil.copy(BUNDLE / "simple2d_look.safetensors", tmp_path / "mine.safetensors")
    workspace = Workspace(tmp_path / "workspace")
    workspace.add([str(make_video("a.mp4", seconds=2.0, seed=1)), str(make_video("b.mp4", seconds=2.0, seed=2))])
    workspace.embed("simple2d_look", weights=str(weights), precision="float32", device="cpu")
    return workspace, tmp_path / "mine.safetensors"


def ask(workspace, video):
    return search_run.search(workspace.folder, "", compose_query(workspace.folder, video=video)).hits


def test_a_set_made_from_python_is_asked_with_a_video_after_many_jobs(own, make_video):
    workspace, _ = own
    with write_catalogue(workspace.folder) as db:
        for number in range(60):
            job_rows.add_job(db, "map", f"Map {number}", {})
    hits = ask(workspace, make_video("copy.mp4", seconds=2.0, seed=2))
    assert hits[0].video == "b.mp4"
    assert hits[0].score == pytest.approx(1, abs=1e-5)


def test_weights_that_are_gone_are_asked_for_by_their_place_and_found_at_another(own, tmp_path, make_video):
    workspace, file = own
    moved = file.rename(tmp_path / "elsewhere.safetensors")
    video = make_video("copy.mp4", seconds=2.0, seed=2)
    with pytest.raises(BackboneError, match=r"not where they were \(last seen at .*mine\.safetensors\)"):
        ask(workspace, video)
    report = workspace.embed("simple2d_look", weights=str(moved), precision="float32", device="cpu")
    assert (report.known, report.computed) == (2, 0)
    assert ask(workspace, video)[0].video == "b.mp4"
