"""Peak memory of a forward pass, with layers captured or without; run in a process of its own.

    python benchmarks/parts/capture_memory.py BACKBONE LAYER,LAYER,... plain|captured

Prints the peak in bytes and the size of what was captured. Every tensor is a mapping of its own (the threshold is set
below), so that freed memory goes back at once and the peak is that of live tensors.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

THRESHOLD = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "0"}


def main() -> None:
    """Run once and print."""
    if os.environ.get("MALLOC_MMAP_THRESHOLD_") != THRESHOLD["MALLOC_MMAP_THRESHOLD_"]:
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | THRESHOLD)
    import torch

    from vidviz.embed.load import load_backbone
    from vidviz.introspect.capture import capture_activations

    name, layers, way = sys.argv[1], sys.argv[2].split(","), sys.argv[3]
    loaded = load_backbone(name, "random", device="cpu")
    spec = loaded.backbone.frames
    clip = torch.zeros(1, 3, spec.num_frames, spec.crop_px, spec.crop_px)
    torch.set_num_threads(1)
    loaded.model(clip[:, :, :2])  # what is made once, at the first pass, is there
    reset_peak()
    with torch.inference_mode():
        if way == "plain":
            loaded.model(clip)
            held = 0
        else:
            with capture_activations(loaded.model, layers) as found:
                loaded.model(clip)
            held = sum(activation.untyped_storage().nbytes() for activation in found.values())
    print(json.dumps({"peak_bytes": read_peak(), "held_bytes": held}))


def reset_peak() -> None:
    """Have the kernel forget the peak so far: building the network took more than running it."""
    Path("/proc/self/clear_refs").write_text("5")


def read_peak() -> int:
    """Peak of the resident memory since then, in bytes."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


if __name__ == "__main__":
    main()
