"""The tables of poolings, and what is made from their rows."""

from __future__ import annotations

import re

import pytest
import torch

from vidviz.embed import pool
from vidviz.embed.pool import SPACE, TIME, Pooling, PoolingRow, pool_activation
from vidviz.errors import BackboneError
from vidviz.services.backbones.backbone_choices import list_choices, pooling_titles, say_poolings

N, T, C, P = 2, 3, 4, 5


@pytest.mark.parametrize("name", SPACE)
def test_a_row_over_positions_says_what_it_gives(name: str) -> None:
    row = SPACE[name]
    pooled = row.pool(torch.rand(N, T, C, P))
    assert pooled.shape == (N, C if row.keeps_size else T * C * P)
    assert pooled.dtype == torch.float32
    assert Pooling.parse(name).keeps_size == row.keeps_size
    assert row.title


@pytest.mark.parametrize("name", TIME)
def test_a_row_over_frames_says_what_it_gives(name: str) -> None:
    row = TIME[name]
    assert row.pool(torch.rand(N, T, C)).shape == (N, C if row.keeps_size else T * C)
    assert Pooling.parse(f"mean+{name}").keeps_size == row.keeps_size
    assert row.title


@pytest.mark.parametrize("space", SPACE)
@pytest.mark.parametrize("time", ["", *TIME])
def test_the_size_that_is_checked_is_the_size_that_comes(
    space: str, time: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = f"{space}+{time}" if time else space
    activation = torch.rand(N * T, C, P)
    size = pool_activation(activation, written, frames_per_clip=T).shape[1]
    monkeypatch.setattr(pool, "FLATTEN_LIMIT", size)
    pool_activation(activation, written, frames_per_clip=T)
    monkeypatch.setattr(pool, "FLATTEN_LIMIT", size - 1)
    with pytest.raises(BackboneError, match=f"gives {size} numbers a clip"):
        pool_activation(activation, written, frames_per_clip=T)


def test_a_further_row_is_offered_and_named_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SPACE, "other", PoolingRow("another of positions", torch.Tensor.float))
    monkeypatch.setitem(TIME, "last", PoolingRow("the last frame alone", torch.Tensor.float))
    networks = list_choices()
    assert networks["simple3d"].poolings["other"] == "another of positions"
    assert networks["resnet18"].poolings["mean+last"] == "mean, the last frame alone"
    assert "mean+last" not in networks["simple3d"].poolings
    assert re.fullmatch(r"mean, max, gem, .* or other; then \+mean, \+max, .* or \+last", say_poolings())
    with pytest.raises(BackboneError, match=r"pool by mean, max, gem.* or other"):
        pool_activation(torch.zeros(1, 16, 4097), "flatten")


def test_titles_tell_poolings_apart() -> None:
    titles = list(pooling_titles(per_frame=True).values())
    assert len(set(titles)) == len(titles) == len(SPACE) + len(TIME) - 1
