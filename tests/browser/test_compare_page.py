"""The Compare page as a person uses it: two maps as one, and the clips that two networks put near one clip."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from vidviz.records import EmbeddingSet
from vidviz.services.compare import set_agreement, set_pairs
from vidviz.services.importing import import_run
from vidviz.services.library import contents
from vidviz.store import sets
from vidviz.store.catalogue import write_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.types import Embeddings, EmbeddingSetSpec, Recipe

pytestmark = pytest.mark.browser

SAMPLES = Path(__file__).parents[2] / "sample_videos"
KINDS = ("slide-left", "slide-right")
LEGEND_AND_PLOT = (".vv-legend", ".vv-area")
MAP = "document.querySelector('.st-key-compare-map-{letter} .vv-map')?.parentElement.parentElement.vidvizView"
PLACES = """() => {{
  const {{points, renderer, box}} = {view}, {{left, top}} = box.getBoundingClientRect();
  return Array.from({{length: points.count}}, (_, row) => {{
    const {{x, y}} = renderer.placeOf(row); return [points.ids[row], left + x, top + y]; }});
}}"""
SELECTED = """() => {{
  const {{points}} = {view};
  return Array.from({{length: points.count}}, (_, row) => points.ids[row]).filter((_, row) => points.selected?.[row]);
}}"""


def view_of(letter: str) -> str:
    return MAP.format(letter=letter)


@pytest.fixture(scope="module")
def compared(start_dashboard, tmp_path_factory):
    """Ten clips: set A tells the two directions apart, set B only whether a clip's number is even."""
    folder = tmp_path_factory.mktemp("videos")
    for kind in KINDS:
        (folder / kind).mkdir()
        for path in sorted(SAMPLES.glob(f"{kind}*.mp4"))[:5]:
            (folder / kind / path.name).write_bytes(path.read_bytes())
    dashboard = start_dashboard(tmp_path_factory.mktemp("compared") / "workspace")
    import_run.import_videos(dashboard.folder, import_run.ImportRequest((str(folder),)))
    table = contents.clip_table(dashboard.folder).sort_values("clip_id").reset_index(drop=True)
    left, even = (table["label"] == KINDS[0]).to_numpy(float), np.arange(len(table)) % 2 == 0
    keys = []
    for layer, told in (("pool1", left), ("pool2", even.astype(float))):
        spec = EmbeddingSetSpec("simple3d", "file:" + "0" * 64, layer, "mean", Recipe().key)
        spread = 0.05 * np.random.default_rng(len(keys)).standard_normal((len(table), 3))
        vectors = np.stack([told, 1 - told, 0.2 * np.ones(len(table))], axis=1) + spread
        with write_catalogue(dashboard.folder) as db:
            sets.add_set(db, EmbeddingSet(spec, 3))
        ids = table["clip_id"].to_numpy(np.int64)
        VectorShards(dashboard.folder.vectors(spec.key)).append(Embeddings(ids, vectors.astype(np.float32)))
        keys.append(spec.key)
    return dashboard, table, keys


@pytest.fixture
def open_compare(compared, watch):
    dashboard, _, keys = compared

    def open_at(path: str = "", **options):
        address = f"compare?set={keys[0]}&beside={keys[1]}&map+projection=PCA&compare+k=5{path}"
        page = watch(dashboard, **options).open(address)
        settle(page)
        return page

    return open_at


def settle(page) -> None:
    page.wait_for_function(
        "() => document.querySelector('[data-test-script-state]')?.dataset.testScriptState === 'notRunning'"
    )
    for letter in "AB":
        view = view_of(letter)
        page.wait_for_function(f"() => {view}?.drawn && {view}.drawnData === {view}.data")


def places_on(page, letter: str) -> dict[int, list[float]]:
    return {int(row[0]): row[1:] for row in page.evaluate(PLACES.format(view=view_of(letter)))}


def query_of(page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def test_a_lasso_on_one_map_selects_on_both(compared, open_compare, hand):
    _, table, _ = compared
    page = open_compare()
    wanted = table.loc[table["label"] == KINDS[0], "clip_id"].tolist()
    places = np.array([places_on(page, "A")[number] for number in wanted])
    (left, top), (right, low) = places.min(axis=0) - 10, places.max(axis=0) + 10
    page.locator(".st-key-compare-map-A [aria-label='Lasso select']").click()
    hand(page, [(left, top), (right, top), (right, low), (left, low), (left, top)])
    page.wait_for_url(re.compile("selection="))
    for letter in "AB":
        page.wait_for_function(
            f"(wanted) => JSON.stringify(({SELECTED.format(view=view_of(letter))})()) === JSON.stringify(wanted)",
            arg=wanted,
        )


@pytest.mark.slow
def test_a_point_of_b_is_faced_off_and_a_card_leads_on(compared, open_compare):
    dashboard, _, keys = compared
    page = open_compare()
    places = places_on(page, "B")
    away = {
        number: min(np.hypot(*np.subtract(place, other)) for key, other in places.items() if key != number)
        for number, place in places.items()
    }
    clip = max(away, key=away.__getitem__)
    page.mouse.click(*places[clip])
    page.wait_for_url(re.compile(f"clip={clip}"))
    settle(page)
    pair = set_pairs.pair_sets(dashboard.folder, *keys)
    expected = set_agreement.face_off(pair, clip, 5, other_videos_only=True)
    page.get_by_text(f"{len(expected.both)} of 5 nearest clips of").wait_for()
    only = page.locator(".st-key-face-off-Near-by-A-alone .vv-card")
    only.first.wait_for()
    assert only.count() == len(expected.only_first)
    assert f"A {expected.only_first[0].first_rank} · B {expected.only_first[0].second_rank}" in only.first.inner_text()
    only.first.click()
    page.wait_for_url(re.compile(f"clip={expected.only_first[0].clip_id}"))


@pytest.mark.slow
def test_the_two_change_places_and_the_url_says_so(compared, open_compare):
    _, _, keys = compared
    page = open_compare()
    page.get_by_role("button", name="A ⇄ B").click()
    page.wait_for_url(re.compile(f"beside={keys[0]}"))
    settle(page)
    assert query_of(page)["set"] == keys[1]
    page.get_by_text("simple3d (file 00000000) · pool2", exact=False).first.wait_for()


@pytest.mark.slow
def test_nothing_is_cut_on_a_narrow_screen(compared, open_compare):
    _, table, _ = compared
    page = open_compare(f"&clip={table['clip_id'][0]}", viewport={"width": 800, "height": 900})
    page.locator(".st-key-disagreeing .vv-card").first.wait_for()
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    boxes = [page.locator(f".st-key-compare-map-{letter}").bounding_box() for letter in "AB"]
    assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"]
    assert all(box["x"] + box["width"] <= 800 for box in boxes)
    for letter in "AB":  # the legend lies under the points
        legend, plot = (page.locator(f".st-key-compare-map-{letter} {part}").bounding_box() for part in LEGEND_AND_PLOT)
        assert legend["y"] >= plot["y"] + plot["height"] - 1
