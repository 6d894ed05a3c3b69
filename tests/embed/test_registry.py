"""The registry's rows against what is published and what is really built."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest
import torch

from vidviz.embed.backbones import backbones, find_backbone
from vidviz.embed.build import build_outline
from vidviz.embed.count import count_backbone, count_outline
from vidviz.embed.description import Backbone, Stage
from vidviz.embed.layers import layer_choices, resolve_layer
from vidviz.errors import UnknownNameError
from vidviz.types import FrameSpec

ROWS = list(backbones().values())
TORCHVISION = {"r3d_18": "R3D_18_Weights", "resnet50": "ResNet50_Weights"}


def tiny() -> torch.nn.Module:
    nn = torch.nn
    return nn.Sequential(nn.Conv3d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(8, 2))


def test_listing_does_not_import_torch() -> None:
    code = (
        "import sys; from vidviz.embed.backbones import backbones, find_backbone;"
        "from vidviz.embed.checkpoints.weights import weights_state;"
        "[weights_state(b) for b in backbones().values()];"
        "import vidviz.embed.load, vidviz.embed.embedder, vidviz.embed.pool;"
        "sys.exit('torch' in sys.modules or 'torchvision' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_first_backbones_are_there() -> None:
    assert {"simple3d", "r3d_18", "resnet50"} <= set(backbones())
    assert all(name == row.name for name, row in backbones().items())


def test_unknown_backbone_offers_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="r3d_18"):
        find_backbone("r3d18")


def test_a_row_checks_itself() -> None:
    row = find_backbone("r3d_18")
    with pytest.raises(ValueError, match="default weights"):
        dataclasses.replace(row, default_weights="NONE")
    with pytest.raises(ValueError, match="module:function"):
        dataclasses.replace(row, build="resnet")


@pytest.mark.parametrize("backbone", ROWS, ids=lambda row: row.name)
def test_row_agrees_with_the_built_network(backbone: Backbone) -> None:
    model, shapes = build_outline(backbone), {}
    for stage in backbone.stages:
        module = resolve_layer(model, stage.layer)
        module.register_forward_hook(lambda _m, _i, out, name=stage.layer: shapes.update({name: out.shape}))
    counted = count_outline(model, backbone)
    assert counted.parameters == round(backbone.parameters_millions * 1e6)
    assert counted.gmacs == pytest.approx(backbone.gmacs, rel=0.02)
    assert list(shapes) == [stage.layer for stage in backbone.stages]
    assert shapes[backbone.embedding_layer][backbone.channel_axis(backbone.embedding_layer)] == backbone.embedding_size
    assert backbone.embedding_layer in {stage.layer for stage in backbone.stages}
    assert backbone.memory_gib * 2**30 > 4 * counted.parameters


def test_counting_counts_what_a_person_would() -> None:
    # 3 x 8 kernels of 3 x 3 x 3 at 6 x 62 x 62 places, and 8 x 2 weights; the biases are no products.
    row = dataclasses.replace(
        find_backbone("simple3d"), frames=FrameSpec(num_frames=8, resize_px=64, crop_px=64), build=f"{__name__}:tiny"
    )
    counted = count_backbone(row)
    assert counted.parameters == 3 * 8 * 27 + 8 + 8 * 2 + 2
    assert counted.gmacs == pytest.approx((3 * 8 * 27 * 6 * 62 * 62 + 8 * 2) / 1e9)


@pytest.mark.parametrize("name", TORCHVISION)
def test_figures_are_torchvisions(name: str) -> None:
    from torchvision.models import get_weight

    for weights in find_backbone(name).weights:
        row = find_backbone(name).trained_as(weights)
        published = get_weight(f"{TORCHVISION[name]}.{weights.name}")
        transform, meta = published.transforms(), published.meta
        assert weights.url == published.url
        assert weights.size_mb == pytest.approx(meta["_file_size"])
        assert weights.file_name.split("-")[1].startswith(weights.sha256_prefix)
        assert len(weights.sha256_prefix) >= 8
        assert meta["num_params"] == round(row.parameters_millions * 1e6)
        assert row.gmacs == pytest.approx(meta["_ops"])
        assert (list(row.mean), list(row.std)) == (list(transform.mean), list(transform.std))
        resize = list(row.frames.resize_px) if isinstance(row.frames.resize_px, tuple) else [row.frames.resize_px]
        assert resize == list(transform.resize_size)
        assert row.frames.crop_px == transform.crop_size[0]
        top1 = next(iter(meta["_metrics"].values()))["acc@1"]
        assert f"{top1:.2f}" in row.accuracy or f"{top1:.3f}" in row.accuracy


def test_layer_choices_put_stages_first() -> None:
    row = find_backbone("r3d_18")
    assert layer_choices(row) == row.stages
    choices = layer_choices(row, build_outline(row))
    assert choices[: len(row.stages)] == row.stages
    assert any(choice.layer == "layer4.1.conv2.0" for choice in choices)
    assert len({choice.layer for choice in choices}) == len(choices)


def test_unknown_layer_offers_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="avgpool"):
        resolve_layer(build_outline(find_backbone("r3d_18")), "avgpol")
    with pytest.raises(UnknownNameError):
        resolve_layer(build_outline(find_backbone("r3d_18")), "")


def test_channel_axis_is_that_of_the_nearest_stage() -> None:
    stages = (Stage("blocks", "Blocks", -1), Stage("blocks.0.conv", "First", 1), Stage("fc", "Scores"))
    row = dataclasses.replace(find_backbone("r3d_18"), stages=stages)
    assert row.channel_axis("blocks.3.norm") == -1
    assert row.channel_axis("blocks.0.conv.bias") == 1
    assert row.channel_axis("blocks2") == 1
