"""What the tests of services share: small videos, a network that costs nothing, and libraries without any video."""

from __future__ import annotations

import dataclasses
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vidviz.config import MilvusSettings, UploadLimits
from vidviz.embed.backbones import find_backbone
from vidviz.embed.description import RANDOM, Backbone, Stage
from vidviz.records import LABEL, Clip, EmbeddingSet, Video
from vidviz.services.importing.import_run import ImportRequest
from vidviz.services.importing.upload_desk import UploadDesk
from vidviz.services.index import set_index
from vidviz.services.index.set_index import milvus_settings, open_milvus
from vidviz.services.library import embedding_sets
from vidviz.services.library.workspaces import open_workspace
from vidviz.store import clips, sets, videos
from vidviz.store.catalogue import write_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.types import Embeddings, EmbeddingSetSpec, FrameSpec, Recipe, Span, VideoProbe, clip_id
from vidviz.workspace_folder import WorkspaceFolder

MakeVideo = Callable[..., Path]
RATE = 10


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[WorkspaceFolder]:
    """An empty workspace; afterwards its local Milvus is closed, and a server is rid of its collections."""
    made = open_workspace(tmp_path / "workspace")
    yield made
    leave(made)


def leave(folder: WorkspaceFolder) -> None:
    """Close a workspace's local Milvus, and rid a server of its collections."""
    if milvus_settings().uri:
        drop_collections(folder)
    set_index.release_index(folder)


@pytest.fixture
def open_copy(tmp_path: Path) -> Iterator[Callable[[Path], WorkspaceFolder]]:
    """Opens a copy of a workspace that was prepared once, to be changed at will; it is left as `folder` is."""
    opened: list[WorkspaceFolder] = []

    def copy(prepared: Path) -> WorkspaceFolder:
        opened.append(open_workspace(shutil.copytree(prepared, tmp_path / f"copy {len(opened)}")))
        return opened[-1]

    yield copy
    for folder in opened:
        leave(folder)


def drop_collections(folder: WorkspaceFolder) -> None:
    """Leave nothing of a workspace on the server that it is on."""
    client = open_milvus(milvus_settings(), folder.milvus).client
    known = set(client.list_collections())
    for found in embedding_sets.list_sets(folder):
        name = set_index.open_collection(folder, found).name
        for own in known & {name, f"{name}_ip", f"{name}_l2"}:
            client.drop_collection(own)


@pytest.fixture
def receive() -> Callable[..., ImportRequest]:
    """Uploads files, each by what it was called and its bytes, as one page does; the request that imports them."""

    def bring(folder: WorkspaceFolder, files: Sequence[tuple[str, bytes]], recipe: Recipe | None = None) -> Any:
        desk = UploadDesk(folder, UploadLimits(free_bytes=0))
        token = desk.open().token
        for number, (name, content) in enumerate(files):
            arrival = desk.begin(token, number, name, len(content))
            if arrival is not None:
                arrival.write(content)
                arrival.finish()
        desk.close()
        return desk.take(token, recipe)

    return bring


@pytest.fixture
def together() -> Callable[[Sequence[Callable[[], Any]]], list[Any]]:
    """Runs functions at once, each in a thread of its own behind one barrier; what each returned, or its error."""

    def run(works: Sequence[Callable[[], Any]]) -> list[Any]:
        barrier = threading.Barrier(len(works))

        def begin(work: Callable[[], Any]) -> Any:
            barrier.wait()
            try:
                return work()
            except Exception as error:
                return error

        with ThreadPoolExecutor(len(works)) as pool:
            return list(pool.map(begin, works))

    return run


@pytest.fixture(scope="session")
def milvus_server(real_server: MilvusSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusSettings]:
    """A Milvus by its address: the real one where there is one, else Lite's own engine behind a port."""
    if real_server.uri:
        yield real_server
        return
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    running, database, port = start_server_in_thread(str(tmp_path_factory.mktemp("server") / "data"))
    settings = MilvusSettings(f"http://127.0.0.1:{port}")
    yield settings
    open_milvus(settings, tmp_path_factory.mktemp("unused") / "unused.db").close()
    running.stop(grace=0)
    database.close()


@pytest.fixture(scope="session")
def write_video() -> MakeVideo:
    """Write a video at ten frames a second; equal settings and seed give equal bytes."""

    def write(path: Path, seconds: float = 1.0, seed: int = 0) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        colours = np.random.default_rng(seed).integers(40, 215, (round(seconds * RATE), 3))
        with av.open(f"file:{path}", "w", format="mp4") as out:
            stream: Any = out.add_stream("libx264", rate=RATE, options={"preset": "ultrafast"})
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            for colour in colours:
                picture = np.empty((48, 64, 3), np.uint8)
                picture[:] = colour
                picture[:20, :20] = 255 - colour
                out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            out.mux(stream.encode(None))
        return path

    return write


@pytest.fixture
def make_video(tmp_path: Path, write_video: MakeVideo) -> MakeVideo:
    """As `write_video`, by a name in `videos/`."""
    return lambda name="video.mp4", **settings: write_video(tmp_path / "videos" / name, **settings)


def tiny_network() -> Any:
    """Clips (N, 3, 2, 16, 16) -> (N, 8)."""
    from torch import nn

    return nn.Sequential(
        OrderedDict(
            pool=nn.AdaptiveAvgPool3d((None, 2, 2)), flat=nn.Flatten(), head=nn.Linear(24, 8), tail=nn.Identity()
        )
    )


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Backbone:
    """A registered backbone of two frames of 16 x 16 pixels, called "tiny"; the others stay."""
    return register_tiny(monkeypatch)


@pytest.fixture(scope="module")
def tiny_for_all() -> Iterator[Backbone]:
    """`tiny`, for what a file of tests prepares once."""
    with pytest.MonkeyPatch.context() as patch:
        yield register_tiny(patch)


def register_tiny(monkeypatch: pytest.MonkeyPatch) -> Backbone:
    from vidviz.embed import backbones

    row = dataclasses.replace(
        find_backbone("simple3d"),
        name="tiny",
        frames=FrameSpec(2, 16, 16),
        embedding_layer="head",
        embedding_size=8,
        stages=(Stage("pool", "Early"), Stage("head", "Late")),
        weights=(),
        default_weights=RANDOM,
        build=f"{__name__}:tiny_network",
        light=None,
        memory_gib=0.01,
    )
    known = {**backbones.backbones(), "tiny": row}
    monkeypatch.setattr(backbones, "_registry", lambda: known)
    return row


PROBE = VideoProbe("h264", "mp4", 64, 48, 0, 10.0, False, 100, 10.0, 0.0, False, True)
RECIPE = Recipe()
SPEC = EmbeddingSetSpec("r3d_18", "random", "avgpool", "mean", RECIPE.key)


@pytest.fixture
def fill() -> Callable[..., list[int]]:
    """Put clips with these vectors into a workspace, without any video file; returns the ids.

    Each clip is the first two seconds of a video of its own, unless `spans` says where in its video it lies.
    """

    def put(
        folder: WorkspaceFolder,
        vectors: np.ndarray,
        labels: Sequence[str | None] | None = None,
        spec: EmbeddingSetSpec = SPEC,
        spans: Sequence[tuple[float, float]] | None = None,
    ) -> list[int]:
        ids = []
        with write_catalogue(folder) as db:
            for number in range(len(vectors)):
                video_id, span = f"{number:064x}", Span(*(spans[number] if spans else (0.0, 2.0)))
                ids.append(clip_id(video_id, span, spec.recipe_key))
                name = f"video {number}.mp4"
                videos.add_video(db, Video(video_id, name, f"/nowhere/{number}", False, 1, PROBE, None))
                clips.add_clips(db, [Clip(ids[-1], video_id, spec.recipe_key, span)])
                if labels and labels[number]:
                    videos.set_labels(db, video_id, {LABEL: str(labels[number])})
            sets.add_set(db, EmbeddingSet(spec, vectors.shape[1]))
        VectorShards(folder.vectors(spec.key)).append(Embeddings(np.array(ids, np.int64), vectors.astype(np.float32)))
        return ids

    return put
