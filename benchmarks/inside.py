"""Looking inside: from choosing a clip to its film, drawing speed, and the memory of capturing.

    python benchmarks/inside.py [--check] [--no-browser]

Prints

- from choosing a clip to the film, on the server, once the network is loaded: reading the clip, the forward pass up to
  the last of the layers, and their sheets of 16 channels (targets: simple3d_motion 1 s, r3d_18 with four layers 3 s);
- in a browser, drawings a second while four layers of 64 channels play at four times their speed (target: 10), and the
  seconds from another clip's address to its film, the page's own loading included;
- the peak memory that capturing four layers of r3d_18 adds to a forward pass, as a part of their size (target: 1.10).

With --check the exit code is 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from parts.film_speed import find_browser, measure
from parts.machine import describe_machine

from vidviz.render.sheets import film_sheet, frames_sheet
from vidviz.services import importing, inspecting, library
from vidviz.store.workspace import WorkspaceFolder

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"
NUM_CLIPS, NUM_CHANNELS = 6, 16
CASES = {
    "simple3d_motion": (("conv1", "pool1", "conv2"), 1.0),
    "r3d_18": (("stem", "layer1", "layer2", "layer3"), 3.0),
}
TARGET_DRAWS, TARGET_MEMORY, MOST_CHANNELS = 10.0, 1.10, 64


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit code 1 where a target is missed")
    parser.add_argument("--no-browser", action="store_true", help="leave out what needs a Chromium")
    asked = parser.parse_args()
    print(describe_machine(), flush=True)
    missed = []
    with tempfile.TemporaryDirectory(prefix="vidviz-benchmark-") as place:
        folder = WorkspaceFolder.open(Path(place) / "workspace")
        files = tuple(str(file) for file in sorted(SAMPLES.glob("slide-*.mp4"))[:NUM_CLIPS])
        importing.import_videos(folder, importing.ImportRequest(files))
        clips = [int(number) for number in library.clip_table(folder)["clip_id"]]
        for network, (layers, target) in CASES.items():
            seconds = time_films(folder, clips, network, layers)
            print(f"choose a clip -> film, {network:16} {len(layers)} layers: {seconds:.2f} s (target {target:g})")
            missed.append(seconds > target)
        if not asked.no_browser and find_browser():
            told = measure(folder.path, clips[:3], "r3d_18", MOST_CHANNELS)
            print(f"drawing 4 layers x {MOST_CHANNELS} channels: {told['draws_per_second']:.1f} draws/s (target 10)")
            print(f"another clip's address -> film in the browser, r3d_18: {told['page_seconds']:.2f} s")
            missed.append(told["draws_per_second"] < TARGET_DRAWS)
    part = memory_part("r3d_18", CASES["r3d_18"][0])
    print(f"capturing adds {part:.2f} of the layers' size to the peak (target {TARGET_MEMORY})")
    missed.append(part > TARGET_MEMORY)
    return int(asked.check and any(missed))


def time_films(folder: WorkspaceFolder, clips: list[int], network: str, layers: tuple[str, ...]) -> float:
    """Seconds from a clip that was never looked at to its sheets, at best, with the network loaded."""
    waits = []
    for clip in clips:
        begun = time.perf_counter()
        inspection = inspecting.inspect_clip(folder, clip, network, "auto" if network != "r3d_18" else "random", layers)
        frames_sheet(inspection.frames)
        for layer in inspection.layers:
            film_sheet(inspecting.choose_channels(layer.film, NUM_CHANNELS, "variance", "channel").pixels)
        waits.append(time.perf_counter() - begun)
    return min(waits[1:])


def memory_part(network: str, layers: tuple[str, ...]) -> float:
    """What capturing adds to the peak of a forward pass, as a part of the captured layers' size."""
    told = {}
    for way in ("plain", "captured"):
        script = Path(__file__).parent / "parts" / "capture_memory.py"
        answer = subprocess.run(
            [sys.executable, str(script), network, ",".join(layers), way], check=True, capture_output=True, text=True
        )
        told[way] = json.loads(answer.stdout)
    added = told["captured"]["peak_bytes"] - told["plain"]["peak_bytes"]
    return max(0.0, added / told["captured"]["held_bytes"])


if __name__ == "__main__":
    sys.exit(main())
