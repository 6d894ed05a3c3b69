from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidviz.decode.cut import cut_clips
from vidviz.types import SHORTEST_CLIP_SECONDS, Recipe, Span

durations = st.one_of(
    st.floats(0.001, 400), st.integers(1, 5000).map(lambda n: n * 1001 / 30000), st.integers(1, 60).map(float)
)
recipes = st.builds(
    Recipe,
    cut=st.sampled_from(["windows", "shots"]),
    length_seconds=st.sampled_from([0.1, 0.7, 1.0, 2.0, 3.3, 10.0]) | st.floats(0.1, 30),
    stride_seconds=st.sampled_from([0.5, 1.0, 2.0, 3.0, 7.5]) | st.floats(0.3, 30),
    tail=st.sampled_from(["keep", "drop", "shift"]),
)


def bounds(spans: list[Span]) -> list[tuple[float, float]]:
    return [(span.start_seconds, span.end_seconds) for span in spans]


@st.composite
def films(draw: st.DrawFn) -> tuple[float, list[Span]]:
    duration = draw(durations)
    cuts = sorted(set(draw(st.lists(st.floats(0, duration), max_size=6))) - {0.0, duration})
    borders = [0.0, *cuts, duration]
    return duration, [Span(a, b) for a, b in pairwise(borders) if a < b]


@given(films(), recipes)
def test_clips_lie_inside_sorted_once_and_long_enough(film: tuple[float, list[Span]], recipe: Recipe) -> None:
    duration, shots = film
    spans = cut_clips(duration, shots, recipe)
    assert spans
    assert bounds(spans) == sorted(set(bounds(spans)))
    for span in spans:
        assert span.end_seconds <= duration + 2e-6
        assert span.seconds >= min(SHORTEST_CLIP_SECONDS, duration) - 2e-6
        assert span.seconds <= recipe.length_seconds * 1.25 + SHORTEST_CLIP_SECONDS
        assert round(span.start_seconds, 6) == span.start_seconds


@given(films(), recipes)
def test_no_clip_spans_a_cut(film: tuple[float, list[Span]], recipe: Recipe) -> None:
    duration, shots = film
    recipe = Recipe("shots", recipe.length_seconds, recipe.stride_seconds, recipe.tail)
    if all(shot.seconds < SHORTEST_CLIP_SECONDS + 1e-5 for shot in shots):
        return
    for span in cut_clips(duration, shots, recipe):
        for shot in shots[1:]:
            assert not (span.start_seconds + 2e-6 < shot.start_seconds < span.end_seconds - 2e-6)


@given(durations, recipes)
def test_keep_and_shift_cover_every_instant(duration: float, recipe: Recipe) -> None:
    if recipe.stride_seconds > recipe.length_seconds or recipe.tail == "drop":
        return
    spans = cut_clips(duration, [], Recipe("windows", recipe.length_seconds, recipe.stride_seconds, recipe.tail))
    reached = 0.0
    for span in spans:
        assert span.start_seconds <= reached
        reached = max(reached, span.end_seconds)
    assert reached == pytest.approx(duration, abs=2e-6)


@given(durations, recipes)
def test_all_but_the_tail_are_whole_windows_on_the_stride(duration: float, recipe: Recipe) -> None:
    spans = cut_clips(duration, [], Recipe("windows", recipe.length_seconds, recipe.stride_seconds, "drop"))
    for k, span in enumerate(spans):
        assert span.start_seconds == pytest.approx(k * recipe.stride_seconds, abs=1e-3)
        if duration > recipe.length_seconds + 1e-5:
            assert span.seconds == pytest.approx(recipe.length_seconds, abs=2e-6)


@pytest.mark.parametrize(
    ("duration", "recipe", "expected"),
    [
        (9.4, Recipe("windows", 4, 3, "drop"), [(0, 4), (3, 7)]),
        (9.4, Recipe("windows", 4, 3, "keep"), [(0, 4), (3, 7), (6, 9.4)]),
        (9.4, Recipe("windows", 4, 3, "shift"), [(0, 4), (3, 7), (5.4, 9.4)]),
        (10.01, Recipe("windows", 2, 2, "keep"), [(0, 2), (2, 4), (4, 6), (6, 8), (8, 10.01)]),
        (10.01, Recipe("windows", 2, 2, "shift"), [(0, 2), (2, 4), (4, 6), (6, 8), (8, 10.01)]),
        (10.0, Recipe("windows", 2, 2, "keep"), [(0, 2), (2, 4), (4, 6), (6, 8), (8, 10)]),
        (7.0, Recipe("windows", 2, 3, "keep"), [(0, 2), (3, 5), (6, 7)]),
        (6.2, Recipe("windows", 2, 3, "keep"), [(0, 2), (3, 5)]),
        (9.0, Recipe("windows", 4, 4, "keep"), [(0, 4), (4, 8), (8, 9)]),  # a quarter of a window is a clip,
        (8.999, Recipe("windows", 4, 4, "keep"), [(0, 4), (4, 8.999)]),  # and less is none
        (0.04, Recipe("windows", 2, 2, "drop"), [(0, 0.04)]),
        (1.5, Recipe("windows", 2, 2, "drop"), [(0, 1.5)]),
    ],
)
def test_examples(duration: float, recipe: Recipe, expected: list[tuple[float, float]]) -> None:
    assert bounds(cut_clips(duration, [], recipe)) == expected


def test_windows_are_laid_inside_each_shot() -> None:
    shots = [Span(0, 1.2), Span(1.2, 6.2), Span(6.2, 6.23), Span(6.23, 8)]
    spans = cut_clips(8.0, shots, Recipe("shots", 2, 2, "keep"))
    assert bounds(spans) == [(0, 1.2), (1.2, 3.2), (3.2, 5.2), (5.2, 6.2), (6.23, 8)]
