"""Embedding: what a set covers, what it does not compute again, and clips that fail alone."""

from __future__ import annotations

import dataclasses
import errno
import importlib
import os
import shutil

import numpy as np
import pytest
import torch

from vidviz.config import DecodeLimits
from vidviz.decode.read import read_clips
from vidviz.embed import backbones
from vidviz.embed.build import build_model
from vidviz.embed.embedder import Embedder
from vidviz.embed.load import load_backbone
from vidviz.errors import BackboneError, EmbeddingError, JobError, MediaError, UnknownNameError, WorkspaceError
from vidviz.records import EmbeddingSet
from vidviz.services import jobs
from vidviz.services.backbones import clip_reader
from vidviz.services.embedding import embed_run
from vidviz.services.embedding.embed_run import EmbedRequest, embed_clips
from vidviz.services.importing.import_run import ImportRequest, import_videos
from vidviz.services.inside.fed_view import read_view
from vidviz.services.library import embedding_sets
from vidviz.services.library.workspaces import open_workspace
from vidviz.services.progress import JobCancelledError
from vidviz.store import clips, sets
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.store.videos import list_videos
from vidviz.types import EmbeddingSetSpec, Recipe, Span

REQUEST = EmbedRequest("tiny", precision="float32", device="cpu")


@pytest.fixture(scope="module")
def imported(tmp_path_factory, write_video):
    """A folder with three videos and a workspace that holds them, two clips each."""
    home = tmp_path_factory.mktemp("imported")
    (home / "videos").mkdir()
    for seed in range(3):
        write_video(home / f"videos/{seed}.mp4", seconds=1.0, seed=seed)
    recipe = Recipe("windows", 0.5, 0.5)
    import_videos(open_workspace(home / "workspace"), ImportRequest((str(home / "videos"),), recipe))
    return home


@pytest.fixture
def folder(imported, tmp_path):
    """A copy of that workspace, with videos of its own."""
    home = shutil.copytree(imported, tmp_path / "home")
    made = open_workspace(home / "workspace")
    with write_catalogue(made) as db:
        db.execute("UPDATE video SET path = replace(path, ?, ?)", (str(imported), str(home)))
    return made


@pytest.fixture
def videos(folder):
    """The three videos."""
    return sorted((folder.path.parent / "videos").iterdir())


def stored(folder):
    return embedding_sets.load_embeddings(folder, "tiny")


def test_a_set_covers_all_clips_and_an_unchanged_one_is_not_computed_again(folder, videos, tiny, monkeypatch):
    report = embed_clips(folder, REQUEST)
    assert (report.total, report.known, report.computed, report.failed) == (6, 0, 6, {})
    assert stored(folder).vectors.shape == (6, 8)
    assert np.isfinite(stored(folder).vectors).all()
    assert len(np.unique(stored(folder).vectors, axis=0)) == 6
    monkeypatch.setattr("vidviz.embed.load.load_ready", lambda *_, **__: pytest.fail("loaded again"))
    report = embed_clips(folder, REQUEST)
    assert (report.known, report.computed) == (6, 0)


def test_what_weights_leave_out_is_told(folder, videos, tiny, tmp_path):
    torch.save({"tail.0.weight": torch.ones(3), **build_model(tiny).state_dict()}, tmp_path / "mine.pth")
    report = embed_clips(folder, dataclasses.replace(REQUEST, weights=str(tmp_path / "mine.pth")))
    assert report.computed == 6
    assert report.note == "The network has no place for tail.0.weight of the weights."


def test_layers_and_poolings_are_sets_of_their_own(folder, videos, tiny):
    first = embed_clips(folder, REQUEST).spec
    second = embed_clips(folder, EmbedRequest("tiny", layer="pool", pooling="max", precision="float32")).spec
    assert first.key != second.key
    assert [found.key for found in embedding_sets.list_sets(folder)] == [second.key, first.key]
    assert embedding_sets.find_set(folder, first.key[:6]).key == first.key


def test_sampling_precision_and_preprocessing_make_sets_of_their_own(folder, videos, tiny, monkeypatch):
    first = embed_clips(folder, REQUEST).spec
    assert (first.sampling, first.precision) == ("as-trained", "float32")
    spread = embed_clips(folder, dataclasses.replace(REQUEST, sampling="spread"))
    half = embed_clips(folder, dataclasses.replace(REQUEST, precision="bfloat16"))
    brighter = dataclasses.replace(tiny, mean=(0.1, 0.1, 0.1))
    monkeypatch.setattr(backbones, "_registry", lambda: {"tiny": brighter})
    other = embed_clips(folder, REQUEST)
    assert [report.computed for report in (spread, half, other)] == [6, 6, 6]
    assert len({first.key, spread.spec.key, half.spec.key, other.spec.key}) == 4
    assert "bfloat16" in half.spec.title
    assert "as trained" in first.title
    assert "as trained" not in spread.spec.title


def test_a_clip_seen_in_several_views_has_the_mean_of_their_vectors(folder, videos, tiny):
    """Clips of half a second, views of two frames at eight a second: two views, from 0 and 0.25 s on."""
    found = embed_clips(folder, REQUEST)
    vectors = embedding_sets.load_embeddings(folder, found.spec.key)
    loaded = load_backbone(tiny, "random", device="cpu")
    with read_catalogue(folder) as db:
        clip = clips.list_clips(db, found.spec.recipe_key)[0]
        path = next(video.path for video in list_videos(db) if video.id == clip.video_id)
    spans = [Span(clip.span.start_seconds + start, clip.span.start_seconds + start + 0.25) for start in (0, 0.25)]
    frames = dict(read_clips(path, spans, tiny.frames_by("one-view"), DecodeLimits(), 1.0))
    views = Embedder(loaded).embed(np.stack([frames[0], frames[1]]))
    stored_one = vectors.vectors[vectors.ids.tolist().index(clip.id)]
    np.testing.assert_allclose(stored_one, views.mean(axis=0), rtol=1e-5)
    assert np.abs(views[0] - views[1]).max() > 1e-3


def test_a_cancelled_run_keeps_what_it_did_and_goes_on(folder, videos, tiny, monkeypatch):
    embedded = []
    monkeypatch.setattr("vidviz.embed.embedder.suggest_batch_size", lambda *_: 1)

    def cancel_after_two(done, total, message=""):
        if message == "clips":
            embedded.append(done)
        if done == 2:
            raise JobCancelledError("stop")

    with pytest.raises(JobCancelledError):
        embed_clips(folder, REQUEST, cancel_after_two)
    assert len(stored(folder)) == 2
    before = stored(folder)
    report = embed_clips(folder, REQUEST)
    assert (report.known, report.computed) == (2, 4)
    kept = np.isin(stored(folder).ids, before.ids)
    assert np.array_equal(stored(folder).vectors[kept], before.vectors)
    assert embedded == [1, 2]


def test_clips_of_a_missing_a_changed_and_a_broken_file_fail_alone_and_say_why(folder, videos, tiny):
    videos[0].unlink()
    with videos[1].open("ab") as file:
        file.write(b"more")
    report = embed_clips(folder, REQUEST)
    assert (report.total, report.computed, len(report.failed)) == (6, 2, 4)
    reasons = set(report.failed.values())
    assert reasons == {
        "0.mp4 does not exist (any more).",
        "1.mp4 has changed since it was imported; import it again.",
    }
    (described,) = embedding_sets.describe_sets(folder)
    assert (described.clips, described.embedded, described.failed) == (6, 2, 4)
    assert described.reason in reasons


def test_a_network_is_not_shown_another_file_than_was_imported(folder, videos):
    with videos[1].open("ab") as file:
        file.write(b"more")
    with read_catalogue(folder) as db:
        found = next(video for video in list_videos(db) if video.name == videos[1].name)
        clip = clips.list_clips(db, Recipe("windows", 0.5, 0.5).key, found.id)[0]
    with pytest.raises(MediaError, match=r"1\.mp4 has changed since it was imported"):
        read_view(folder.path, clip.id, "r3d_18", "random", "auto", 1)


HOSTILE = """
import os
from vidviz.decode.read import read_clips

def read_or_die(path, *arguments):
    for item in read_clips(path, *arguments):
        if path.name == "1.mp4":
            os.kill(os.getpid(), 9)
        yield item
"""


def test_a_file_that_kills_its_decoder_costs_its_own_clips(folder, videos, tiny, monkeypatch, tmp_path):
    (tmp_path / "hostile_file.py").write_text(HOSTILE)
    monkeypatch.syspath_prepend(tmp_path)
    real = clip_reader.read_clips
    monkeypatch.setattr(clip_reader, "read_clips", importlib.import_module("hostile_file").read_or_die)
    report = embed_clips(folder, REQUEST)
    assert (report.computed, len(report.failed)) == (4, 2)
    assert set(report.failed.values()) == {
        "The decoder crashed on 1.mp4 (SIGKILL); leave this file out or convert it first."
    }
    monkeypatch.setattr(clip_reader, "read_clips", real)
    assert embed_clips(folder, REQUEST).computed == 2


def test_failed_clips_are_tried_again(folder, videos, tiny):
    moved = videos[0].rename(videos[0].with_suffix(".away"))
    assert len(embed_clips(folder, REQUEST).failed) == 2
    moved.rename(videos[0])
    report = embed_clips(folder, REQUEST)
    assert (report.computed, report.failed) == (2, {})
    assert embedding_sets.describe_sets(folder)[0].failed == 0


def test_a_clip_whose_numbers_are_not_finite_fails_alone(folder, videos, tiny, monkeypatch):
    from vidviz.embed.embedder import Embedder

    real = Embedder._embed_batch

    def spoil_first(self, frames):
        vectors = real(self, frames)
        vectors[0] = np.nan
        return vectors

    monkeypatch.setattr(Embedder, "_embed_batch", spoil_first)
    report = embed_clips(folder, REQUEST)
    assert report.computed == 5
    assert "not finite" in next(iter(report.failed.values()))
    assert np.isfinite(stored(folder).vectors).all()


def test_a_run_of_which_every_clip_fails_is_no_success_and_leaves_no_set(folder, videos, tiny, monkeypatch):
    from vidviz.embed.embedder import Embedder

    embed_clips(folder, REQUEST)
    real = Embedder._embed_batch
    monkeypatch.setattr(Embedder, "_embed_batch", lambda self, frames: np.full_like(real(self, frames), np.nan))
    other = EmbedRequest("tiny", layer="pool", precision="float32")
    with pytest.raises(EmbeddingError, match=r"No clip could be embedded with tiny, 6 failed \(.*not finite.*\)\."):
        embed_clips(folder, other)
    assert [found.spec.layer for found in embedding_sets.list_sets(folder)] == [stored_layer(folder)]
    with pytest.raises(EmbeddingError):
        jobs.run_here(folder, "embed", "Embed", embed_run.request_arguments(other))
    assert (jobs.list_jobs(folder)[0].state, "not finite" in jobs.list_jobs(folder)[0].message) == ("failed", True)
    monkeypatch.setattr(Embedder, "_embed_batch", real)
    assert embed_clips(folder, other).computed == 6


def stored_layer(folder):
    return embedding_sets.find_set(folder).spec.layer


def test_every_reason_is_told_where_all_clips_fail(folder, videos, tiny):
    videos[0].unlink()
    for changed in videos[1:]:
        with changed.open("ab") as file:
            file.write(b"more")
    with pytest.raises(EmbeddingError) as caught:
        embed_clips(folder, REQUEST)
    assert all(part in str(caught.value) for part in ("6 failed", "0.mp4 does not exist", "1.mp4 has changed"))
    assert embedding_sets.list_sets(folder) == []


def test_an_empty_set_of_an_older_version_is_no_default_and_goes_when_nothing_can_be_embedded(folder, videos, tiny):
    embed_clips(folder, REQUEST)
    empty = EmbeddingSetSpec("r3d_18", "random", "avgpool", "mean", Recipe("windows", 0.5, 0.5).key)
    with write_catalogue(folder) as db:
        sets.add_set(db, EmbeddingSet(empty, 512))
    assert [found.spec.backbone for found in embedding_sets.list_sets(folder)] == ["tiny", "r3d_18"]
    assert embedding_sets.find_set(folder).spec.backbone == "tiny"


def test_vectors_of_a_run_that_was_killed_before_the_catalogue_knew_of_them_are_found(
    folder, videos, tiny, monkeypatch
):
    real = embed_run._enrol
    monkeypatch.setattr(embed_run, "_enrol", fail_with_oserror)
    with pytest.raises(OSError, match="killed"):
        embed_clips(folder, REQUEST)
    monkeypatch.setattr(embed_run, "_enrol", real)
    assert embedding_sets.list_sets(folder) == []
    report = embed_clips(folder, REQUEST)
    assert (report.known, report.computed) == (6, 0)
    assert stored(folder).vectors.shape == (6, 8)


def fail_with_oserror(*_arguments):
    raise OSError("killed")


def test_two_runs_do_not_embed_the_same_set_at_once(folder, videos, tiny):
    key = embed_clips(folder, REQUEST).spec.key
    with (
        VectorShards(folder.vectors(key)).writing(),
        pytest.raises(JobError, match="being embedded already, by process"),
    ):
        embed_clips(folder, REQUEST)


def test_a_full_disk_keeps_what_was_written_and_the_run_goes_on_later(folder, videos, tiny, monkeypatch):
    monkeypatch.setattr("vidviz.embed.embedder.suggest_batch_size", lambda *_: 1)
    monkeypatch.setattr("vidviz.services.embedding.embed_loop.KEEP_EVERY_SECONDS", 0.0)
    calls = []
    real = os.fsync

    def fill_up(descriptor):
        calls.append(descriptor)
        if len(calls) > 4:  # two a shard: the file and its folder
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fill_up)
    with pytest.raises(WorkspaceError, match="The disk is full"):
        embed_clips(folder, REQUEST)
    monkeypatch.setattr(os, "fsync", real)
    assert len(stored(folder)) == 2
    report = embed_clips(folder, REQUEST)
    assert (report.known, report.computed) == (2, 4)


def test_a_disk_too_full_to_tidy_up_loses_nothing(folder, videos, tiny, monkeypatch):
    def refuse(self):
        raise WorkspaceError("full")

    monkeypatch.setattr("vidviz.store.vectors.VectorShards.compact", refuse)
    assert embed_clips(folder, REQUEST).computed == 6


@pytest.mark.parametrize(
    ("request_of", "kind", "sentence"),
    [
        (EmbedRequest("tinny"), UnknownNameError, "no backbone called 'tinny'. Nearest: tiny"),
        (EmbedRequest("tiny", layer="haed"), UnknownNameError, "Nearest: head"),
        (EmbedRequest("tiny", pooling="meen"), UnknownNameError, "Nearest: mean"),
        (EmbedRequest("tiny", precision="float23"), UnknownNameError, "Nearest: float32"),
        (EmbedRequest("tiny", sampling="spred"), UnknownNameError, "Nearest: spread"),
        (EmbedRequest("resnet18", "random", sampling="as-trained"), BackboneError, "resnet18 sees frames one by one"),
        (
            EmbedRequest("tiny", recipe_key="windows-9-9-keep"),
            WorkspaceError,
            "There are clips by: windows-0.5-0.5-keep",
        ),
    ],
)
def test_unknown_names_offer_the_nearest(folder, videos, tiny, request_of, kind, sentence):
    with pytest.raises(kind, match=sentence):
        embed_clips(folder, request_of)
    assert embedding_sets.list_sets(folder) == []


def test_without_clips_there_is_nothing_to_embed(tmp_path, tiny):
    with pytest.raises(WorkspaceError, match="Import videos first"):
        embed_clips(open_workspace(tmp_path / "empty"), REQUEST)


def test_a_backbone_whose_name_begins_like_a_key_is_found_by_its_name(folder, fill):
    old = EmbeddingSetSpec("r3d_18", "random", "avgpool", "mean", Recipe().key)
    fill(folder, np.ones((1, 4)), spec=EmbeddingSetSpec(old.key[:3], "random", "fc", "mean", Recipe().key))
    fill(folder, np.ones((1, 4)), spec=old)
    assert embedding_sets.find_set(folder, old.key[:3]).spec.backbone == old.key[:3]
    assert embedding_sets.find_set(folder).key == old.key


def test_the_beginning_of_several_keys_is_refused_with_their_names(folder, fill, monkeypatch):
    found = [EmbeddingSetSpec("r3d_18", "random", layer, "mean", Recipe().key) for layer in map(str, range(40))]
    first, second = next((a, b) for a in found for b in found if a is not b and a.key[0] == b.key[0])
    for spec in (first, second):
        fill(folder, np.ones((1, 4)), spec=spec)
    with pytest.raises(WorkspaceError, match="begins the keys of 2 embedding sets") as told:
        embedding_sets.find_set(folder, first.key[0])
    assert first.key in str(told.value)
    assert second.key in str(told.value)
    assert embedding_sets.find_set(folder, first.key[:8]).key == first.key
