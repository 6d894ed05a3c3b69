"""Every sample of a label table in the documents is read, and gives the labels that it is there to show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vidviz.services.importing.found_files import FoundFile
from vidviz.services.importing.label_sources import read_label_table

PAGE = Path(__file__).parents[2] / "docs/reference/label-tables.md"
SAMPLES = dict(re.findall(r'^```\w+ title="([^"]+)"\n(.*?)^```$', PAGE.read_text(), re.MULTILINE | re.DOTALL))
WHOLE = {
    "labels.csv": ("run/a.mp4", {"label": "run", "place": "park"}),
    "kinetics.csv": ("-0_x_000012_000022.mp4", {"label": "run", "split": "train"}),
    "trainlist01.txt": ("v_Jump_g01_c01.avi", {"label": "Jump"}),
    "brush_hair_test_split1.txt": ("b.avi", {"label": "brush_hair", "split": "test"}),
    "train.json": ("42326.webm", {"label": "stacking 3 coins", "template": "Stacking [number of] [something]"}),
}
PARTS = {
    "segments.csv": ("a.mp4", [(0, 2.5), (2, 4)], ["run", "jump"]),
    "kinetics.csv": ("ab12.mp4", [(3, 13)], ["jump"]),
    "ava_train.csv": ("-5KQ66BBWC4.mkv", [(900.5, 903.5), (901.5, 904.5)], ["80, 9", "12"]),
    "activity_net.json": ("v_sJG.mp4", [(2.5, 9.6)], ["Bathing dog"]),
}


def read_sample(folder: Path, name: str):
    (folder / name).write_text(SAMPLES[name])
    return read_label_table(folder / name)


def file_of(shown: str) -> FoundFile:
    return FoundFile(Path("/films") / shown, shown)


def test_every_sample_is_looked_at():
    assert SAMPLES.keys() == WHOLE.keys() | PARTS.keys()


@pytest.mark.parametrize("name", WHOLE)
def test_samples_label_files(tmp_path, name):
    shown, labels = WHOLE[name]
    assert read_sample(tmp_path, name).find(file_of(shown)) == labels


@pytest.mark.parametrize("name", PARTS)
def test_samples_label_segments(tmp_path, name):
    shown, spans, labels = PARTS[name]
    found = read_sample(tmp_path, name).find_segments(file_of(shown))
    assert [segment.span for segment in found] == spans
    assert [segment.labels["label"] for segment in found] == labels
