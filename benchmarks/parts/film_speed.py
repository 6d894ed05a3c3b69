"""How fast the film draws in a browser, and how long a person waits for it."""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SITE = Path(__file__).resolve().parents[2]
# As it starts on a machine without a graphics card: the film needs no WebGL, so that none is imitated.
FLAGS = ["--no-sandbox", "--disable-background-networking"]
FILM = """[...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
  .map((host) => host.shadowRoot?.vidvizView).find((view) => view?.lanes)"""
CHOOSE_NEXT = f"""async () => {{
  const token = ({FILM}).lanes[0].data.clip.token, begun = performance.now();
  document.querySelector('.st-key-inside-next-clip button').click();
  const drawn = () => {{
    const lane = ({FILM})?.lanes[0];
    const changed = lane && lane.data.clip.token !== token && lane.bitmap;
    return changed && [...lane.layers.values()].every((one) => one.bytes);
  }};
  while (!drawn()) await new Promise((done) => setTimeout(done, 10));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return (performance.now() - begun) / 1000;
}}"""
SPEED_SECONDS, SPEED_UP = 3, 4


def find_browser() -> str | None:
    """Where a Chromium is."""
    named = os.environ.get("VIDVIZ_TEST_BROWSER")
    return named or shutil.which("chromium") or shutil.which("google-chrome")


@contextmanager
def serve(workspace: Path) -> Iterator[str]:
    """The dashboard on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(
        command, cwd=SITE, env=os.environ | {"VIDVIZ_WORKSPACE": str(workspace)}, stdout=quiet, stderr=quiet
    )
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait(20)


def measure(
    workspace: Path, clip: int, cases: dict[str, tuple[str, ...]], num_clips: int, draws_of: str, channels: int
) -> dict[str, dict[str, float]]:
    """What a person waits for, by network: seconds from pressing Next to the other clip's film, all layers drawn.

    The session is open and the network loaded. Of one network also drawings a second at four times the speed.

    Args:
        workspace: its folder.
        clip: where the session begins.
        cases: network -> how many of its stages are shown, by their names.
        num_clips: how many other clips are chosen, one after the other; none was looked at before.
        draws_of: the network whose drawings are counted.
        channels: how many are drawn then of each layer.
    """
    from playwright.sync_api import sync_playwright

    told = {}
    with serve(workspace) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        for network, layers in cases.items():
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(60_000)
            page.goto(f"{url}/inside?clip={clip}&inside+network={network}")
            _choose_layers(page, len(layers))
            waits = [_choose_next(page) for _ in range(num_clips)]
            told[network] = {"film_seconds": statistics.median(waits), "slowest_seconds": max(waits)}
            if network == draws_of:
                _more_channels(page, channels)
                told[network]["draws_per_second"] = _count_draws(page)
            page.close()
        browser.close()
    return told


def _choose_next(page: Any) -> float:
    """Seconds from the click to the picture of the last layer, drawn."""
    page.wait_for_timeout(500)  # the run before has ended
    return float(page.evaluate(CHOOSE_NEXT))


def _count_draws(page: Any) -> float:
    page.evaluate(f"() => {{ ({FILM}).speed = {SPEED_UP} }}")
    before = page.evaluate(f"() => ({FILM}).draws")
    page.wait_for_timeout(1000 * SPEED_SECONDS)
    return float((page.evaluate(f"() => ({FILM}).draws") - before) / SPEED_SECONDS)


def _choose_layers(page: Any, count: int) -> None:
    """The first so many stages; three are chosen from the start."""
    _wait_for_film(page, min(count, 3))
    for place in range(3, count):
        page.locator("[class*='st-key-inside-layers'] button").nth(place).click()
    _wait_for_film(page, count)


def _wait_for_film(page: Any, layers: int) -> None:
    page.wait_for_function(
        f"() => ({FILM})?.layers.size >= {layers} && [...({FILM}).layers.values()].every((layer) => layer.bytes)"
    )


def _more_channels(page: Any, channels: int) -> None:
    """As many channels as asked for, as a person chooses them."""
    page.get_by_role("button", name="Channels").click()
    page.locator(".st-key-inside-channels input").press("End")
    page.keyboard.press("Escape")
    page.wait_for_function(
        f"() => [...({FILM}).layers.values()].some((one) => one.data.channels.length >= {channels} && one.bytes)"
    )
