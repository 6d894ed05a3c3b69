"""The cache of derived arrays and tables: computed once, bounded over all, read-only, never somebody else's error."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vidviz.errors import SettingsError
from vidviz.services import cache
from vidviz.services.cached_values import freeze_and_measure
from vidviz.services.library import contents, embedding_sets
from vidviz.services.maps import set_neighbours
from vidviz.services.progress import JobCancelledError

THREADS = 8
WAIT_SECONDS = 20
MB = 2**20


def ask_from_threads(ask: Callable[[], Any]) -> list[Any]:
    """What eight threads get that ask at the same moment."""
    together = threading.Barrier(THREADS)

    def one() -> Any:
        together.wait(WAIT_SECONDS)
        return ask()

    with ThreadPoolExecutor(THREADS) as pool:
        return [future.result(WAIT_SECONDS) for future in [pool.submit(one) for _ in range(THREADS)]]


@dataclass(frozen=True)
class Pair:
    first: np.ndarray
    rest: tuple[dict[str, np.ndarray], ...]


def test_threads_compute_once_and_get_one_object():
    calls = []

    @cache.cached()
    def compute(number: int, *, twice: bool = False) -> np.ndarray:
        calls.append((number, twice))
        threading.Event().wait(0.05)
        return np.full(10, number * (1 + twice))

    answers = ask_from_threads(lambda: compute(3, twice=True))
    assert calls == [(3, True)]
    assert len({id(answer) for answer in answers}) == 1
    assert compute(3)[0] == 3
    assert compute(3, twice=True) is answers[0]
    assert len(calls) == 2
    cache.clear()
    assert compute(3, twice=True) is not answers[0]
    assert len(calls) == 3


def test_a_value_of_another_version_is_computed_and_takes_the_place():
    calls = []

    @cache.cached()
    def derive(name: str, _version: str, *, _revision: int = 0) -> np.ndarray:
        calls.append((name, _version, _revision))
        return np.zeros(1000)

    first, other = derive("a", "v1"), derive("b", "v1")
    assert derive("a", "v1", _revision=0) is first
    held = cache.describe_cache().held_bytes
    assert derive("a", "v1", _revision=1) is not first
    assert derive("a", "v2", _revision=1) is not first
    assert abs(cache.describe_cache().held_bytes - held) < 1000
    assert derive("b", _version="v1") is other
    assert calls == [("a", "v1", 0), ("b", "v1", 0), ("a", "v1", 1), ("a", "v2", 1)]


def test_two_functions_of_the_same_arguments_are_two():
    first = cache.cached()(lambda number: [number])

    @cache.cached()
    def second(number: int) -> str:
        return str(number)

    assert (first(1), second(1)) == ([1], "1")


def test_nothing_may_be_written_to_what_is_kept():
    kept = cache.get_or_compute(
        "test", 1, lambda: Pair(np.zeros(3), ({"a": np.zeros(2), "b": np.arange(6).reshape(2, 3)[:, 1]},))
    )
    for array in (kept.first, *kept.rest[0].values()):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_a_table_is_spoiled_for_nobody_else():
    made = cache.get_or_compute("test", 1, lambda: pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}))
    made.loc[0, "a"] = 9
    made["c"] = 0
    made.index = [5, 6]
    made.pop("b")
    again = cache.get_or_compute("test", 1, lambda: pd.DataFrame())
    assert again.to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}
    with pytest.raises(ValueError, match="read-only"):
        again["a"].to_numpy()[0] = 9


def test_what_was_computed_between_a_look_and_a_start_is_not_computed_again(monkeypatch):
    real = cache._flights.run

    def run_late(flight, compute):
        (name, key), version = flight
        cache.keep(name, key, "of another thread", version=version)
        return real(flight, compute)

    monkeypatch.setattr(cache._flights, "run", run_late)
    assert cache.get_or_compute("test", 1, lambda: pytest.fail("computed")) == "of another thread"


def test_an_error_is_not_kept():
    outcomes = [ValueError("no"), 7]

    def compute() -> int:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with pytest.raises(ValueError, match="no"):
        cache.get_or_compute("test", 1, compute)
    assert cache.get_or_compute("test", 1, compute) == 7
    assert cache.find_kept("test", 1) == 7


def test_a_cancelled_job_cancels_nobody_who_waits():
    """Whoever computes first is cancelled; the other seven get what one of them computes."""
    calls, lock = [], threading.Lock()

    def compute() -> str:
        with lock:
            calls.append(threading.get_ident())
            first = len(calls) == 1
        threading.Event().wait(0.1)
        if first:
            raise JobCancelledError("stop")
        return "value"

    def ask() -> str:
        try:
            return cache.get_or_compute("test", 1, compute)
        except JobCancelledError:
            return "cancelled"

    assert sorted(ask_from_threads(ask)) == ["cancelled"] + ["value"] * (THREADS - 1)
    assert len(calls) == 2


def test_the_bound_is_over_all_functions_and_the_last_used_stay(monkeypatch):
    monkeypatch.setenv("VIDVIZ_CACHE_MB", "64")
    arrays = {}
    for number, size in enumerate([20, 20, 20, 30]):
        if number == 3:
            assert cache.find_kept("function 0", 0) is arrays[0]
        arrays[number] = cache.get_or_compute(f"function {number}", 0, lambda size=size: np.empty(size * MB, np.uint8))
        assert cache.describe_cache().held_bytes <= 64 * MB
    kept = [number for number in arrays if cache.find_kept(f"function {number}", 0) is not None]
    assert kept == [0, 3]


def test_what_is_larger_than_the_bound_is_answered_and_not_kept(monkeypatch, caplog):
    monkeypatch.setenv("VIDVIZ_CACHE_MB", "64")
    small = cache.get_or_compute("test", "small", lambda: np.zeros(8))
    assert cache.get_or_compute("test", "large", lambda: np.empty(65 * MB, np.uint8)).nbytes == 65 * MB
    assert cache.find_kept("test", "large") is None
    assert "test takes 65 MB, more than VIDVIZ_CACHE_MB: it is not kept" in caplog.text
    assert cache.find_kept("test", "small") is small


def test_a_function_may_bound_how_many_of_its_values_are_kept():
    @cache.cached(most=2)
    def load(name: str) -> list[str]:
        return [name]

    first, second = load("a"), load("b")
    assert load("a") is first
    load("c")
    assert load("a") is first
    assert load("b") is not second


def test_what_is_held_is_listed_by_function():
    shared = np.zeros(1000)
    cache.get_or_compute("one", 1, lambda: (shared, shared[:10]))
    cache.get_or_compute("two", 1, lambda: (shared, np.zeros(5000)))
    use = cache.describe_cache()
    assert list(use.sizes) == ["two", "one"]
    assert 8000 < use.sizes["one"] < 10_000
    assert 48_000 < use.sizes["two"] < 50_000
    assert 48_000 < use.held_bytes < 52_000


@pytest.mark.parametrize("told", ["much", "-1", "63", "1.5"])
def test_a_bound_that_makes_no_sense_is_told_before_anything_is_computed(monkeypatch, told):
    monkeypatch.setenv("VIDVIZ_CACHE_MB", told)
    with pytest.raises(SettingsError, match=r"VIDVIZ_CACHE_MB is '.*'; set it to a whole number of megabytes from 64"):
        cache.get_or_compute("test", 1, lambda: pytest.fail("computed"))


def test_without_a_setting_the_bound_is_a_part_of_the_memory():
    import psutil

    assert 64 * MB <= cache.describe_cache().most_bytes <= psutil.virtual_memory().total // 4


# What a value takes


def total(value: object) -> int:
    return sum(freeze_and_measure(value).values())


def test_a_view_counts_as_what_it_keeps_in_memory():
    whole = np.zeros((1000, 100))
    assert total(whole[::10, :1]) >= whole.nbytes
    assert total([whole, whole[5:], whole.T]) < whole.nbytes + 2000


def test_texts_and_tables_count_in_full():
    texts = [f"{number:0100d}" for number in range(5000)]
    assert total(texts) > 5000 * 100
    table = pd.DataFrame({"a": np.zeros(1000), "b": pd.Series(texts[:1000], dtype=object)})
    assert total((table,)) >= table.memory_usage(deep=True).sum() > 100_000
    assert total(np.array(texts, dtype=object)) > 5000 * 100


def test_long_lists_are_measured_by_a_sample_and_arrays_in_them_are_all_found():
    rows = [(f"{number:0100d}", float(number)) for number in range(20_000)]
    every = sum(total(row) - total(()) for row in rows[:100]) / 100 * len(rows)
    assert 0.8 * every < total(rows) < 1.3 * every
    arrays = [np.zeros(100) for _ in range(5000)]
    assert total(arrays) > 5000 * 800
    assert not any(array.flags.writeable for array in arrays)


def test_while_a_thread_imports_a_library_no_value_is_of_it(monkeypatch):
    for name in ("torch", "torch.nn", "pandas"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    assert cache.get_or_compute("test", 1, lambda: np.zeros(100)).nbytes == 800


def test_networks_count_by_their_tensors():
    from torch import nn

    model = nn.Sequential(nn.Linear(100, 50), nn.BatchNorm1d(50))
    tied = replace(Loaded(model), again=model)
    expected = sum(part.nbytes for part in (*model.parameters(), *model.buffers()))
    assert expected < total(tied) < expected + 2000
    assert total(nn.Linear(1000, 1000, device="meta")) < 2000


@dataclass(frozen=True)
class Loaded:
    model: Any
    again: Any = None


# Services, from many threads at once


def test_the_vectors_of_a_set_are_one_object_for_all_threads(folder, fill):
    fill(folder, np.random.default_rng(0).normal(size=(50, 4)))
    answers = ask_from_threads(lambda: embedding_sets.load_embeddings(folder, ""))
    assert len({id(answer) for answer in answers}) == 1
    assert not answers[0].vectors.flags.writeable


def test_all_against_all_is_computed_once_for_all_threads(folder, fill, monkeypatch):
    from vidviz.project import neighbours

    fill(folder, np.random.default_rng(0).normal(size=(50, 4)))
    key, calls, real = embedding_sets.find_set(folder).key, [], neighbours.exact_neighbours
    monkeypatch.setattr(neighbours, "exact_neighbours", lambda *args: calls.append(1) or real(*args))
    answers = ask_from_threads(lambda: set_neighbours.shared_neighbours(folder, key))
    assert calls == [1]
    assert len({id(answer) for answer in answers}) == 1


def test_the_clip_table_is_read_once_for_all_threads(folder, fill, monkeypatch):
    from vidviz.store import clips

    fill(folder, np.zeros((50, 4)), labels=["a"] * 50)
    calls, real = [], clips.clip_table
    monkeypatch.setattr(clips, "clip_table", lambda *args: calls.append(1) or real(*args))
    answers = ask_from_threads(lambda: contents.clip_table(folder))
    assert calls == [1]
    columns = [answer["clip_id"].to_numpy() for answer in answers]
    assert all(np.shares_memory(column, columns[0]) for column in columns)
