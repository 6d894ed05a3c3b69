"""The map in a real Chromium, as Plotly and as WebGL draw it: what a person points at, clicks, draws and sees."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.browser

FIRST_CLIP = 9_007_199_254_700_000
VIEW = "document.querySelector('.vv-map').parentElement.parentElement.vidvizView"
# Where the points are on screen, by row.
PLACES = f"""() => {{
  const {{points, renderer, box}} = {VIEW}, {{left, top}} = box.getBoundingClientRect();
  return Array.from({{length: points.count}}, (_, row) => {{
    const {{x, y}} = renderer.placeOf(row); return [left + x, top + y]; }});
}}"""
DRAWN = f"() => document.querySelector('.vv-map') && {VIEW}?.drawn"
WEBGL = "limit=0"


@dataclass
class MapOnPage:
    """The map on the page with the components, drawn by one of the two."""

    page: Any
    site: str
    hand: Callable[..., None]
    webgl: bool

    def open(self, asked: str = "") -> MapOnPage:
        self.page.goto(f"{self.site}/?show=map&{WEBGL if self.webgl else ''}&{asked}")
        self.page.wait_for_function(DRAWN)
        self.page.wait_for_selector("[data-testid=stCode]")
        return self

    def places(self) -> list[list[float]]:
        return self.page.evaluate(PLACES)

    def take(self, tool: str) -> None:
        self.page.locator(".vv-map").get_by_role("button", name=tool, exact=True).click()

    def legend(self, number: int) -> Any:
        return self.page.locator(".vv-entry").nth(number)

    def legend_texts(self) -> list[str]:
        return self.page.locator(".vv-entry").all_text_contents()

    def choose(self, text: str) -> None:
        """Take another option of the page's controls, and wait until the map is drawn with it."""
        radio = self.page.get_by_role("radio", name=text, exact=True)
        radio.or_(self.page.get_by_role("button", name=text, exact=True)).first.click()

    def rest_on(self, place: list[float]) -> Any:
        self.page.mouse.move(place[0] - 40, place[1] - 6)
        self.page.mouse.move(*place, steps=4)
        return self.page.locator(".vv-hover")

    def drag(self, corners: list[tuple[float, float]], key: str = "") -> None:
        self.hand(self.page, corners, key)

    def colours_at(self, place: list[float]) -> np.ndarray:
        """The colours of 3 x 3 pixels of the screen, (9, 3), 0 to 255."""
        clip = {"x": round(place[0]) - 1, "y": round(place[1]) - 1, "width": 3, "height": 3}
        shot = self.page.screenshot(clip=clip)
        return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"), int).reshape(-1, 3)

    def wait_colour(self, place: list[float], wanted: str, *, equal: bool = True) -> None:
        """Wait until a place has a colour (points let a little of the page through), or has it no longer."""
        target, reach = [int(wanted[i : i + 2], 16) for i in (1, 3, 5)], 12 if wanted == PAGE else 30
        for _ in range(100):
            if (np.abs(self.colours_at(place) - target).max(axis=1) < reach).any() == equal:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{self.colours_at(place)} at {place}, wanted {'' if equal else 'not '}{wanted}")

    def window(self) -> list[float]:
        """What is in view: x0, x1, y0, y1."""
        return self.page.evaluate(f"() => {VIEW}.renderer.camera.window")

    def wait_window(self, check: str) -> None:
        """Wait until `w`, what is in view, is as the expression says."""
        self.page.wait_for_function(f"() => {{ const w = {VIEW}.renderer.camera.window; return {check}; }}")


# The Map page's own tests drive Plotly; here its half runs with the slow ones.
@pytest.fixture(params=[pytest.param("plotly", marks=pytest.mark.slow), "webgl"])
def shown(request, page, site, hand):
    return MapOnPage(page, site, hand, request.param == "webgl")


def lonely(places: list[list[float]], rows: list[int] | None = None) -> int:
    """The point farthest from any other: no doubt which one the pointer means."""
    among = np.array(places)
    ways = np.hypot(*(among[:, None] - among[None]).transpose(2, 0, 1)) + np.eye(len(among)) * 1e9
    chosen = rows if rows is not None else list(range(len(among)))
    return max(chosen, key=lambda row: ways[row].min())


def around(places: list[list[float]], rows: list[int]) -> list[tuple[float, float]]:
    """A box around these points, wide enough that no point at all lies near its edges."""
    among = np.array(places)
    low, high = among[rows].min(axis=0), among[rows].max(axis=0)

    def clearance(margin: float) -> float:
        gaps = np.abs(np.stack([among - (low - margin), among - (high + margin)]))
        near = ((among > low - margin - 4) & (among < high + margin + 4)).all(axis=1)
        return float(gaps[:, near].min())

    margin = max(np.arange(4, 16, 0.5), key=clearance)
    (left, top), (right, bottom) = (low - margin).tolist(), (high + margin).tolist()
    return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]


def count_inside(places: list[list[float]], box: list[tuple[float, float]]) -> int:
    (left, top), (right, low) = box[0], box[2]
    return sum(left < x < right and top < y < low for x, y in places)


def group(number: int, count: int = 300) -> list[int]:
    return [row for row in range(count) if row % 5 == number]


BLUE, GREY, PAGE = "#56B4E9", "#9AA5B1", "#FFFFFF"


def test_hover_shows_the_clip_after_a_dwell_and_names_as_text(shown):
    shown.open()
    places = shown.places()
    row = lonely(places)
    card = shown.rest_on(places[row])
    card.wait_for(state="visible")
    assert f"<i>video</i> {row // 5}.mp4" in card.inner_text()
    assert "similarity 0." in card.inner_text()
    shown.page.wait_for_function("document.querySelector('.vv-hover img').src.includes('/vidviz/strip/90071992547')")
    ring = shown.page.locator(".vv-ring").bounding_box()
    assert abs(ring["x"] + ring["width"] / 2 - places[row][0]) < 2
    assert abs(ring["y"] + ring["height"] / 2 - places[row][1]) < 2
    assert any("<b>bold</b>" in text for text in shown.legend_texts())
    assert shown.page.locator(".vv-map img[src='x']").count() == 0
    # A run with the same data leaves card and picture alone.
    runs = int(shown.page.locator("[data-testid=stCode]").inner_text().split('"runs": ')[1].rstrip("}"))
    shown.page.evaluate(
        f"() => {{ window.drawn = 0; const r = {VIEW}.renderer, draw = r.draw.bind(r);"
        " r.draw = (...all) => { window.drawn += 1; return draw(...all); }; }"
    )
    shown.page.get_by_role("button", name="rerun").dispatch_event("click")
    shown.page.wait_for_function(
        f"document.querySelector('[data-testid=stCode]').innerText.includes('\"runs\": {runs + 1}')"
    )
    assert card.is_visible()
    assert shown.page.evaluate("window.drawn") == 0
    shown.page.mouse.move(places[row][0] + 150, places[row][1] - 120)
    card.wait_for(state="hidden")
    assert_nothing_is_cut(shown.page)


def test_click_keeps_the_clip_with_its_ring_and_lines(shown, wait_report):
    shown.open()
    places = shown.places()
    row = lonely(places)
    shown.rest_on(places[row]).wait_for(state="visible")
    shown.page.mouse.click(*places[row])
    wait_report(current=FIRST_CLIP + row)
    accent = shown.page.evaluate(f"() => getComputedStyle({VIEW}.root).getPropertyValue('--st-primary-color').trim()")
    size = shown.page.evaluate(f"() => {VIEW}.points.point_px + 9")
    shown.page.mouse.move(5, 5)
    shown.wait_colour([places[row][0], places[row][1] - size / 2], accent)
    assert shown.page.evaluate(f"() => {VIEW}.points.lines.length") == 3


def test_lasso_replaces_adds_removes_and_clears(shown, wait_report):
    shown.open()
    places = shown.places()
    shown.take("Lasso select")
    first, second = around(places, group(1)), around(places, group(4))
    shown.drag(first)
    expected = count_inside(places, first)
    assert expected >= 60
    wait_report(selected=expected, mode="replace")
    outside = [row for row in group(4) if not count_inside([places[row]], first)]
    faded = lonely(places, outside)
    shown.page.mouse.move(5, 5)
    shown.wait_colour(places[faded], GREY, equal=False)
    shown.drag(second, "Shift")
    both = wait_report(mode="add")["selected"]
    assert both == count_inside(places, first) + count_inside(places, second) - sum(
        count_inside([place], first) and count_inside([place], second) for place in places
    )
    shown.drag(first, "Control")
    assert wait_report(mode="remove")["selected"] == both - expected
    shown.page.keyboard.press("Escape")
    wait_report(mode="clear", selected=0)
    shown.page.mouse.move(5, 5)
    shown.wait_colour(places[faded], GREY)


def test_box_and_double_click(shown, wait_report):
    shown.open()
    places = shown.places()
    shown.take("Box select")
    box = around(places, group(1))
    shown.drag([box[0], box[2]])
    wait_report(mode="replace", selected=count_inside(places, box))
    area = shown.page.locator(".vv-map").bounding_box()
    shown.page.wait_for_timeout(400)
    shown.page.mouse.dblclick(area["x"] + 60, area["y"] + area["height"] - 40)
    wait_report(mode="clear", selected=0)


def test_zoom_tool_and_legend_survive_a_recolour_and_a_selection(shown, wait_report):
    shown.open()
    shown.take("Lasso select")
    whole, places = shown.window(), shown.places()
    blue = lonely(places, group(0))
    shown.legend(1).click()
    shown.wait_colour(places[blue], PAGE)
    pointer = [round(part) for part in places[blue]]
    shown.page.mouse.move(*pointer)
    for _ in range(3):
        shown.page.mouse.wheel(0, -400)
    shown.wait_window(f"w[1] - w[0] < {0.9 * (whole[1] - whole[0])}")
    told = wait_report(windows=1)
    zoomed, after = shown.window(), shown.places()
    closer = (whole[1] - whole[0]) / (zoomed[1] - zoomed[0])
    expected = [to + (place - to) * closer for to, place in zip(pointer, places[blue], strict=True)]
    assert math.dist(after[blue], expected) < 0.5  # what is under the pointer stays there
    assert told["window"] == pytest.approx(zoomed, abs=1e-3)
    shown.drag(
        [
            (5 + places[blue][0], places[blue][1]),
            *((places[blue][0] + x, places[blue][1] + y) for x, y in ((300, 0), (300, 200), (0, 200))),
        ]
    )
    wait_report(polygons=1)
    shown.page.mouse.move(5, 5)
    shown.wait_colour(places[blue], PAGE)
    shown.choose("time")
    shown.page.wait_for_function(f"{VIEW}.points.scale && {VIEW}.drawnData.scale")
    shown.wait_colour(places[blue], PAGE, equal=False)
    assert shown.window() == pytest.approx(zoomed)
    assert shown.page.evaluate(f"() => {VIEW}.tool") == "lasso"
    assert shown.page.get_by_role("button", name="Lasso select").get_attribute("aria-pressed") == "true"
    shown.choose("label")
    shown.wait_colour(places[blue], PAGE)
    shown.take("Fit all points")
    shown.wait_window(f"w[1] - w[0] > {0.9 * (whole[1] - whole[0])}")
    wait_report(window=[])


def test_points_glide_to_a_new_layout(shown):
    """The turned layout swaps the axes and doubles them; the points go there in steps."""
    shown.open()
    places = f"() => [{VIEW}.points.x(0), {VIEW}.points.y(0)]"
    x, y = shown.page.evaluate(places)
    shown.page.evaluate(
        f"""() => {{ window.way = []; const {{renderer}} = {VIEW}, show = renderer.show.bind(renderer);
        renderer.show = async (share) => {{
          await show(share); window.way.push([share, {VIEW}.points.x(0)]); }}; }}"""
    )
    shown.choose("turned")
    shown.page.wait_for_function("window.way.length > 1 && window.way[window.way.length - 1][0] === 1")
    shares, way = np.array(shown.page.evaluate("window.way")).T
    between = (shares > 0) & (shares < 1)
    assert between.any()
    if not shown.webgl:  # the card mixes the places of the other one
        assert way[between] == pytest.approx(x + shares[between] * (2 * y - x), abs=1e-3)
    assert shown.page.evaluate(places) == pytest.approx([2 * y, 2 * x], abs=1e-4)


def test_legend_toggles_and_isolates(shown):
    shown.open()
    places = shown.places()
    blue, grey = lonely(places, group(0)), lonely(places, group(4))
    shown.legend(1).click()
    shown.wait_colour(places[blue], PAGE)
    shown.wait_colour(places[grey], GREY)
    shown.rest_on(places[blue])
    shown.page.wait_for_timeout(400)
    assert shown.page.locator(".vv-hover").is_hidden()
    shown.legend(1).click()
    shown.wait_colour(places[blue], BLUE)
    shown.page.wait_for_timeout(400)
    shown.legend(1).dblclick()
    shown.wait_colour(places[grey], PAGE)
    shown.wait_colour(places[blue], BLUE)


def test_hidden_clips_are_gone_and_the_map_keeps_its_extent(shown):
    shown.open()
    places = shown.places()
    outer = [row for row in group(4) if row % 2]
    row = lonely(places, outer)
    shown.wait_colour(places[row], GREY)
    shown.choose("half")
    shown.wait_colour(places[row], PAGE)
    assert np.allclose(shown.places(), places, atol=0.5)
    shown.rest_on(places[row])
    shown.page.wait_for_timeout(400)
    assert shown.page.evaluate(f"() => ({VIEW}.hover.row ?? 0) % 2") == 0


def test_ribbons_run_through_the_map(shown):
    shown.open("more=paths")
    places = shown.places()
    end = places[95]
    shown.wait_colour(end, "#0072B2")
    # The last stretch is a line of the path's colour from the last clip but one.
    middle = [(a + b) / 2 for a, b in zip(places[90], places[95], strict=True)]
    shown.wait_colour(middle, "#0072B2")
    assert shown.legend_texts()[-2:] == ["a film.mp4", "<b>another</b>"]
    shown.legend(5).click()
    shown.wait_colour(end, "#0072B2", equal=False)


def test_posters_lie_beside_each_other_and_let_the_pointer_through(shown):
    shown.open("more=posters&n=2000")
    shown.page.wait_for_selector(".vv-poster.vv-there")
    boxes = posters(shown.page)
    assert 5 < len(boxes) <= 150
    for i, (x, y, *_) in enumerate(boxes):
        for a, b, *_ in boxes[:i]:
            assert abs(x - a) > 60 or abs(y - b) > 36
    x, y, clip, border = max(boxes, key=lambda box: box[0])
    row = clip - FIRST_CLIP
    colour = shown.page.evaluate(f"() => {VIEW}.points.colourOf({row})")
    assert border == f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"
    shown.rest_on([x, y]).wait_for(state="visible")
    shown.page.mouse.wheel(0, -500)
    shown.page.wait_for_function(
        "(before) => [...document.querySelectorAll('.vv-poster')].some((node) => !before.includes(node.src))",
        arg=shown.page.evaluate("[...document.querySelectorAll('.vv-poster')].map((node) => node.src)"),
    )


def posters(page) -> list[tuple[float, float, int, str]]:
    """Middle, clip and frame of each."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.vv-poster')].map((node) => {
          const box = node.getBoundingClientRect();
          return [box.x + box.width / 2, box.y + box.height / 2, Number(node.src.split('/').pop()),
                  getComputedStyle(node).borderTopColor]; })"""
    )


@pytest.mark.slow
def test_a_pan_is_reported_once_and_a_link_restores_it(shown, wait_report):
    shown.open()
    area = shown.page.locator(".vv-map").bounding_box()
    middle = (area["x"] + 300, area["y"] + 250)
    whole = shown.window()
    shown.drag([middle, (middle[0] + 120, middle[1] - 40)])
    told = wait_report(windows=1)["window"]
    assert told == pytest.approx(shown.window(), abs=1e-3)
    assert told[0] < whole[0]
    shown.page.wait_for_timeout(700)
    wait_report(windows=1)
    shown.page.locator(".vv-map").focus()
    shown.page.keyboard.press("+")
    closer = wait_report(windows=2)["window"]
    assert closer[1] - closer[0] == pytest.approx((told[1] - told[0]) / 1.5, rel=1e-2)
    shown.open(f"window={','.join(map(str, closer))}")
    assert shown.window() == pytest.approx(closer, rel=0.02, abs=0.02)


def test_the_picture_can_be_saved(shown):
    shown.open()
    with shown.page.expect_download() as waiting:
        shown.take("Download the map as a PNG")
    download = waiting.value
    assert download.suggested_filename == "vidviz-map.png"
    pixels = np.asarray(Image.open(download.path()).convert("RGB"), int)
    blue = np.abs(pixels - [0x56, 0xB4, 0xE9]).max(axis=2) < 40
    assert blue.sum() > 500


@pytest.mark.slow
def test_three_dimensions_hover_click_turn_and_give_contexts_back(shown, wait_report):
    shown.open()
    page = shown.page
    page.evaluate("() => { window.canvases = [...document.querySelectorAll('.vv-map canvas')]; }")
    shown.choose("3")
    page.wait_for_function("document.querySelector('.vv-plot')?.data?.[0]?.type === 'scatter3d'")
    lost = """() => window.canvases.every((canvas) => {
      const context = canvas.getContext('webgl2') || canvas.getContext('webgl');
      return !context || context.isContextLost(); })"""
    page.wait_for_function(lost)
    page.wait_for_timeout(500)
    area = page.locator(".vv-map").bounding_box()
    for step in range(200):
        x = area["x"] + area["width"] * (0.35 + 0.02 * (step % 12))
        y = area["y"] + area["height"] * (0.3 + 0.04 * (step // 12))
        page.mouse.move(x, y)
        page.wait_for_timeout(60)
        if page.evaluate(f"() => {VIEW}.hover.row !== undefined"):
            break
    page.locator(".vv-hover").wait_for(state="visible")
    row = page.evaluate(f"() => {VIEW}.hover.row")
    page.mouse.click(x, y)
    wait_report(current=FIRST_CLIP + row)
    shown.drag([(area["x"] + 120, area["y"] + 350), (area["x"] + 220, area["y"] + 330)])
    turned = wait_report(windows=1)["window"]
    assert len(turned) == 9
    assert math.hypot(*turned[:3]) == pytest.approx(math.hypot(1.05, 1.05, 0.85), rel=0.02)
    shown.choose("2")
    page.wait_for_function(f"() => {VIEW}.drawn === 2")


def test_the_point_under_the_pointer_is_the_nearest_one(page, site, hand):
    """The grid's answer is that of a look at every point, within reach and out of it, on the map and beside it."""
    MapOnPage(page, site, hand, webgl=True).open("n=3000")
    wrong = page.evaluate(
        f"""() => {{ const {{points}} = {VIEW}, [x0, x1, y0, y1] = points.bounds, wrong = [];
        for (let i = 0; i < 400; i++) {{
          const x = x0 + (x1 - x0) * ((i * 0.618) % 1.2 - 0.1), y = y0 + (y1 - y0) * ((i * 0.414) % 1.2 - 0.1);
          const reach = (x1 - x0) * [0.01, 0.05, 0.3][i % 3];
          const way = (row) => Math.hypot(points.x(row) - x, points.y(row) - y);
          let least = Infinity;
          for (let row = 0; row < points.count; row++) if (row % 7) least = Math.min(least, way(row));
          const found = points.nearest(x, y, reach, (row) => row % 7);
          if (found < 0 ? least <= reach : way(found) > least || way(found) > reach) wrong.push([i, found]);
        }}
        return wrong; }}"""
    )
    assert wrong == []


def test_without_webgl_a_sentence_says_so(page, site):
    page.add_init_script(
        """const ask = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
          return kind === 'webgl2' ? null : ask.call(this, kind, ...more); };"""
    )
    page.goto(f"{site}/?show=map&{WEBGL}")
    page.get_by_text("Turn on hardware acceleration").wait_for()


def assert_nothing_is_cut(page) -> None:
    """At 800 px nothing scrolls sideways and nothing reaches over the edge."""
    page.set_viewport_size({"width": 800, "height": 900})
    page.wait_for_function("window.innerWidth === 800 && document.documentElement.scrollWidth <= 800")
    page.wait_for_function(
        """() => [...document.querySelectorAll('.vv-map *')]
        .every((node) => node.getBoundingClientRect().right <= 800.5)"""
    )
