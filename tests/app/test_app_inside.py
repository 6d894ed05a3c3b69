"""The Inside page: the film of an untrained network's convolutions, in numbers and in words."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from vidviz.introspect.attention import Attention, LayerAttention
from vidviz.introspect.film_layout import TokenGrid
from vidviz.services.inside import clip_attention
from vidviz.services.inside.film_clock import FilmClock
from vidviz.services.inside.layer_moments import LayerMoments
from vidviz.services.library import contents
from vidviz.ui.inside import attention_panel

NEVER_TRAINED = "was never trained"


@pytest.fixture
def clip(imported) -> int:
    return int(contents.clip_table(imported.folder)["clip_id"].iloc[0])


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with 1 GiB free, on which nothing was looked at before."""
    there = SimpleNamespace(available=2**30, total=psutil.virtual_memory().total)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: there)


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
    page = choose_simple3d(show("inside", {"inside network": "simple3d"}, clip=str(clip)), ["conv1", "conv2"])
    [film] = page.drawn("feature_film")
    [lane] = film["lanes"]
    assert lane["clip"]["frames"] == 16
    assert lane["clip"]["seconds"] == pytest.approx(2.0, abs=0.11)
    assert [layer["name"] for layer in lane["layers"]] == ["conv1", "conv2"]
    assert [layer["shape"] for layer in lane["layers"]] == ["64 × 16 × 64 × 64", "128 × 16 × 32 × 32"]
    assert all(len(layer["channels"]) == len(layer["ranges"]) == 16 for layer in lane["layers"])
    assert all(len(layer["energy"]) == 16 for layer in lane["layers"])
    assert NEVER_TRAINED in page.words
    numbers = page.app.dataframe[0].value
    assert len(numbers) == 2
    assert page.errors == []


def test_the_view_of_the_url_is_fed_and_another_can_be_chosen(imported, show, clip):
    """x3d_xs takes four frames, one every 0.4 s: views of 1.6 s, two of which cover a clip of 2 s."""
    page = show("inside", {"inside network": "x3d_xs"}, clip=str(clip), view="2")
    [select] = [box for box in page.app.selectbox if box.label == "View"]
    assert [title.split(",")[0] for title in select.options] == ["View 1 of 2", "View 2 of 2"]
    assert select.value == 2
    assert "The network is fed 4 frames, 2.5 a second" in page.words
    [lane] = page.drawn("feature_film")[0]["lanes"]
    assert lane["clip"]["offset"] == pytest.approx(0.4, abs=0.02)
    assert lane["clip"]["seconds"] == pytest.approx(1.6)
    assert [layer["centres"] for layer in lane["layers"]] == [[0, 1, 2, 3]] * 3
    assert {layer["note"] for layer in lane["layers"][1:]} == {"sees the whole clip"}
    select.select_index(0).run()
    page = type(page)(page.app)
    [lane] = page.drawn("feature_film")[0]["lanes"]
    assert lane["clip"]["offset"] == 0
    assert page.errors == []


@pytest.mark.parametrize("text", ["0", "3", "-1", "x", "9" * 99])
def test_a_view_that_the_clip_does_not_have_is_the_first(imported, show, clip, text):
    page = show("inside", {"inside network": "x3d_xs"}, clip=str(clip), view=text)
    assert page.errors == []
    assert next(box for box in page.app.selectbox if box.label == "View").value == 1


@pytest.mark.usefixtures("little_memory")
def test_convolutions_need_little_memory_and_dense_layers_say_what_they_need(imported, show, clip):
    page = choose_simple3d(show("inside", {"inside network": "simple3d"}, clip=str(clip)), ["conv1"])
    assert page.errors == []
    [film] = page.drawn("feature_film")
    assert [layer["name"] for layer in film["lanes"][0]["layers"]] == ["conv1"]
    page = choose_simple3d(page, ["conv1", "fc2"])
    [error] = page.errors
    assert "GiB" in error


def test_a_video_that_has_gone_is_told(prepared, show):
    [number] = prepared.add_video("gone.mp4", num_clips=1)
    page = choose_simple3d(show("inside", {"inside network": "simple3d"}, clip=str(number)), ["conv1"])
    [error] = page.errors
    assert "gone.mp4" in error


def test_hostile_network_in_the_url(prepared, show):
    [number] = prepared.add_video("gone.mp4", num_clips=1)
    page = show("inside", {"inside network": "../../x", "inside channels": "99"}, clip=str(number))
    assert page.app.selectbox(key="inside network").value in page.app.selectbox(key="inside network").options


def choose(page, key: str, value: object):
    page.app.button_group(key=key).set_value(value).run()
    return type(page)(page.app)


def test_pages_of_channels_and_orders(imported, show, clip):
    page = choose_simple3d(show("inside", {"inside network": "simple3d"}, clip=str(clip)), ["conv1"])
    page.app.selectbox(key="inside order").select("index").run()
    page.app.number_input(key="inside page").set_value(2).run()
    [lane] = type(page)(page.app).drawn("feature_film")[0]["lanes"]
    assert lane["layers"][0]["channels"] == list(range(16, 32))
    page.app.number_input(key="inside page").set_value(999).run()
    [lane] = type(page)(page.app).drawn("feature_film")[0]["lanes"]
    assert lane["layers"][0]["channels"] == list(range(48, 64))


def test_backwards_beside_it_shows_the_same_channels(imported, show, clip):
    page = choose_simple3d(show("inside", {"inside network": "simple3d"}, clip=str(clip)), ["conv1"])
    page = choose(page, "inside compare", "the same clip backwards")
    first, second = page.drawn("feature_film")[0]["lanes"]
    assert first["layers"][0]["channels"] == second["layers"][0]["channels"]
    assert first["layers"][0]["ranges"] == second["layers"][0]["ranges"]
    assert first["clip"]["token"] != second["clip"]["token"]
    assert "difference of the two" in page.app.selectbox(key="inside order").options
    assert page.errors == []


MOTION = {"inside network": "simple3d_motion"}


@pytest.mark.parametrize(
    ("way", "title"),
    [
        ("random weights", "simple3d_motion, random weights"),
        ("another network", "simple2d_look, VIDVIZ_V1"),
    ],
)
def test_two_lanes_show_two_films_on_one_clock(imported, show, clip, way, title):
    page = choose(show("inside", clip=str(clip), **MOTION), "inside compare", way)
    if way == "another network":
        page.app.selectbox(key="inside other network").select("simple2d_look").run()
        page = type(page)(page.app)
    first, second = page.drawn("feature_film")[0]["lanes"]
    assert second["clip"]["title"] == title
    assert len(first["layers"]) == len(second["layers"]) > 0
    assert first["layers"][0]["token"] != second["layers"][0]["token"]
    assert page.errors == []


@pytest.mark.parametrize(
    ("panel", "said"),
    [
        ("Layers", ""),
        ("Why", "score"),
        ("One unit", "3 frames × 3 × 3 px"),
        ("Filters", "grey is zero"),
        ("To the vector", "add up to"),
        ("Attention", "has no attention"),
        ("Take away", "workspace.inspect("),
    ],
)
def test_every_panel_opens(imported, show, clip, panel, said):
    page = show("inside", {"inside panel": panel}, clip=str(clip), **MOTION)
    assert page.errors == []
    films = page.drawn("feature_film")
    told = page.words + "".join(lane["clip"]["note"] for film in films for lane in film["lanes"])
    assert said in told or any(said in code.value for code in page.app.code)
    assert len(films) == (2 if panel in ("Why", "One unit", "Filters", "To the vector") else 1)


def test_the_layer_tree_tells_shape_share_and_field(imported, show, clip):
    page = show("inside", {"inside panel": "Layers"}, clip=str(clip), **MOTION)
    table = page.app.dataframe[0].value.set_index("layer")
    assert table.loc["conv2", "output"] == "40 × 16 × 32 × 32"
    assert table.loc["conv2", "receptive field"].startswith("5 frames × 8 × 8 px")
    assert table.loc["fc1", "receptive field"] == "global"
    assert table.loc[["conv1", "conv2"], "compute"].sum() > 0.95
    page.app.toggle(key="inside all modules").set_value(True).run()
    assert len(type(page)(page.app).app.dataframe[0].value) == 12


def test_best_clips_of_a_channel(imported, show, clip):
    page = show("inside", {"inside panel": "Best clips"}, clip=str(clip), **MOTION)
    page = page.press("Show 1 clip to the network")
    [card] = page.drawn("clip_gallery")[-1]["cards"]
    assert card["clip_id"] == clip
    assert card["note"].startswith("at ")
    assert page.errors == []


def test_similarity_to_another_clip_needs_one(imported, show, clip):
    page = show("inside", {"inside panel": "Why"}, clip=str(clip), **MOTION)
    page = choose(page, "inside why", "the similarity to another clip")
    assert "There is no other clip of this recipe." in page.words


def test_a_link_asks_why_two_clips_are_alike(imported, show, clip):
    other = imported.add_video("other.mp4")[1]
    page = show("inside", {"inside panel": "Why", "why with": str(other)}, clip=str(clip), **MOTION)
    assert page.app.button_group(key="inside why").value == "the similarity to another clip"
    assert page.app.selectbox(key="inside why other").value == other
    choose(page, "inside why", "a class score")
    assert page.app.button_group(key="inside why").value == "a class score"  # the link has had its say


@pytest.mark.parametrize("linked", ["1", "x", "9" * 400])
def test_a_link_to_a_clip_that_is_not_there_asks_nothing(imported, show, clip, linked):
    page = show("inside", {"inside panel": "Why", "why with": linked}, clip=str(clip), **MOTION)
    assert page.app.button_group(key="inside why").value == "a class score"


@pytest.fixture
def attended(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int] | None]:
    """A network whose attention is made up; what was asked for, in order."""
    asked: list[tuple[int, int, int] | None] = []
    heads = np.random.default_rng(0).random((2, 4, 7, 7), np.float32)
    layer = LayerAttention("block", "joint", heads, np.zeros((2, 4, 4), np.float32))

    def attend(_look: object, query: tuple[int, int, int] | None = None) -> clip_attention.Attended:
        asked.append(query)
        frames, grid = np.zeros((8, 56, 56, 3), np.uint8), TokenGrid(4, 7, 7)
        clock, moments = FilmClock(np.arange(8) / 4, 0.0, 2.0), LayerMoments((0.5, 2.5, 4.5, 6.5), sees_whole=False)
        return clip_attention.Attended(Attention((layer,), {"joint": heads[0]}), frames, clock, grid, moments)

    monkeypatch.setattr(clip_attention, "attends", lambda _name: True)
    monkeypatch.setattr(clip_attention, "attend", attend)
    monkeypatch.setattr(clip_attention, "grid_size", lambda _look: (4, 7, 7))
    return asked


def test_attention_from_one_position(imported, show, clip, attended):
    page = show("inside", {"inside panel": "Attention"}, clip=str(clip), **MOTION)
    assert attended == [None]
    lanes = page.drawn("feature_film")[-1]["lanes"]
    assert all(lane["clip"]["choosing"] for lane in lanes)
    page = choose(page, "inside position simple3d_motion 0 from", "one position")
    page.app.number_input(key="inside position simple3d_motion 0 x").set_value(6).run()
    page = type(page)(page.app)
    assert attended[-1] == (0, 0, 6)
    film = page.drawn("feature_film")[-1]
    assert "t 0, y 0, x 6" in page.words
    assert film["lanes"][0]["clip"]["token"] != lanes[0]["clip"]["token"]
    assert film["start_frame"] == 0


def test_a_click_on_the_clip_asks_from_there(imported, show, clip, attended, monkeypatch):
    clicks = iter([(7, 0.5, 0.99)])
    monkeypatch.setattr(attention_panel, "play_side_by_side", lambda *_, **__: next(clicks, None))
    page = show("inside", {"inside panel": "Attention"}, clip=str(clip), **MOTION)
    assert attended == [None, (3, 3, 6)]
    assert page.app.number_input(key="inside position simple3d_motion 1 t").value == 3


def test_the_next_clip_without_leaving_the_page(prepared, show):
    first, second = prepared.add_video("a.mp4")
    page = show("inside", {"inside network": "simple3d"}, clip=str(first))
    assert page.app.button(key="inside previous clip").disabled
    page.app.button(key="inside next clip").click().run()
    assert page.app.session_state["kept clip"] == str(second)
    assert page.app.button(key="inside next clip").disabled
    page.app.button(key="inside all clips").click().run()
    assert "Choose the clip to start from." in type(page)(page.app).words


def test_classes_without_a_head_say_so(imported, show, clip):
    page = show("inside", {"inside panel": "Why", "inside network": "clip_b32"}, clip=str(clip))
    assert any("gives no class scores" in error for error in page.errors)
