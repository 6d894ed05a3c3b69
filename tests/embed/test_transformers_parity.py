"""TimeSformer against numbers taken once from the published implementation.

They were taken with stand-in weights, drawn from the parameters' names, and an input of a fixed seed.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from vidviz.embed.nets.hub_transformers import timesformer_b

LARGEST_DIFFERENCE = 1e-4
BLOCKS = "timesformer.encoder.layer"
REFERENCE: dict[str, Any] = json.loads((Path(__file__).parent / "parity" / "timesformer_b.json").read_text())


def fill_stand_in(model: nn.Module) -> nn.Module:
    """Weights that depend on the parameters' names alone; networks here have no running statistics."""
    for key, tensor in model.state_dict().items():
        noise = torch.randn(tensor.shape, generator=torch.Generator().manual_seed(zlib.crc32(key.encode())))
        if tensor.dim() > 1:
            tensor.copy_(noise * tensor[0].numel() ** -0.5)
        else:
            tensor.copy_(0.1 * noise + (1 if key.endswith("weight") else 0))
    return model.eval()


def test_names_and_shapes_are_the_published_ones() -> None:
    with torch.device("meta"):
        model = timesformer_b()
    wanted = dict(REFERENCE["outside_blocks"])
    for number in range(REFERENCE["blocks"]):
        wanted |= {f"{BLOCKS}.{number}.{key}": shape for key, shape in REFERENCE["block"].items()}
    assert {key: list(tensor.shape) for key, tensor in model.state_dict().items()} == wanted
    assert sum(parameter.numel() for parameter in model.parameters()) == REFERENCE["parameters"]


@pytest.mark.slow
def test_tokens_and_class_scores_are_the_published_ones() -> None:
    with torch.device("meta"):
        model = timesformer_b()
    # Fresh weights would take seconds to draw and are replaced at once.
    model = fill_stand_in(model.to_empty(device="cpu"))
    tokens: list[Tensor] = []
    for layer in ("timesformer.embeddings", *(f"{BLOCKS}.{number}" for number in range(REFERENCE["blocks"]))):
        model.get_submodule(layer).register_forward_hook(lambda _m, _i, out: tokens.append(out))
    # The reference takes frames before channels.
    frames = torch.randn(REFERENCE["input"], generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        scores = model(frames.transpose(1, 2))
    assert scores.shape == (1, len(REFERENCE["logits"]))
    assert (scores[0] - torch.tensor(REFERENCE["logits"])).abs().max() < LARGEST_DIFFERENCE
    for output, wanted in zip(tokens, REFERENCE["hidden_states"], strict=True):
        assert list(output.shape) == wanted["shape"]
        assert output.mean().item() == pytest.approx(wanted["mean"], abs=LARGEST_DIFFERENCE)
        assert output.std().item() == pytest.approx(wanted["std"], abs=LARGEST_DIFFERENCE)
        assert output[0, 0, :8].tolist() == pytest.approx(wanted["cls_first8"], abs=LARGEST_DIFFERENCE)
