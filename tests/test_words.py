"""Numbers and names in sentences."""

from __future__ import annotations

from vidviz.words import count_of, say_bytes, say_choices, say_first


def test_one_of_a_thing_is_one_and_thousands_have_commas() -> None:
    assert [count_of(number, "clip") for number in (0, 1, 2, 2000)] == ["0 clips", "1 clip", "2 clips", "2,000 clips"]


def test_choices_end_with_or() -> None:
    assert say_choices(["mean"]) == "mean"
    assert say_choices(["mean", "max"]) == "mean or max"
    assert say_choices(iter(["mean", "max", "gem"])) == "mean, max or gem"


def test_of_many_names_the_first_are_said() -> None:
    assert say_first([]) == ""
    assert say_first(["a", "b", "c"]) == "a, b, c"
    assert say_first(["a", "b", "c", "d"], 2) == "a, b and 2 more"


def test_sizes_are_in_the_unit_that_people_would_choose():
    numbers = (0, 1, 1000, 640_000, 1_000_000, 1_340_000, 2 * 10**9)
    assert [say_bytes(number) for number in numbers] == [
        "0 kB",
        "1 kB",
        "1 kB",
        "640 kB",
        "1.0 MB",
        "1.3 MB",
        "2.0 GB",
    ]
