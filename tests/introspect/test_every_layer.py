"""Every layer of every backbone opens, or says in a sentence why not; and capturing holds no more than it shows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from vidviz.embed.backbones import backbones
from vidviz.embed.build import build_model, build_outline
from vidviz.introspect.capture import capture_activations
from vidviz.introspect.fields.receptive_field import receptive_fields
from vidviz.introspect.film_layout import TokenGrid, find_grid, lay_out
from vidviz.introspect.tree import layer_tree

PART = Path(__file__).parents[2] / "benchmarks" / "parts" / "capture_memory.py"
REASONS = ("does not call it", "not one tensor", "did not call")
RUN_FOR_REAL = ("simple3d_motion", "simple2d_look", "r3d_18", "squeezenet1_1", "x3d_xs")


def example_of(name: str, device: str = "meta") -> torch.Tensor:
    row = backbones()[name]
    spec = row.smallest or row.frames
    frames = max(2, spec.num_frames) if row.per_frame else spec.num_frames
    shape = (frames, 3, spec.crop_px, spec.crop_px) if row.per_frame else (1, 3, frames, spec.crop_px, spec.crop_px)
    return torch.rand(shape, generator=torch.Generator().manual_seed(0)).to(device)


def opens_or_says_why(activation: torch.Tensor, grid: TokenGrid) -> bool:
    try:
        return lay_out(activation, grid).dim() == 4
    except ValueError as error:
        return len(str(error)) > 20


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(backbones()))
def test_every_layer_of_every_backbone(name: str) -> None:
    """By shape, without numbers: a film (C, T, H, W) or a reason; a field, global, or a reason."""
    model, example = build_outline(backbones()[name]), example_of(name)
    names = [layer for layer, _ in model.named_modules() if layer]
    grid = find_grid(model, example)
    with torch.no_grad(), capture_activations(model, names) as captured:
        model(example)
    assert set(captured) | set(captured.skipped) == set(names)
    for layer, activation in captured.items():
        assert opens_or_says_why(activation, grid), layer
    assert all(any(reason in said for reason in REASONS) for said in captured.skipped.values())
    for stage in backbones()[name].stages:
        assert lay_out(captured[stage.layer], grid).dim() == 4, stage
    fields = receptive_fields(model, example)
    assert set(fields) == set(names)
    for layer, field in fields.items():
        assert field.sees_everything or field.size or len(field.reason) > 10, layer
    tree = layer_tree(model, example)
    assert max(one.compute_share for one in tree) <= 1 + 1e-9
    inner = {layer for layer, module in model.named_modules() if not list(module.children())}
    assert sum(one.compute_share for one in tree if one.name in inner) > 0.5


@pytest.mark.slow
@pytest.mark.parametrize("name", RUN_FOR_REAL)
def test_every_layer_with_numbers(name: str) -> None:
    model, example = build_model(backbones()[name]), example_of(name, "cpu")
    names = [layer for layer, _ in model.named_modules() if layer]
    with torch.inference_mode(), capture_activations(model, names) as captured:
        model(example)
    assert all(activation.isfinite().all() for activation in captured.values())


@pytest.mark.slow
def test_capturing_adds_at_most_what_it_shows_and_a_tenth() -> None:
    told = {}
    for way in ("plain", "captured"):
        command = [sys.executable, str(PART), "r3d_18", "stem,layer1,layer2,layer3", way]
        told[way] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    held = told["captured"]["held_bytes"]
    assert held > 25e6
    assert told["captured"]["peak_bytes"] - told["plain"]["peak_bytes"] <= 1.1 * held
