"""Our networks against the published implementations: names and shapes, outputs of stages, class scores.

The reference numbers were taken once from the authors' (C3D: the field's reference) implementation, with stand-in
weights drawn from the names of the parameters and an input of a fixed seed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from vidviz.embed.nets.c3d import c3d
from vidviz.embed.nets.inception_i3d import inception_i3d
from vidviz.embed.nets.slowfast import slowfast_r50
from vidviz.embed.nets.x3d import x3d_s

Reference = Callable[[str], dict[str, Any]]
LARGEST_DIFFERENCE = 1e-4
NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "c3d": c3d,
    "inception_i3d": inception_i3d,
    "slowfast_r50": slowfast_r50,
    "x3d_s": x3d_s,
}


@pytest.mark.parametrize("name", NETWORKS)
def test_names_and_shapes_are_the_published_ones(name: str, reference: Reference) -> None:
    with torch.device("meta"):
        model = NETWORKS[name]()
    wanted = reference(name)
    assert {key: tuple(tensor.shape) for key, tensor in model.state_dict().items()} == wanted["state_dict"]
    assert sum(parameter.numel() for parameter in model.parameters()) == wanted["parameters"]


@pytest.mark.parametrize("name", NETWORKS)
def test_stages_and_class_scores_are_the_published_ones(
    name: str, reference: Reference, fill_stand_in: Callable[[nn.Module], nn.Module]
) -> None:
    wanted = reference(name)
    model = fill_stand_in(NETWORKS[name]())
    outputs: dict[str, Tensor] = {}
    for stage in wanted["stages"]:
        # A step of SlowFast gives two tensors, the second one's stage is called `.output1`.
        layer, _, second = stage.partition(".output1")
        which = 1 if second or stage != layer else 0
        model.get_submodule(layer).register_forward_hook(
            lambda _m, _i, out, stage=stage, which=which: outputs.update(
                {stage: out[which] if isinstance(out, list) else out}
            )
        )
    clips = torch.randn(wanted["input"], generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        scores = model(clips)
    difference = (scores[0] - torch.tensor(wanted["logits"])).abs().max()
    assert scores.shape == (1, len(wanted["logits"]))
    assert difference < LARGEST_DIFFERENCE
    for stage, numbers in wanted["stages"].items():
        compare_stage(outputs[stage], numbers)


def compare_stage(output: Tensor, numbers: dict[str, Any]) -> None:
    channel_means = output.transpose(0, 1).flatten(1).mean(1)[:64]
    assert list(output.shape) == numbers["shape"]
    assert output.mean().item() == pytest.approx(numbers["mean"], abs=LARGEST_DIFFERENCE)
    assert output.std().item() == pytest.approx(numbers["std"], abs=LARGEST_DIFFERENCE)
    assert channel_means.tolist() == pytest.approx(numbers["channel_means"], abs=LARGEST_DIFFERENCE)
