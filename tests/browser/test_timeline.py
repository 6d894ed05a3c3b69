"""The stretch on a timeline in a real Chromium: its ends pass each other, meet in one frame, and stay in the video."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser

SECONDS = 12.0
ISOLATED = "[data-testid=stBidiComponentIsolated]"
START, END = ".vv-handle-start", ".vv-handle-end"


@pytest.fixture
def strip(page, site):
    """Opens the timeline with a stretch, and says where a moment of it lies on the screen."""

    class Strip:
        def open(self, start: float, end: float) -> None:
            page.goto(f"{site}/?show=timeline&from={start}&to={end}")
            page.locator(END).wait_for()

        def place(self, seconds: float) -> tuple[float, float]:
            box = page.locator(".vv-track").bounding_box()
            return box["x"] + box["width"] * seconds / SECONDS, box["y"] + box["height"] / 2

        @property
        def ends(self) -> list[float]:
            """What a screen reader says of both handles."""
            return [float(page.locator(handle).get_attribute("aria-valuenow")) for handle in (START, END)]

        @property
        def focused(self) -> str:
            """The classes of what the keys act on."""
            return page.evaluate(f"() => document.querySelector('{ISOLATED}').shadowRoot.activeElement?.className")

    return Strip()


def wait_told(page, words: str) -> None:
    """An earlier run of the page may still have been on its way: the strip is right once the last has come."""
    page.locator(".vv-told", has_text=re.compile(f"^{re.escape(words)}$")).wait_for()


WAYS = (  # of the pointer, from a stretch to the next; the end that has been moved
    ((4, 9), [6, 9], 1),  # the start beyond the end, of which it becomes the new one
    ((9, 1), [1, 6], 0),  # the end before the start
    ((1, 8, 3), [3, 6], 0),  # beyond and back
    ((6, 15), [3, 12], 1),  # out of the video
    ((3, -3), [0, 12], 0),
)


def test_an_end_that_is_dragged_past_the_other_trades_places(page, strip, hand, wait_report):
    strip.open(4, 6)
    for told, (way, wanted, moved) in enumerate(WAYS, 1):
        hand(page, [strip.place(seconds) for seconds in way])
        found = wait_report(stretches=told)["stretch"]
        assert found == pytest.approx(wanted, abs=0.05)
        wait_told(page, f"Stretch: {found[0]:.1f} s to {found[1]:.1f} s")
        assert strip.ends == found  # in order, and where they are said to be
        assert page.locator(START).bounding_box()["x"] < page.locator(END).bounding_box()["x"]
        assert strip.focused.endswith(("vv-handle-start", "vv-handle-end")[moved])
    page.keyboard.press("ArrowRight")  # the keys go on with it
    assert wait_report(stretches=len(WAYS) + 1)["stretch"] == [0.1, 12]


@pytest.mark.slow
def test_ends_that_meet_are_one_frame_and_part_again(page, strip, hand, wait_report):
    strip.open(4, 6)
    hand(page, [strip.place(4), strip.place(6), strip.place(15)], steps=2)
    hand(page, [strip.place(6), strip.place(15)])  # both at the end of the video, where no pixel is between them
    assert wait_report(stretches=2)["stretch"] == [12, 12]
    wait_told(page, "The frame at 12.0 s")
    hand(page, [strip.place(12), strip.place(3)])
    assert wait_report(stretches=3)["stretch"] == pytest.approx([3, 12], abs=0.05)
    wait_told(page, "Stretch: 3.0 s to 12.0 s")
    hand(page, [strip.place(12), strip.place(-3)])
    hand(page, [strip.place(3), strip.place(-3)])
    assert wait_report(stretches=5)["stretch"] == [0, 0]
    wait_told(page, "The frame at 0.0 s")
    # Another button takes no handle: what comes after it goes to its menu, and the next stretch is drawn anew.
    page.locator(START).dispatch_event("pointerdown", {"button": 2, "pointerId": 1})
    hand(page, [strip.place(8), strip.place(10)])
    assert wait_report(stretches=6)["stretch"] == pytest.approx([8, 10], abs=0.05)


@pytest.mark.slow
def test_keys_stop_at_the_other_end_and_at_the_ends_of_the_video(page, strip, wait_report):
    strip.open(4, 6)
    page.locator(START).focus()
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    assert strip.ends == [6, 6]
    assert wait_report(stretches=1)["stretch"] == [6, 6]
    wait_told(page, "The frame at 6.0 s")
    page.locator(END).focus()
    page.keyboard.press("ArrowLeft")  # no further
    assert strip.ends == [6, 6]
    page.keyboard.press("ArrowUp")
    assert wait_report(stretches=2)["stretch"] == pytest.approx([6, 6.1])
    for _ in range(9):
        page.keyboard.press("Shift+ArrowRight")
    assert wait_report(stretches=3)["stretch"] == [6, 12]
    page.locator(START).focus()
    for _ in range(9):
        page.keyboard.press("Shift+ArrowLeft")
    assert wait_report(stretches=4)["stretch"] == [0, 12]
