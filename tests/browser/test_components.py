"""Gallery, player and film in a real Chromium: what a person points at, clicks and sees."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Route

pytestmark = pytest.mark.browser

ISOLATED = "[data-testid=stBidiComponentIsolated]"


def test_gallery_plays_one_on_hover_and_answers_keys(page, site, wait_report):
    page.goto(f"{site}/?show=gallery")
    cards = page.locator(".vv-card")
    cards.nth(1).hover()
    page.wait_for_function(
        f"(() => {{ const v = document.querySelector('{ISOLATED}').shadowRoot.querySelector('video');"
        "return v && !v.paused && v.currentTime >= 0.5 && v.currentTime <= 1.05; })()"
    )
    cards.nth(7).hover()
    cards.nth(7).locator("video").wait_for()
    expect(page.locator(".vv-card video")).to_have_count(1)
    cards.nth(7).click()
    wait_report(card=7)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    wait_report(card=8)
    page.mouse.move(2, 2)
    assert page.locator(".vv-card[aria-current=true]").count() == 1
    assert_nothing_is_cut(page)


@pytest.mark.alone
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
    expect(page.get_by_role("button", name="Play (space)")).to_have_count(1)
    page.keyboard.press(".")
    expect(page.get_by_role("button", name="Play (space)")).to_have_count(1)


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
    # However slow the browser is: each picture of its own in which the film has gone on is a drawn one.
    drawn = page.evaluate(
        f"""async () => {{ const view = document.querySelector('{ISOLATED}').shadowRoot.vidvizView;
        view.speed = 4; let shown = view.frame, changes = 0; const from = view.draws;
        while (changes < 20) {{ await new Promise(requestAnimationFrame);
            if (view.frame !== shown) {{ shown = view.frame; changes += 1; }} }}
        await new Promise(requestAnimationFrame);
        view.speed = 1; return view.draws - from; }}"""
    )
    assert drawn >= 20
    assert page.locator(".vv-film figcaption .vv-time").nth(1).inner_text().split(" ")[1].endswith("/8")
    page.evaluate(
        f"() => {{ document.querySelector('{ISOLATED}').shadowRoot.vidvizView.layers.values().next().value.mark = 1 }}"
    )
    page.get_by_role("button", name="rerun").click()
    page.wait_for_timeout(400)
    assert (
        page.evaluate(f"document.querySelector('{ISOLATED}').shadowRoot.vidvizView.layers.values().next().value.mark")
        == 1
    )


def test_film_steps_together_and_opens_a_channel(page, site, wait_report):
    page.goto(f"{site}/?show=film")
    page.wait_for_selector(".vv-map-canvas:visible")
    page.get_by_role("button", name=re.compile("Pause")).click()
    page.get_by_label("Time step of the film").evaluate(
        "(input) => { input.value = 9; input.dispatchEvent(new Event('input')); }"
    )
    said = ["t 10/16 · 1.13 s", "t 5/8 · 1.06 s", "t 3/4 · 1.19 s", "t 2/2 · 1.44 s"]
    expect(page.locator(".vv-layers .vv-time")).to_have_text(said)
    page.locator(".vv-map-canvas").nth(1).click(position={"x": 15, "y": 15})
    wait_report(picked=["layer1.conv", 0])
    assert "channel 0 · −0.5 to 2" in page.locator(".vv-film").inner_text()
    page.get_by_label("Colours").select_option("gray")
    page.wait_for_function(
        f"""() => {{ const large = document.querySelector('{ISOLATED}').shadowRoot.querySelector('.vv-large');
        const [red, green, blue] = large.getContext('2d').getImageData(3, 3, 1, 1).data;
        return red === green && green === blue; }}"""
    )
    assert_nothing_is_cut(page)


def test_film_asks_for_a_click_only_once_it_has_frames(page, site, wait_report):
    held: list[Route] = []
    page.route("**/vidviz/sheet/*", lambda route: held.append(route))
    page.goto(f"{site}/?show=film&choosing=Click+here")
    frames = page.get_by_role("img", name="The frames of clip of a video.mp4")
    page.get_by_text("Unpacking the frames").wait_for()
    assert frames.get_attribute("title") == ""
    assert page.locator(".vv-choosing").count() == 0
    for route in held:
        route.continue_()
    page.locator(".vv-choosing").wait_for()
    assert frames.get_attribute("title") == "Click here"
    wide, high, width = frames.evaluate("(one) => [one.width, one.height, one.clientWidth]")
    frames.click(position={"x": 10.5, "y": 20.5})
    scale = wide / width
    wait_report(place=[min(high - 1, int(20.5 * scale)), int(10.5 * scale)])


def film_pixels() -> str:
    return (
        f"() => document.querySelector('{ISOLATED}').shadowRoot.querySelector('.vv-map-canvas').toDataURL().slice(-400)"
    )


def assert_nothing_is_cut(page) -> None:
    """At 800 px nothing scrolls sideways and nothing reaches over the edge."""
    page.set_viewport_size({"width": 800, "height": 900})
    page.wait_for_function("window.innerWidth === 800 && document.documentElement.scrollWidth <= 800")
    page.wait_for_function(
        f"""() => [...document.querySelector('{ISOLATED}').shadowRoot.querySelector('.vv').querySelectorAll('*')]
        .every((node) => node.getBoundingClientRect().right <= 800.5)"""
    )
