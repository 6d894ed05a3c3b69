"""The registry's rows of our own networks, where the tests of all rows do not reach."""

from __future__ import annotations

import re

import pytest
import torch

from vidviz.embed.build import build_outline
from vidviz.embed.description import Backbone
from vidviz.embed.families.cnn_3d_papers import C3D, ROWS, X3D_M, X3D_S, X3D_XS


def renamed(name: str) -> str:
    for pattern, replacement in C3D.renamed_keys:
        name = re.sub(pattern, replacement, name)
    return name


def mmaction2_names() -> list[str]:
    """What MMAction2 calls the parameters of its C3D, class head included."""
    convolutions = ("1a", "2a", "3a", "3b", "4a", "4b", "5a", "5b")
    layers = [*(f"conv{group}.conv" for group in convolutions), "fc6", "fc7"]
    return [f"{layer}.{kind}" for layer in layers for kind in ("weight", "bias")]


@pytest.mark.parametrize("prefix", ["", "backbone."])
def test_mmaction2s_names_of_c3d_become_ours(prefix: str) -> None:
    ours = list(build_outline(C3D).state_dict())
    (published,) = C3D.weights
    without_head = [name for name in ours if not name.startswith(published.may_lack)]
    assert [renamed(prefix + name) for name in mmaction2_names()] == without_head
    assert [renamed(f"cls_head.fc_cls.{kind}") for kind in ("weight", "bias")] == ["fc8.weight", "fc8.bias"]
    assert [renamed(name) for name in ours] == ours


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_smallest_input_gives_an_embedding(row: Backbone) -> None:
    assert row.smallest is not None
    assert row.smallest.num_frames * row.smallest.crop_px**2 < row.frames.num_frames * row.frames.crop_px**2
    model = build_outline(row)
    found: list[torch.Tensor] = []
    model.get_submodule(row.embedding_layer).register_forward_hook(lambda _m, _i, out: found.append(out))
    spec = row.smallest
    with torch.no_grad():
        model(torch.empty(1, 3, spec.num_frames, spec.crop_px, spec.crop_px, device="meta"))
    assert found[0].shape[:2] == (1, row.embedding_size)


def test_x3d_xs_s_and_m_are_one_network() -> None:
    states = [build_outline(row).state_dict() for row in (X3D_XS, X3D_S, X3D_M)]
    shapes = [{key: tensor.shape for key, tensor in state.items()} for state in states]
    assert shapes[0] == shapes[1] == shapes[2]


def test_a_clip_lasts_as_long_as_in_training() -> None:
    seconds = {row.name: round(row.native_seconds, 2) for row in ROWS}
    assert seconds == {
        "c3d": 0.53,
        "inception_i3d": 2.56,
        "i3d_r50": 2.13,
        "x3d_xs": 1.6,
        "x3d_s": 2.6,
        "x3d_m": 2.67,
        "x3d_l": 2.67,
        "slowfast_r50": 2.13,
    }


def test_hashes_in_file_names_are_the_rows() -> None:
    (published,) = C3D.weights
    assert published.file_name.endswith(f"-{published.sha256_prefix}.pth")
