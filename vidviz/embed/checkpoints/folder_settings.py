"""A digest of what a Hugging Face checkpoint's folder says of the network, beside the weights themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from vidviz.numbers.digests import short_digest

SETTINGS_FILES = (
    "config.json",
    "video_preprocessor_config.json",
    "preprocessor_config.json",
    "processor_config.json",
)
# What changes no number that the network gives.
NAMES_ONLY = ("_name_or_path", "architectures", "dtype", "id2label", "label2id", "torch_dtype", "transformers_version")


def settings_digest(folder: Path) -> str:
    """16 hexadecimal digits of the settings in a folder; the same however its files are formatted."""
    return short_digest(json.dumps([_settings(folder / name) for name in SETTINGS_FILES], sort_keys=True))


def _settings(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # what cannot be read is told where it is needed
        return None
    if not isinstance(content, dict):
        return None
    return {key: value for key, value in content.items() if key not in NAMES_ONLY}
