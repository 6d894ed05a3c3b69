"""Reference numbers of the published implementations, and the stand-in weights they were taken with."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

REFERENCES = Path(__file__).parents[1] / "parity"


def flat_keys(tree: Any, path: str = "") -> dict[str, tuple[int, ...]]:
    """Dotted names with shapes, of names nested by their parts."""
    if isinstance(tree, list):
        return {path: tuple(tree)}
    flat: dict[str, tuple[int, ...]] = {}
    for part, below in tree.items():
        flat |= flat_keys(below, f"{path}.{part}" if path else part)
    return flat


def stand_in(key: str, tensor: torch.Tensor) -> torch.Tensor:
    """The values a tensor has in the reference: they depend on its name and shape alone."""
    noise = torch.randn(tensor.shape, generator=torch.Generator().manual_seed(zlib.crc32(key.encode())))
    if key.endswith("running_var"):
        return 1 + 0.1 * noise.abs()
    if tensor.dim() > 1:
        return noise * tensor[0].numel() ** -0.5
    # What remains are running means, biases, and the weights of normalisations.
    return 1 + 0.1 * noise if key.endswith("weight") else 0.1 * noise


@pytest.fixture
def fill_stand_in() -> Callable[[nn.Module], nn.Module]:
    """Puts the reference's stand-in weights into a network."""

    def fill(model: nn.Module) -> nn.Module:
        for key, tensor in model.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(stand_in(key, tensor))
        return model.eval()

    return fill


@pytest.fixture
def reference() -> Callable[[str], dict[str, Any]]:
    """Reads the reference of a network: `state_dict` by dotted name, `parameters`, `input`, `stages`, `logits`."""

    def read(name: str) -> dict[str, Any]:
        numbers: dict[str, Any] = json.loads((REFERENCES / f"{name}.json").read_text(encoding="utf-8"))
        return numbers | {"state_dict": flat_keys(numbers["state_dict"])}

    return read
