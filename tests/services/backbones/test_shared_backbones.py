"""Networks that all sessions share: loaded once, two at most, and the weights of one hold no other one back."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from vidviz.embed import load
from vidviz.errors import BackboneError
from vidviz.services import cache
from vidviz.services.backbones.shared_backbones import load_shared

WAIT_SECONDS = 20


@pytest.fixture
def pool():
    with ThreadPoolExecutor(8) as made:
        yield made


@pytest.fixture
def loads(monkeypatch):
    """Which backbones were loaded; what loads them is `outcomes` by their names, called, or else a list of the name."""
    done: list[str] = []
    outcomes: dict[str, Any] = {}

    def load_backbone(backbone, weights, **_settings):
        done.append(backbone.name)
        return outcomes.get(backbone.name, lambda: [backbone.name])()

    monkeypatch.setattr(load, "load_backbone", load_backbone)
    return done, outcomes


def test_a_download_of_one_holds_no_other_backbone_back(loads, pool):
    done, outcomes = loads
    downloading, arrived = threading.Event(), threading.Event()

    def download() -> list[str]:
        downloading.set()
        assert arrived.wait(WAIT_SECONDS)
        return ["large"]

    outcomes["r3d_18"] = download
    first, second = (pool.submit(load_shared, "r3d_18", "auto", ("avgpool",)) for _ in range(2))
    assert downloading.wait(WAIT_SECONDS)
    assert pool.submit(load_shared, "simple3d_motion", "auto", ("pool1",)).result(WAIT_SECONDS) == ["simple3d_motion"]
    assert not first.done()
    assert not second.done()
    arrived.set()
    assert first.result(WAIT_SECONDS) is second.result(WAIT_SECONDS)
    assert sorted(done) == ["r3d_18", "simple3d_motion"]


def test_a_backbone_that_cannot_be_had_is_tried_again(loads):
    done, outcomes = loads

    def fail() -> None:
        raise BackboneError("no network")

    outcomes["r3d_18"] = fail
    for _ in range(2):
        with pytest.raises(BackboneError, match="no network"):
            load_shared("r3d_18", "auto", ("avgpool",))
    del outcomes["r3d_18"]
    assert load_shared("r3d_18", "auto", ("avgpool",)) == ["r3d_18"]
    assert done == ["r3d_18"] * 3


def test_two_backbones_stay_in_memory(loads):
    done, _ = loads
    for name in ("r3d_18", "simple3d_motion", "r3d_18", "simple2d_look", "r3d_18", "simple3d_motion"):
        load_shared(name, "random", ())
    assert done == ["r3d_18", "simple3d_motion", "simple2d_look", "simple3d_motion"]


def test_where_memory_is_short_what_can_be_computed_again_is_let_go_first(loads, monkeypatch):
    free = SimpleNamespace(available=2**40, total=2**40)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free)
    cache.keep("test", "array", "derived")
    load_shared("simple3d_motion", "random", ())
    assert cache.find_kept("test", "array") == "derived"
    free.available = 2**20
    load_shared("r3d_18", "random", ())
    assert cache.find_kept("test", "array") is None


def test_a_backbone_in_memory_is_listed_with_its_bytes(tiny):
    loaded = load_shared("tiny", "random", ("head",))
    held = sum(part.nbytes for part in loaded.model.parameters())
    assert 0 < held <= cache.describe_cache().sizes["backbones.shared_backbones._load"] < held + 100_000
