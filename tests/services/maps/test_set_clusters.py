"""Clusters of a set with what is said of them, and the ways of its videos."""

from __future__ import annotations

import numpy as np
import pytest

from vidviz.errors import ProjectionError
from vidviz.records import Clip, EmbeddingSet, Video
from vidviz.services.library import embedding_sets
from vidviz.services.maps import set_clusters, trajectories
from vidviz.services.maps.set_clusters import ClusterSpec
from vidviz.store import clips, sets, videos
from vidviz.store.catalogue import write_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.types import Embeddings, EmbeddingSetSpec, Recipe, Span, VideoProbe, clip_id

PROBE = VideoProbe("h264", "mp4", 64, 48, 0, 10.0, False, 100, 10.0, 0.0, False, True)
RECIPE = Recipe()
CENTRES = np.eye(3, 4) * 5


@pytest.fixture
def groups(folder, fill):
    """Thirty clips in three groups; returns the folder, the set's key, and the clips of each group."""
    rng = np.random.default_rng(0)
    vectors = np.repeat(CENTRES, 10, axis=0) + 0.2 * rng.normal(size=(30, 4))
    ids = fill(folder, vectors, ["a"] * 10 + ["b"] * 10 + ["c"] * 10)
    return folder, embedding_sets.find_set(folder).key, [set(ids[start : start + 10]) for start in (0, 10, 20)]


@pytest.mark.parametrize("spec", [ClusterSpec(), ClusterSpec("kmeans", 3)], ids=["hdbscan", "kmeans"])
def test_each_group_is_a_cluster_with_a_medoid_of_its_own(groups, spec):
    folder, key, members = groups
    found = set_clusters.find_clusters(folder, key, spec)
    assert len(found.clusters) == 3
    for cluster in found.clusters:
        inside = set(np.sort([number for group in members for number in group])[found.numbers == cluster.number])
        [group] = [group for group in members if inside & group]
        assert inside <= group
        assert cluster.medoid in group
        assert cluster.size == len(inside)
        assert cluster.silhouette > 0.8
    assert found.silhouette > 0.8


def test_the_number_of_clusters_is_that_asked_for(groups):
    folder, key, _ = groups
    assert len(set_clusters.find_clusters(folder, key, ClusterSpec("kmeans", 5)).clusters) == 5


def test_senseless_parameters_are_told(groups):
    folder, key, _ = groups
    with pytest.raises(ProjectionError, match="clusters of at least 2"):
        set_clusters.find_clusters(folder, key, ClusterSpec(min_cluster_size=1))


@pytest.mark.parametrize("num_clips", [1, 2, 3])
def test_very_few_clips_are_one_cluster_without_a_silhouette(folder, fill, num_clips):
    fill(folder, np.eye(num_clips, 4))
    found = set_clusters.find_clusters(folder, embedding_sets.find_set(folder).key)
    assert [cluster.size for cluster in found.clusters] == [num_clips]
    assert np.isnan(found.silhouette)


def test_the_way_of_a_video_leaps_where_the_scene_changes(folder):
    spec = EmbeddingSetSpec("r3d_18", "random", "avgpool", "mean", RECIPE.key)
    long, short = "a" * 64, "b" * 64
    ids = {}
    with write_catalogue(folder) as db:
        for video_id, num_clips in ((long, 10), (short, 1)):
            videos.add_video(db, Video(video_id, f"{video_id[:3]}.mp4", f"/no/{video_id}", False, 1, PROBE, None))
            spans = [Span(2.0 * number, 2.0 * number + 2) for number in range(num_clips)]
            rows = [Clip(clip_id(video_id, span, RECIPE.key), video_id, RECIPE.key, span) for span in spans]
            clips.add_clips(db, rows)
            ids[video_id] = [row.id for row in rows]
        sets.add_set(db, EmbeddingSet(spec, 4))
    rng = np.random.default_rng(1)
    way = np.repeat(np.eye(2, 4), [6, 4], axis=0) + 0.01 * rng.normal(size=(10, 4))
    order = rng.permutation(9)  # written in any order, and the last clip not yet embedded
    VectorShards(folder.vectors(spec.key)).append(Embeddings(np.array(ids[long])[order], way[order].astype(np.float32)))
    VectorShards(folder.vectors(spec.key)).append(Embeddings(np.array(ids[short]), np.ones((1, 4), np.float32)))
    [followed, alone] = trajectories.follow_videos(folder, spec.key, [long, short])
    assert followed.clip_ids == tuple(ids[long][:9])
    assert followed.starts == tuple(2.0 * number for number in range(9))
    assert followed.peaks == (5,)
    assert max(followed.steps) == followed.steps[5] > followed.threshold
    assert alone.steps == ()
    assert trajectories.list_set_videos(folder, spec.key) == {long: "aaa.mp4"}
    assert trajectories.follow_videos(folder, spec.key, ["c" * 64]) == []
