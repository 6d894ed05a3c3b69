"""A search with any filter finds exactly the clips that the filter keeps, scored as plain arithmetic scores them."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidviz.errors import SearchIndexError
from vidviz.index.filters import join_filters
from vidviz.records import Clip, EmbeddingSet, Video
from vidviz.services.index import engine, set_index
from vidviz.services.index.filter_expressions import to_index_filters
from vidviz.services.library import contents
from vidviz.services.library.clip_filter import ClipFilter
from vidviz.services.library.workspaces import open_workspace
from vidviz.services.search import score_spread, search_run
from vidviz.services.search.queries import Example, Query
from vidviz.services.search.search_run import SearchOptions
from vidviz.store import clips, sets, videos
from vidviz.store.catalogue import write_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.types import Embeddings, EmbeddingSetSpec, Recipe, Span, VideoProbe, clip_id

PROBE = VideoProbe("h264", "mp4", 64, 48, 0, 10.0, False, 100, 10.0, 0.0, False, True)
HOSTILE = ['quo"te', "back\\slash", "new\nline", "' or id >= 0 or label == '", "", "plain", "😀"]
SPEC = EmbeddingSetSpec("r3d_18", "random", "avgpool", "mean", Recipe().key)
COUNT = 70


@pytest.fixture(scope="module", params=["server"] if os.environ.get("VIDVIZ_TEST_MILVUS_URI") else ["lite", "server"])
def labelled(request, tmp_path_factory):
    """Seventy clips of fourteen videos with hostile labels and names, and clips of several lengths."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "server":
            patch.setenv("VIDVIZ_MILVUS_URI", request.getfixturevalue("milvus_server").uri)
        filled = fill_labelled(tmp_path_factory)
        yield filled
        for collection in engine.examine_engine(filled[0]).collections:
            if collection.set_key:
                engine.drop(filled[0], collection.found.name)
        set_index.release_index(filled[0])


def fill_labelled(tmp_path_factory):
    folder = open_workspace(tmp_path_factory.mktemp("labelled") / "workspace")
    ids = []
    with write_catalogue(folder) as db:
        for number in range(14):
            video_id = f"{number:064x}"
            name = f"{HOSTILE[number % 7] or 'none'} {number}.mp4"
            videos.add_video(db, Video(video_id, name, f"/nowhere/{number}", False, 1, PROBE, None))
            labels = {"label": HOSTILE[number % 7], 'co"lour': HOSTILE[number % 5] if number % 3 else ""}
            videos.set_labels(db, video_id, labels)
            spans = [Span(2.0 * place, 2.0 * place + (2.0 if place % 2 else 1.1)) for place in range(5)]
            rows = [Clip(clip_id(video_id, span, SPEC.recipe_key), video_id, SPEC.recipe_key, span) for span in spans]
            clips.add_clips(db, rows)
            ids += [row.id for row in rows]
        sets.add_set(db, EmbeddingSet(SPEC, 8))
    vectors = np.random.default_rng(0).normal(size=(COUNT, 8)).astype(np.float32)
    VectorShards(folder.vectors(SPEC.key)).append(Embeddings(np.array(ids, np.int64), vectors))
    return folder, np.array(ids), vectors


values = st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=3, unique=True).map(tuple)
tenths = st.integers(0, 110).map(lambda number: number / 10)
ranges = st.one_of(st.none(), st.tuples(tenths, tenths).map(lambda ends: (min(ends), max(ends))))
filters = st.builds(
    ClipFilter,
    labels=st.dictionaries(st.sampled_from(["label", 'co"lour', "nobody's", "tags", "video"]), values, max_size=2).map(
        lambda wanted: tuple(sorted(wanted.items()))
    ),
    video_ids=st.lists(st.sampled_from([f"{n:064x}" for n in range(14)]), max_size=4, unique=True).map(tuple),
    text=st.sampled_from(["", "plain", "PLAIN", '"', "\\", "1", "nothing", "' or id >= 0"]),
    seconds=ranges,
    duration_seconds=ranges,
)


@settings(deadline=None, max_examples=60)
@given(filters, st.integers(0, COUNT - 1))
def test_hits_are_those_that_the_filter_keeps_with_exact_scores(labelled, chosen, row):
    folder, ids, vectors = labelled
    answer = search_run.search_by_vector(folder, "", vectors[row], SearchOptions(k=COUNT, clip_filter=chosen))
    table = contents.clip_table(folder)
    kept = set(table["clip_id"][chosen.keeps(table)])
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    exact = {int(number): float(unit @ units[row]) for number, unit in zip(ids, units, strict=True) if number in kept}
    assert {hit.clip_id: hit.score for hit in answer.hits} == pytest.approx(exact, abs=1e-5)
    assert bool(answer.expression) == bool(chosen)


def test_the_clip_itself_comes_first_only_where_the_filter_keeps_it(labelled):
    folder, ids, _ = labelled
    other = ClipFilter(labels=(("label", ("plain",)),))
    itself = int(ids[0])
    hits = search_run.search(folder, "", Query((Example(itself),)), SearchOptions(k=5, clip_filter=other)).hits
    assert {hit.label for hit in hits} == {"plain"}
    own = ClipFilter(labels=(("label", (HOSTILE[0],)),))
    hits = search_run.search(folder, "", Query((Example(itself),)), SearchOptions(k=5, clip_filter=own)).hits
    assert (hits[0].clip_id, hits[0].score, len(hits)) == (itself, 1.0, 5)
    assert itself not in [hit.clip_id for hit in hits[1:]]


def test_a_filter_that_matches_nothing_finds_nothing(labelled):
    folder, _, vectors = labelled
    nothing = ClipFilter(text="no video is called so")
    answer = search_run.search_by_vector(folder, "", vectors[0], SearchOptions(clip_filter=nothing))
    assert answer.hits == ()
    assert answer.expression == "(id < 0)"


def test_own_video_further_clips_and_low_scores_are_left_out(labelled):
    folder, ids, vectors = labelled
    query = Query((Example(int(ids[0])),))
    everything = search_run.search(folder, "", query, SearchOptions(k=COUNT)).hits
    left = search_run.search(folder, "", query, SearchOptions(k=COUNT, leave_out_own_video=True)).hits
    assert [hit for hit in everything if hit.video_id != everything[0].video_id] == list(left)
    best = search_run.search(folder, "", query, SearchOptions(k=COUNT, best_per_video=True)).hits
    firsts = {}
    for hit in everything:
        firsts.setdefault(hit.video_id, hit)
    assert list(best) == list(firsts.values())
    assert len(search_run.search(folder, "", query, SearchOptions(k=3, best_per_video=True)).hits) == 3
    near = search_run.search(folder, "", query, SearchOptions(k=COUNT, threshold=0.2)).hits
    assert list(near) == [hit for hit in everything if hit.score >= 0.2]
    assert 1 < len(near) < COUNT
    with pytest.raises(SearchIndexError, match="threshold must be a number"):
        search_run.search(folder, "", query, SearchOptions(threshold=float("nan")))
    del vectors


@pytest.mark.parametrize("metric", ["IP", "L2"])
def test_other_metrics_answer_from_a_collection_of_their_own(labelled, metric):
    folder, ids, vectors = labelled
    chosen = ClipFilter(duration_seconds=(1.5, 3))
    options = SearchOptions(k=COUNT, metric=metric, clip_filter=chosen)
    hits = search_run.search(folder, "", Query((Example(int(ids[1])),)), options).hits
    exact = vectors @ vectors[1] if metric == "IP" else np.linalg.norm(vectors - vectors[1], axis=1)
    table = contents.clip_table(folder)
    kept = set(table["clip_id"][chosen.keeps(table)])
    expected = {int(n): float(score) for n, score in zip(ids, exact, strict=True) if n in kept}
    assert {hit.clip_id: hit.score for hit in hits} == pytest.approx(expected, abs=1e-4)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=metric == "IP")
    spread = score_spread.spread_scores(folder, SPEC.key, vectors[1], metric)
    np.testing.assert_allclose(spread.scores, np.sort(exact), atol=1e-4)


def test_the_spread_of_scores_is_that_of_all_clips(labelled):
    folder, _, vectors = labelled
    spread = score_spread.spread_scores(folder, SPEC.key, 5 * vectors[0])
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(spread.scores, np.sort(units @ units[0]), atol=1e-5)
    assert spread.counts.sum() == COUNT
    assert spread.share_below(1.0) == pytest.approx((COUNT - 1) / COUNT)
    assert spread.share_below(-1.0) == 0


def test_a_clip_is_not_below_itself_where_its_score_was_rounded_otherwise():
    spread = score_spread.ScoreSpread(np.array([-1.0, 1.0]), np.array([4]), 0.5, np.array([0.1, 0.5, 0.7, 0.9]))
    assert [spread.share_below(0.5 + rounding) for rounding in (-6e-8, 0.0, 6e-8)] == [0.25, 0.25, 0.25]
    assert spread.share_below(0.5 + 1e-5) == 0.5


def test_a_collection_that_somebody_dropped_is_made_again(labelled):
    folder, ids, vectors = labelled
    search_run.search_by_vector(folder, "", vectors[0])
    from vidviz.services.library import embedding_sets

    set_index.open_collection(folder, embedding_sets.find_set(folder)).drop()
    answer = search_run.search_by_vector(folder, "", vectors[0], SearchOptions(k=3))
    assert answer.hits[0].clip_id == ids[0]


def test_the_expression_is_one_that_people_can_read(labelled):
    folder, _, _ = labelled
    chosen = ClipFilter(labels=(("label", ("plain", 'quo"te')),), seconds=(1.0, 2.0), tags=("good",))
    assert join_filters(to_index_filters(folder, SPEC.recipe_key, chosen)) == (
        r'(label in ["plain", "quo\"te"]) and (json_contains_any(meta["tags"], ["good"])) '
        "and (start_seconds <= 2.0 and end_seconds > 1.0)"
    )
