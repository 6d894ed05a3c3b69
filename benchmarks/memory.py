"""Memory does not grow with the length of a video: peak of the whole process tree for a long and a short one.

    python benchmarks/memory.py LONG_VIDEO SHORT_VIDEO [--check]
    python benchmarks/memory.py                             # makes 6 minutes and 10 seconds of 1080p first

Prints the peak resident memory of `vidviz import` and `vidviz embed` (R3D-18 with random weights) with all their
decoders, in MB, for both videos, and the difference; the target is at most 150 MB. The short one should fill a
batch (four clips): half a batch needs less, whatever the length of the video.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av
import numpy as np
import psutil
from parts.machine import describe_machine

TARGET_MB = 150
SAMPLE_SECONDS = 0.02
STEPS = {
    "import": ["import", "VIDEO"],
    "embed": ["embed", "--backbone", "r3d_18", "--weights", "random"],
}


def main() -> None:
    """Measure both videos and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true", help="exit code 1 above the target")
    arguments = parser.parse_args()
    print(describe_machine())
    with tempfile.TemporaryDirectory() as name:
        long, short = arguments.videos or [make_video(Path(name, f"{s}.mp4"), s) for s in (360, 10)]
        peaks = {step: [measure(Path(name), step, video) for video in (long, short)] for step in STEPS}
    for step, (most, least) in peaks.items():
        print(f"{step:7} long {most:5.0f} MB   short {least:5.0f} MB   difference {most - least:+5.0f} MB")
    if arguments.check and any(most - least > TARGET_MB for most, least in peaks.values()):
        sys.exit(1)


def measure(folder: Path, step: str, video: Path) -> float:
    """The peak of one step for one video, in MB."""
    command = [str(video) if word == "VIDEO" else word for word in STEPS[step]]
    workspace = folder / f"workspace-{video.stem}"
    process = subprocess.Popen(
        [sys.executable, "-m", "vidviz", *command, "--workspace", str(workspace)], stdout=subprocess.DEVNULL
    )
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, resident_mb(process.pid))
        time.sleep(SAMPLE_SECONDS)
    if process.returncode:
        sys.exit(f"`vidviz {step}` failed on {video.name}.")
    return peak


def resident_mb(pid: int) -> float:
    """Resident memory of a process and all its descendants."""
    total = 0
    try:
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            total += process.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total / 1e6


def make_video(path: Path, seconds: int) -> Path:
    """A 1080p film at 30 frames/s in which a bar wanders."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        picture = np.zeros((1620, 1920), np.uint8)
        picture[1080:] = 128
        for index in range(30 * seconds):
            picture[:1080] = 16
            start = 8 * index % 1860
            picture[:1080, start : start + 60] = 200
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="yuv420p")))
        container.mux(stream.encode())
    return path


if __name__ == "__main__":
    main()
