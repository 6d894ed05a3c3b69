"""The components in a real Chromium: what a person points at, clicks, draws and sees."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
SOFTWARE_GL = ["--disable-gpu", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]

# Where the points of the map are on screen, by row.
PLACES = """() => {
  const plot = document.querySelector('.vv-plot'), {xaxis, yaxis} = plot._fullLayout;
  const box = plot.getBoundingClientRect();
  const view = document.querySelector('.vv-map').parentElement.parentElement.vidvizView, points = view.points;
  return Array.from(points.ids, (_, i) => [
    box.left + xaxis._offset + xaxis.d2p(points.axes[0][i]), box.top + yaxis._offset + yaxis.d2p(points.axes[1][i])]);
}"""
MAP_VIEW = "document.querySelector('.vv-map').parentElement.parentElement.vidvizView"
RANGES = "() => { const l = document.querySelector('.vv-plot')._fullLayout; return [l.xaxis.range, l.yaxis.range]; }"
ISOLATED = "[data-testid=stBidiComponentIsolated]"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("component-media")
    subprocess.run([sys.executable, str(HERE / "component_media.py"), str(folder)], check=True, cwd=ROOT)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(HERE / "components_app.py"), f"--server.port={port}"]
    environment = os.environ | {"VIDVIZ_TEST_MEDIA": str(folder)}
    log = (folder / "server.log").open("wb")
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert server.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not answer within 20 s")


@pytest.fixture(scope="module")
def chromium():
    if CHROMIUM is None:
        message = "there is no Chromium on this machine"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    playwright_api = pytest.importorskip("playwright.sync_api")
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *SOFTWARE_GL, *QUIET])
        # One context, so that its cache keeps Streamlit's and Plotly's scripts from page to page.
        yield browser.new_context(viewport={"width": 1280, "height": 900})
        browser.close()


@pytest.fixture
def page(chromium, site):
    """A page that must end without an error and without a request to anyone else."""
    page = chromium.new_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.set_default_timeout(15_000)
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda asked: None if is_ours(asked.url, site) else faults.append(f"outside: {asked.url}"))
    page.faults = faults
    yield page
    page.close()
    assert faults == []


def is_ours(url: str, site: str) -> bool:
    return url.startswith((site, site.replace("http", "ws"), "blob:", "data:"))


@pytest.fixture
def map_page(page, site):
    page.goto(f"{site}/?show=map")
    page.wait_for_selector(".vv-map .modebar")
    page.wait_for_selector("[data-testid=stCode]")
    return page


def reported(page) -> dict:
    return json.loads(page.locator("[data-testid=stCode]").inner_text())


def wait_report(page, **wanted: object) -> dict:
    for _ in range(200):
        told = reported(page)
        if all(told[name] == value for name, value in wanted.items()):
            return told
        page.wait_for_timeout(50)
    raise AssertionError(f"wanted {wanted}, the page says {told}")


def lonely(places: list[list[float]]) -> int:
    """The point farthest from any other: no doubt which one the pointer means."""

    def nearest(i: int) -> float:
        return min((a - places[i][0]) ** 2 + (b - places[i][1]) ** 2 for j, (a, b) in enumerate(places) if j != i)

    return max(range(len(places)), key=nearest)


def point_at(page, place: list[float]) -> None:
    page.mouse.move(place[0] - 40, place[1] - 6)
    page.mouse.move(*place, steps=4)


def drag(page, corners: list[tuple[float, float]]) -> None:
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=4)
    page.mouse.up()


def around(places: list[list[float]], rows: list[int], margin: float = 8) -> list[tuple[float, float]]:
    xs, ys = [places[i][0] for i in rows], [places[i][1] for i in rows]
    left, right, top, low = min(xs) - margin, max(xs) + margin, min(ys) - margin, max(ys) + margin
    return [(left, top), (right, top), (right, low), (left, low), (left, top)]


def choose(page, text: str) -> None:
    page.get_by_role("radio", name=text, exact=True).or_(
        page.get_by_role("button", name=text, exact=True)
    ).first.click()


def count_inside(places: list[list[float]], box: list[tuple[float, float]]) -> int:
    (left, top), (right, low) = box[0], box[2]
    return sum(left < x < right and top < y < low for x, y in places)


def test_hover_shows_the_clip_after_a_dwell_and_names_as_text(map_page):
    places = map_page.evaluate(PLACES)
    row = lonely(places)
    point_at(map_page, places[row])
    card = map_page.locator(".vv-hover")
    card.wait_for(state="visible")
    assert f"<i>video</i> {row // 5}.mp4" in card.inner_text()
    assert "similarity 0." in card.inner_text()
    map_page.wait_for_function("document.querySelector('.vv-hover img').src.includes('/vidviz/strip/90071992547')")
    ring = map_page.locator(".vv-ring").bounding_box()
    assert abs(ring["x"] + ring["width"] / 2 - places[row][0]) < 2
    map_page.mouse.move(places[row][0] + 150, places[row][1] - 120)
    card.wait_for(state="hidden")
    assert map_page.locator(".vv-map img[src='x']").count() == 0
    assert any("<b>bold</b>" in text for text in map_page.locator(".legendtext").all_text_contents())
    assert_nothing_is_cut(map_page)


def test_click_keeps_the_clip_with_its_ring_and_lines(map_page):
    places = map_page.evaluate(PLACES)
    row = lonely(places)
    point_at(map_page, places[row])
    map_page.locator(".vv-hover").wait_for(state="visible")
    map_page.mouse.click(*places[row])
    wait_report(map_page, current=9_007_199_254_700_000 + row)
    map_page.wait_for_function("document.querySelector('.vv-plot').data.some((trace) => trace.uid === 'current')")
    uids = map_page.evaluate("document.querySelector('.vv-plot').data.map((trace) => trace.uid)")
    assert {"current", "lines"} <= set(uids)


def test_lasso_replaces_adds_removes_and_clears(map_page):
    places = map_page.evaluate(PLACES)
    map_page.locator(".modebar-btn[data-title='Lasso Select']").click()
    green, grey = [i for i in range(300) if i % 5 == 1], [i for i in range(300) if i % 5 == 4]
    first, second = around(places, green), around(places, grey)
    drag(map_page, first)
    expected = count_inside(places, first)
    assert expected >= 60
    wait_report(map_page, selected=expected, mode="replace")
    map_page.wait_for_function("document.querySelector('.vv-plot').data.some((trace) => trace.uid.startsWith('faded'))")
    map_page.keyboard.down("Shift")
    drag(map_page, second)
    map_page.keyboard.up("Shift")
    both = wait_report(map_page, mode="add")["selected"]
    assert both > expected
    map_page.keyboard.down("Control")
    drag(map_page, first)
    map_page.keyboard.up("Control")
    assert wait_report(map_page, mode="remove")["selected"] == both - expected
    map_page.keyboard.press("Escape")
    wait_report(map_page, mode="clear", selected=0)


def test_box_and_double_click(map_page):
    places = map_page.evaluate(PLACES)
    map_page.locator(".modebar-btn[data-title='Box Select']").click()
    box = around(places, [i for i in range(300) if i % 5 == 1])
    drag(map_page, [box[0], box[2]])
    wait_report(map_page, mode="replace", selected=count_inside(places, box))
    area = map_page.locator(".vv-map").bounding_box()
    map_page.wait_for_timeout(400)
    map_page.mouse.dblclick(area["x"] + 60, area["y"] + area["height"] - 40)
    wait_report(map_page, mode="clear", selected=0)


def test_zoom_and_mode_survive_a_recolour(map_page):
    map_page.locator(".modebar-btn[data-title='Lasso Select']").click()
    whole = map_page.evaluate(RANGES)
    area = map_page.locator(".vv-map").bounding_box()
    map_page.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    for _ in range(3):
        map_page.mouse.wheel(0, -400)
    map_page.wait_for_function(f"({RANGES})()[0][1] - ({RANGES})()[0][0] < {0.9 * (whole[0][1] - whole[0][0])}")
    map_page.wait_for_timeout(300)
    zoomed = map_page.evaluate(RANGES)
    choose(map_page, "time")
    map_page.wait_for_function("document.querySelector('.vv-plot').data[0].marker.colorscale")
    after = map_page.evaluate(RANGES)
    assert after[0] == pytest.approx(zoomed[0])
    assert after[1] == pytest.approx(zoomed[1])
    assert map_page.evaluate("document.querySelector('.vv-plot')._fullLayout.dragmode") == "lasso"
    map_page.locator(".modebar-btn[data-title='Fit all points']").click()
    map_page.wait_for_function(f"({RANGES})()[0][1] - ({RANGES})()[0][0] > {0.9 * (whole[0][1] - whole[0][0])}")


def test_points_glide_to_a_new_layout(map_page):
    """The turned layout swaps the axes and doubles them; the points go there in steps."""
    first = "document.querySelector('.vv-plot').data.find((trace) => trace.uid.startsWith('strong'))"
    goal = 2 * map_page.evaluate(f"{first}.y[0]")
    map_page.evaluate(
        f"""() => {{ window.way = [];
        document.querySelector('.vv-plot').on('plotly_restyle', () => window.way.push({first}.x[0])); }}"""
    )
    choose(map_page, "turned")
    map_page.wait_for_function(f"Math.abs({first}.x[0] - {goal}) < 1e-4")
    way = map_page.evaluate("window.way")
    assert way
    assert way[-1] == pytest.approx(goal, abs=1e-4)


def test_legend_toggles_and_isolates(map_page):
    shown = "() => document.querySelector('.vv-plot')._fullData.filter((trace) => trace.visible === true).length"
    assert map_page.evaluate(shown) == 5
    map_page.locator(".legendtoggle").nth(1).click()
    map_page.wait_for_function(f"({shown})() === 4")
    map_page.wait_for_timeout(400)
    map_page.locator(".legendtoggle").nth(2).dblclick()
    map_page.wait_for_function(f"({shown})() === 1")


def test_three_dimensions_hover_click_and_give_contexts_back(map_page):
    choose(map_page, "3")
    map_page.wait_for_function("document.querySelector('.vv-plot').data?.[0]?.type === 'scatter3d'")
    map_page.wait_for_timeout(500)
    area = map_page.locator(".vv-map").bounding_box()
    for step in range(200):
        x = area["x"] + area["width"] * (0.35 + 0.02 * (step % 12))
        y = area["y"] + area["height"] * (0.3 + 0.04 * (step // 12))
        map_page.mouse.move(x, y)
        map_page.wait_for_timeout(60)
        if map_page.locator(".vv-ring").is_visible() or map_page.evaluate(f"{MAP_VIEW}.hovered !== undefined"):
            break
    map_page.locator(".vv-hover").wait_for(state="visible")
    row = map_page.evaluate(f"{MAP_VIEW}.hovered")
    map_page.mouse.click(x, y)
    wait_report(map_page, current=9_007_199_254_700_000 + row)
    for dimensions, kind in (("2", "scattergl"), ("3", "scatter3d"), ("2", "scattergl")):
        choose(map_page, dimensions)
        map_page.wait_for_function(f"document.querySelector('.vv-plot').data?.[0]?.type === '{kind}'")
    live = """[...document.querySelectorAll('.vv-map canvas')].filter((canvas) => {
      const context = canvas.getContext('webgl2') || canvas.getContext('webgl');
      return context && !context.isContextLost() }).length"""
    assert 1 <= map_page.evaluate(live) <= 3


def test_gallery_plays_one_on_hover_and_answers_keys(page, site):
    page.goto(f"{site}/?show=gallery")
    cards = page.locator(".vv-card")
    cards.nth(1).hover()
    page.wait_for_function(
        f"(() => {{ const v = document.querySelector('{ISOLATED}').shadowRoot.querySelector('video');"
        "return v && !v.paused && v.currentTime >= 0.5 && v.currentTime <= 1.05; })()"
    )
    cards.nth(7).hover()
    page.wait_for_timeout(500)
    assert page.locator(".vv-card video").count() == 1
    cards.nth(7).click()
    wait_report(page, card=7)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    wait_report(page, card=8)
    page.mouse.move(2, 2)
    assert page.locator(".vv-card[aria-current=true]").count() == 1
    assert_nothing_is_cut(page)


def test_player_loops_inside_its_range(page, site):
    page.goto(f"{site}/?show=player")
    page.wait_for_selector(".vv-player video:not(.vv-blank)")
    times = page.evaluate(
        f"""async () => {{
          const video = document.querySelector('{ISOLATED}').shadowRoot.querySelector('video'), seen = [];
          const note = (_now, frame) => {{ seen.push(frame.mediaTime); video.requestVideoFrameCallback(note); }};
          video.requestVideoFrameCallback(note);
          await new Promise((done) => setTimeout(done, 2200));
          return seen; }}"""
    )
    assert len(times) > 15
    assert min(times) >= 0.5 - 0.051
    assert max(times) < 1.0 + 0.051
    assert sum(b < a for a, b in itertools.pairwise(times)) >= 2
    page.locator(".vv-player").focus()
    page.keyboard.press("Space")
    page.wait_for_timeout(200)
    page.keyboard.press(".")
    page.wait_for_timeout(200)
    assert page.get_by_role("button", name="Play (space)").count() == 1


def test_player_falls_back_to_the_strip(page, site):
    page.goto(f"{site}/?show=player")
    page.locator("[data-testid=stCheckbox]").click()
    page.get_by_text("cannot play the video").wait_for()
    assert_nothing_is_cut(page)
    assert "/vidviz/strip/1" in page.locator(".vv-player img").get_attribute("src")
    # Chromium itself says on the console that it cannot play the file.
    page.faults[:] = [fault for fault in page.faults if "DEMUXER" not in fault]


def test_film_plays_in_step_and_survives_a_rerun(page, site):
    page.goto(f"{site}/?show=film")
    page.wait_for_function(
        f"document.querySelector('{ISOLATED}')?.shadowRoot?.vidvizView?.layers.size === 4"
        f" && [...document.querySelector('{ISOLATED}').shadowRoot.vidvizView.layers.values()].every((l) => l.bytes)"
    )
    first = page.evaluate(film_pixels())
    page.wait_for_function(f"({film_pixels()})() !== {json.dumps(first)}")
    rate = page.evaluate(
        f"""async () => {{ const view = document.querySelector('{ISOLATED}').shadowRoot.vidvizView;
        view.speed = 4; const from = view.draws, begun = performance.now();
        await new Promise((done) => setTimeout(done, 1500));
        view.speed = 1; return (view.draws - from) / (performance.now() - begun) * 1000; }}"""
    )
    assert rate >= 10
    assert page.locator(".vv-film figcaption .vv-time").nth(1).inner_text().endswith("/8")
    page.evaluate(
        f"() => {{ document.querySelector('{ISOLATED}').shadowRoot.vidvizView.layers.values().next().value.mark = 1 }}"
    )
    page.get_by_role("button", name="rerun").click()
    page.wait_for_timeout(400)
    assert (
        page.evaluate(f"document.querySelector('{ISOLATED}').shadowRoot.vidvizView.layers.values().next().value.mark")
        == 1
    )


def test_film_steps_together_and_opens_a_channel(page, site):
    page.goto(f"{site}/?show=film")
    page.wait_for_selector(".vv-map-canvas:visible")
    page.get_by_role("button", name=re.compile("Pause")).click()
    page.get_by_label("Time step of the film").evaluate(
        "(input) => { input.value = 9; input.dispatchEvent(new Event('input')); }"
    )
    page.wait_for_timeout(150)
    steps = page.locator(".vv-layers .vv-time").all_inner_texts()
    assert steps == ["t 10/16", "t 5/8", "t 3/4", "t 2/2"]
    page.locator(".vv-map-canvas").nth(1).click(position={"x": 15, "y": 15})
    wait_report(page, picked=["layer1.conv", 0])
    assert "channel 0 · −0.5 to 2" in page.locator(".vv-film").inner_text()
    page.get_by_label("Colours").select_option("gray")
    page.wait_for_timeout(150)
    red, green, blue, _ = page.evaluate(
        f"""() => Array.from(document.querySelector('{ISOLATED}').shadowRoot.querySelector('.vv-large')
        .getContext('2d').getImageData(3, 3, 1, 1).data)"""
    )
    assert red == green == blue
    assert_nothing_is_cut(page)


def film_pixels() -> str:
    return (
        f"() => document.querySelector('{ISOLATED}').shadowRoot.querySelector('.vv-map-canvas').toDataURL().slice(-400)"
    )


def assert_nothing_is_cut(page) -> None:
    """At 800 px nothing scrolls sideways and nothing reaches over the edge."""
    page.set_viewport_size({"width": 800, "height": 900})
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    beyond = f"""() => {{ const root = document.querySelector('.vv-map')
        || document.querySelector('{ISOLATED}').shadowRoot.querySelector('.vv');
        return [...root.querySelectorAll('*')].filter((node) => node.getBoundingClientRect().right > 800.5).length }}"""
    assert page.evaluate(beyond) == 0
