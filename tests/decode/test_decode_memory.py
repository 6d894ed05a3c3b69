"""Memory does not grow with the length of a video."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

MOST_GROWTH_MB = 40
WORK = """
import sys
from pathlib import Path
from vidviz.config import DecodeLimits
from vidviz.decode.ingest import ingest_video
from vidviz.decode.read import read_clips
from vidviz.types import FrameSpec, Recipe

path, previews = Path(sys.argv[1]), Path(sys.argv[2])
if sys.argv[3] == "import":
    clips = len(ingest_video(path, Recipe(), previews, DecodeLimits()).spans)
else:
    from vidviz.decode.cut import cut_clips
    spans = cut_clips(float(sys.argv[4]), [], Recipe())
    clips = sum(1 for _ in read_clips(path, spans, FrameSpec(16, (128, 171), 112), DecodeLimits()))
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(clips, int(peak.split()[1]) / 1000)
"""


def write_film(path: Path, seconds: int) -> Path:
    """360p at 30 frames/s: two seconds of moving noise, again and again, without encoding them again."""
    noise = np.random.default_rng(0).integers(0, 255, (540, 1000), dtype=np.uint8)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=30, options={"preset": "ultrafast", "crf": "45"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        frames = [av.VideoFrame.from_ndarray(noise[:, 5 * i : 5 * i + 640].copy(), "yuv420p") for i in range(60)]
        coded = [packet for frame in [*frames, None] for packet in stream.encode(frame)]
        for again in range(seconds // 2):
            for packet in coded:
                copy = av.Packet(bytes(packet))
                copy.stream, copy.time_base, copy.is_keyframe = stream, packet.time_base, packet.is_keyframe
                length = round(2 / packet.time_base)
                copy.pts, copy.dts = packet.pts + again * length, packet.dts + again * length
                out.mux(copy)
    return path


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory of a process is read from /proc")
@pytest.mark.parametrize("step", ["import", "read"])
def test_a_long_film_needs_no_more_memory_than_a_short_one(tmp_path: Path, step: str) -> None:
    peaks = []
    for seconds in (4, 30):
        path = write_film(tmp_path / f"{seconds}.mp4", seconds)
        command = [sys.executable, "-c", WORK, str(path), str(tmp_path / f"previews{seconds}"), step, str(seconds)]
        clips, peak_mb = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        assert int(clips) == seconds // 2
        peaks.append(float(peak_mb))
    # All frames of the long one would be 310 MB.
    assert peaks[1] - peaks[0] < MOST_GROWTH_MB, peaks
