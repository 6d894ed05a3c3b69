"""The Map page as a person explores with it: pointing, clicking, lassoing, following, labelling, taking away."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from vidviz.records import EmbeddingSet
from vidviz.services.importing import import_run
from vidviz.services.library import contents
from vidviz.store import sets
from vidviz.store.catalogue import write_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.types import Embeddings, EmbeddingSetSpec, Recipe

pytestmark = pytest.mark.browser

SAMPLES = Path(__file__).parents[2] / "sample_videos"
VIEW = "document.querySelector('.vv-map')?.parentElement.parentElement.vidvizView"
READY = f"() => {VIEW}?.drawn && {VIEW}.drawnData === {VIEW}.data"
PLACES = f"""() => {{
  const {{points, renderer, box}} = {VIEW}, {{left, top}} = box.getBoundingClientRect();
  return Array.from({{length: points.count}}, (_, row) => {{
    const {{x, y}} = renderer.placeOf(row); return [left + x, top + y]; }});
}}"""
# Where the points of a map in 3-D are on screen, and how deep: through Plotly's own camera.
SPACE = f"""() => {{
  const {{points, renderer}} = {VIEW}, scene = renderer.node._fullLayout.scene._scene;
  const {{view, projection, model}} = scene.glplot.cameraParams, scale = scene.dataScale;
  const times = (m, v) => [0, 1, 2, 3].map((r) => m[r] * v[0] + m[4 + r] * v[1] + m[8 + r] * v[2] + m[12 + r] * v[3]);
  const {{left, top, width, height}} = scene.glplot.canvas.getBoundingClientRect();
  return Array.from({{length: points.count}}, (_, row) => {{
    const at = [...points.axes.map((axis, i) => axis[row] * scale[i]), 1];
    const [x, y, z, w] = times(projection, times(view, times(model, at)));
    return [left + width * (x / w + 1) / 2, top + height * (1 - y / w) / 2, z / w]; }});
}}"""
RANGES = f"() => {VIEW}.renderer.camera.window"
GALLERY = ".st-key-selection-gallery .vv-card"
STRIP = ".vv-timeline"
FILM = "film_city-night.mp4"


@pytest.fixture(scope="module")
def explored(start_dashboard, tmp_path_factory):
    """Five clips that slide left on one side, five that slide right on the other, and a film that leaps between."""
    folder = tmp_path_factory.mktemp("videos")
    for path in [*SAMPLES.glob("slide-left*.mp4"), *SAMPLES.glob("slide-right*.mp4"), SAMPLES / FILM]:
        inside = folder / path.name.split("_")[0]
        inside.mkdir(exist_ok=True)
        (inside / path.name).write_bytes(path.read_bytes())
    dashboard = start_dashboard(tmp_path_factory.mktemp("explored") / "workspace")
    import_run.import_videos(dashboard.folder, import_run.ImportRequest((str(folder),)))
    table = contents.clip_table(dashboard.folder)
    spec = EmbeddingSetSpec("simple3d", "file:" + "0" * 64, "pool2", "mean", Recipe().key)
    with write_catalogue(dashboard.folder) as db:
        sets.add_set(db, EmbeddingSet(spec, 3))
    places = {"slide-left": [1.0, 0, 0.2], "slide-right": [0, 1.0, 0.2]}
    vectors = []
    for number, row in enumerate(table.to_dict("records")):
        late = row["start_seconds"] > 7
        base = places.get(row["label"], [0.5, 0.1, -0.8] if late else [0.1, 0.5, -0.8])
        vectors.append(np.array(base) + 0.02 * np.array([number % 3, number % 5, number % 4]))
    ids = table["clip_id"].to_numpy(np.int64)
    VectorShards(dashboard.folder.vectors(spec.key)).append(Embeddings(ids, np.array(vectors, np.float32)))
    return dashboard, table


@dataclass
class MapPage:
    """The Map page of a browser, with a person's ways of using it."""

    page: Any
    table: Any
    hand: Callable[..., None]

    def settle(self) -> None:
        self.page.wait_for_function(
            "() => document.querySelector('[data-test-script-state]')?.dataset.testScriptState === 'notRunning'"
        )
        self.page.wait_for_function(READY)

    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.page.url).query).items()}

    def places(self) -> dict[int, list[float]]:
        ids = self.page.evaluate(f"() => Array.from({{length: {VIEW}.points.count}}, (_, r) => {VIEW}.points.ids[r])")
        return dict(zip((int(number) for number in ids), self.page.evaluate(PLACES), strict=True))

    def ids_of(self, label: str) -> list[int]:
        return self.table.loc[self.table["label"] == label, "clip_id"].tolist()

    def choose(self, text: str) -> None:
        radio = self.page.get_by_role("radio", name=text, exact=True)
        radio.or_(self.page.get_by_role("button", name=text, exact=True)).first.click()
        self.settle()

    def pick(self, label: str, option: str) -> None:
        """Pick from a list; again where the page was drawn anew meanwhile, which closes the list."""
        from playwright.sync_api import TimeoutError as GaveUpError

        for _ in range(5):
            self.settle()
            self.page.get_by_role("combobox", name=re.compile(label)).first.click()
            with contextlib.suppress(GaveUpError):
                self.page.get_by_role("option", name=option, exact=True).first.click(timeout=3000)
                self.settle()
                return
            self.page.keyboard.press("Escape")
        raise AssertionError(f"{label} offers no {option}")

    def rest_on(self, place: list[float]) -> None:
        """Point at a place until a card shows; again where the map was drawn anew meanwhile."""
        from playwright.sync_api import TimeoutError as GaveUpError

        for _ in range(10):
            self.settle()
            self.page.mouse.move(place[0] - 60, place[1] - 40)
            self.page.mouse.move(*place, steps=5)
            with contextlib.suppress(GaveUpError):
                self.page.locator(".vv-hover").wait_for(state="visible", timeout=4000)
                return
        raise AssertionError(f"no card shows at {place}")

    def place_in_space(self) -> tuple[int, list[float]]:
        """The clip nearest to the eye that stands clear of all others on a map in 3-D, and where it is on screen."""
        width, height = self.page.viewport_size.values()
        # The camera is known once a frame has been drawn, and still once the map has turned to its place.
        for _ in range(100):
            placed = np.array(self.page.evaluate(SPACE))
            self.page.wait_for_timeout(200)
            still = np.array_equal(placed, self.page.evaluate(SPACE))
            if still and (placed[:, :2] > 0).all() and (placed[:, :2] < (width, height)).all():
                break
        else:
            raise AssertionError(f"the points are not in view: {placed}")
        away = np.hypot(*(placed[:, None, :2] - placed[None, :, :2]).transpose(2, 0, 1))
        np.fill_diagonal(away, np.inf)
        row = int(np.argmax(np.minimum(away.min(axis=1), 30) - placed[:, 2]))
        return int(self.page.evaluate(f"() => {VIEW}.points.ids[{row}]")), placed[row, :2].tolist()

    def lasso(self, label: str, key: str = "") -> None:
        """Round all clips of a label, with a key held down."""
        self.settle()
        places = np.array([self.places()[number] for number in self.ids_of(label)])
        (left, top), (right, low) = places.min(axis=0) - 12, places.max(axis=0) + 12
        self.page.locator(".vv-map").get_by_role("button", name="Lasso select").click()
        self.hand(self.page, [(left, top), (right, top), (right, low), (left, low), (left, top)], key)

    def wait_selected(self, number: int) -> None:
        self.page.get_by_text(f"Selection: {number} clips").wait_for()
        self.page.wait_for_function(
            "(wanted) => document.querySelector('.st-key-selection-gallery [data-testid=stBidiComponentIsolated]')"
            "?.shadowRoot?.querySelectorAll('.vv-card').length === wanted",
            arg=number,
        )


@pytest.fixture
def open_map(explored, watch, hand):
    dashboard, table = explored

    def open_at(path: str = "map?map+projection=PCA") -> MapPage:
        opened = MapPage(watch(dashboard).open(path), table, hand)
        opened.page.wait_for_function(READY)
        opened.settle()
        return opened

    return open_at


def test_a_clip_is_pointed_at_clicked_and_carried_to_search(open_map):
    shown = open_map()
    clip = shown.ids_of("slide-left")[0]
    shown.rest_on(shown.places()[clip])
    assert "slide-left" in shown.page.locator(".vv-hover").inner_text()
    shown.page.wait_for_function("() => document.querySelector('.vv-hover img').naturalWidth > 0")
    shown.page.mouse.click(*shown.places()[clip])
    shown.page.wait_for_url(re.compile(f"clip={clip}"))
    shown.page.locator("[data-testid=stMain] .vv-player video:not(.vv-blank)").wait_for()
    shown.page.get_by_text(re.compile(r"of its \d+ true neighbours are its neighbours on this map")).wait_for()
    assert shown.page.locator(".st-key-map-neighbours .vv-card").count() == 6
    shown.page.locator("[data-testid=stMain]").get_by_role("link", name="Find similar").first.click()
    shown.page.wait_for_url(re.compile(f"/search.*clip={clip}"))


def test_the_legend_hides_and_isolates(open_map):
    shown = open_map()
    visible = f"() => {VIEW}.renderer.node.data.filter((trace) => trace.visible).length"
    assert shown.page.evaluate(visible) == 3
    shown.page.locator(".vv-entry").first.click()
    shown.page.wait_for_function(f"({visible})() === 2")
    shown.page.wait_for_timeout(500)  # two clicks close together would be one double click
    shown.page.locator(".vv-entry").nth(1).dblclick()
    shown.page.wait_for_function(f"({visible})() === 1")


def test_lasso_adds_with_shift_removes_with_ctrl_and_a_double_click_clears(open_map):
    shown = open_map()
    left, right = len(shown.ids_of("slide-left")), len(shown.ids_of("slide-right"))
    shown.lasso("slide-left")
    shown.wait_selected(left)
    shown.lasso("slide-right", "Shift")
    shown.wait_selected(left + right)
    shown.lasso("slide-left", "Control")
    shown.wait_selected(right)
    shown.settle()
    box = shown.page.locator(".vv-map").bounding_box()
    shown.page.mouse.dblclick(box["x"] + 70, box["y"] + 90)
    shown.page.get_by_text("Draw a lasso or a box").wait_for()


@pytest.mark.slow
def test_zoom_stays_when_colours_change(open_map):
    shown = open_map()
    whole = shown.page.evaluate(RANGES)
    box = shown.page.locator(".vv-map").bounding_box()
    shown.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(3):
        shown.page.mouse.wheel(0, -400)
    shown.page.wait_for_url(re.compile("window="))
    shown.settle()
    zoomed = shown.page.evaluate(RANGES)
    assert zoomed[1] - zoomed[0] < 0.8 * (whole[1] - whole[0])
    shown.pick("Colour by", "time in video")
    shown.page.wait_for_function(f"() => {VIEW}.renderer.node.data[0].marker.colorscale")
    assert shown.page.evaluate(RANGES) == pytest.approx(zoomed, rel=1e-3, abs=1e-4)
    shown.pick("Colour by", "cluster")
    shown.page.get_by_text(re.compile("by HDBSCAN on the embeddings")).wait_for()
    assert shown.page.evaluate(RANGES) == pytest.approx(zoomed, rel=1e-3, abs=1e-4)


@pytest.mark.slow
def test_a_point_in_space_is_clicked(open_map):
    shown = open_map()
    shown.choose("3-D")
    shown.page.wait_for_function(f"() => {VIEW}.drawn === 3")
    clip, place = shown.place_in_space()
    shown.rest_on(place)
    shown.page.mouse.click(*place)
    shown.page.wait_for_url(re.compile(f"clip={clip}"))
    shown.page.locator("[data-testid=stMain] .vv-player video:not(.vv-blank)").wait_for()


@pytest.mark.slow
def test_a_video_is_followed_and_the_leap_plays(open_map):
    shown = open_map()
    shown.choose("trajectories")
    shown.pick("Videos to follow", FILM)
    shown.page.keyboard.press("Escape")
    shown.page.locator(STRIP).wait_for()
    shown.settle()
    assert shown.page.evaluate(f"() => {VIEW}.points.paths.length") == 1
    shown.page.get_by_text(re.compile("1 peak")).wait_for()
    shown.page.keyboard.press("End")
    shown.settle()
    shown.page.locator(f"{STRIP} .vv-peak").first.click()
    shown.page.wait_for_url(re.compile("clip="))
    film = shown.table[shown.table["video"] == FILM].sort_values("start_seconds")
    after_leap = film[film["start_seconds"] > 7]["clip_id"].iloc[0]
    assert int(shown.query()["clip"]) == after_leap


@pytest.mark.slow
def test_the_selection_is_taken_away_as_it_is(open_map):
    shown = open_map()
    shown.lasso("slide-left")
    shown.wait_selected(len(shown.ids_of("slide-left")))
    shown.settle()
    shown.page.get_by_role("button", name="Take away").click()
    with shown.page.expect_download() as sent:
        shown.page.get_by_role("button", name="CSV", exact=True).click()
    rows = list(csv.DictReader(io.StringIO(Path(sent.value.path()).read_text("utf-8"))))
    assert sorted(int(row["clip_id"]) for row in rows) == sorted(shown.ids_of("slide-left"))
    assert {row["label"] for row in rows} == {"slide-left"}
    with shown.page.expect_download() as sent:
        shown.page.get_by_role("button", name="SVG", exact=True).click()
    assert Path(sent.value.path()).read_text("utf-8").count("<circle") >= len(rows)


@pytest.mark.slow
def test_a_link_shows_a_colleague_the_same_view(open_map, watch, explored):
    shown = open_map()
    shown.lasso("slide-right")
    shown.wait_selected(len(shown.ids_of("slide-right")))
    shown.pick("Colour by", "video")
    box = shown.page.locator(".vv-map").bounding_box()
    shown.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    shown.page.mouse.wheel(0, -400)
    shown.page.wait_for_url(re.compile("window="))
    shown.settle()
    seen = shown.page.evaluate(RANGES)
    path = shown.page.url.split("/", 3)[3]
    other = open_map(path)
    other.wait_selected(len(shown.ids_of("slide-right")))
    assert other.page.evaluate(RANGES) == pytest.approx(seen, rel=1e-3, abs=1e-3)
    assert other.page.locator(".vv-entry").first.text_content() == FILM
    assert (
        other.page.get_by_role("radio", name="PCA", exact=True)
        .or_(other.page.get_by_role("button", name="PCA", exact=True))
        .first.is_visible()
    )


@pytest.mark.slow
def test_a_filter_is_set_dims_the_rest_and_is_taken_away(open_map):
    shown = open_map()
    shown.page.get_by_role("button", name="Filter").click()
    field = shown.page.get_by_label("Name of the video contains")
    field.fill("slide-left_blue")
    field.press("Enter")
    shown.page.get_by_role("button", name=re.compile("name has")).wait_for()
    shown.page.get_by_text(re.compile(r"\d of \d+ clips of simple3d")).wait_for()
    shown.page.keyboard.press("Escape")
    shown.page.get_by_role("button", name=re.compile("name has")).click()
    shown.page.wait_for_url(lambda url: "filter=" not in url)


@pytest.mark.slow
def test_the_selection_is_labelled_and_the_label_undone(open_map):
    shown = open_map()
    number = len(shown.ids_of("slide-left"))
    shown.lasso("slide-left")
    shown.wait_selected(number)
    shown.settle()
    shown.page.get_by_role("button", name="Label", exact=True).click()
    shown.page.get_by_role("combobox", name=re.compile("Value")).first.fill("to the left")
    shown.page.keyboard.press("Enter")
    shown.settle()
    shown.page.get_by_role("button", name="Apply").click()
    shown.page.wait_for_function("() => document.querySelector('.vv-map')?.textContent.includes('to the left')")
    shown.settle()
    if not shown.page.get_by_role("button", name="Undo").is_visible():
        shown.page.get_by_role("button", name="Label", exact=True).click()
    shown.page.get_by_role("button", name="Undo").click()
    shown.page.wait_for_function("() => !document.querySelector('.vv-map')?.textContent.includes('to the left')")
