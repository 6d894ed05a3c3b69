"""The Search page as a person uses it: each way of asking, the tray, moments, and URLs that reproduce a query."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from vidviz.services.embedding import embed_run
from vidviz.services.embedding.embed_run import EmbedRequest
from vidviz.services.importing import import_run
from vidviz.services.index import set_index
from vidviz.services.jobs import run_here
from vidviz.services.library import contents

pytestmark = pytest.mark.browser

SAMPLES = Path(__file__).parents[2] / "sample_videos"
FILM = "film_day-at-sea.mp4"
SHORT = (
    "bounce_red-disc_moving.mp4",
    "grow_green-star_moving.mp4",
    "slide-left_blue-disc_gradient.mp4",
    "slide-up_red-heart_gradient.mp4",
)
HITS = ".st-key-search-hits-gallery"
CARD = f"{HITS} .vv-card"
WHALE = (7.75, 9.75)


@pytest.fixture(scope="module")
def searched(start_dashboard, tmp_path_factory, write_text_checkpoint):
    """A dashboard on a film and four samples, seen by simple2d_look and by a small CLIP; the keys of both sets."""
    home = tmp_path_factory.mktemp("searched")
    (home / "videos").mkdir()
    for name in (FILM, *SHORT):
        shutil.copy(SAMPLES / name, home / "videos")
    dashboard = start_dashboard(home / "workspace")
    folder = dashboard.folder
    import_run.import_videos(folder, import_run.ImportRequest((str(home / "videos"),)))
    checkpoint = str(write_text_checkpoint(home / "clip", "clip_b32"))
    keys = {}
    for name, weights in (("clip_b32", checkpoint), ("simple2d_look", "auto")):
        request = EmbedRequest(name, weights=weights, precision="float32", device="cpu")
        keys[name] = embed_run.plan_set(folder, request).key
        run_here(folder, "embed", name, embed_run.request_arguments(request))
    set_index.release_index(folder)
    return dashboard, keys


@pytest.fixture
def open_page(searched, watch) -> Any:
    return lambda path: watch(searched[0]).open(path)


def settle(page) -> None:
    page.wait_for_function(
        "() => document.querySelector('[data-test-script-state]')?.dataset.testScriptState === 'notRunning'"
    )


def query_of(page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def first_hit(page) -> int:
    page.locator(f"{CARD} .vv-score").first.wait_for(timeout=60_000)
    settle(page)
    return int(page.locator(CARD).first.get_attribute("data-clip"))


def hits_of(page) -> list[str]:
    return page.locator(CARD).evaluate_all("cards => cards.map((card) => card.dataset.clip)")


def find_clip(folder: Any, video: str, start: float) -> int:
    table = contents.clip_table(folder)
    row = table[(table["video"] == video) & (table["start_seconds"] == start)]
    return int(row["clip_id"].iloc[0])


def test_a_clip_with_more_and_less_like_it(searched, open_page):
    dashboard, keys = searched
    clip = find_clip(dashboard.folder, SHORT[0], 0.0)
    page = open_page(f"search?set={keys['simple2d_look']}&clip={clip}")
    assert first_hit(page) == clip
    before = hits_of(page)
    card = page.locator(CARD).nth(3)
    card.hover()
    card.locator("video:not(.vv-blank)").wait_for()  # it plays, and the votes stay above it
    card.locator(".vv-less").click()
    page.locator(".st-key-tray").get_by_text("less like this").wait_for()
    settle(page)
    page.locator(CARD).nth(1).focus()
    page.keyboard.press("+")
    page.locator(".st-key-tray").get_by_text("more like this").wait_for()
    settle(page)
    assert f"[{before[3]},-0.5]" in query_of(page)["query"]
    after = hits_of(page)
    assert after != before
    assert sorted(after) == sorted(before)
    page.reload()
    first_hit(page)
    assert hits_of(page) == after
    page.get_by_role("button", name="Empty the tray").click()
    page.get_by_text("Press + or − on a hit").wait_for()
    settle(page)
    assert first_hit(page) == clip
    assert "query" not in query_of(page)
    # Three votes in one moment: each counts.
    page.evaluate(
        f"""() => {{ const cards = [...document.querySelector('{HITS} [data-testid=stBidiComponentIsolated]')
          .shadowRoot.querySelectorAll('.vv-card')];
          for (const place of [1, 2, 4]) cards[place].querySelector('.vv-more').click(); }}"""
    )
    page.locator(".st-key-tray").get_by_text("more like this").nth(2).wait_for()
    settle(page)
    assert all(f"[{before[place]},1.0]" in query_of(page)["query"] for place in (1, 2, 4))


@pytest.mark.slow
def test_from_a_hit_to_why_it_is_alike(searched, open_page):
    dashboard, keys = searched
    clip, other = find_clip(dashboard.folder, SHORT[2], 0.0), find_clip(dashboard.folder, SHORT[3], 0.0)
    page = open_page(f"search?set={keys['simple2d_look']}&clip={clip}")
    assert first_hit(page) == clip
    page.get_by_role("combobox", name="Alike to hit").click()
    page.get_by_role("option", name=re.compile(re.escape(SHORT[3]))).click()
    page.locator(f"a[href*='{other}']", has_text="Why are they alike?").first.click()
    page.get_by_text("Bright is what raises the cosine similarity").wait_for()
    told = query_of(page)
    assert (told["clip"], told["why with"], told["inside panel"]) == (str(clip), str(other), "Why")
    page.get_by_text(re.compile(r"cosine 0\.\d+ at fc1")).first.wait_for()
    assert page.get_by_role("combobox", name="Other clip").input_value().startswith(SHORT[3])


@pytest.mark.slow
def test_a_stretch_drawn_on_an_uploaded_video(searched, open_page, tmp_path):
    dashboard, keys = searched
    upload = tmp_path / "<img src=x onerror=alert(1)>.mp4"
    upload.write_bytes((SAMPLES / FILM).read_bytes() + b"\0" * 8)  # another file than the one of the library
    page = open_page(f"search?set={keys['simple2d_look']}&ask=video")
    page.get_by_text("Upload a video or choose one of the library").wait_for()
    page.locator("input[type=file]").first.set_input_files(str(upload))
    track = page.locator("[data-testid=stMain] .vv-track").first
    track.wait_for(timeout=90_000)
    first_hit(page)
    track.scroll_into_view_if_needed()
    box = track.bounding_box()
    seconds = [float(text) for text in re.findall(r"[0-9.]+", page.locator(".vv-tick-end").first.inner_text())]
    places = [box["x"] + box["width"] * moment / seconds[0] for moment in WHALE]
    page.mouse.move(places[0], box["y"] + 20)
    page.mouse.down()
    page.mouse.move(places[1], box["y"] + 20, steps=5)
    page.mouse.up()
    page.wait_for_function("() => /seconds.*7\\.[5-9]/.test(decodeURIComponent(location.search))")
    settle(page)
    whale = find_clip(dashboard.folder, FILM, 8.0)
    assert first_hit(page) == whale
    page.reload()
    assert first_hit(page) == whale
    handle = page.locator(".vv-handle-start").first
    handle.focus()
    page.keyboard.press("Shift+ArrowLeft")
    page.wait_for_function("() => /seconds.*\\[6\\.[5-9]/.test(decodeURIComponent(location.search))")


@pytest.mark.slow
def test_an_image_and_a_frame(searched, open_page, tmp_path):
    dashboard, keys = searched
    clip = find_clip(dashboard.folder, SHORT[3], 0.0)
    poster = Image.open(dashboard.folder.poster(clip)).convert("RGB")
    poster.save(tmp_path / "picture.png")
    page = open_page(f"search?set={keys['simple2d_look']}&ask=image")
    page.get_by_text("Upload an image, or choose a clip first and ask").first.wait_for()
    page.locator("input[type=file]").first.set_input_files(str(tmp_path / "picture.png"))
    assert first_hit(page) == clip
    page.reload()
    assert first_hit(page) == clip
    page.get_by_role("button", name="Without this image").click()
    page.get_by_text("Upload an image, or choose a clip first").first.wait_for()
    page.goto(f"{dashboard.url}/search?set={keys['simple2d_look']}&ask=image&clip={clip}")
    assert first_hit(page) == clip
    page.locator("input[type=file]").first.set_input_files(str(SAMPLES / SHORT[0]))
    page.get_by_text("is not a picture that can be read").wait_for()


@pytest.mark.slow
def test_a_sentence(searched, open_page):
    dashboard, keys = searched
    page = open_page(f"search?set={keys['clip_b32']}&ask=sentence")
    field = page.get_by_role("textbox", name="What is to be seen")
    field.fill("the dog jumps in the water")
    field.press("Enter")
    found = first_hit(page)
    assert "the dog jumps in the water" in query_of(page)["query"]
    page.reload()
    assert first_hit(page) == found
    assert page.get_by_role("textbox", name="What is to be seen").input_value() == "the dog jumps in the water"
    page.goto(f"{dashboard.url}/search?set={keys['simple2d_look']}&ask=sentence&query=%7B%22sentence%22:%22a+dog%22%7D")
    page.get_by_text("simple2d_look reads no text; choose an embedding set of clip_b32").wait_for()


@pytest.mark.slow
def test_moments_lead_to_their_clips_by_mouse_and_keyboard(searched, open_page):
    dashboard, keys = searched
    clip = find_clip(dashboard.folder, FILM, 0.0)
    page = open_page(f"search?set={keys['simple2d_look']}&clip={clip}")
    first_hit(page)
    page.get_by_text(re.compile(r"moments in \d videos")).wait_for()
    mark = page.locator(f".vv-mark[data-clip='{find_clip(dashboard.folder, FILM, 4.0)}']")
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(re.compile(f"clip={find_clip(dashboard.folder, FILM, 4.0)}"))
    settle(page)
    track = page.locator(".vv-track", has=page.locator(f".vv-mark[data-clip='{clip}']"))
    track.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"clip={find_clip(dashboard.folder, FILM, 2.0)}"))


@pytest.mark.slow
def test_the_other_views_fit_and_say_what_they_find(searched, watch, real_server):
    dashboard, keys = searched
    page = watch(dashboard, color_scheme="dark", viewport={"width": 800, "height": 900}).open(
        f"search?set={keys['simple2d_look']}&search+view=Whole+library&group+threshold=0.9"
    )
    page.get_by_role("button", name="Keep/remove list").wait_for()
    for part, words in (("Likely label mistakes", "label"), ("Retrieval by label", "label")):
        page.get_by_text(part, exact=True).click()
        page.get_by_text(re.compile(words)).first.wait_for()
        settle(page)
    page.get_by_text("Engine", exact=True).click()
    page.get_by_text("Milvus server" if real_server.uri else "Milvus Lite, a folder of this machine").wait_for()
    page.get_by_role("button", name="Check").click()
    page.get_by_text("The collection is in line with the").wait_for()
    page.get_by_text("Index lab", exact=True).click()
    page.get_by_role("button", name="Try it").click()
    page.get_by_text(re.compile("queries among")).wait_for(timeout=60_000)
    settle(page)
    main = "document.querySelector('[data-testid=stMain]')"
    wide, room = page.evaluate(f"(({{scrollWidth, clientWidth}}) => [scrollWidth, clientWidth])({main})")
    assert wide <= room
    assert page.locator("[data-testid=stException]").count() == 0


def test_a_narrow_screen_shows_hits_at_once_and_leads_to_the_question(searched, open_page):
    dashboard, keys = searched
    clip = find_clip(dashboard.folder, SHORT[0], 0.0)
    page = open_page(f"search?set={keys['simple2d_look']}&clip={clip}")
    assert first_hit(page) == clip
    question = page.locator(".st-key-the_question")
    link = page.get_by_role("link", name="The question")
    assert not link.is_visible()  # side by side on a wide screen
    page.set_viewport_size({"width": 800, "height": 900})
    link.wait_for()
    settle(page)
    card = page.locator(CARD).first.bounding_box()
    assert card["y"] + card["height"] < 900
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    link.click()
    page.wait_for_function(
        "() => document.querySelector('.st-key-the_question').getBoundingClientRect().top < innerHeight / 2"
    )
    assert question.is_visible()
