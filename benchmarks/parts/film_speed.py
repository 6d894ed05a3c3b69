"""How fast the film draws in a browser, and how long a person waits for it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SITE = Path(__file__).resolve().parents[2]
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-background-networking"]
FILM = """[...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
  .map((host) => host.shadowRoot?.vidvizView).find((view) => view?.lanes)"""
SPEED_SECONDS = 3


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


def measure(workspace: Path, clips: list[int], network: str, channels: int) -> dict[str, float]:
    """Seconds from another clip's address to its film, and drawings a second at four times the speed."""
    from playwright.sync_api import sync_playwright

    with serve(workspace) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(180_000)
        waits = [_open(page, f"{url}/inside?clip={clip}&inside+network={network}") for clip in clips]
        _more_channels(page, channels)
        page.evaluate(f"() => {{ ({FILM}).speed = 4 }}")
        before = page.evaluate(f"() => ({FILM}).draws")
        page.wait_for_timeout(1000 * SPEED_SECONDS)
        drawn = page.evaluate(f"() => ({FILM}).draws") - before
        browser.close()
    return {"page_seconds": min(waits[1:]), "draws_per_second": drawn / SPEED_SECONDS}


def _open(page: Any, address: str) -> float:
    begun = time.perf_counter()
    page.goto(address)
    _wait_for_film(page, 3)
    return time.perf_counter() - begun


def _wait_for_film(page: Any, layers: int) -> None:
    page.wait_for_function(
        f"() => ({FILM})?.layers.size >= {layers} && [...({FILM}).layers.values()].every((layer) => layer.bytes)"
    )


def _more_channels(page: Any, channels: int) -> None:
    """A fourth layer and as many channels as asked for, as a person chooses them."""
    page.locator("[class*='st-key-inside-layers'] button").nth(3).click()
    _wait_for_film(page, 4)
    page.get_by_role("button", name="Channels").click()
    page.locator(".st-key-inside-channels input").press("End")
    page.keyboard.press("Escape")
    page.wait_for_function(
        f"() => [...({FILM}).layers.values()].some((one) => one.layer.channels.length === {channels} && one.bytes)"
    )
