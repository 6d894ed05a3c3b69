"""Looking inside: from choosing a clip to its film, drawing speed, and the memory of capturing.

    python benchmarks/inside.py [--check] [--no-browser]

Prints

- from choosing a clip to the film, on the server, once the network is loaded: reading the clip, the forward pass up to
  the last of the layers, and their sheets of 16 channels (targets: simple3d_motion 1 s, r3d_18 with four layers 3 s);
- the same in a browser, from pressing Next in an open session to the drawn film of a clip that was never looked at,
  median of five (same targets), and drawings a second while four layers of r3d_18 play 64 channels each at four times
  their speed (target: 10);
- the peak memory that capturing four layers of r3d_18 adds to a forward pass, as a part of their size (target: 1.10):
  resident memory of a process of its own, read from the kernel, so that what torch allocates is counted.

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
from vidviz.services.importing import import_run
from vidviz.services.inside import layer_films
from vidviz.services.inside.channel_choice import ChannelChoice, choose_sheets
from vidviz.services.library import contents
from vidviz.services.library.workspaces import open_workspace
from vidviz.workspace_folder import WorkspaceFolder

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"
NUM_CLIPS, NUM_CHANNELS = 6, 16
LARGE = "r3d_18"
CASES = {
    "simple3d_motion": (("conv1", "pool1", "conv2"), 1.0),
    LARGE: (("stem", "layer1", "layer2", "layer3"), 3.0),
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
        folder = open_workspace(Path(place) / "workspace")
        files = tuple(str(file) for file in sorted(SAMPLES.glob("slide-*.mp4"))[:NUM_CLIPS])
        import_run.import_videos(folder, import_run.ImportRequest(files))
        clips = [int(number) for number in contents.clip_table(folder)["clip_id"]]
        for network, (layers, target) in CASES.items():
            seconds = time_films(folder, clips, network, layers)
            print(f"choose a clip -> film, {network:16} {len(layers)} layers: {seconds:.2f} s (target {target:g})")
            missed.append(seconds > target)
        if not asked.no_browser and find_browser():
            missed += _measure_in_browser(folder, clips)
    part = memory_part(LARGE, CASES[LARGE][0])
    print(f"capturing adds {part:.2f} of the layers' size to the peak (target {TARGET_MEMORY})")
    missed.append(part > TARGET_MEMORY)
    return int(asked.check and any(missed))


def _measure_in_browser(folder: WorkspaceFolder, clips: list[int]) -> list[bool]:
    """Print what a person waits for; which targets are missed."""
    cases = {network: layers for network, (layers, _) in CASES.items()}
    told, missed = measure(folder.path, clips[0], cases, len(clips) - 1, LARGE, MOST_CHANNELS), []
    for network, figures in told.items():
        layers, target = CASES[network]
        print(
            f"Next -> film in the browser, {network:16} {len(layers)} layers: {figures['film_seconds']:.2f} s, slowest "
            f"{figures['slowest_seconds']:.2f} s (target {target:g})"
        )
        missed.append(figures["film_seconds"] > target)
    draws = told[LARGE]["draws_per_second"]
    print(f"drawing {LARGE}, {len(CASES[LARGE][0])} layers x {MOST_CHANNELS} channels: {draws:.1f} draws/s (target 10)")
    return [*missed, draws < TARGET_DRAWS]


def time_films(folder: WorkspaceFolder, clips: list[int], network: str, layers: tuple[str, ...]) -> float:
    """Seconds from a clip that was never looked at to its sheets, at best, with the network loaded."""
    waits = []
    for clip in clips:
        begun = time.perf_counter()
        inspection = layer_films.inspect_clip(folder, clip, network, "auto" if network != LARGE else "random", layers)
        frames_sheet(inspection.frames)
        for sheet in choose_sheets(inspection, ChannelChoice(NUM_CHANNELS)):
            film_sheet(sheet.pixels)
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
