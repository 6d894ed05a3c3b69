"""Search on vectors that are put there: the clip itself, its copies, clips that cannot be found, unknown ones."""

from __future__ import annotations

import numpy as np
import pytest

from vidviz.errors import SearchIndexError, WorkspaceError
from vidviz.services.index import set_index
from vidviz.services.library.clip_filter import ClipFilter
from vidviz.services.search import search_run
from vidviz.services.search.queries import Example, Query
from vidviz.services.search.search_run import SearchOptions
from vidviz.store import clips
from vidviz.store.catalogue import write_catalogue
from vidviz.types import Recipe, clip_id


def circle(count, dimension=6):
    """Unit vectors that turn away from the first, each a little further."""
    angles = np.linspace(0, np.pi, count)
    vectors = np.zeros((count, dimension))
    vectors[:, 0], vectors[:, 1] = np.cos(angles), np.sin(angles)
    return vectors


def test_hits_come_by_falling_cosine_with_the_clip_itself_first(folder, fill, usual_engine):
    ids = fill(folder, 3.0 * circle(7), labels=["a", None, "c", "d", "e", "f", "g"])
    answer = search_run.search_by_clip(folder, "", ids[0], 3)
    assert [hit.clip_id for hit in answer.hits] == ids[:3]
    assert answer.hits[0].score == 1.0
    assert answer.hits[2].score == pytest.approx(np.cos(np.pi / 3), abs=1e-5)
    assert [hit.label for hit in answer.hits] == ["a", None, "c"]
    assert (answer.engine, answer.note) == (usual_engine, "")
    left = search_run.search_by_clip(folder, "", ids[0], 3, include_self=False)
    assert [hit.clip_id for hit in left.hits] == ids[1:4]
    # The engine agrees with arithmetic on the stored vectors.
    assert [hit.clip_id for hit in search_run.nearest_exactly(folder, "", ids[0], 3)] == ids[1:4]


def test_the_clip_is_first_among_more_copies_than_hits(folder, fill):
    ids = fill(folder, np.ones((9, 4)))
    last = max(ids)  # equal scores come by id: the engine alone would give the others
    hits = search_run.search_by_clip(folder, "", last, 3).hits
    assert hits[0].clip_id == last
    assert len({hit.clip_id for hit in hits}) == 3
    assert [hit.score for hit in hits] == [1.0] * 3
    assert last not in [hit.clip_id for hit in search_run.search_by_clip(folder, "", last, 8, include_self=False).hits]


def test_the_clip_itself_is_no_hit_where_more_than_its_score_is_wanted(folder, fill):
    ids = fill(folder, circle(7))
    asked = Query((Example(ids[0]),))
    for threshold, count in ((0.8, 2), (1.0, 1), (1.5, 0), (1e9, 0)):
        hits = search_run.search(folder, "", asked, SearchOptions(threshold=threshold)).hits
        assert [hit.clip_id for hit in hits] == ids[:count]
        assert all(hit.score >= threshold for hit in hits)


def test_more_hits_than_clips_are_all_clips(folder, fill):
    ids = fill(folder, circle(4))
    assert len(search_run.search_by_clip(folder, "", ids[0], 16_384).hits) == 4
    assert len(search_run.search_by_clip(folder, "", ids[0], 16_384, include_self=False).hits) == 3


@pytest.mark.parametrize("k", [0, -1, 16_385])
def test_impossible_numbers_of_hits_are_refused(folder, fill, k):
    ids = fill(folder, circle(3))
    with pytest.raises(SearchIndexError, match="between 1 and 16,384"):
        search_run.search_by_clip(folder, "", ids[0], k)


def test_a_lonely_clip_finds_itself_or_nothing(folder, fill):
    (only,) = fill(folder, np.ones((1, 4)))
    assert [hit.clip_id for hit in search_run.search_by_clip(folder, "", only, 5).hits] == [only]
    assert search_run.search_by_clip(folder, "", only, 5, include_self=False).hits == ()


def test_clips_that_no_search_finds_are_told(folder, fill):
    vectors = circle(5)
    vectors[3:] = 0
    ids = fill(folder, vectors)
    for _ in range(2):  # the second answer comes from a collection that was checked before
        answer = search_run.search_by_clip(folder, "", ids[0], 5)
        assert {hit.clip_id for hit in answer.hits} == set(ids[:3])
        assert answer.note.startswith("2 clips cannot be found by a search (clip ")
        assert answer.note.endswith(", for one: its vector is all zeros).")
    assert set_index.refresh_index(folder, "")
    assert set_index.summarise_check(folder, "") == {"stored": 5, "missing": 0, "extra": 0}
    with pytest.raises(WorkspaceError, match="no direction to search in"):
        search_run.search_by_clip(folder, "", ids[3], 2)


def test_what_has_no_direction_says_why_and_is_no_neighbour(folder, fill):
    vectors = circle(6)
    vectors[2], vectors[3], vectors[4] = np.nan, 0, 1e-12 * vectors[5]
    ids = fill(folder, vectors)
    with pytest.raises(WorkspaceError, match="no direction to search in: its vector holds NaN or infinite values"):
        search_run.search_by_clip(folder, "", ids[2])
    with pytest.raises(WorkspaceError, match="no direction to search in: its vector is all zeros"):
        search_run.search_by_clip(folder, "", ids[3])
    assert [hit.clip_id for hit in search_run.search_by_clip(folder, "", ids[4], 2).hits] == [ids[4], ids[5]]
    exact = search_run.nearest_exactly(folder, "", ids[0], 9)
    assert [hit.clip_id for hit in exact] == [ids[1], *sorted([ids[4], ids[5]])]
    with pytest.raises(SearchIndexError, match="no direction to search in: its vector is all zeros"):
        search_run.search(folder, "", Query(vector=(0.0,) * 6))


def test_new_vectors_are_found_without_being_asked_for(folder, fill):
    ids = fill(folder, circle(3))
    assert len(search_run.search_by_clip(folder, "", ids[0], 9).hits) == 3
    fill(folder, circle(6))  # the first three are known
    assert len(search_run.search_by_clip(folder, "", ids[0], 9).hits) == 6


def test_unknown_clips_and_sets_are_told(folder, fill):
    with pytest.raises(WorkspaceError, match="Nothing is embedded yet"):
        search_run.search_by_clip(folder, "", 1)
    ids = fill(folder, circle(2))
    with pytest.raises(WorkspaceError, match="There is no clip 17 in this workspace"):
        search_run.search_by_clip(folder, "", 17)
    with pytest.raises(WorkspaceError, match=r"There is no embedding set 'nope'. There are: .*r3d_18"):
        search_run.search_by_clip(folder, "nope", ids[0])


def test_a_clip_that_is_not_embedded_yet_is_told(folder, fill):
    fill(folder, circle(2))
    from vidviz.records import Clip
    from vidviz.store import clips
    from vidviz.types import Recipe, Span

    span = Span(2.0, 4.0)
    new = clip_id("0" * 64, span, Recipe().key)
    with write_catalogue(folder) as db:
        clips.add_clips(db, [Clip(new, "0" * 64, Recipe().key, span)])
    with pytest.raises(WorkspaceError, match=r"\(video 0.mp4\) is not in this embedding set. Embed again"):
        search_run.search_by_clip(folder, "", new)


@pytest.mark.lite
def test_a_damaged_index_says_so_and_is_rebuilt(folder, fill):
    ids = fill(folder, circle(4))
    folder.milvus.write_bytes(b"not a folder")
    with pytest.raises(SearchIndexError, match="vidviz index rebuild"):
        search_run.search_by_clip(folder, "", ids[0])
    assert set_index.rebuild_index(folder, "") == 4
    assert len(search_run.search_by_clip(folder, "", ids[0]).hits) == 4


def test_a_search_by_a_clip_reads_no_table_of_all_recipes(folder, fill, monkeypatch):
    ids = fill(folder, np.random.default_rng(0).normal(size=(6, 4)), labels=["a"] * 3 + ["b"] * 3)
    read, real = [], clips.clip_table
    monkeypatch.setattr(clips, "clip_table", lambda db, recipe: read.append(recipe) or real(db, recipe))
    chosen = SearchOptions(k=6, clip_filter=ClipFilter(labels=(("label", ("a",)),)))
    for asked, itself in ((ids[0], True), (ids[5], False)):
        found = search_run.search(folder, "", Query((Example(asked),)), chosen).hits
        assert len(found) == 3
        assert (found[0].clip_id == asked) is itself
    assert set(read) == {Recipe().key}
