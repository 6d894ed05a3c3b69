"""What is removed is seen nowhere, costs no original, comes back as it was, and is swept away in the end."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from vidviz.errors import SearchIndexError, UnknownNameError, WorkspaceError
from vidviz.services.embedding.embed_run import EmbedRequest, embed_clips
from vidviz.services.importing.import_run import ImportRequest, import_videos
from vidviz.services.index import set_index
from vidviz.services.index.set_index import milvus_settings, open_milvus
from vidviz.services.library import clip_annotations, contents, embedding_sets
from vidviz.services.maps import map_build, new_clips
from vidviz.services.search.queries import Example
from vidviz.services.search.query_vector import compose_query
from vidviz.services.search.search_run import SearchOptions, search
from vidviz.services.upkeep import leftovers, removals
from vidviz.store.vectors import VectorShards
from vidviz.types import MapSpec, Recipe

PCA = MapSpec("pca")


def take_out(folder, kind, *names):
    return removals.remove(folder, removals.weigh(folder, kind, names))


def found_by_search(folder, clip_id):
    query = compose_query(folder, [Example(clip_id)])
    return {hit.clip_id for hit in search(folder, "", query, SearchOptions(k=50)).hits}


@pytest.fixture
def filled(folder, fill):
    """Twelve clips, each of a video of its own, with labels; the set is in the index."""
    vectors = np.random.default_rng(0).standard_normal((12, 5))
    ids = fill(folder, vectors, ["cat", "dog", None] * 4)
    return folder, ids, vectors


def test_removed_clips_are_seen_nowhere_and_come_back(filled):
    folder, ids, _ = filled
    key = embedding_sets.find_set(folder).key
    before = embedding_sets.load_embeddings(folder, key)
    version = embedding_sets.set_version(folder, key)
    stored = map_build.build_map(folder, key, PCA)
    assert found_by_search(folder, ids[0]) == set(ids)
    removal = take_out(folder, "clip", *ids[3:6])
    left = set(ids) - set(ids[3:6])
    assert set(contents.clip_table(folder)["clip_id"]) == left
    assert set(embedding_sets.load_embeddings(folder, key).ids.tolist()) == left
    assert embedding_sets.count_embedded(folder, key) == 9
    assert found_by_search(folder, ids[0]) == left
    placed = new_clips.place_new_clips(folder, key, PCA)
    kept = np.isin(stored.ids, list(left))
    np.testing.assert_array_equal(placed.points, stored.points[kept])  # nobody else moves
    assert set(map_build.rows_of(folder, key, placed)["clip_id"]) == left
    assert removals.take_back(folder).id == removal.id
    after = embedding_sets.load_embeddings(folder, key)
    np.testing.assert_array_equal(after.ids, before.ids)
    np.testing.assert_array_equal(after.vectors, before.vectors)
    assert embedding_sets.set_version(folder, key) == version
    assert found_by_search(folder, ids[0]) == set(ids)


def test_a_sweep_drops_the_vectors_of_clips_that_nobody_can_bring_back(filled):
    folder, ids, _ = filled
    key = embedding_sets.find_set(folder).key
    take_out(folder, "clip", *ids[:4])
    shards = VectorShards(folder.vectors(key))
    told = leftovers.sweep(folder, keep_days=0, dry_run=True)
    assert told.counts["vectors of removed clips"] == 4
    assert len(shards.load_ids()) == 12
    assert leftovers.sweep(folder).counts == {}  # within a week all of it can come back
    assert leftovers.sweep(folder, keep_days=0).counts == told.counts
    assert set(shards.load_ids().tolist()) == set(ids[4:])
    with pytest.raises(WorkspaceError, match="Nothing that was removed can be taken back"):
        removals.take_back(folder)
    assert leftovers.sweep(folder, keep_days=0).counts == {}


def test_a_set_goes_with_its_maps_and_its_collection(filled):
    folder, ids, _ = filled
    found = embedding_sets.find_set(folder)
    map_build.build_map(folder, found.key, PCA)
    found_by_search(folder, ids[0])
    name = set_index.open_collection(folder, found).name
    assert name in open_milvus(milvus_settings(), folder.milvus).client.list_collections()
    take_out(folder, "set", found.key[:6])
    with pytest.raises(WorkspaceError, match="Nothing is embedded yet"):
        embedding_sets.find_set(folder)
    swept = leftovers.sweep(folder, keep_days=0)
    assert {"vectors", "maps"} <= swept.counts.keys()
    assert not folder.vectors(found.key).exists()
    assert name not in open_milvus(milvus_settings(), folder.milvus).client.list_collections()


def test_where_the_index_cannot_be_had_a_set_waits_for_the_next_sweep(filled, monkeypatch):
    folder, _, _ = filled
    key = embedding_sets.find_set(folder).key
    take_out(folder, "set", key)

    def refuse(*_args, **_settings):
        raise SearchIndexError("The Milvus server does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(set_index, "open_collection", refuse)
        swept = leftovers.sweep(folder, keep_days=0)
    assert "stays until the next sweep" in swept.left[0]
    assert folder.vectors(key).exists()
    assert removals.list_removals(folder)
    assert leftovers.sweep(folder, keep_days=0).left == []
    assert not folder.vectors(key).exists()


@pytest.fixture
def imported(folder, make_video, tiny):
    """Two videos, one of them kept by the workspace, embedded; with labels by their folders."""
    for name, keep in (("cats/a.mp4", False), ("dogs/b.mp4", True)):
        path = make_video(name, seconds=2.0, seed=len(name) + keep)
        import_videos(
            folder, ImportRequest((str(path.parent.parent if not keep else path),), Recipe("windows", 1, 1), keep=keep)
        )
    embed_clips(folder, EmbedRequest("tiny", "random"))
    return folder


def test_a_video_goes_with_its_clips_pictures_and_copy_but_never_its_original(imported, tmp_path):
    folder = imported
    pictures = sorted(folder.previews.glob("*.webp"))
    kept = list(folder.videos.glob("*.mp4"))
    doomed = removals.weigh(folder, "video", ["b.mp4"])
    assert doomed.counts["video"] == 1
    assert doomed.counts["clip"] == 2
    assert doomed.num_bytes >= kept[0].stat().st_size
    removals.remove(folder, doomed)
    take_out(folder, "video", str(tmp_path / "videos" / "cats" / "a.mp4"))
    assert contents.count_library(folder) == (0, 0)
    assert contents.video_table(folder).empty
    assert sorted(folder.previews.glob("*.webp")) == pictures
    swept = leftovers.sweep(folder, keep_days=0)
    assert swept.counts["pictures"] == len(pictures) == 8
    assert swept.counts["videos"] == 1
    assert not list(folder.videos.glob("*.mp4"))
    assert (tmp_path / "videos/cats/a.mp4").exists()
    assert (tmp_path / "videos/dogs/b.mp4").exists()


def test_a_video_that_comes_in_again_has_its_vectors_still(imported, tmp_path):
    folder = imported
    key = embedding_sets.find_set(folder).key
    take_out(folder, "video", "a.mp4")
    assert embedding_sets.count_embedded(folder, key) == 2
    import_videos(folder, ImportRequest((str(tmp_path / "videos/cats/a.mp4"),), Recipe("windows", 1, 1)))
    assert embedding_sets.count_embedded(folder, key) == 4
    assert embed_clips(folder, EmbedRequest("tiny", "random")).computed == 0
    removals.take_back(folder)  # changes nothing that is there
    assert contents.count_library(folder) == (2, 4)


def test_label_columns_and_values(filled):
    folder, ids, _ = filled
    clip_annotations.set_label(folder, ids[:1], "bird")
    take_out(folder, "value", "cat")
    labels = contents.clip_table(folder).set_index("clip_id")["label"]
    assert set(labels.dropna()) == {"bird", "dog"}
    take_out(folder, "label", "label")
    assert contents.clip_table(folder)["label"].isna().all()
    removals.take_back(folder)
    removals.take_back(folder)
    assert contents.clip_table(folder)["label"].value_counts().to_dict() == {"cat": 3, "dog": 4, "bird": 1}


@pytest.mark.parametrize(
    ("kind", "name", "error", "sentence"),
    [
        ("video", "nobody.mp4", WorkspaceError, "no video 'nobody.mp4'"),
        ("file", "video 0.mp4", WorkspaceError, "No file 'video 0.mp4' failed"),
        ("clip", "7", WorkspaceError, "no clip 7"),
        ("clip", "first", WorkspaceError, "by its number, not by 'first'"),
        ("recipe", "windows-9-9-keep", UnknownNameError, "windows-2-2-keep"),
        ("set", "zzz", WorkspaceError, "no embedding set 'zzz'"),
        ("label", "colour", UnknownNameError, "no label column called 'colour'"),
        ("value", "bird", UnknownNameError, "no value of 'label' called 'bird'"),
        ("job", "5", WorkspaceError, "no job 5"),
    ],
)
def test_what_is_not_there_is_told(filled, kind, name, error, sentence):
    with pytest.raises(error, match=sentence):
        removals.weigh(filled[0], kind, [name])


def test_a_file_that_failed_goes_off_the_list(folder, tmp_path):
    (tmp_path / "empty.mp4").touch()
    import_videos(folder, ImportRequest((str(tmp_path / "empty.mp4"),)))
    assert contents.video_table(folder)["name"].tolist() == ["empty.mp4"]
    removal = take_out(folder, "file", "empty.mp4")
    assert removals.say_counts(removal.counts) == "1 file"
    assert contents.video_table(folder).empty


def test_what_is_gone_meanwhile_is_told(filled):
    folder, ids, _ = filled
    doomed = removals.weigh(folder, "clip", [ids[0]])
    removals.remove(folder, doomed)
    with pytest.raises(WorkspaceError, match="gone already"):
        removals.remove(folder, doomed)


@pytest.mark.slow
def test_killed_at_any_moment_nothing_is_half_removed(imported, tmp_path):
    """Removing, taking back and sweeping in a process that is killed; what it told stays done."""
    folder = imported
    key = embedding_sets.find_set(folder).key
    work = (
        "import sys\nfrom pathlib import Path\n"
        "from vidviz.workspace_folder import WorkspaceFolder\n"
        "from vidviz.services.upkeep import leftovers, removals\n"
        "folder = WorkspaceFolder(Path(sys.argv[1]))\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    removals.remove(folder, removals.weigh(folder, 'video', ['a.mp4']))\n"
        "    print('out', flush=True)\n"
        "    leftovers.sweep(folder)\n"
        "    removals.take_back(folder)\n"
        "    print('in', flush=True)\n"
    )
    random = np.random.default_rng(0)
    for _ in range(20):
        process = subprocess.Popen(
            [sys.executable, "-c", work, str(folder.path)], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        with suppress(subprocess.TimeoutExpired):
            process.wait(float(random.uniform(0.0, 0.4)))
        process.kill()
        process.wait()
        counts = contents.count_library(folder)
        assert counts in [(2, 4), (1, 2)]
        is_out = counts == (1, 2)
        assert embedding_sets.count_embedded(folder, key) == counts[1]
        assert len(removals.list_removals(folder)) == int(is_out)
        if is_out:
            removals.take_back(folder)
    assert contents.count_library(folder) == (2, 4)
    assert Path(folder.vectors(key)).exists()
