"""The main job as a person does it in a browser: import, embed, map, search, inside, on tiny videos."""

from __future__ import annotations

import base64
import contextlib
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import av
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

PAGES = ("map", "search", "inside", "library")
VIDEOS = ".st-key-videos [data-testid=stDataFrame]"
# What is there once a page has drawn the thing it is for.
READY = {
    "map": ".vv-map .vv-plot .plot-container",
    "search": ".st-key-search-hits-gallery .vv-score",
    "inside": ".vv-map-canvas:visible",
    "library": VIDEOS,
}
MAIN = "[data-testid=stMain]"
MAIN_NODE = f"document.querySelector('{MAIN}')"
VIEW = "document.querySelector('.vv-map')?.parentElement.parentElement.vidvizView"
# Where the points of the map are on screen.
PLACES = f"""() => {{
  const {{points, renderer, box}} = {VIEW}, {{left, top}} = box.getBoundingClientRect();
  return Array.from(points.ids, (_, row) => {{
    const {{x, y}} = renderer.placeOf(row); return [left + x, top + y]; }});
}}"""
FILM = """() => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
  .map((host) => host.shadowRoot.querySelector('.vv-map-canvas')).find(Boolean)?.toDataURL()"""
# The element with the focus, through shadow roots, in a few words.
FOCUSED = """() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return [node.className, node.getAttribute('aria-label'), node.innerText, node.role].join(' ');
}"""


def write_video(path: Path, motion: str, seconds: int = 4, rate: int = 10) -> None:
    """A square that moves over a plain ground."""
    width, height, side = 128, 96, 32
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "g": "10"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(seconds * rate):
            done = number / (seconds * rate)
            picture = np.full((height, width, 3), (30, 60, 90), np.uint8)
            left = int({"left": 1 - done, "right": done, "down": 0.4}[motion] * (width - side))
            top = int((done if motion == "down" else 0.5) * (height - side))
            picture[top : top + side, left : left + side] = (230, 160, 40)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`folder/<motion>/...` to read in place, and three files to upload, one of them garbage."""
    media = tmp_path_factory.mktemp("media")
    for motion in ("left", "right", "down"):
        write_video(media / "folder" / motion / f"{motion}.mp4", motion, seconds=6)
    write_video(media / "uploads" / "sent a.mp4", "left")
    write_video(media / "uploads" / "sent b.mp4", "right", seconds=2)
    (media / "uploads" / "garbage.mp4").write_bytes(b"this is no video " * 50)
    return media


@pytest.fixture(scope="module")
def empty(start_dashboard, tmp_path_factory):
    """A dashboard on an empty workspace."""
    return start_dashboard(tmp_path_factory.mktemp("empty") / "workspace")


@pytest.fixture(scope="module")
def explored(start_dashboard, tmp_path_factory, media):
    """A dashboard on a workspace with videos and an embedding set that no network had to be run for."""
    dashboard = start_dashboard(tmp_path_factory.mktemp("explored") / "workspace")
    import_run.import_videos(dashboard.folder, import_run.ImportRequest((str(media / "folder"),)))
    ids = contents.clip_table(dashboard.folder)["clip_id"].to_numpy(np.int64)
    spec = EmbeddingSetSpec("simple3d", "random", "pool2", "mean", Recipe().key)
    with write_catalogue(dashboard.folder) as db:
        sets.add_set(db, EmbeddingSet(spec, 8))
    vectors = np.random.default_rng(3).normal(size=(len(ids), 8)).astype(np.float32)
    VectorShards(dashboard.folder.vectors(spec.key)).append(Embeddings(ids, vectors))
    return dashboard, spec.key, ids.tolist()


def query_of(page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def picture(page, name: str) -> None:
    """Keep a screenshot where VIDVIZ_TEST_PICTURES names a folder."""
    folder = os.environ.get("VIDVIZ_TEST_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def cells(page) -> list[str]:
    """The words in the table of videos, which is drawn on a canvas with a hidden table beside it."""
    return [text.strip() for text in page.locator(f"{VIDEOS} td").all_text_contents()]


def choose(page, label: str, option: str) -> None:
    """Pick from a list; again where the page was drawn anew meanwhile, which closes the list."""
    from playwright.sync_api import TimeoutError as GaveUpError

    box = page.get_by_role("combobox", name=re.compile(label)).first
    wanted = page.get_by_role("option", name=re.compile(option)).first
    for _ in range(5):
        settle(page)
        box.click()
        with contextlib.suppress(GaveUpError):
            wanted.click(timeout=3000)
            settle(page)
            return
        page.keyboard.press("Escape")
    raise AssertionError(f"{label} offers no {option}")


def settle(page) -> None:
    """Wait until the script has run: Streamlit says so on its root."""
    page.wait_for_function(
        "() => document.querySelector('[data-test-script-state]')?.dataset.testScriptState === 'notRunning'"
    )


def lonely(places: list[list[float]]) -> int:
    """The point farthest from any other: no doubt which one the pointer means."""

    def nearest(i: int) -> float:
        return min((a - places[i][0]) ** 2 + (b - places[i][1]) ** 2 for j, (a, b) in enumerate(places) if j != i)

    return max(range(len(places)), key=nearest)


def draw_lasso(page, hand, places: list[list[float]]) -> None:
    """Round all points."""
    xs, ys = zip(*places, strict=True)
    left, right, top, low = min(xs) - 9, max(xs) + 9, min(ys) - 9, max(ys) + 9
    page.locator(".vv-tool[aria-label='Lasso select']").click()
    hand(page, [(left, top), (right, top), (right, low), (left, low), (left, top)])


def import_videos(page, media: Path) -> None:
    page.get_by_text("Drop in videos").first.wait_for()
    uploads = sorted(str(path) for path in (media / "uploads").iterdir())
    page.locator(".vv-drop input").first.set_input_files(uploads[:2])
    page.get_by_text("2 files uploaded.").wait_for()
    drop(page, uploads[2])
    page.get_by_text("3 files uploaded.").wait_for()
    page.get_by_role("button", name="Import 3 files").click()
    page.locator("[data-testid=stSidebar]").get_by_text(re.compile("Import 3 files uploaded")).first.wait_for()
    page.locator(".vv-file").first.wait_for(state="detached")
    page.get_by_role("textbox", name="A folder or file on this machine").fill(str(media / "folder"))
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text("5 videos · 12 clips").wait_for()
    page.locator(VIDEOS).wait_for()
    page.locator(VIDEOS).scroll_into_view_if_needed()
    page.wait_for_function(f"() => document.querySelectorAll('{VIDEOS} td').length > 20")
    said = cells(page)
    assert "garbage.mp4" in said
    assert any("garbage.mp4" in text and len(text) > 30 for text in said), said
    picture(page, "1-imported")


def drop(page, path: str) -> None:
    """Drop a file on the place for it, as from another window."""
    page.locator(".vv-drop").evaluate(
        """(area, [name, bytes]) => {
          const dropped = new DataTransfer();
          dropped.items.add(new File([Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0))], name));
          area.dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
        }""",
        [Path(path).name, base64.b64encode(Path(path).read_bytes()).decode()],
    )


def embed(page) -> None:
    choose(page, "Backbone", "simple3d ·")
    page.get_by_text("Simple3DCNN").first.wait_for()
    choose(page, "Layer", "Later features")
    page.get_by_role("button", name="Embed", exact=True).click()
    page.get_by_text("12 of 12 clips").wait_for(timeout=120_000)
    page.get_by_text("never trained").first.wait_for()
    picture(page, "2-embedded")


def explore_map(page, hand, dashboard) -> int:
    page.locator("[data-testid=stSidebarNav]").get_by_role("link", name="Map").click()
    page.locator(READY["map"]).wait_for()
    page.get_by_text(re.compile("while UMAP is being computed")).wait_for()
    dashboard.end_jobs()  # UMAP takes half a minute the first time; PCA does for the rest
    take_pca(page)
    settle(page)
    page.wait_for_function(f"() => {VIEW}?.drawn && {VIEW}.points.ids.length === 12")
    clip = hover_and_click(page)
    draw_lasso(page, hand, page.evaluate(PLACES))
    page.get_by_text("Selection: 12 clips").wait_for()
    page.wait_for_function(
        "() => document.querySelector('.st-key-selection-gallery [data-testid=stBidiComponentIsolated]')"
        "?.shadowRoot.querySelectorAll('.vv-card').length === 12"
    )
    picture(page, "4-lasso")
    return clip


def point_at_a_clip(page) -> tuple[int, list[float]]:
    """Rests on a clip of the map until its card shows; returns its row and its place.

    Again where the map was drawn anew meanwhile (a job has ended, say): a person moves the pointer then.
    """
    from playwright.sync_api import TimeoutError as GaveUpError

    card = page.locator(".vv-hover")
    for _ in range(10):
        places = page.evaluate(PLACES)
        row = lonely(places)
        page.mouse.move(places[row][0] - 40, places[row][1] - 6)
        page.mouse.move(*places[row], steps=4)
        with contextlib.suppress(GaveUpError):
            card.wait_for(state="visible", timeout=1500)
            return row, places[row]
    raise AssertionError("no card of a clip shows at the pointer")


def take_pca(page) -> None:
    """Choose PCA; a click that falls into the moment in which the page is drawn anew may be lost."""
    from playwright.sync_api import TimeoutError as GaveUpError

    pca = page.get_by_role("radio", name="PCA", exact=True).or_(page.get_by_role("button", name="PCA", exact=True))
    for _ in range(5):
        settle(page)
        pca.click()
        with contextlib.suppress(GaveUpError):
            page.wait_for_url(re.compile("PCA"), timeout=8000)
            return
    raise AssertionError("PCA cannot be chosen")


def hover_and_click(page) -> int:
    """Points at a clip, sees its picture, clicks, and finds it in the URL and in the player; returns its number."""
    row, place = point_at_a_clip(page)
    page.wait_for_function("() => document.querySelector('.vv-hover img').naturalWidth > 0")
    picture(page, "3-hover")
    page.mouse.click(*place)
    page.wait_for_url(re.compile("[?&]clip="))
    clip = int(query_of(page)["clip"])
    assert clip == page.evaluate(f"() => {VIEW}.points.ids[{row}]")
    page.wait_for_function(f"(clip) => {VIEW}.drawnData?.current === clip", arg=clip)
    page.locator(f"{MAIN} .vv-player video:not(.vv-blank)").wait_for()
    settle(page)
    return clip


def find_similar(page, clip: int) -> None:
    page.locator(MAIN).get_by_role("link", name="Find similar").first.click()
    page.locator(READY["search"]).first.wait_for()
    gallery = page.locator(".st-key-search-hits-gallery")
    scores = [float(text) for text in gallery.locator(".vv-score").all_inner_texts()]
    assert scores[0] == 1
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 12
    assert gallery.locator(".vv-card").first.get_attribute("data-clip") == str(clip)
    picture(page, "5-search")
    page.reload()
    page.locator(READY["search"]).first.wait_for()
    assert query_of(page)["clip"] == str(clip)
    assert gallery.locator(".vv-card").first.get_attribute("data-clip") == str(clip)


def look_inside(page, clip: int) -> None:
    page.locator(MAIN).get_by_role("link", name="Look inside").first.click()
    page.locator(READY["inside"]).first.wait_for(timeout=120_000)
    page.get_by_text("never trained").first.wait_for()
    page.wait_for_function(f"() => ({FILM})()?.length > 2000")
    first = page.evaluate(FILM)
    page.wait_for_function(f"(first) => ({FILM})() !== first", arg=first)
    assert query_of(page)["clip"] == str(clip)
    picture(page, "6-inside")


def test_from_an_empty_workspace_to_the_inside_of_a_network(empty, media, watch, hand):
    watched = watch(empty)
    page = watched.open()
    import_videos(page, media)
    embed(page)
    clip = explore_map(page, hand, empty)
    find_similar(page, clip)
    look_inside(page, clip)
    watched.check()


@pytest.mark.slow
def test_every_page_by_its_address(explored, watch):
    """Each answers with the set and the clip of the URL, in both themes, and is not cut at 800 px."""
    dashboard, key, ids = explored
    page = watch(dashboard, color_scheme="dark", viewport={"width": 800, "height": 900}).open("library")
    for name in PAGES:
        page.goto(f"{dashboard.url}/{name}?map+projection=PCA&set={key}&clip={ids[4]}")
        page.locator(READY[name]).first.wait_for(timeout=120_000)
        settle(page)
        assert {"set": key, "clip": str(ids[4])}.items() <= query_of(page).items()
        assert page.locator(".st-key-clip-at-hand .vv-card").get_attribute("data-clip") == str(ids[4])
        if name == "map":
            assert page.evaluate(f"() => {VIEW}.drawnData?.current") == ids[4]
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 800
        wide, room = page.evaluate(f"(({{scrollWidth, clientWidth}}) => [scrollWidth, clientWidth])({MAIN_NODE})")
        assert wide <= room, f"{name} scrolls sideways"
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            wait_for_theme(page, theme, has_map=name == "map")
            picture(page, f"{name}-{theme}")
        page.emulate_media(color_scheme="dark")


def wait_for_theme(page, theme: str, *, has_map: bool) -> None:
    """Page and map follow the theme of the person's system at once."""
    light = "(text) => text.match(/[0-9.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) > 384"
    ground = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    page.wait_for_function(f"() => ({light})({ground}) === {str(theme == 'light').lower()}")
    if has_map:
        ink = "getComputedStyle(document.querySelector('.vv-map .vv-entry')).color"
        page.wait_for_function(f"() => ({light})({ink}) === {str(theme == 'dark').lower()}")


@pytest.mark.slow
def test_two_people_at_once_do_not_disturb_each_other(explored, watch):
    dashboard, key, ids = explored
    pages = [watch(dashboard).open(f"search?set={key}&clip={clip}") for clip in ids[:2]]
    for page, clip in zip(pages, ids, strict=False):
        page.locator(READY["search"]).first.wait_for()
        assert page.locator(".st-key-search-hits-gallery .vv-card").first.get_attribute("data-clip") == str(clip)
    pages[0].locator(".st-key-search-hits-gallery .vv-card").nth(1).click()
    pages[0].wait_for_url(lambda url: f"clip={ids[0]}" not in url)
    settle(pages[0])
    assert query_of(pages[1])["clip"] == str(ids[1])


@pytest.mark.slow
def test_the_keyboard_reaches_and_uses_what_matters(explored, watch):
    dashboard, key, ids = explored
    page = watch(dashboard).open(f"search?set={key}&clip={ids[0]}")
    page.locator(READY["search"]).first.wait_for()
    settle(page)
    page.get_by_role("combobox", name=re.compile("Embedding set")).first.wait_for()
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
        if "vv-card" in seen[-1] and "1.000" in seen[-1]:
            break
    for wanted in ("Map", "Embedding set", "Hits", "vv-player", "vv-card"):
        assert any(wanted in text for text in seen), (wanted, seen)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: f"clip={ids[0]}" not in url)


def test_addresses_that_name_nothing(explored, watch):
    dashboard, key, _ = explored
    page = watch(dashboard).open("search?set=../../x&clip=1e999&%3Cb%3E=1")
    page.get_by_text("Choose the clip to start from").wait_for()
    settle(page)
    assert query_of(page)["set"] == key
    assert page.locator("[data-testid=stException]").count() == 0
    page.get_by_text("There is no embedding set '../../x' here").wait_for()
    page.get_by_text("There is no clip '1e999' here: choose another one.").wait_for()


def test_back_goes_back(explored, watch):
    """A page is one entry, and so is a clip that a person chose; a link that leads nowhere does not come again."""
    dashboard, key, _ = explored
    page = watch(dashboard).open(f"inside?clip=42&set={key}")
    page.get_by_text("There is no clip '42' here").wait_for()
    menu = page.locator("[data-testid=stSidebarNav]")
    for name in ("Search", "Library"):
        settle(page)
        menu.get_by_role("link", name=name).click()
        page.wait_for_url(re.compile(f"/{name.lower()}.*set={key}"))
        settle(page)
    page.go_back()
    page.wait_for_url(re.compile("/search"))
    page.get_by_text("Choose the clip to start from").wait_for()
    settle(page)
    page.locator(".vv-card").nth(1).click()
    page.wait_for_url(re.compile("clip="))
    settle(page)
    page.go_back()
    page.wait_for_url(re.compile("/inside"))
    settle(page)
    assert query_of(page).get("clip") != "42"
