"""What a network's class scores are called, where its weights say so; read without a network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vidviz.embed.checkpoints.weights import WeightsChoice
from vidviz.embed.description import Backbone

FACTORS = ("motion", "shape", "colour")
"""What the bundled networks' scores are about, in the order of the scores."""

# Files beside a checkpoint in which people keep the names; `NAME` stands for the checkpoint's own name.
NAME_FILES = tuple(
    f"{stem}{ending}"
    for stem in ("NAME_labels", "NAME_classes", "labels", "classes", "class_names", "id2label", "class_to_idx", "NAME")
    for ending in (".txt", ".json")
)
LONGEST_BYTES = 4_000_000
# What trainers call them inside a checkpoint, in lower case.
NAMES_WITHIN = ("classes", "class_names", "class_to_idx", "idx_to_class", "id2label", "categories", "labels")


def find_class_names(backbone: Backbone, choice: WeightsChoice) -> tuple[str, ...]:
    """The names of the classes in the order of the scores; empty where nobody says.

    One's own weights have theirs in the folder's `config.json`, or in a file beside them: `NAME.txt`, `labels.txt`,
    `classes.txt` with a name a line, or `.json` with a list or a table of names and numbers.

    Args:
        backbone: the description.
        choice: its weights; random ones have learned no class.
    """
    if choice.path is None:
        return ()
    if choice.published is None or choice.published.repository:
        return _read_own(choice.path)
    if choice.published.bundled:
        return _read_bundled(choice.path)
    return _read_torchvision(backbone.name, choice.published.name)


def names_within(content: Any) -> tuple[str, ...]:
    """The names that a checkpoint holds beside its tensors; empty where it holds none."""
    tables = [content, content.get("meta")] if isinstance(content, Mapping) else []
    held = {str(key).lower(): value for table in tables if isinstance(table, Mapping) for key, value in table.items()}
    return next((names for key in NAMES_WITHIN if (names := _names_of(held.get(key)))), ())


def _read_bundled(path: Path) -> tuple[str, ...]:
    from safetensors import safe_open

    with safe_open(str(path), "pt") as opened:
        metadata = opened.metadata() or {}
    return tuple(str(name) for factor in FACTORS if factor in metadata for name in json.loads(metadata[factor]))


def _read_torchvision(name: str, weights: str) -> tuple[str, ...]:
    from torchvision.models import get_model_weights

    try:
        categories = get_model_weights(name)[weights].meta.get("categories", ())
    except (KeyError, ValueError):
        return ()
    return tuple(str(category) for category in categories)


def _read_own(path: Path) -> tuple[str, ...]:
    return next((names for file in _candidates(path) if (names := _read_names(file))), ())


def _candidates(path: Path) -> Iterator[Path]:
    folder, stem = (path, "") if path.is_dir() else (path.parent, path.stem)
    if path.is_dir():
        yield folder / "config.json"
    for name in NAME_FILES:
        file = folder / name.replace("NAME", stem)
        if file.is_file() and file.stat().st_size <= LONGEST_BYTES and (stem or "NAME" not in name):
            yield file


def _read_names(file: Path) -> tuple[str, ...]:
    try:
        text = file.read_text(encoding="utf-8-sig")
        found = _names_of(json.loads(text)) if file.suffix == ".json" else _names_of_lines(text)
    except (OSError, ValueError):
        return ()
    # What transformers writes where nobody gave names.
    return () if all(re.fullmatch(r"LABEL_\d+", name) for name in found) else found


def _names_of_lines(text: str) -> tuple[str, ...]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    numbered = [re.fullmatch(r"(\d+)[\s:,;]+(.+)", line) for line in lines]
    if lines and all(match and int(match[1]) == place for place, match in enumerate(numbered)):
        return tuple(match[2].strip() for match in numbered if match)
    return tuple(lines)


def _names_of(content: Any) -> tuple[str, ...]:
    """Names of a list, of {number: name}, of {name: number}, or of any of these as `id2label`."""
    if isinstance(content, (list, tuple)):
        return tuple(str(name) for name in content) if all(isinstance(name, str) for name in content) else ()
    if not isinstance(content, Mapping):
        return ()
    if "id2label" in content:
        return _names_of(content["id2label"])
    if content and all(isinstance(number, int) for number in content.values()):
        content = {number: name for name, number in content.items()}
    by_number = {int(number): str(name) for number, name in content.items() if re.fullmatch(r"\d+", str(number))}
    complete = len(by_number) == len(content) and sorted(by_number) == list(range(len(content)))
    return tuple(by_number[number] for number in range(len(by_number))) if complete else ()
