"""What FiftyOne reads: a `FiftyOneTemporalDetectionDataset`, the vectors, and a script that puts them together.

The format is FiftyOne's own for stretches of videos: labels.json with the classes and, a video, its stretches as first
and last frame; data.json from the videos' keys to their files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from vidviz.records import LABEL, Video
from vidviz.services.export.chosen_clips import OpenPart, TakenClips, write_text
from vidviz.services.library import contents
from vidviz.store import videos
from vidviz.store.catalogue import read_catalogue
from vidviz.types import VideoProbe
from vidviz.workspace_folder import WorkspaceFolder

UNLABELLED = "no label"

# Ten lines, so that they can be read before they are run.
LOADER = '''"""Load these clips into FiftyOne, with their labels and embeddings: python load_into_fiftyone.py"""
from pathlib import Path

import fiftyone as fo
import numpy as np

here = Path(__file__).resolve().parent
kind = fo.types.FiftyOneTemporalDetectionDataset
videos = fo.Dataset.from_dir(str(here), kind, data_path="data.json", label_field="clip", dynamic=True)
clips = videos.to_clips("clip")  # one sample a clip: its label and numbers are in the field "clip"
with np.load(here / "embeddings.npz", allow_pickle=False) as file:
    vector_of = dict(zip(map(str, file["clip_ids"]), file["vectors"]))
clips.set_values("embedding", [vector_of[number] for number in clips.values("clip.clip_id")])
print(clips)
if __name__ == "__main__":
    fo.launch_app(clips).wait()
'''

README = """{count:,} clips of {title}, weights: {weights}.{random}

    pip install fiftyone
    python load_into_fiftyone.py

loads them and opens FiftyOne: one sample a clip, with its label and numbers in the field "clip" and its vector in
"embedding". For FiftyOne's own map of them, in Python:

    from load_into_fiftyone import clips
    import fiftyone.brain
    fiftyone.brain.compute_visualization(clips, embeddings="embedding")

The videos are not in here. data.json names them where they lie on the machine this was made on; on another machine,
copy them and change the paths there. They belong to whoever made them.

labels.json gives each clip as the first and last frame of its video, counted from 1; its times in seconds, its number
in vidviz and its further labels are attributes. Clips without a label are called "{unlabelled}".
"""


def write_fiftyone(folder: WorkspaceFolder, taken: TakenClips, open_part: OpenPart) -> None:
    """Write labels.json, data.json, embeddings.npz, load_into_fiftyone.py and README.txt."""
    with read_catalogue(folder) as db:
        known = {video.id: video for video in videos.list_videos(db)}
    paths = {video_id: known[video_id].path for video_id in dict.fromkeys(taken.table["video_id"])}
    write_text(open_part, "labels.json", json.dumps(_labels(taken, known), indent=1, allow_nan=False))
    write_text(open_part, "data.json", json.dumps(paths, indent=1))
    with open_part("embeddings.npz") as file:
        np.savez(file, **taken.arrays())  # type: ignore[arg-type]
    write_text(open_part, "load_into_fiftyone.py", LOADER)
    spec = taken.spec
    random = " They are random: the network was never trained." if spec.random_weights else ""
    text = README.format(count=len(taken), title=spec.title, weights=spec.weights, random=random, unlabelled=UNLABELLED)
    write_text(open_part, "README.txt", text)


def frame_support(start_seconds: float, end_seconds: float, probe: VideoProbe) -> tuple[int, int]:
    """The first and last frame of a stretch, counted from 1, both inside the video.

    A frame that is on screen at `end_seconds` belongs to what comes after. Frames are taken as evenly spaced, as
    FiftyOne itself takes them.
    """
    frames = max(1, probe.num_frames)
    rate = frames / probe.duration_seconds if probe.duration_seconds > 0 else probe.frame_rate
    first = min(frames, int(np.floor(start_seconds * rate + 1e-6)) + 1)
    last = int(np.ceil(end_seconds * rate - 1e-6))
    return first, min(frames, max(first, last))


def attribute_names(columns: Sequence[str]) -> dict[str, str]:
    """Label column -> a name that FiftyOne takes as a field's, all different."""
    names: dict[str, str] = {}
    for column in columns:
        name = "label_" + re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")
        taken = sum(other == name or other.startswith(f"{name}__") for other in names.values())
        names[column] = f"{name}__{taken + 1}" if taken else name
    return names


def _labels(taken: TakenClips, known: dict[str, Video]) -> dict[str, Any]:
    names = [value or UNLABELLED for value in taken.table[LABEL].tolist()]
    classes = sorted(set(names))
    number = {name: place for place, name in enumerate(classes)}
    others = attribute_names([name for name in contents.label_columns(taken.table) if name != LABEL])
    found: dict[str, list[dict[str, Any]]] = {}
    for name, row in zip(names, taken.table.to_dict("records"), strict=True):
        support = frame_support(row["start_seconds"], row["end_seconds"], known[row["video_id"]].probe)
        attributes = {
            "clip_id": str(row["clip_id"]),
            "video": row["video"],
            "start_seconds": row["start_seconds"],
            "end_seconds": row["end_seconds"],
        } | {others[column]: row[column] for column in others}
        entry = {"label": number[name], "support": list(support), "attributes": attributes}
        found.setdefault(row["video_id"], []).append(entry)
    return {"classes": classes, "labels": found}
