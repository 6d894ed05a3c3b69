"""The stand-alone map, opened from disk in a real Chromium: it draws, names and shows clips, and asks nobody."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from vidviz.render.map_page import map_page
from vidviz.render.map_picture import MapPicture
from vidviz.render.map_svg import map_svg
from vidviz.render.point_colours import Groups, Values

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=\"window.hit=1\"><b>bold</b></script><script>window.hit=1</script> 'a' & b"
POINT = """(row) => {
  const map = document.getElementById("map"), layout = map._fullLayout, box = map.getBoundingClientRect();
  for (const trace of map._fullData) {
    const at = Array.from(trace.customdata).findIndex((value) => Number(value) === row);
    if (at >= 0) return [box.left + layout.xaxis._offset + layout.xaxis.d2p(trace.x[at]),
                         box.top + layout.yaxis._offset + layout.yaxis.d2p(trace.y[at])];
  }
}"""
MIDDLE = """() => {
  const map = document.getElementById("map"), box = map.getBoundingClientRect(), size = map._fullLayout._size;
  return [box.left + size.l + size.w / 2, box.top + size.t + size.h / 2];
}"""
CORNER = """() => {
  const image = document.getElementById("poster"), canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  canvas.getContext("2d").drawImage(image, 0, 0, 1, 1);
  return Array.from(canvas.getContext("2d").getImageData(0, 0, 1, 1).data).slice(0, 3);
}"""


def poster(colour) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()


def picture(points, colours=None, **more) -> MapPicture:
    points = np.array(points, float)
    count = len(points)
    groups = colours or Groups(np.arange(count) % 2, [HOSTILE, "right"], ["#0072B2", "#D55E00"])
    spans = np.tile([1.0, 2.5], (count, 1))
    names = [HOSTILE if i == 0 else f"v{i}.mp4" for i in range(count)]
    return MapPicture(np.arange(count) + 2**52, points, spans, names, [HOSTILE] + [""] * (count - 1), groups, **more)


@pytest.fixture
def open_file(browser, tmp_path):
    """Opens text as a file from disk; at the end nothing was asked of anybody and no script has failed."""
    contexts, asked, faults = [], [], []

    def open_page(text: str, name: str = "map.html", **options):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        context = browser.new_context(viewport={"width": 1000, "height": 700}, **options)
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        context.on("weberror", lambda error: faults.append(str(error.error)))
        context.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page = context.new_page()
        page.goto(path.as_uri())
        if name.endswith(".html"):
            page.wait_for_selector("#map[data-ready]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [url for url in asked if not url.startswith((tmp_path.as_uri(), "data:", "blob:"))] == []
    assert faults == []


def hover(page, row):
    x, y = page.evaluate(POINT, row)
    page.mouse.move(x - 30, y - 30)
    page.mouse.move(x, y, steps=4)
    return page.locator("#card")


def test_the_clip_under_the_pointer_is_shown_and_its_name_is_text(open_file):
    page = open_file(map_page(picture([[0, 0], [1, 1], [2, 0]], heading=HOSTILE), {2**52: poster((200, 30, 30))}))
    card = hover(page, 0)
    card.wait_for(state="visible")
    assert page.locator("#name").inner_text() == HOSTILE
    assert page.locator("#label").inner_text() == HOSTILE
    assert page.locator("#span").inner_text() == "1.00–2.50 s"
    page.wait_for_function("document.getElementById('poster').naturalWidth === 64")
    assert np.abs(np.array(page.evaluate(CORNER)) - (200, 30, 30)).max() <= 2
    assert HOSTILE in page.locator("h1").inner_text()
    box = card.bounding_box()
    assert box["x"] >= 0
    assert box["y"] + box["height"] <= 700
    hover(page, 1)
    page.wait_for_function("document.getElementById('name').textContent === 'v1.mp4'")
    assert not page.locator("#poster").is_visible()
    assert not page.locator("#label").is_visible()
    page.mouse.move(500, 20, steps=4)
    card.wait_for(state="hidden")
    assert page.evaluate("window.hit") is None
    assert page.locator("b, i, img").count() == 2  # the card's own name and poster


def test_no_button_sends_the_map_anywhere(open_file):
    page = open_file(map_page(picture([[0, 0], [1, 1]])))
    titles = page.locator(".modebar-btn").evaluate_all("buttons => buttons.map((button) => button.dataset.title)")
    assert "Download plot as a PNG" in titles
    assert not [title for title in titles if "hare" in title or "loud" in title]
    assert page.locator(".modebar a").count() == 0


def test_a_map_in_space_shows_its_clip(open_file):
    cube = [[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]  # not in line with the camera
    values = Values(np.arange(9.0), "trust")
    page = open_file(map_page(picture([[0, 0, 0], *cube], values, warning="Random weights.")))
    assert page.locator(".warning").inner_text() == "Random weights."
    x, y = page.evaluate(MIDDLE)  # where a camera that looks at the middle of a cube shows the middle
    for step in range(40):  # WebGL picks what it drew last: the pointer must move until it has drawn
        page.mouse.move(x + step % 3 - 1, y)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        if page.locator("#card").is_visible():
            break
    assert page.locator("#name").inner_text() == HOSTILE
    assert page.locator("#span").inner_text() == "1.00–2.50 s"
    assert page.evaluate("window.hit") is None


@pytest.mark.parametrize(("scheme", "paper"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 23, 27)")])
def test_the_page_follows_light_and_dark(open_file, scheme, paper):
    page = open_file(map_page(picture([[0, 0], [1, 1]])), color_scheme=scheme)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == paper
    page.wait_for_function("document.querySelector('.main-svg').style.background !== ''")
    assert page.evaluate("getComputedStyle(document.querySelector('.main-svg')).backgroundColor") == paper


def test_an_svg_opens_and_has_its_words_as_text(open_file):
    page = open_file(map_svg(picture([[0, 0], [1, 1]])), "map.svg")
    assert page.evaluate("document.querySelectorAll('g circle').length") == 2
    words = page.evaluate("Array.from(document.querySelectorAll('text')).map((text) => text.textContent)")
    assert "Map of clips · 2 clips" in words
    assert any(word.startswith("<img src=x") for word in words)
    assert page.evaluate("document.querySelectorAll('img, script').length") == 0
