"""torchvision's networks: the rows against its own metadata, and any other network described by name."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torchvision import models

from vidviz.embed.backbones import find_backbone
from vidviz.embed.build import build_model, build_outline
from vidviz.embed.checkpoints.checkpoint_file import load_checkpoint
from vidviz.embed.description import Backbone, Weights
from vidviz.embed.embedder import Embedder
from vidviz.embed.families import cnn_2d, cnn_2d_recent, cnn_3d, video_transformers
from vidviz.embed.families.any_torchvision import describe_torchvision
from vidviz.embed.layers import resolve_layer
from vidviz.embed.load import load_backbone
from vidviz.embed.nets.torchvision_images import AS_PUBLISHED, NumbersOnProcessor, build, last_linear, name_penultimate
from vidviz.embed.prepare import prepare_backbone
from vidviz.types import FrameSpec

FILES = (cnn_2d, cnn_2d_recent, cnn_3d, video_transformers)
ROWS = [row for file in FILES for row in file.ROWS if "download.pytorch.org" in "".join(w.url for w in row.weights)]
IMAGE_NETWORKS = models.list_models(module=models)


def lightest_of_each_file() -> set[str]:
    """Of each kind of network the smallest; the others differ from it in size, and take longer to build."""
    kinds: dict[str, list[tuple[int, str]]] = {}
    for name in IMAGE_NETWORKS:
        parameters = models.get_model_weights(name).DEFAULT.meta["num_params"]
        kinds.setdefault(models.get_model_builder(name).__module__, []).append((parameters, name))
    return {min(kind)[1] for kind in kinds.values()}


QUICK = lightest_of_each_file()
# torchvision counted these for 16 frames; the rows say the 32 that they were trained on.
COUNTED_FOR_16_FRAMES = {"swin3d_t", "swin3d_s", "swin3d_b"}


def input_of(row: Backbone, spec: FrameSpec, **settings: Any) -> torch.Tensor:
    shape = (3, spec.num_frames, spec.crop_px, spec.crop_px)
    return (
        torch.empty(spec.num_frames, 3, *shape[2:], **settings) if row.per_frame else torch.empty(1, *shape, **settings)
    )


def axis_of_channels(shape: torch.Size) -> int:
    """Told by the shape: tokens end with C, and pictures are square."""
    if len(shape) > 3:
        return -1 if shape[-3] == shape[-2] != shape[-1] else 1
    return -1 if len(shape) == 3 else 1


def check_against_metadata(row: Backbone) -> None:
    published = models.get_model_weights(row.name)
    assert row.weights[0].name == row.default_weights == published.DEFAULT.name
    # What normalises colours in its own way holds no classes (VGG's features).
    every = {w.name for w in published if list(w.transforms().std) == list(row.std)}
    assert {weights.name for weights in row.weights} == every
    for weights in row.weights:
        check_weights(row.trained_as(weights), weights, published[weights.name])


def check_weights(row: Backbone, weights: Weights, published: models.WeightsEnum) -> None:
    transform, meta, spec = published.transforms(), published.meta, row.frames
    assert weights.url == published.url
    assert weights.size_mb == pytest.approx(meta["_file_size"])
    assert re.search(r"-([a-f0-9]*)\.", weights.file_name)[1] == weights.sha256_prefix
    assert len(weights.sha256_prefix) >= 8
    assert weights.non_commercial == ("SWAG" in published.name)
    # Positions of larger pictures, which the row's figure does not count.
    assert meta["num_params"] == pytest.approx(row.parameters_millions * 1e6, rel=0.01 if weights.build else 1e-9)
    frames_ratio = 2 if row.name in COUNTED_FOR_16_FRAMES else 1
    assert row.gmacs == pytest.approx(frames_ratio * meta["_ops"], rel=1e-4)
    assert (list(row.mean), list(row.std)) == (list(transform.mean), list(transform.std))
    resize = list(spec.resize_px) if isinstance(spec.resize_px, tuple) else [spec.resize_px]
    assert resize == list(transform.resize_size)
    assert spec.crop_px == transform.crop_size[0]
    assert spec.interpolation == transform.interpolation.value
    top1 = next(iter(meta["_metrics"].values()))["acc@1"]
    assert f"{top1:.2f}" in row.accuracy or f"{top1:.3f}" in row.accuracy


def test_every_row_is_there() -> None:
    assert {row.name for row in ROWS} == {
        *("resnet18", "resnet50", "vgg16", "efficientnet_b0", "efficientnet_v2_s", "squeezenet1_0", "squeezenet1_1"),
        *("mobilenet_v3_small", "mobilenet_v3_large", "convnext_tiny", "vit_b_16"),
        *("r3d_18", "mc3_18", "r2plus1d_18", "s3d", "mvit_v1_b", "mvit_v2_s", "swin3d_t", "swin3d_s", "swin3d_b"),
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_figures_are_torchvisions(row: Backbone) -> None:
    check_against_metadata(row)


@pytest.mark.parametrize("row", [row for row in ROWS if not row.per_frame], ids=lambda row: row.name)
def test_speed_is_that_of_training(row: Backbone) -> None:
    text = models.get_model_weights(row.name).DEFAULT.meta["_docs"]
    assert row.frames_per_second == float(re.search(r"`frame_rate=([\d.]+)`", text)[1])
    # S3D was measured on 128 frames, which is too much for a look; it takes any number from 14.
    if row.name != "s3d":
        assert row.frames.num_frames == int(re.search(r"`clip_len=(\d+)`", text)[1])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row_has_the_names_and_axes_of_the_published_network(row: Backbone) -> None:
    model = build_outline(row)
    with torch.device("meta"):
        published = models.get_model(row.name)
    assert list(model.state_dict()) == list(published.state_dict())
    shapes: dict[str, torch.Size] = {}
    for stage in row.stages:
        resolve_layer(model, stage.layer).register_forward_hook(
            lambda _m, _i, out, name=stage.layer: shapes.update({name: out.shape})
        )
    with torch.no_grad():
        model(input_of(row, row.frames, device="meta"))
    assert [stage.channel_axis for stage in row.stages] == [axis_of_channels(shape) for shape in shapes.values()]
    if row.smallest is not None:
        with torch.no_grad():
            assert model(input_of(row, row.smallest, device="meta")).shape[1] in (400, 1000)


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "squeezenet1_1", "swin3d_t"])
def test_embedding_is_what_the_class_scores_are_made_from(name: str) -> None:
    row = next(row for row in ROWS if row.name == name)
    row = dataclasses.replace(row, frames=row.smallest)
    loaded = load_backbone(row, "random", device="cpu")
    spec, seen = row.frames, []
    clips = np.random.default_rng(0).integers(0, 256, (1, spec.num_frames, spec.crop_px, spec.crop_px, 3), np.uint8)
    vectors = Embedder(loaded).embed(clips)
    last = [m for m in loaded.model.modules() if isinstance(m, (torch.nn.Linear, torch.nn.Conv2d, torch.nn.Conv3d))][-1]
    handle = last.register_forward_pre_hook(lambda _m, inputs: seen.append(inputs[0].detach().clone()))
    Embedder(loaded, row.stages[-1].layer).embed(clips)
    handle.remove()
    by_frame = seen[0].flatten(2).mean(2) if seen[0].dim() > 2 else seen[0]
    expected = by_frame.mean(0, keepdim=True) if row.per_frame else by_frame
    np.testing.assert_allclose(vectors, expected.numpy(), atol=1e-5)


def test_vit_embeds_its_class_token() -> None:
    tiny = models.VisionTransformer(32, 16, num_layers=1, num_heads=2, hidden_dim=8, mlp_dim=12, num_classes=3)
    keys = list(tiny.state_dict())
    model = name_penultimate(tiny).eval()
    assert list(model.state_dict()) == keys
    kept: dict[str, torch.Tensor] = {}
    for layer in ("encoder", "heads.head.penultimate"):
        model.get_submodule(layer).register_forward_hook(lambda _m, _i, out, name=layer: kept.update({name: out}))
    with torch.no_grad():
        model(torch.rand(1, 3, 32, 32))
    assert kept["encoder"].shape == (1, 5, 8)
    assert torch.equal(kept["encoder"][:, 0], kept["heads.head.penultimate"])


@pytest.mark.parametrize(
    ("name", "weights", "resize_px", "crop_px"),
    [
        ("resnet50", "IMAGENET1K_V1", 256, 224),
        ("resnet50", "IMAGENET1K_V2", 232, 224),
        ("vit_b_16", "IMAGENET1K_SWAG_E2E_V1", 384, 384),
        ("regnet_y_16gf", "IMAGENET1K_SWAG_E2E_V1", 384, 384),
        ("vit_l_16", "IMAGENET1K_SWAG_LINEAR_V1", 224, 224),
        ("swin3d_b", "KINETICS400_IMAGENET22K_V1", 256, 224),
    ],
)
def test_every_weights_come_with_their_own_transforms(name: str, weights: str, resize_px: int, crop_px: int) -> None:
    row = find_backbone(name)
    known = next(known for known in row.weights if known.name == weights)
    trained = row.trained_as(known)
    assert (trained.frames.resize_px, trained.frames.crop_px) == (resize_px, crop_px)
    assert weights in trained.accuracy
    with torch.no_grad():
        assert build_outline(trained)(input_of(trained, trained.frames, device="meta")).shape[1] in (400, 1000)


def test_a_file_of_published_weights_is_known_by_its_content(tmp_path: Path) -> None:
    file = tmp_path / "renamed.pth"
    torch.save(build_model(find_backbone("resnet18")).state_dict(), file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    other = dataclasses.replace(
        find_backbone("resnet50").weights[1], name="OTHER", sha256_prefix=digest[:8], frames=FrameSpec(8, 300, 224)
    )
    row = dataclasses.replace(find_backbone("resnet18"), weights=(*find_backbone("resnet18").weights, other))
    ready = prepare_backbone(row, file)
    assert ready.weights.identity == f"file:{digest[:16]}"
    assert ready.backbone.frames.resize_px == 300
    assert prepare_backbone(find_backbone("resnet18"), file).backbone.frames.resize_px == 256


# --- any other network of torchvision


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in IMAGE_NETWORKS]
)
def test_any_image_network_is_described(name: str) -> None:
    row = describe_torchvision(name)
    assert row is not None
    assert row.name == name
    check_against_metadata(row)
    with torch.device("meta"), NumbersOnProcessor():
        model = models.get_model(name, **AS_PUBLISHED.get(name, {}))
    published = list(model.state_dict())
    assert list(name_penultimate(model).state_dict()) == published
    # For SqueezeNet, whose classifier is a convolution, its input; for the others that of the last dense layer.
    widths = [m.in_features for m in model.modules() if isinstance(m, torch.nn.Linear)]
    assert row.embedding_size == (widths[-1] if widths else 512)
    layers = [stage.layer for stage in row.stages]
    assert row.embedding_layer in layers
    assert len(layers) >= 4
    assert all(resolve_layer(model, layer) is not None for layer in layers)
    assert row.channel_axis(row.embedding_layer) == 1


def test_a_slip_of_the_pen_imports_nothing() -> None:
    code = (
        "import sys; from vidviz.embed.families.any_torchvision import describe_torchvision as d;"
        "sys.exit(d('resnet51') is not None or d('../x') is not None or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_names_that_are_no_image_network() -> None:
    assert describe_torchvision("resnet51") is None
    assert describe_torchvision("quantized_resnet50") is None
    assert describe_torchvision("r3d_18") is None
    assert describe_torchvision("fcn_resnet50") is None


@pytest.mark.parametrize("name", ["shufflenet_v2_x0_5", "densenet121"])
def test_a_network_known_by_name_alone_embeds(name: str) -> None:
    row = dataclasses.replace(describe_torchvision(name), frames=FrameSpec(2, 64, 64))
    loaded = load_backbone(row, "random", device="cpu")
    clips = np.random.default_rng(1).integers(0, 256, (2, 2, 64, 64, 3), np.uint8)
    vectors = Embedder(loaded).embed(clips)
    assert vectors.shape == (2, row.embedding_size)
    linear = loaded.model.get_submodule(last_linear(loaded.model))
    mean = torch.tensor(row.mean).view(3, 1, 1)
    frames = (torch.from_numpy(clips).flatten(0, 1).permute(0, 3, 1, 2) / 255 - mean) / torch.tensor(row.std).view(
        3, 1, 1
    )
    with torch.no_grad():
        scores = loaded.model(frames).view(2, 2, -1).mean(1)
        np.testing.assert_allclose(linear(torch.from_numpy(vectors)).numpy(), scores.numpy(), atol=1e-4)


def test_channels_of_swins_pictures_come_last() -> None:
    row = describe_torchvision("swin_t")
    assert row.channel_axis("features.3") == -1
    assert row.channel_axis("avgpool") == 1
    assert describe_torchvision("vit_b_32").channel_axis("encoder.layers.encoder_layer_4.mlp") == -1


def as_torchvision_reads(model: torch.nn.Module, state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """What torchvision's own loading makes of a file's tensors."""
    model.load_state_dict(state)
    return {key: value.clone() for key, value in model.state_dict().items()}


def test_older_names_are_understood_as_torchvision_does(tmp_path: Path) -> None:
    tiny = models.VisionTransformer(32, 16, num_layers=1, num_heads=2, hidden_dim=8, mlp_dim=12, num_classes=3)
    new = tiny.state_dict()
    old = {key.replace("mlp.0.", "mlp.linear_1.").replace("mlp.3.", "mlp.linear_2."): new[key] for key in new}
    assert "encoder.layers.encoder_layer_0.mlp.linear_2.weight" in old
    wanted = as_torchvision_reads(copy.deepcopy(tiny), dict(old))
    torch.save(old, tmp_path / "vit.pth")
    for row in (describe_torchvision("vit_l_16"), next(row for row in ROWS if row.name == "vit_b_16")):
        with torch.no_grad():
            for parameter in tiny.parameters():
                parameter.zero_()
        load_checkpoint(tiny, tmp_path / "vit.pth", row)
        assert all(torch.equal(value, wanted[key]) for key, value in tiny.state_dict().items())


def test_densenets_older_names_are_understood(tmp_path: Path) -> None:
    row = describe_torchvision("densenet121")
    tiny = models.DenseNet(growth_rate=4, block_config=(2,), num_init_features=6, num_classes=3)
    new = {key: value.clone() for key, value in tiny.state_dict().items()}
    old = {re.sub(r"(denselayer\d+\.(?:norm|conv))([12])\.", r"\1.\2.", key): value for key, value in new.items()}
    assert "features.denseblock1.denselayer1.norm.1.weight" in old
    torch.save(old, tmp_path / "old.pth")
    with torch.no_grad():
        for parameter in tiny.parameters():
            parameter.zero_()
    load_checkpoint(tiny, tmp_path / "old.pth", row)
    assert all(torch.equal(value, new[key]) for key, value in tiny.state_dict().items())


def test_networks_of_other_values_convert_them() -> None:
    assert build("googlenet").transform_input
    with torch.device("meta"):
        assert build("inception_v3").transform_input
        assert build("vit_h_14").image_size == 518
