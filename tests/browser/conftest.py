"""A real Chromium and a running dashboard on a workspace of its own; both end with the tests that asked for them."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from vidviz.services import jobs
from vidviz.services.library.workspaces import open_workspace
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).parents[2]
SOFTWARE_GL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
START_SECONDS = 60
NEXT_FRAME = "() => new Promise(requestAnimationFrame)"


def find_browser() -> str | None:
    """Where a Chromium is: as named by VIDVIZ_TEST_BROWSER, else on the PATH."""
    named = os.environ.get("VIDVIZ_TEST_BROWSER")
    return named or shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, once for all tests of a process."""
    path = find_browser()
    if path is None:
        pytest.fail(
            "Browser tests need a Chromium: install the package chromium (or google-chrome), or name one by "
            "VIDVIZ_TEST_BROWSER=/path/to/chromium. The other tests run without: pytest -m 'not browser and not slow'.",
            pytrace=False,
        )
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *SOFTWARE_GL, *QUIET])
        yield launched
        launched.close()


@dataclass(frozen=True)
class Dashboard:
    """A dashboard that runs, and the workspace that it shows."""

    url: str
    folder: WorkspaceFolder

    def end_jobs(self) -> None:
        """End what was started through the dashboard and is still at work."""
        for job in jobs.list_jobs(self.folder):
            if job.active:
                jobs.cancel_job(self.folder, job.id, force=True)


@contextmanager
def run_server(script: Path, environment: dict[str, str], log_path: Path) -> Iterator[str]:
    """Serve a script on a free port of 127.0.0.1 for as long as the context lasts; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]
    with log_path.open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, stdout=log, stderr=log)
        try:
            wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


@contextmanager
def run_dashboard(workspace: Path) -> Iterator[Dashboard]:
    """Serve a workspace on a free port of 127.0.0.1 for as long as the context lasts."""
    folder = open_workspace(workspace)
    # Tests' videos lie beside the workspace, and in nobody's home.
    places = {"VIDVIZ_WORKSPACE": str(workspace), "VIDVIZ_ALLOWED_FOLDERS": str(workspace.parents[1])}
    with run_server(ROOT / "app.py", places, workspace / "server.log") as url:
        dashboard = Dashboard(url, folder)
        try:
            yield dashboard
        finally:
            dashboard.end_jobs()


def wait_until_up(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, "the dashboard ended at once"
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the dashboard did not answer within {START_SECONDS} s")


@pytest.fixture(scope="module")
def start_dashboard() -> Iterator[Callable[[Path], Dashboard]]:
    """Starts dashboards, which end with the test file."""
    with ExitStack() as running:
        yield lambda workspace: running.enter_context(run_dashboard(workspace))


@dataclass
class Watched:
    """A browser context that notes what must not happen: requests to anyone else, and errors on the console."""

    context: BrowserContext
    url: str
    outside: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("request", self._note_request)
        self.context.on("console", self._note_message)
        self.context.on("weberror", lambda error: self.faults.append(str(error.error)))

    def open(self, path: str = "") -> Page:
        """A new page at a path of the dashboard."""
        page = self.context.new_page()
        page.set_default_timeout(45_000)
        page.on("websocket", self._note_request)
        page.goto(f"{self.url}/{path}")
        return page

    def close_pages(self) -> None:
        for page in self.context.pages:
            page.close()

    def check(self) -> None:
        seen, self.outside, self.faults = (self.outside, self.faults), [], []
        assert seen == ([], [])

    def _note_request(self, asked: Any) -> None:
        ours = (f"{self.url}/", f"{self.url.replace('http', 'ws', 1)}/", "blob:", "data:")
        if not asked.url.startswith(ours):
            self.outside.append(asked.url)

    def _note_message(self, message: Any) -> None:
        # On a deep link Streamlit's own script first asks below the page's path, and finds out where it is by the 404.
        probe = message.location["url"].endswith(("/_stcore/health", "/_stcore/host-config"))
        if message.type == "error" and not (probe and "404" in message.text):
            self.faults.append(f"{message.text} ({message.location['url']})")


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Watched contexts, one a way of looking: the cache keeps Streamlit's and Plotly's scripts from test to test."""
    opened: dict[str, Watched] = {}

    def find_context(dashboard: Dashboard, **options: Any) -> Watched:
        settings = {"viewport": {"width": 1440, "height": 900}} | options
        asked = json.dumps([dashboard.url, settings], sort_keys=True)
        if asked not in opened:
            opened[asked] = Watched(browser.new_context(**settings), dashboard.url)
        return opened[asked]

    yield find_context
    for one in opened.values():
        one.context.close()


@pytest.fixture
def watch(contexts: Callable[..., Watched]) -> Iterator[Callable[..., Watched]]:
    """Looks at a dashboard; at the end no page may have seen a fault or asked anybody but the dashboard."""
    watched: list[Watched] = []

    def find_context(dashboard: Dashboard, **options: Any) -> Watched:
        watched.append(contexts(dashboard, **options))
        return watched[-1]

    yield find_context
    for one in watched:
        one.close_pages()
    for one in watched:
        one.check()


def drag(page: Page, way: Sequence[Sequence[float]], key: str = "", steps: int = 4) -> None:
    """Drag along corners on the page, with a key held down, as slowly as a hand does.

    A browser that is busy takes all moves of one frame together; each step here has a frame of its own.
    """
    page.mouse.move(*way[0])
    if key:
        page.keyboard.down(key)
    page.mouse.down()
    for (left, top), (right, low) in pairwise(way):
        for step in range(1, steps + 1):
            page.mouse.move(left + (right - left) * step / steps, top + (low - top) * step / steps)
            page.evaluate(NEXT_FRAME)
    page.mouse.up()
    if key:
        page.keyboard.up(key)


@pytest.fixture
def hand() -> Callable[..., None]:
    """Drags with the mouse: `drag`."""
    return drag


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the page with every component on it, over a folder of media made for it."""
    folder, here = tmp_path_factory.mktemp("component-media"), Path(__file__).parent
    subprocess.run([sys.executable, str(here / "component_media.py"), str(folder)], check=True, cwd=ROOT)
    with run_server(here / "components_app.py", {"VIDVIZ_TEST_MEDIA": str(folder)}, folder / "server.log") as url:
        yield url


@pytest.fixture(scope="session")
def component_context(browser: Browser) -> Iterator[BrowserContext]:
    """One context for all, so that its cache keeps Streamlit's and Plotly's scripts from page to page."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(component_context: BrowserContext, site: str) -> Iterator[Page]:
    """A page that must end without an error and without a request to anyone else."""
    page: Any = component_context.new_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.set_default_timeout(45_000)
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    ours = (site, site.replace("http", "ws"), "blob:", "data:")
    page.on("request", lambda asked: None if asked.url.startswith(ours) else faults.append(f"outside: {asked.url}"))
    page.faults = faults
    yield page
    page.close()
    assert faults == []


@pytest.fixture
def wait_report(page: Page) -> Callable[..., dict[str, Any]]:
    """Waits until the page with the components reports these values, and returns all that it reports."""

    def wait(**wanted: object) -> dict[str, Any]:
        for _ in range(300):
            told: dict[str, Any] = json.loads(page.locator("[data-testid=stCode]").inner_text())
            if all(told[name] == value for name, value in wanted.items()):
                return told
            page.wait_for_timeout(50)
        raise AssertionError(f"wanted {wanted}, the page says {told}")

    return wait
