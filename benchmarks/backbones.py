"""Memory and speed of every backbone on this machine, as a table.

    python benchmarks/backbones.py                        # all of them, printed as Markdown
    python benchmarks/backbones.py r3d_18 x3d_s           # some
    python benchmarks/backbones.py --out backbones.md     # and written to a file

Each backbone runs in a process of its own, with random weights (speed does not depend on what a network has
learned) in the number type that is fastest here, on the usual input and batch: clips a second of the whole forward
pass from frames to vectors, the peak memory of the process, and what the registry estimates. The last column is the
speed relative to R3D-18 in the same run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from parts.machine import describe_machine

from vidviz.embed.backbones import backbones
from vidviz.embed.description import Backbone

REFERENCE = "r3d_18"
HEADER = (
    "| backbone | family | input | parameters M | GMACs a clip | batch | precision | clips/s | peak GiB | estimate GiB "
    "| relative to R3D-18 |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="backbones; all where none is named")
    parser.add_argument("--out", type=Path, help="write the table to this file as well")
    options = parser.parse_args()
    names = options.names or list(backbones())
    machine = describe_machine()
    print(machine, "", HEADER, sep="\n", flush=True)
    reference = measure(REFERENCE)
    lines = []
    for name in names:
        told = reference if name == REFERENCE else measure(name)
        lines.append(row_of(backbones()[name], told, reference))
        print(lines[-1], flush=True)
    if options.out:
        options.out.write_text("\n".join([machine, "", HEADER, *lines, ""]), encoding="utf-8")


def measure(name: str) -> dict[str, Any]:
    """What one backbone takes, in a process of its own; its last line where it fails."""
    command = [sys.executable, "-m", "parts.one_backbone", name]
    ended = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    if ended.returncode:
        return {"failed": (ended.stderr.strip().splitlines() or ["killed"])[-1]}
    told: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return told


def row_of(backbone: Backbone, told: dict[str, Any], reference: dict[str, Any]) -> str:
    """One line of the table."""
    frames = backbone.frames
    known = (
        f"| {backbone.name} | {backbone.family} | {frames.num_frames} x {frames.crop_px} px "
        f"| {backbone.parameters_millions:.2f} | {backbone.clip_gmacs:.2f} "
    )
    if "failed" in told:
        return f"{known}| | | {told['failed']} | | {backbone.memory_gib:.1f} | |"
    relative = f"{told['per_second'] / reference['per_second']:.2f}" if "per_second" in reference else ""
    return (
        f"{known}| {told['batch']} | {told['precision']} | {told['per_second']:.2f} | {told['peak_gib']:.2f} "
        f"| {backbone.memory_gib:.1f} | {relative} |"
    )


if __name__ == "__main__":
    main()
