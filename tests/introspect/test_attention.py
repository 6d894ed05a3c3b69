"""Attention as networks compute it: against their own weights, and what rollout must add up to."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models import VisionTransformer
from torchvision.models.video.swin_transformer import ShiftedWindowAttention3d
from transformers import (
    CLIPConfig,
    TimesformerConfig,
    VideoMAEConfig,
    VivitConfig,
    XCLIPConfig,
)

from vidviz.embed.nets.clip_models import CLIP, XCLIP
from vidviz.embed.nets.hub_transformers import TimeSformer, VideoMAE, ViViT
from vidviz.introspect.attention import read_attention
from vidviz.introspect.attention_watch import watch_attention
from vidviz.introspect.film_layout import TokenGrid, find_grid

SMALL = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}


@pytest.fixture
def timesformer() -> TimeSformer:
    torch.manual_seed(0)
    config = TimesformerConfig(image_size=16, patch_size=4, num_frames=3, attention_type="divided_space_time", **SMALL)
    return TimeSformer(config).eval()


@pytest.fixture
def videomae() -> VideoMAE:
    torch.manual_seed(0)
    config = VideoMAEConfig(image_size=16, patch_size=4, num_frames=4, tubelet_size=2, use_mean_pooling=True, **SMALL)
    return VideoMAE(config).eval()


def collect(model: nn.Module, clips: Tensor) -> dict[str, list[Tensor]]:
    found: dict[str, list[Tensor]] = {}
    with watch_attention(model, lambda layer, weights: found.setdefault(layer, []).append(weights.clone())):
        model(clips)
    return found


def test_weights_of_multihead_attention_are_its_own() -> None:
    torch.manual_seed(0)
    model = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).eval()
    tokens = torch.randn(1, 5, 8)
    expected = model(tokens)
    found = collect(model, tokens)
    assert list(found) == ["self_attn"]
    _, weights = model.self_attn(tokens, tokens, tokens, average_attn_weights=False)
    torch.testing.assert_close(found["self_attn"][0], weights)
    torch.testing.assert_close(model(tokens), expected)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


class Fused(nn.Module):
    """Fused attention, with or without a mask."""

    def __init__(self, mask: Tensor | None, *, causal: bool = False) -> None:
        super().__init__()
        self.mask, self.causal, self.inner = mask, causal, nn.Identity()

    def forward(self, tokens: Tensor) -> Tensor:
        parts = tokens.unflatten(2, (2, 4)).transpose(1, 2)
        return F.scaled_dot_product_attention(parts, parts, parts, attn_mask=self.mask, is_causal=self.causal)


@pytest.mark.parametrize("kind", ["none", "bool", "added", "causal"])
def test_weights_of_fused_attention_give_its_output(kind: str) -> None:
    torch.manual_seed(0)
    tokens = torch.randn(1, 5, 8)
    mask = {"bool": torch.ones(5, 5).tril().bool(), "added": torch.randn(5, 5)}.get(kind)
    model = Fused(mask, causal=kind == "causal")
    found = collect(model, tokens)
    weights = torch.cat(found[""], 1)
    values = tokens.unflatten(2, (2, 4)).transpose(1, 2)
    torch.testing.assert_close(weights @ values, model(tokens))


def test_divided_attention_is_told_apart(timesformer: TimeSformer) -> None:
    clips = torch.randn(1, 3, 3, 16, 16)
    grid = find_grid(timesformer, clips)
    assert grid == TokenGrid(3, 4, 4, frames_fastest=True)
    attention = read_attention(timesformer, clips, grid)
    assert [layer.kind for layer in attention.layers] == ["time", "space"] * 2
    time, space = attention.layers[:2]
    assert time.heads.shape == space.heads.shape == (2, 3, 4, 4)
    # At each place what all frames get adds up to 1; in each frame what all places get, but for the class token.
    np.testing.assert_allclose(time.heads.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(time.between_frames.sum(axis=2), 1, rtol=1e-5)
    assert (space.heads.sum(axis=(2, 3)) < 1).all()
    assert set(attention.rollouts) == {"time", "space"}
    np.testing.assert_allclose(attention.rollouts["time"].sum(axis=0), 1, rtol=1e-5)


def test_rollout_is_the_product_of_half_identity_and_mean_heads(videomae: VideoMAE) -> None:
    clips = torch.randn(1, 3, 4, 16, 16)
    grid = find_grid(videomae, clips)
    found = collect(videomae, clips)
    flow = torch.eye(32)
    for parts in found.values():
        flow = (0.5 * torch.cat(parts, 1).mean(1)[0] + 0.5 * torch.eye(32)) @ flow
    attention = read_attention(videomae, clips, grid)
    expected = flow.mean(0).view(2, 4, 4).numpy()
    np.testing.assert_allclose(attention.rollouts["joint"], expected, rtol=1e-4)
    assert [layer.heads.shape for layer in attention.layers] == [(2, 2, 4, 4)] * 2
    np.testing.assert_allclose(attention.layers[0].between_frames.sum(axis=2), 1, rtol=1e-5)


class Windows(nn.Module):
    """Attention within four windows of the clip."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv3d(3, 4, (1, 2, 2), (1, 2, 2))
        self.attend = nn.MultiheadAttention(4, 1, batch_first=True)

    def forward(self, clips: Tensor) -> Tensor:
        tokens = self.conv(clips).flatten(2).transpose(1, 2).reshape(4, -1, 4)
        return self.attend(tokens, tokens, tokens)[0]


def test_windows_say_why_there_is_no_picture() -> None:
    model, clips = Windows().eval(), torch.randn(1, 3, 2, 8, 8)
    attention = read_attention(model, clips, find_grid(model, clips))
    assert attention.layers[0].heads.size == 0
    assert attention.layers[0].reason == "it attends within parts of 8 tokens, which are not laid out"
    assert attention.rollouts == {}


def stack_heads(found: dict[str, list[Tensor]]) -> list[Tensor]:
    return [torch.cat(parts, 1) for parts in found.values()]


def test_a_position_looks_where_its_own_rows_of_weights_say(timesformer: TimeSformer, videomae: VideoMAE) -> None:
    clips = torch.randn(1, 3, 3, 16, 16)
    grid, (t, y, x) = find_grid(timesformer, clips), (1, 2, 3)
    time, space = stack_heads(collect(timesformer, clips))[:2]
    layers = read_attention(timesformer, clips, grid, (t, y, x)).layers
    place = y * 4 + x
    expected = np.zeros((2, 3, 4, 4), np.float32)
    expected[:, :, y, x] = time[place, :, t]
    np.testing.assert_array_equal(layers[0].heads, expected)
    expected = np.zeros((2, 3, 4, 4), np.float32)
    expected[:, t] = space[t, :, 1 + place, 1:].reshape(2, 4, 4)
    np.testing.assert_array_equal(layers[1].heads, expected)
    clips = torch.randn(1, 3, 4, 16, 16)
    joint = stack_heads(collect(videomae, clips))[0]
    attention = read_attention(videomae, clips, find_grid(videomae, clips), (1, 2, 3))
    np.testing.assert_array_equal(attention.layers[0].heads, joint[0, :, 16 + place].reshape(2, 2, 4, 4))
    assert attention.rollouts["joint"][1, 2, 3] == attention.rollouts["joint"].max()
    with pytest.raises(ValueError, match="no position"):
        read_attention(videomae, clips, find_grid(videomae, clips), (2, 0, 0))


def make_small(name: str) -> tuple[nn.Module, Tensor]:
    """The networks of the registry that attend, small."""
    torch.manual_seed(0)
    pictures = SMALL | {"image_size": 16, "patch_size": 4}
    text = SMALL | {"vocab_size": 12, "max_position_embeddings": 7}
    if name == "vit":
        return VisionTransformer(16, 4, 2, 2, 16, 16), torch.randn(3, 3, 16, 16)
    if name == "clip":
        return CLIP(CLIPConfig(vision_config=pictures, text_config=text, projection_dim=6)), torch.randn(3, 3, 16, 16)
    if name == "vivit":
        return ViViT(VivitConfig(num_frames=6, tubelet_size=[2, 4, 4], **pictures)), torch.randn(1, 3, 6, 16, 16)
    mit = {"mit_hidden_size": 6, "mit_intermediate_size": 10, "mit_num_attention_heads": 2, "num_frames": 3}
    config = XCLIPConfig(vision_config=pictures | mit, text_config=text, projection_dim=6, prompt_num_attention_heads=2)
    return XCLIP(config), torch.randn(1, 3, 3, 16, 16)


@pytest.mark.parametrize(("name", "kind"), [("vit", "space"), ("clip", "space"), ("vivit", "joint")])
@pytest.mark.parametrize("query", [None, (2, 1, 3)])
def test_vit_like_models_have_heads_and_a_rollout(name: str, kind: str, query: tuple[int, int, int] | None) -> None:
    model, clips = make_small(name)
    attention = read_attention(model.eval(), clips, TokenGrid(3, 4, 4), query)
    assert [(layer.kind, layer.heads.shape) for layer in attention.layers] == [(kind, (2, 3, 4, 4))] * 2
    rollout = attention.rollouts[kind]
    assert rollout.shape == (3, 4, 4)
    if query is not None:
        assert rollout[query] == rollout.max()
        assert kind == "joint" or rollout[:2].max() == 0
    else:
        # The class token of each frame, or of the clip, keeps at least a quarter for itself: a half in each block.
        total = rollout.sum(axis=(1, 2) if kind == "space" else None)
        assert (total > 0.4).all()
        assert (total < 0.75).all()


def test_messages_between_frames_and_places_in_them() -> None:
    model, clips = make_small("xclip")
    attention = read_attention(model.eval(), clips, TokenGrid(3, 4, 4))
    kinds = {layer.layer: layer.kind for layer in attention.layers}
    assert set(kinds.values()) == {"frames", "space"}
    for layer in attention.layers:
        frames_only = layer.kind == "frames"
        assert layer.heads.shape == ((2, 3, 1, 1) if frames_only else (2, 3, 4, 4))
        # In a frame the class token and the message take the rest.
        total = layer.heads.sum(axis=(1, 2, 3)) if frames_only else layer.heads.sum(axis=(2, 3))
        np.testing.assert_allclose(total, 1, rtol=1e-5) if frames_only else np.testing.assert_array_less(total, 1)
        assert layer.between_frames.shape[-1] == (3 if frames_only else 0)
    assert attention.rollouts == {}


@pytest.mark.parametrize("shift", [[0, 0, 0], [1, 2, 2]])
@pytest.mark.parametrize("query", [(0, 0, 0), (2, 5, 3), (3, 6, 6)])
def test_windows_lie_where_the_gradient_comes_from(shift: list[int], query: tuple[int, int, int]) -> None:
    """A position's answer depends on those that it looks at; 7 rows and columns are padded to 8."""
    torch.manual_seed(0)
    model = nn.Sequential(ShiftedWindowAttention3d(4, [2, 4, 4], shift, 2)).eval()
    clips = torch.randn(1, 4, 7, 7, 4, requires_grad=True)
    model(clips)[(0, *query)].sum().backward()
    # The mask between parts that a shift brought together lets through e to the power of -100.
    reached = clips.grad[0].abs().sum(-1).numpy() > 1e-20
    [layer] = read_attention(model, clips, TokenGrid(4, 7, 7), query).layers
    assert layer.kind == "windows"
    np.testing.assert_array_equal(layer.heads.mean(0) > 1e-20, reached)
    [everywhere] = read_attention(model, clips, TokenGrid(4, 7, 7)).layers
    assert everywhere.heads.shape == (2, 4, 7, 7)
