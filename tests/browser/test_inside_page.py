"""The Inside page in a browser: a film for every family of networks, and what can be done with it."""

from __future__ import annotations

import io
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from vidviz.embed.backbones import find_backbone
from vidviz.services.importing import import_run
from vidviz.services.library import contents

pytestmark = pytest.mark.browser

# The first film on the page, by its canvases.
FILM = """[...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
  .map((host) => host.shadowRoot?.vidvizView).find((view) => view?.lanes)"""
PIXELS = f"() => ({FILM})?.layers.values().next().value?.canvas.toDataURL()"
FAMILIES = {
    "3-D CNN": "simple3d_motion",
    "2-D CNN": "squeezenet1_1",
    "2-D transformer": "vit_b_16",
    "video transformer": "timesformer_b",
    "text-video": "clip_b32",
}


@pytest.fixture(scope="module")
def looked(start_dashboard, tmp_path_factory):
    """A dashboard on two clips, a square that runs to the right and one that runs to the left."""
    folder = tmp_path_factory.mktemp("videos")
    for name, places in (("right", range(20)), ("left", range(19, -1, -1))):
        with av.open(str(folder / f"{name}.mp4"), "w") as out:
            stream: Any = out.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
            stream.width, stream.height, stream.pix_fmt = 96, 96, "yuv420p"
            for place in places:
                picture = np.full((96, 96, 3), (30, 60, 90), np.uint8)
                picture[32:56, 3 * place : 3 * place + 24] = (230, 160, 40)
                out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            out.mux(stream.encode(None))
    dashboard = start_dashboard(tmp_path_factory.mktemp("inside") / "workspace")
    import_run.import_videos(dashboard.folder, import_run.ImportRequest((str(folder),)))
    return dashboard, contents.clip_table(dashboard.folder)["clip_id"].tolist()


def open_film(watch, looked, network: str = "simple3d_motion", **query: str):
    dashboard, ids = looked
    more = "".join(f"&inside+{name}={value}" for name, value in query.items())
    page = watch(dashboard).open(f"inside?clip={ids[0]}&inside+network={network}{more}")
    page.locator(".vv-map-canvas:visible").first.wait_for(timeout=120_000)
    page.wait_for_function(f"() => ({FILM}).draws > 2 && [...({FILM}).layers.values()].every((layer) => layer.bytes)")
    return page


@pytest.mark.parametrize(
    "family", [name if name == "3-D CNN" else pytest.param(name, marks=pytest.mark.slow) for name in FAMILIES]
)
def test_a_film_for_every_family(looked, watch, family):
    assert find_backbone(FAMILIES[family]).family == family
    page = open_film(watch, looked, FAMILIES[family])
    first = page.evaluate(PIXELS)
    page.wait_for_function(f"(first) => ({PIXELS})() !== first", arg=first)
    assert page.locator("[data-testid=stException]").count() == 0


def look_at_third_frame(page) -> list[str]:
    """The clip as drawn, and the values of its first layer, at the third frame; both whatever room there is."""
    page.evaluate(f"() => {{ ({FILM}).pause(); ({FILM}).seek(2) }}")
    page.wait_for_function(
        f"() => [...({FILM}).layers.values()].every((one) => one.bytes && one.shown?.startsWith('2|'))"
    )
    page.wait_for_function(f"() => ({FILM}).lanes[0].shown === 2")
    drawn = page.evaluate(f"() => ({FILM}).lanes[0].clipCanvas.toDataURL()")
    return [drawn, page.evaluate(f"() => ({FILM}).layers.values().next().value.bytes.join()")]


@pytest.mark.slow
def test_another_clip_in_an_open_session_changes_the_film(looked, watch):
    page = open_film(watch, looked)
    first, token = look_at_third_frame(page), page.evaluate(f"() => ({FILM}).lanes[0].data.clip.token")
    page.get_by_role("button", name="Next", exact=True).click()
    page.wait_for_function(f"(token) => ({FILM}).lanes[0].data.clip.token !== token", arg=token)
    second = look_at_third_frame(page)
    assert all(one != other for one, other in zip(first, second, strict=True))
    assert page.get_by_role("button", name="Next", exact=True).is_disabled()
    # Back again, the film is what it was: what is seen of a clip does not hang on the one before.
    page.get_by_role("button", name="Previous", exact=True).click()
    page.wait_for_function(f"(token) => ({FILM}).lanes[0].data.clip.token === token", arg=token)
    assert look_at_third_frame(page) == first


@pytest.mark.slow
def test_what_is_out_of_sight_waits_until_it_is_wanted(looked, watch):
    page = open_film(watch, looked)
    shown = f"() => [...({FILM}).layers.values()].map((layer) => layer.shown)"
    page.evaluate(f"() => {{ ({FILM}).pause(); ({FILM}).box.style.marginTop = '3000px' }}")
    page.wait_for_function(f"() => [...({FILM}).layers.values()].every((layer) => layer.outOfSight)")
    before = page.evaluate(shown)
    page.evaluate(f"() => {{ const view = ({FILM}); view.seek((view.frame + 5) % view.frames); view.draw() }}")
    assert page.evaluate(shown) == before
    page.evaluate(f"() => ({FILM}).draw(true)")
    assert all(told != was for told, was in zip(page.evaluate(shown), before, strict=True))


@pytest.mark.slow
def test_a_click_on_the_clip_asks_where_that_place_looks(looked, watch):
    page = open_film(watch, looked, "vit_b_16", panel="Attention")
    page.locator(".vv-choosing").first.wait_for(timeout=120_000)
    page.locator(".vv-choosing").first.click(position={"x": 50, "y": 90})
    page.get_by_text("of the network's grid").first.wait_for(timeout=120_000)
    assert page.get_by_label("x", exact=True).first.is_visible()
    assert page.locator("[data-testid=stException]").count() == 0


def test_stepping_opening_overlaying_and_seeking(looked, watch):
    page = open_film(watch, looked)
    page.get_by_role("button", name="Pause (space)").first.click()
    page.evaluate(f"() => ({FILM}).seek(5)")
    page.keyboard.press(".")
    page.wait_for_function(f"() => ({FILM}).frame === 6")
    plain = page.evaluate(f"() => ({FILM}).lanes[0].clipCanvas.toDataURL()")
    page.locator(".vv-map-canvas").nth(2).click(position={"x": 20, "y": 20})
    page.locator(".vv-large").first.wait_for()
    page.get_by_label("over the frames").first.check()
    page.wait_for_function(f"(plain) => ({FILM}).lanes[0].clipCanvas.toDataURL() !== plain", arg=plain)
    page.locator(".vv-large").first.hover(position={"x": 30, "y": 30})
    page.get_by_text("click to trace it").first.wait_for()
    energy = page.evaluate(f"() => ({FILM}).data.lanes[0].layers[0].energy")
    peak = energy.index(max(energy))
    page.locator(".vv-peak").first.click()
    page.wait_for_function(f"(peak) => ({FILM}).frame === peak", arg=peak)


@pytest.mark.slow
def test_a_click_in_the_large_channel_traces_that_unit(looked, watch):
    page = open_film(watch, looked, panel="One unit")
    page.get_by_role("button", name="Pause (space)").first.click()
    page.evaluate(f"() => ({FILM}).seek(8)")
    page.locator(".vv-map-canvas").nth(2).click(position={"x": 20, "y": 20})
    page.locator(".vv-large").first.wait_for()
    page.locator(".vv-large").first.click(position={"x": 60, "y": 60})
    page.get_by_text("Unit t 8, ").first.wait_for()
    page.get_by_text("5 frames × 8 × 8 px").first.wait_for()


@pytest.mark.slow
def test_two_lanes_on_one_clock_and_a_picture_to_keep(looked, watch):
    page = open_film(watch, looked)
    page.get_by_role("radio", name="another clip").or_(page.get_by_role("button", name="another clip")).first.click()
    page.wait_for_function(f"() => ({FILM}).lanes.length === 2 && ({FILM}).layers.size === 6")
    page.wait_for_function(f"() => [...({FILM}).layers.values()].every((layer) => layer.bytes)")
    page.evaluate(f"() => {{ ({FILM}).pause(); ({FILM}).seek(4) }}")
    page.wait_for_function(f"() => [...({FILM}).layers.values()].every((layer) => layer.frame === 4)")
    with page.expect_download() as saved:
        page.get_by_role("button", name="PNG").first.click()
    picture = Image.open(io.BytesIO(saved.value.path().read_bytes()))
    assert picture.format == "PNG"
    assert min(picture.size) > 300
    page.set_viewport_size({"width": 800, "height": 900})
    page.wait_for_function("document.scrollingElement.scrollWidth <= 800")
