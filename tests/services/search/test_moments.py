"""Moments: what is joined, and that nothing is lost or found twice."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from vidviz.services.search.moments import join_moments


@dataclass(frozen=True)
class Found:
    clip_id: int
    video_id: str
    start_seconds: float
    end_seconds: float
    score: float


def test_hits_that_follow_each_other_are_one_moment():
    hits = [Found(3, "v", 4, 6, 0.7), Found(1, "v", 0, 2, 0.9), Found(2, "v", 2, 4, 0.8), Found(9, "v", 8, 10, 0.95)]
    moments = join_moments(hits)
    assert [(m.start_seconds, m.end_seconds, m.score, m.best_clip, m.clip_ids) for m in moments] == [
        (8, 10, 0.95, 9, (9,)),
        (0, 6, 0.9, 1, (1, 2, 3)),
    ]
    assert len(join_moments(hits, gap_seconds=2)) == 1
    assert len(join_moments(hits, gap_seconds=1.9)) == 2


def test_a_long_hit_spans_the_short_ones_inside():
    hits = [Found(1, "v", 0, 10, 0.5), Found(2, "v", 1, 2, 0.9), Found(3, "v", 9, 11, 0.1)]
    (moment,) = join_moments(hits)
    assert (moment.start_seconds, moment.end_seconds, moment.best_clip) == (0, 11, 2)


def test_of_distances_the_smallest_is_best():
    moments = join_moments([Found(1, "a", 0, 1, 5.0), Found(2, "b", 0, 1, 1.0)], smaller_is_nearer=True)
    assert [moment.best_clip for moment in moments] == [2, 1]


tenths = st.integers(0, 200).map(lambda number: number / 10)
clips = st.builds(
    lambda number, video, start, length, score: Found(number, video, start, start + length, score),
    st.integers(0, 10**6),
    st.sampled_from("abc"),
    tenths,
    st.integers(1, 30).map(lambda number: number / 10),
    st.integers(-100, 100).map(lambda number: number / 100),
)


@given(st.lists(clips, max_size=25, unique_by=lambda clip: clip.clip_id), tenths)
def test_every_hit_is_in_one_moment_and_moments_lie_apart(hits, gap):
    moments = join_moments(hits, gap_seconds=gap)
    assert sorted(number for moment in moments for number in moment.clip_ids) == sorted(hit.clip_id for hit in hits)
    assert [moment.score for moment in moments] == sorted((moment.score for moment in moments), reverse=True)
    by_id = {hit.clip_id: hit for hit in hits}
    for moment in moments:
        own = [by_id[number] for number in moment.clip_ids]
        assert {hit.video_id for hit in own} == {moment.video_id}
        assert moment.score == max(hit.score for hit in own) == by_id[moment.best_clip].score
        assert moment.start_seconds == min(hit.start_seconds for hit in own)
        assert moment.end_seconds == max(hit.end_seconds for hit in own)
        for other in moments:
            if other is not moment and other.video_id == moment.video_id:
                apart = max(other.start_seconds - moment.end_seconds, moment.start_seconds - other.end_seconds)
                assert apart > gap
