"""The Inside page: the film of an untrained network's convolutions, in numbers and in words."""

from __future__ import annotations

from types import SimpleNamespace

import psutil
import pytest

from vidviz.services import inspecting, library

NEVER_TRAINED = "was never trained"


@pytest.fixture
def clip(imported) -> int:
    return int(library.clip_table(imported.folder)["clip_id"].iloc[0])


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with 1 GiB free, on which nothing was looked at before."""
    for known in vars(inspecting).values():
        if hasattr(known, "cache_clear"):
            known.cache_clear()
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=2**30))


def choose_simple3d(page, layers: list[str]):
    page.app.selectbox(key="inside network").select("simple3d").run()
    page.app.button_group(key="inside layers simple3d").set_value(layers).run()
    return type(page)(page.app)


def test_without_clips_the_way_leads_to_the_library(prepared, show):
    assert "There are no clips yet" in show("inside").words


def test_without_a_clip_clips_are_offered(prepared, show):
    ids = prepared.add_video("a.mp4")
    page = show("inside")
    assert "Choose the clip to start from." in page.words
    assert [card["clip_id"] for card in page.drawn("clip_gallery")[0]["cards"]] == ids


@pytest.mark.parametrize("text", ["1", "abc", "9" * 400])
def test_a_clip_that_does_not_exist_is_like_none(prepared, show, text):
    prepared.add_video("a.mp4")
    page = show("inside", clip=text)
    assert "Choose the clip to start from." in page.words
    assert page.errors == []


def test_films_of_two_convolutions(imported, show, clip):
    page = choose_simple3d(show("inside", clip=str(clip), inside_network="simple3d"), ["conv1", "conv2"])
    [film] = page.drawn("feature_film")
    assert film["clip"]["frames"] == 16
    assert film["clip"]["seconds"] == pytest.approx(2.0, abs=0.11)
    assert [layer["name"] for layer in film["layers"]] == ["conv1", "conv2"]
    assert [layer["shape"] for layer in film["layers"]] == ["64 × 16 × 64 × 64", "128 × 16 × 32 × 32"]
    assert all(len(layer["channels"]) == len(layer["ranges"]) == 16 for layer in film["layers"])
    assert NEVER_TRAINED in page.words
    numbers = page.app.dataframe[0].value
    assert len(numbers) == 2
    assert page.errors == []


@pytest.mark.usefixtures("little_memory")
def test_convolutions_need_little_memory_and_dense_layers_say_what_they_need(imported, show, clip):
    page = choose_simple3d(show("inside", clip=str(clip), inside_network="simple3d"), ["conv1"])
    assert page.errors == []
    [film] = page.drawn("feature_film")
    assert [layer["name"] for layer in film["layers"]] == ["conv1"]
    page = choose_simple3d(page, ["conv1", "fc2"])
    [error] = page.errors
    assert "GiB" in error


def test_a_video_that_has_gone_is_told(prepared, show):
    [number] = prepared.add_video("gone.mp4", num_clips=1)
    page = choose_simple3d(show("inside", clip=str(number), inside_network="simple3d"), ["conv1"])
    [error] = page.errors
    assert "gone.mp4" in error


def test_hostile_network_in_the_url(prepared, show):
    [number] = prepared.add_video("gone.mp4", num_clips=1)
    page = show("inside", clip=str(number), inside_network="../../x", inside_channels="99")
    assert page.app.selectbox(key="inside network").value in page.app.selectbox(key="inside network").options
