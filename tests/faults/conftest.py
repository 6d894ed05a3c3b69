"""What the tests of faults share: commands in processes of their own, and videos that are broken in known ways."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vidviz.records import EmbeddingSet
from vidviz.services.embedding.embed_run import EmbedRequest, plan_set
from vidviz.services.library.contents import clip_table
from vidviz.services.library.workspaces import open_workspace
from vidviz.store import sets
from vidviz.store.catalogue import write_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.types import Embeddings

SAMPLES = Path(__file__).parents[2] / "sample_videos"


def refuse_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


@dataclass(frozen=True)
class Ended:
    """A command that ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def answer(self) -> Any:
        """The one JSON value that it printed."""
        return json.loads(self.stdout, parse_constant=refuse_constant)


Command = Callable[..., Ended]


class CommandServer:
    """Starts commands in processes of their own; see `command_server`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("command_server.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    def start(
        self,
        *arguments: str | Path,
        environment: dict[str, str] | None = None,
        file_bytes: int | None = None,
        rights: bool = True,
        hasty: bool = False,
    ) -> int:
        """Start a command with --json; returns its process id. It must be ended before the next is started.

        `file_bytes` is the largest file it can write. One without `rights` must respect those of files, even as root
        (Linux only). A `hasty` one embeds few clips at a time and keeps them at once.
        """
        request = {
            "arguments": [*map(str, arguments), "--json"],
            "environment": environment or {},
            "file_bytes": file_bytes,
            "rights": rights,
            "hasty": hasty,
        }
        assert self._process.stdin
        print(json.dumps(request), file=self._process.stdin, flush=True)
        return int(self._answer()["pid"])

    def wait(self) -> Ended:
        """Wait for the command to end."""
        return Ended(**self._answer())

    def close(self) -> None:
        self._process.communicate()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        return dict(json.loads(self._process.stdout.readline()))


@pytest.fixture(scope="session")
def server() -> Iterator[CommandServer]:
    """Where commands are started."""
    started = CommandServer()
    yield started
    started.close()


@pytest.fixture(scope="session")
def vidviz(server: CommandServer) -> Command:
    """Run a command with --json in a process of its own, to its end."""

    def run(*arguments: str | Path, file_bytes: int | None = None, **environment: str) -> Ended:
        server.start(*arguments, environment=environment, file_bytes=file_bytes)
        return server.wait()

    return run


@pytest.fixture(scope="module")
def library(vidviz: Command, copy_samples: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with four clips, and vectors that some network might have given them."""
    home = tmp_path_factory.mktemp("milvus")
    vidviz("import", copy_samples(home / "videos", 4), "--workspace", home / "w")
    folder = open_workspace(home / "w")
    spec = plan_set(folder, EmbedRequest("simple3d", "random", layer="conv1"))
    with write_catalogue(folder) as db:
        sets.add_set(db, EmbeddingSet(spec, 32))
    ids = clip_table(folder)["clip_id"].to_numpy()
    vectors = np.random.default_rng(0).normal(size=(len(ids), 32)).astype(np.float32)
    VectorShards(folder.vectors(spec.key)).append(Embeddings(ids, vectors))
    return home / "w"


@pytest.fixture(scope="module")
def clip(library: Path) -> int:
    """The number of its first clip."""
    return int(clip_table(open_workspace(library))["clip_id"][0])


@pytest.fixture(scope="session")
def vidviz_without_rights(server: CommandServer) -> Command:
    """The same, for a process that even as root must respect the rights of files; Linux only."""

    def run(*arguments: str | Path) -> Ended:
        server.start(*arguments, rights=False)
        return server.wait()

    return run


@pytest.fixture(scope="session")
def vidviz_on_full_disk(vidviz: Command) -> Command:
    """The same, for a process whose files cannot grow by a byte, as on a disk without any room."""
    return partial(vidviz, file_bytes=0)


@pytest.fixture(scope="session")
def sample() -> Path:
    """One of the sample videos."""
    return SAMPLES / "slide-left_blue-disc_gradient.mp4"


@pytest.fixture(scope="session")
def copy_samples() -> Callable[[Path, int], Path]:
    """Copy the first sample videos into a folder."""

    def copy(folder: Path, count: int) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(SAMPLES.glob("*_*_*.mp4"))[:count]:
            shutil.copy(path, folder)
        return folder

    return copy


def write_video(
    path: Path, count: int = 20, size: tuple[int, int] = (64, 48), codec: str = "libx264", **options: Any
) -> Path:
    """Write a video of moving grey; `options` are the container's."""
    title = options.pop("title", "")
    with av.open(f"file:{path}", "w", format=options.pop("format", None), options=options) as out:
        if title:
            out.metadata["title"] = title
        stream: Any = out.add_stream(codec, rate=10)
        stream.width, stream.height = size
        stream.pix_fmt = "gray" if codec == "ffv1" else "yuv420p"
        noise = np.random.default_rng(count).integers(0, 255, (count, size[1], size[0], 3), dtype=np.uint8)
        for picture in noise:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    return path


def write_sound(path: Path) -> Path:
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 44100, 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


@pytest.fixture(scope="session")
def broken_videos(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Iterator[Path]:
    """A folder with files that are broken in every way we know, and some that only look so."""
    folder = tmp_path_factory.mktemp("broken")
    shutil.copy(sample, folder / "good.mp4")
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "garbage.mp4").write_bytes(np.random.default_rng(0).bytes(20_000))
    (folder / "text.mp4").write_text("This is no video.\n" * 50)
    (folder / "playlist.mp4").write_text("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n")
    (folder / "absurd.y4m").write_bytes(b"YUV4MPEG2 W12336 H12336 F25:1 Ip A1:1 C420jpeg\nFRAME\n" + bytes(1000))
    write_sound(folder / "sound.mp4")
    write_video(folder / "one-frame.mp4", 1)
    write_video(folder / "pixel.mkv", 5, (1, 1), "ffv1")
    write_video(folder / "raw.h264", format="h264")
    write_video(folder / "order.avi", 24)
    write_video(folder / "live.mkv", 21, live="1")
    title = write_video(folder / "latin.mkv", 22, title="ABCDEFGH")
    title.write_bytes(title.read_bytes().replace(b"ABCDEFGH", b"\xc3\x28caf\xe9\xff\xfe"))
    whole = write_video(folder / "truncated.mkv", 40).read_bytes()
    (folder / "truncated.mkv").write_bytes(whole[: len(whole) // 2])
    unknown = write_video(folder / "unknown-codec.mp4", 23)
    unknown.write_bytes(unknown.read_bytes().replace(b"avc1", b"zzz1"))
    write_video(folder / "-dash-.mp4", 11)
    write_video(folder / "'; DROP TABLE video; --.mp4", 12)
    write_video(folder / 'two\nlines "quoted".mp4', 13)
    write_video(folder / "<script>alert(1)<.mp4", 14)
    shutil.copy(folder / "good.mp4", folder / "zz-same-again.mp4")
    return folder
