"""kill -9 at random moments: the workspace opens, and what is done again is done as if nothing had happened."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest

from vidviz.services import jobs
from vidviz.services.library import contents, embedding_sets
from vidviz.services.library.workspaces import open_workspace
from vidviz.store import videos
from vidviz.store.catalogue import read_catalogue
from vidviz.store.vectors import VectorShards

EMBED_KILLS = 10
IMPORT_KILLS, IMPORTED = 3, 12
LENGTH = "0.2"  # of a clip, in seconds: enough clips for ten kills to land among them
EMBED = ["embed", "--backbone", "simple3d", "--layer", "conv1", "--precision", "float32", "--device", "cpu"]


def stores_at_least(folder, count):
    return count_stored(folder) >= count


def holds_more_than(folder, count):
    return contents.count_library(folder)[0] > count


def is_at_work(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def runs(process_id):
    try:
        return is_at_work(psutil.Process(process_id))
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def comes_to_pass(until):
    """Waits for something that a process does; whether it came before the process ended."""

    def wait(condition, process_id):
        came = []
        until(lambda: came.append(condition()) or came[-1] or not runs(process_id))
        return came[-1]

    return wait


@pytest.fixture
def kill(until):
    """Kills a process, and waits for the decoders that it leaves to end by themselves."""

    def kill(process_id):
        decoders = psutil.Process(process_id).children(recursive=True)
        os.kill(process_id, signal.SIGKILL)
        until(lambda: not any(map(is_at_work, decoders)))

    return kill


def count_stored(folder):
    """How many clips the set on the way holds."""
    started = embedding_sets.list_sets(folder)
    return len(VectorShards(folder.vectors(started[0].key)).load_ids()) if started else 0


@pytest.fixture(scope="module")
def library_folder(vidviz, copy_samples, tmp_path_factory):
    """A workspace with two dozen videos and nearly two hundred clips, none of them embedded."""
    home = tmp_path_factory.mktemp("killed")
    ended = vidviz("import", copy_samples(home / "videos", 20), "--length", LENGTH, "--workspace", home / "w")
    assert ended.code == 0
    return home / "w"


@pytest.mark.slow
def test_ten_kills_during_embed_leave_the_vectors_of_an_undisturbed_run(
    server, vidviz, library_folder, tmp_path, comes_to_pass, kill
):
    calm = shutil.copytree(library_folder, tmp_path / "calm")
    killed = open_workspace(shutil.copytree(library_folder, tmp_path / "killed"))
    moments = random.Random(2026)
    known, known_at_kill = 0, []
    for number in range(EMBED_KILLS):
        process_id = server.start(*EMBED, "--workspace", killed.path, hasty=True)
        if number % 3:  # a third of the kills come while the network is loaded, the others among the clips
            wanted = known + moments.randint(1, 12)
            assert comes_to_pass(partial(stores_at_least, killed, wanted), process_id), "take more clips"
            time.sleep(moments.uniform(0.0, 0.03))
        else:
            time.sleep(moments.uniform(0.0, 0.5))
        kill(process_id)
        assert server.wait().code == -signal.SIGKILL
        now = count_stored(killed)
        assert now >= known  # nothing that was stored is ever lost
        known = now
        known_at_kill.append(now)
    assert len(set(known_at_kill)) > 3, known_at_kill  # the kills did land in the middle
    every = sorted(contents.clip_table(killed)["clip_id"])
    assert known < len(every), "take more clips"
    assert {job.state for job in jobs.list_jobs(killed) if job.kind == "embed"} == {"interrupted"}

    resumed = vidviz(*EMBED, "--workspace", killed.path)
    assert resumed.answer["message"].startswith(f"{len(every) - known} clips embedded, {known} were there already;")
    undisturbed = vidviz(*EMBED, "--workspace", calm)
    assert undisturbed.answer["set"] == resumed.answer["set"]
    after = embedding_sets.load_embeddings(killed, "")
    wanted = embedding_sets.load_embeddings(open_workspace(calm), "")
    assert after.ids.tolist() == wanted.ids.tolist() == every
    # Batches fall differently after a kill, and a sum in another order may differ in its last bits.
    np.testing.assert_allclose(after.vectors, wanted.vectors, rtol=1e-5, atol=1e-6)
    assert not list(VectorShards(killed.vectors(resumed.answer["set"])).folder.glob(".writing-*"))
    (check,) = vidviz("index", "check", "--workspace", killed.path).answer["sets"]
    assert (check["stored"], check["missing"], check["extra"]) == (len(every), 0, 0)


def test_three_kills_during_import_leave_a_library_that_is_whole(
    server, vidviz, copy_samples, tmp_path, comes_to_pass, kill
):
    folder = copy_samples(tmp_path / "videos", IMPORTED)
    workspace = open_workspace(tmp_path / "w")
    command = ["import", folder, "--length", "1", "--keep", "--workspace", workspace.path]
    moments = random.Random(7)
    counts = []
    for number in range(IMPORT_KILLS):
        process_id = server.start(*command)
        assert comes_to_pass(partial(holds_more_than, workspace, 2 * number), process_id)
        time.sleep(moments.uniform(0.0, 0.1))
        kill(process_id)
        assert server.wait().code == -signal.SIGKILL
        counts.append(contents.count_library(workspace)[0])
        assert_whole(workspace)
    assert counts[-1] < IMPORTED, counts
    ended = vidviz(*command)
    statuses = [file["status"] for file in ended.answer["files"]]
    assert statuses.count("duplicate") == counts[-1]
    assert statuses.count("ok") == IMPORTED - counts[-1]
    assert_whole(workspace)
    undisturbed = open_workspace(tmp_path / "calm")
    vidviz("import", folder, "--length", "1", "--keep", "--workspace", undisturbed.path)
    tables = [
        contents.clip_table(place).sort_values("clip_id").to_dict("records") for place in (workspace, undisturbed)
    ]
    assert tables[0] == tables[1]
    names = [{path.name for path in place.previews.iterdir()} for place in (workspace, undisturbed)]
    assert names[0] == names[1]
    assert {path.name for path in workspace.videos.iterdir()} == {path.name for path in undisturbed.videos.iterdir()}


def assert_whole(workspace):
    """Every clip that the library counts has its pictures, and its video its bytes and its entry."""
    with read_catalogue(workspace) as db:
        every = videos.list_videos(db)
        told = {source.video_id for source in videos.list_sources(db)}
    assert {video.id for video in every} <= told
    assert all(Path(video.path).stat().st_size == video.size_bytes for video in every)
    table = contents.clip_table(workspace)
    assert set(table["video_id"]) == {video.id for video in every}
    for clip in table["clip_id"]:
        for path in (workspace.poster(clip), workspace.strip(clip)):
            assert path.read_bytes()[:4] == b"RIFF"
            assert path.stat().st_size == int.from_bytes(path.read_bytes()[4:8], "little") + 8
