"""Small workspaces, written straight into the store, and pages run by themselves with Streamlit's AppTest."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from vidviz.records import Clip, EmbeddingSet, Source, Video
from vidviz.services import jobs
from vidviz.services.importing import import_run
from vidviz.services.library.workspaces import open_workspace
from vidviz.store import clips, sets, videos
from vidviz.store.catalogue import write_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.types import Embeddings, EmbeddingSetSpec, Recipe, Span, VideoProbe, clip_id
from vidviz.ui.components.map_component import MapEvent
from vidviz.ui.map import map_canvas
from vidviz.workspace_folder import WorkspaceFolder

SITE = Path(__file__).parents[2]
RECIPE = Recipe().key
PROBE = VideoProbe("h264", "mp4", 96, 64, 0, 10.0, False, 40, 4.0, 0.0, False, True)
COMPONENT = "bidi_component"


def put_video(db: Any, name: str, labels: dict[str, str], spans: Sequence[Span]) -> list[int]:
    video_id, path = hashlib.sha256(name.encode()).hexdigest(), f"/nowhere/{name}"
    rows = [Clip(clip_id(video_id, span, RECIPE), video_id, RECIPE, span) for span in spans]
    videos.add_video(db, Video(video_id, name, path, False, 1000, PROBE, None))
    videos.record_source(db, Source(path, name, "ok", None, video_id, 1000))
    videos.set_labels(db, video_id, labels)
    clips.add_clips(db, rows)
    return [row.id for row in rows]


@dataclass(frozen=True)
class Prepared:
    """A workspace that tests fill; videos and clips are rows alone, without a file behind them."""

    folder: WorkspaceFolder

    def add_video(
        self,
        name: str,
        label: str = "",
        num_clips: int = 2,
        *,
        spans: Sequence[tuple[float, float]] | None = None,
        **labels: str,
    ) -> list[int]:
        """A video with `num_clips` clips of two seconds, or with clips at `spans`; returns the clips' numbers."""
        cut = [Span(*span) for span in spans or [(2.0 * number, 2.0 * number + 2.0) for number in range(num_clips)]]
        with write_catalogue(self.folder) as db:
            return put_video(db, name, {"label": label, **labels}, cut)

    def add_videos(self, labels: dict[str, str]) -> list[int]:
        """Videos of one clip by name, each with its label, in one transaction; returns the clips' numbers."""
        with write_catalogue(self.folder) as db:
            every = [put_video(db, name, {"label": label}, [Span(0.0, 2.0)]) for name, label in labels.items()]
        return [number for numbers in every for number in numbers]

    def add_set(
        self,
        ids: Sequence[int],
        vectors: np.ndarray,
        *,
        layer: str = "conv2",
        weights: str = "random",
        backbone: str = "simple3d",
    ) -> str:
        """An embedding set, of simple3d where nothing is said; returns its key."""
        spec = EmbeddingSetSpec(backbone, weights, layer, "mean", RECIPE)
        with write_catalogue(self.folder) as db:
            sets.add_set(db, EmbeddingSet(spec, vectors.shape[1]))
        if len(ids):
            VectorShards(self.folder.vectors(spec.key)).append(
                Embeddings(np.array(ids, np.int64), vectors.astype(np.float32))
            )
        return spec.key

    def fill(self, num_videos: int = 6, **settings: Any) -> tuple[str, list[int]]:
        """Videos labelled left and right in turn, and a set of random vectors; returns its key and all clips."""
        ids = [
            number
            for video in range(num_videos)
            for number in self.add_video(f"v{video}.mp4", ("left", "right")[video % 2])
        ]
        return self.add_set(ids, np.random.default_rng(0).normal(size=(len(ids), 8)), **settings), ids


def tell_failure(fault: Any) -> str:
    """What a page failed of: the exception's type and message, and the place of ours nearest to it."""
    places = [line.strip() for line in fault.stack_trace if line.lstrip().startswith("File ")]
    ours = [place for place in places if str(SITE) in place and "site-packages" not in place]
    return f"{fault.proto.type}: {fault.message} ({(ours or places or ['no place is known'])[-1]})"


class Shown:
    """A page as it was drawn."""

    def __init__(self, app: AppTest) -> None:
        self.app = app
        broken = [tell_failure(fault) for fault in app.exception]
        assert not broken, f"the page failed: {broken[-1]}"

    @property
    def words(self) -> str:
        """All that the page and the sidebar say, a line an element."""
        said = [element for block in (self.app.main, self.app.sidebar) for element in block]
        lines = "\n".join(f"{getattr(element, 'label', '')} {getattr(element, 'value', '')}" for element in said)
        return lines.replace("\\", "")  # as a person reads it, once Markdown is drawn

    @property
    def errors(self) -> list[str]:
        return [error.value.replace("\\", "") for error in self.app.error]

    def drawn(self, name: str) -> list[dict[str, Any]]:
        """What the components of this name were given to draw."""
        every = [element.proto for element in self.app.get(COMPONENT)]
        return [json.loads(proto.json) for proto in every if proto.component_name == f"vidviz_{name}"]

    @property
    def galleries(self) -> list[dict[str, Any]]:
        """The galleries that show any cards."""
        return [drawn for drawn in self.drawn("clip_gallery") if drawn["cards"]]

    def links(self) -> dict[str, str]:
        """Page -> query, of the links to other pages."""
        return {link.proto.page: link.proto.query_string for link in self.app.get("page_link")}

    def press(self, label: str) -> Shown:
        """Press the first button with this label."""
        next(button for button in self.app.button if button.label == label).click().run()
        return Shown(self.app)

    def again(self) -> Shown:
        return Shown(self.app.run())


ShowPage = Callable[..., Shown]


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """An empty workspace, which the pages show."""
    monkeypatch.setenv("VIDVIZ_WORKSPACE", str(tmp_path / "workspace"))
    return Prepared(open_workspace(tmp_path / "workspace"))


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Iterator[ShowPage]:
    """Runs a page by its name, or the `main` script, with a query: `show("map", {"map projection": "PCA"}, clip="7")`.

    The names are those of the URL, as they are; those of one word may be keywords.
    """
    # AppTest looks through all installed packages for components each time; ours come from none of them.
    monkeypatch.setattr("streamlit.components.v2.manifest_scanner.scan_component_manifests", list)
    # A test is told of what a person is not: what a page failed of.
    before = st.get_option("client.showErrorDetails")
    st.set_option("client.showErrorDetails", "full")

    def run(name: str, query: Mapping[str, str] | None = None, /, **words: str) -> Shown:
        asked = {**(query or {}), **words}
        odd = [key for key in asked if "_" in key]
        assert not odd, f"{odd} of the query: no name in our URLs has an underscore; write 'map projection'"
        script = SITE / "vidviz" / "ui" / "main.py" if name == "main" else SITE / "pages" / f"{name}.py"
        app = AppTest.from_file(script, default_timeout=60)
        app.query_params.update(asked)
        return Shown(app.run())

    yield run
    st.set_option("client.showErrorDetails", before)


@pytest.fixture
def act_on_map(monkeypatch: pytest.MonkeyPatch) -> Callable[[MapEvent], dict[str, Any]]:
    """Makes the map answer an event on its next run, as a browser would; returns what the map was given last."""
    given: dict[str, Any] = {}

    def prepare(event: MapEvent) -> dict[str, Any]:
        events = [event]

        def clip_map(*_args: object, **options: Any) -> MapEvent:
            given.update(options)
            if events:
                monkeypatch.setattr(map_canvas, "map_event", lambda _key: events.pop())
                options["on_event"]()
                st.rerun()
            return MapEvent()

        monkeypatch.setattr(map_canvas, "clip_map", clip_map)
        return given

    return prepare


@pytest.fixture(autouse=True)
def waiting_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that a page starts stays in the catalogue as waiting: no process computes what no test waits for."""
    monkeypatch.setattr(jobs, "start_job", jobs.add_job)


def write_video(path: Path, num_frames: int = 20, size: tuple[int, int] = (64, 48)) -> Path:
    """A square that runs to the right, two seconds long."""
    width, height = size
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(num_frames):
            picture = np.full((height, width, 3), (30, 60, 90), np.uint8)
            left = number * (width - 16) // num_frames
            picture[16:32, left : left + 16] = (230, 160, 40)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    return path


@pytest.fixture(scope="session")
def real_videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a video in a folder of its own, and a file that is no video."""
    folder = tmp_path_factory.mktemp("videos")
    write_video(folder / "right" / "square.mp4")
    (folder / "garbage <b>.mp4").write_bytes(b"this is no video " * 20)
    return folder


@pytest.fixture(scope="session")
def imported_once(tmp_path_factory: pytest.TempPathFactory, real_videos: Path) -> Path:
    """A workspace with `real_videos` imported as a person would, to be copied."""
    folder = open_workspace(tmp_path_factory.mktemp("imported") / "workspace")
    import_run.import_videos(folder, import_run.ImportRequest((str(real_videos),)))
    return folder.path


@pytest.fixture
def imported(imported_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """A workspace with `real_videos` in it, which the pages show."""
    monkeypatch.setenv("VIDVIZ_WORKSPACE", str(tmp_path / "workspace"))
    return Prepared(open_workspace(shutil.copytree(imported_once, tmp_path / "workspace")))
