"""The layer tree: order, shapes, counts, and what has no shape."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import Tensor, nn
from torchvision.models.video import r3d_18

from vidviz.errors import UnknownNameError
from vidviz.introspect.tree import layer_tree


class Shuffled(nn.Module):
    """Registered in another order than it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(4, 2)
        self.unused = nn.Linear(3, 3)
        self.first = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU())
        self.split = Split()

    def forward(self, frames: Tensor) -> Tensor:
        hidden = self.first[1](self.first(frames))
        return self.last(self.split(hidden)[0].mean((2, 3)))


class Split(nn.Module):
    def forward(self, values: Tensor) -> list[Tensor]:
        return [values, values]


def test_execution_order_shapes_and_notes() -> None:
    model = Shuffled().train()
    tree = layer_tree(model, torch.zeros(2, 3, 8, 8))
    assert [layer.name for layer in tree] == ["first", "first.0", "first.1", "split", "last", "unused"]
    layers = {layer.name: layer for layer in tree}
    assert layers["first"].output_shape == (4, 8, 8)
    assert (layers["first"].num_parameters, layers["first.0"].depth) == (112, 1)
    assert layers["first.1"].num_calls == 2
    assert layers["split"].output_shape is None
    assert layers["split"].note == "It gives a list (Tensor, Tensor), not one tensor."
    assert (layers["unused"].num_calls, layers["unused"].note) == (0, "The forward pass does not call it.")
    assert model.training
    assert sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules()) == 0


def test_on_the_meta_device_with_stages_first() -> None:
    with torch.device("meta"):
        model = r3d_18()
    tree = layer_tree(model, torch.empty(1, 3, 16, 112, 112, device="meta"), ["layer4", "stem"])
    assert [(layer.name, layer.is_stage) for layer in tree[:3]] == [("layer4", True), ("stem", True), ("stem.0", False)]
    assert tree[0].output_shape == (512, 2, 7, 7)
    assert tree[1].output_shape == (64, 16, 56, 56)
    assert len(tree) == len(list(model.modules())) - 1


def test_shares_of_compute_are_those_counted_by_hand() -> None:
    model = nn.Sequential(nn.Conv3d(3, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 2 * 5 * 5, 7))
    layers = {layer.name: layer for layer in layer_tree(model, torch.zeros(1, 3, 2, 5, 5))}
    conv, dense = 4 * 2 * 5 * 5 * 3 * 27, 4 * 2 * 5 * 5 * 7
    assert layers["0"].compute_share == pytest.approx(conv / (conv + dense))
    assert layers["3"].compute_share == pytest.approx(dense / (conv + dense))
    assert layers["1"].compute_share == 0


def test_unknown_stage() -> None:
    with pytest.raises(UnknownNameError, match="first"):
        layer_tree(Shuffled(), torch.zeros(1, 3, 4, 4), ["frist"])


def test_importing_does_not_import_torch() -> None:
    code = (
        "import sys, vidviz.introspect.capture, vidviz.introspect.tree, vidviz.introspect.feature_films,"
        "vidviz.introspect.fields.receptive_field, vidviz.introspect.film_layout, vidviz.introspect.saliency,"
        "vidviz.introspect.attention, vidviz.introspect.kernels, vidviz.introspect.fields.effective_field;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
