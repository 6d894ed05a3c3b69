"""The table of what a workspace holds, against a workspace that was really used."""

from __future__ import annotations

import inspect
import shutil
from pathlib import Path

import pytest

from vidviz.services import jobs
from vidviz.services.embedding import embed_run
from vidviz.services.importing import import_run
from vidviz.services.index import set_index
from vidviz.services.library import contents
from vidviz.services.library.workspaces import open_workspace
from vidviz.services.maps import map_build
from vidviz.services.search import query_files, search_run
from vidviz.types import MapSpec, Recipe
from vidviz.workspace_folder import ENTRIES, WorkspaceFolder

PCA = MapSpec("pca")
RECIPE = Recipe("windows", 1.0, 1.0)
TOPS = {entry.place.partition("/")[0]: entry for entry in ENTRIES}


def top_of(folder: WorkspaceFolder, path: Path) -> str:
    """The part of a path by which the table knows it; SQLite's companions go with their file."""
    return path.relative_to(folder.path).parts[0].removesuffix("-wal").removesuffix("-shm")


@pytest.fixture
def used(folder, make_video, tiny, receive):
    """A workspace with an upload imported and embedded by jobs, a map, an index, and a file that was asked with."""
    path = make_video("tom.mp4", seconds=3.0)
    request = receive(folder, [("tom.mp4", path.read_bytes())], RECIPE)
    jobs.run_here(folder, "import", "Import", import_run.request_arguments(request))
    wanted = embed_run.EmbedRequest("tiny", precision="float32")
    jobs.run_here(folder, "embed", "Embed", embed_run.request_arguments(wanted))
    map_build.build_map(folder, "", PCA)
    query_files.receive_path(folder, make_video("asked.mp4", seconds=1.0, seed=5), still=False)
    assert search_run.search_by_clip(folder, "", first_clip(folder)).hits
    return folder


def first_clip(folder: WorkspaceFolder) -> int:
    return int(contents.clip_table(folder)["clip_id"].iloc[0])


def test_all_that_lies_in_a_used_workspace_is_in_the_table(used):
    found = {top_of(used, path) for path in used.path.iterdir()}
    assert found <= set(TOPS)
    # On a server there are no Milvus files, though a folder for them.
    assert found >= {"catalogue.db", "vectors", "videos", "previews", "asked", "maps", "index", "jobs", "import.lock"}


def test_every_path_that_a_workspace_names_is_in_the_table(folder):
    named = [name for name, made in inspect.getmembers(WorkspaceFolder) if isinstance(made, property)]
    paths = [getattr(folder, name) for name in named]
    paths += [folder.vectors("s"), folder.poster(1), folder.strip(1), folder.preview("v")]
    assert len(paths) > 10
    assert {top_of(folder, path) for path in paths} <= set(TOPS)


def test_what_may_go_comes_back_and_the_rest_is_untouched(used):
    clips, hits = contents.clip_table(used), search_run.search_by_clip(used, "", first_clip(used)).hits
    places = map_build.map_table(used, "", PCA)[["x", "y"]].to_numpy()
    set_index.release_index(used)
    for top, entry in TOPS.items():
        path = used.path / top
        if entry.may_go and path.is_dir():
            shutil.rmtree(path)
        elif entry.may_go:
            path.unlink(missing_ok=True)
    again = open_workspace(used.path)
    assert contents.clip_table(again).equals(clips)
    assert map_build.map_table(again, "", PCA)[["x", "y"]].to_numpy() == pytest.approx(places)
    assert search_run.search_by_clip(again, "", first_clip(again)).hits == hits
    report = import_run.rebuild_previews(again)
    assert report.count("ok") == 1
    assert all(again.poster(int(clip)).is_file() for clip in clips["clip_id"])


def test_the_truth_may_not_go_and_what_is_derived_may():
    assert all(entry.truth != entry.may_go for entry in ENTRIES)
    assert len({entry.place for entry in ENTRIES}) == len(TOPS) == len(ENTRIES)
