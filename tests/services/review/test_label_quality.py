"""Labels that the embedding doubts, retrieval by label, and groups of near-duplicates with what to keep."""

from __future__ import annotations

import numpy as np
import pytest

from vidviz.measure.duplicates import MOST_PAIRS
from vidviz.services.review import label_quality, outliers_and_duplicates
from vidviz.store import videos
from vidviz.store.catalogue import write_catalogue


def test_a_clip_among_another_label_is_doubted(folder, fill):
    rng = np.random.default_rng(0)
    vectors = np.repeat(np.eye(3), 8, axis=0) + rng.normal(size=(24, 3)) * 0.02
    labels = [label for label in "abc" for _ in range(8)]
    labels[2] = "b"  # looks like a
    labels[20] = None
    ids = fill(folder, vectors, labels=labels)
    (doubt,) = label_quality.doubt_labels(folder, label_set(folder))
    assert (doubt.clip_id, doubt.label, doubt.suggested, doubt.share) == (ids[2], "b", "a", 1.0)
    assert doubt.nearest in ids[:8]
    assert doubt.score > 0.99 > doubt.own_score
    found = label_quality.measure_labels(folder, label_set(folder), k=5)
    assert [one.label for one in found.labels] == ["b", "a", "c"]
    assert found.labels[2].average_precision == 1
    assert found.labels[0].average_precision < 1
    assert label_quality.doubt_labels(folder, label_set(folder), "no such column") == []
    assert label_quality.measure_labels(folder, label_set(folder), "no such column").labels == ()


def test_a_label_that_is_put_right_is_doubted_no_more(folder, fill):
    vectors = np.repeat(np.eye(2), 6, axis=0)
    fill(folder, vectors, labels=["a"] * 5 + ["b"] * 7)
    assert len(label_quality.doubt_labels(folder, label_set(folder))) == 1
    with write_catalogue(folder) as db:
        videos.set_labels(db, f"{5:064x}", {"label": "a"})
    assert label_quality.doubt_labels(folder, label_set(folder)) == []


def label_set(folder):
    from vidviz.services.library import embedding_sets

    return embedding_sets.find_set(folder).key


def test_groups_keep_the_best_video_and_list_the_rest(folder, fill):
    vectors = np.array([[1, 0, 0], [1, 0.004, 0], [1, 0.02, 0], [0, 1, 0], [0, 1, 0.004], [0, 0, 1]], float)
    ids = fill(folder, vectors)
    with write_catalogue(folder) as db:
        db.execute("UPDATE video SET width_px = 640, height_px = 480 WHERE id = ?", (f"{2:064x}",))
    groups = outliers_and_duplicates.group_duplicates(folder, label_set(folder), 0.999)
    assert [(group.keep, set(group.remove)) for group in groups] == [(ids[2], {ids[0], ids[1]}), (ids[3], {ids[4]})]
    assert groups[0].cosines == tuple(sorted(groups[0].cosines, reverse=True))
    assert groups[0].remove[0] == ids[1]
    assert groups[1].cosines[0] == pytest.approx(1, abs=1e-4)
    assert outliers_and_duplicates.group_duplicates(folder, label_set(folder), 1.0) == []


def test_more_pairs_than_are_listed_are_counted_and_the_most_alike_are_grouped(folder, fill):
    copies, loose = 142, 2  # 10,011 pairs of copies fill the list; the loose pair is counted and no more
    vectors = np.repeat(np.eye(3)[:2], [copies, loose], axis=0)
    vectors[-1] = [0, 1, 0.1]
    ids = fill(folder, vectors)
    alike = outliers_and_duplicates.find_near_duplicates(folder, label_set(folder), 0.99)
    assert alike.total == copies * (copies - 1) // 2 + 1
    assert len(alike.pairs) == len(alike.cosines) == MOST_PAIRS
    assert min(alike.cosines) == pytest.approx(1, abs=1e-6)
    [group] = outliers_and_duplicates.group_duplicates(folder, label_set(folder), 0.99)
    assert {group.keep, *group.remove} == set(ids[:copies])
    strict = outliers_and_duplicates.find_near_duplicates(folder, label_set(folder), 0.999)
    assert strict.total == alike.total - 1


def test_fewer_pairs_than_fit_are_all_listed(folder, fill):
    vectors = np.repeat(np.eye(3)[:2], [140, 2], axis=0)
    ids = fill(folder, vectors)
    alike = outliers_and_duplicates.find_near_duplicates(folder, label_set(folder), 0.99)
    assert alike.total == len(alike.pairs) == 140 * 139 // 2 + 1
    groups = outliers_and_duplicates.group_duplicates(folder, label_set(folder), 0.99)
    assert [{group.keep, *group.remove} for group in groups] == [set(ids[:140]), set(ids[140:])]


def test_a_label_that_one_video_alone_has_is_not_judged_and_is_named(folder, fill):
    """Its clips' neighbours of their own video do not count, so that all others would vote against it."""
    vectors = np.repeat(np.eye(2), 6, axis=0)
    fill(folder, vectors, labels=["a"] * 5 + ["alone"] + ["b"] * 6)
    assert label_quality.doubt_labels(folder, label_set(folder)) == []
    assert label_quality.labels_of_one_video(folder, label_set(folder)) == ("alone",)
