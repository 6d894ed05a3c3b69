"""What one's own classes are called: by a file beside the weights, by the checkpoint, by a folder's configuration."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from vidviz.embed.build import build_model
from vidviz.embed.checkpoints.class_names import find_class_names
from vidviz.embed.checkpoints.weights import WeightsChoice
from vidviz.embed.description import Backbone
from vidviz.embed.load import load_backbone

NAMES = ("jump", "run", "sit down")
FORMS: list[tuple[str, str]] = [
    ("labels.txt", "jump\nrun\nsit down\n"),
    ("classes.txt", "\ufeff0 jump\n1 run\n2 sit down"),
    ("class_names.txt", "0: jump\r\n1: run\r\n2: sit down\r\n"),
    ("mine_labels.txt", "jump\nrun\nsit down"),
    ("mine.txt", "jump\n\nrun\nsit down\n"),
    ("labels.json", json.dumps(NAMES)),
    ("mine.json", json.dumps({"id2label": {"0": "jump", "1": "run", "2": "sit down"}})),
    ("id2label.json", json.dumps({"2": "sit down", "0": "jump", "1": "run"})),
    ("class_to_idx.json", json.dumps({"sit down": 2, "jump": 0, "run": 1})),
]


def names_beside(row: Backbone, file: Path) -> tuple[str, ...]:
    return find_class_names(row, WeightsChoice("file:0", file))


@pytest.mark.parametrize(("name", "text"), FORMS)
def test_a_file_beside_the_weights(
    name: str, text: str, tiny_backbone: Callable[..., Backbone], tmp_path: Path
) -> None:
    row = tiny_backbone()
    assert names_beside(row, tmp_path / "mine.pth") == ()
    (tmp_path / name).write_bytes(text.encode())
    assert names_beside(row, tmp_path / "mine.pth") == NAMES


@pytest.mark.parametrize(
    "text", ["{", "[1, 2]", '{"0": "jump", "2": "run"}', "3", '{"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}']
)
def test_files_that_name_nothing(text: str, tiny_backbone: Callable[..., Backbone], tmp_path: Path) -> None:
    (tmp_path / "labels.json").write_text(text)
    assert names_beside(tiny_backbone(), tmp_path / "mine.pth") == ()


def test_a_folder_names_its_classes(tiny_backbone: Callable[..., Backbone], tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"id2label": {"0": "jump", "1": "run", "2": "sit down"}}))
    assert names_beside(tiny_backbone(), tmp_path) == NAMES
    (tmp_path / "config.json").write_text(json.dumps({"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}))
    assert names_beside(tiny_backbone(), tmp_path) == ()
    (tmp_path / "labels.txt").write_text("\n".join(NAMES))
    assert names_beside(tiny_backbone(), tmp_path) == NAMES


@pytest.mark.parametrize(
    "beside",
    [
        {"class_to_idx": {"sit down": 2, "jump": 0, "run": 1}},
        {"classes": list(NAMES)},
        {"meta": {"CLASSES": NAMES, "epoch": 3}},
        {"idx_to_class": {0: "jump", 1: "run", 2: "sit down"}},
    ],
)
def test_a_checkpoint_names_its_classes(
    beside: dict[str, Any], tiny_backbone: Callable[..., Backbone], tmp_path: Path
) -> None:
    row = tiny_backbone()
    head = {"fc3.weight": torch.ones(3, 8), "fc3.bias": torch.ones(3)}
    torch.save({"state_dict": build_model(row).state_dict() | head, **beside}, tmp_path / "mine.pth")
    (tmp_path / "labels.txt").write_text("others\nfrom\nelsewhere")
    assert load_backbone(row, tmp_path / "mine.pth", device="cpu").class_names == NAMES


def test_random_weights_have_learned_no_class(tiny_backbone: Callable[..., Backbone], tmp_path: Path) -> None:
    assert load_backbone(tiny_backbone(), "random", device="cpu").class_names == ()
