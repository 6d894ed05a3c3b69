"""Video transformers of Hugging Face `transformers`, taking clips as every network here does.

Each class is the published one with another `forward`: clips (N, C, T, H, W) in, one tensor out. Parameters keep
their names. The vector that the class scores are made from leaves no module as it is, so it flows through an
`nn.Identity` without parameters, `penultimate`, and can be asked for; and every block gives its tokens alone.

The functions without arguments build the published sizes with fresh weights; nothing is read or fetched.
"""

from __future__ import annotations

from collections.abc import Collection

from torch import Tensor, nn
from transformers import (
    TimesformerConfig,
    TimesformerForVideoClassification,
    VideoMAEConfig,
    VideoMAEForVideoClassification,
    VivitConfig,
    VivitForVideoClassification,
    VJEPA2Config,
    VJEPA2Model,
)
from transformers.models.timesformer.modeling_timesformer import TimesformerLayer
from transformers.models.vjepa2.modeling_vjepa2 import VJEPA2Layer

KINETICS400_CLASSES = 400


class TimeSformerBlock(TimesformerLayer):  # type: ignore[misc]
    """The library's block without the tuple around its output."""

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (N, 1 + tokens, C) of tokens of the same shape."""
        after: Tensor = super().forward(tokens)[0]
        return after


class VJEPA2Block(VJEPA2Layer):  # type: ignore[misc]
    """The library's block without the tuple around its output."""

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (N, tokens, C) of tokens of the same shape."""
        after: Tensor = super().forward(tokens)[0]
        return after


def _retype(layers: nn.ModuleList, block: type[nn.Module]) -> None:
    """Give layers another `forward`; the library offers no place to say which class it should build."""
    for layer in layers:
        layer.__class__ = block


class TimeSformer(TimesformerForVideoClassification):  # type: ignore[misc]
    """TimeSformer with divided attention: in each block first over time, then over space.

    Bertasius et al., Is Space-Time Attention All You Need for Video Understanding?, arXiv:2102.05095.
    """

    def __init__(self, config: TimesformerConfig) -> None:
        super().__init__(config)
        _retype(self.timesformer.encoder.layer, TimeSformerBlock)
        self.penultimate = nn.Identity()

    def forward(self, clips: Tensor) -> Tensor:
        """Class scores (N, classes) of clips (N, 3, T, H, W), read off the class token."""
        tokens = self.timesformer.embeddings(clips.transpose(1, 2))
        for block in self.timesformer.encoder.layer:
            tokens = block(tokens)
        tokens = self.timesformer.layernorm(tokens)
        scores: Tensor = self.classifier(self.penultimate(tokens[:, 0]))
        return scores


class VideoMAE(VideoMAEForVideoClassification):  # type: ignore[misc]
    """The encoder of a masked autoencoder, fine-tuned on class labels; attention over space and time jointly.

    Tong et al., VideoMAE: Masked Autoencoders are Data-Efficient Learners, NeurIPS 2022, arXiv:2203.12602.
    """

    def __init__(self, config: VideoMAEConfig) -> None:
        super().__init__(config)
        self.averages: bool = config.use_mean_pooling
        self.penultimate = nn.Identity()

    def go_without(self, missing: Collection[str]) -> None:
        """Have the mean of all tokens as the embedding where a checkpoint has no classifier.

        Such a network was trained by its tokens' reconstruction, so that none of them stands for the clip.
        """
        if "classifier.weight" in missing:
            self.averages = True
        if "fc_norm.weight" in missing:
            self.fc_norm = nn.Identity()

    def forward(self, clips: Tensor) -> Tensor:
        """Class scores (N, classes) of clips (N, 3, T, H, W), read off the mean of all tokens, normalised."""
        tokens = self.videomae(clips.transpose(1, 2)).last_hidden_state
        vector = tokens.mean(1) if self.averages else tokens[:, 0]
        if self.config.use_mean_pooling:
            vector = self.fc_norm(vector)
        scores: Tensor = self.classifier(self.penultimate(vector))
        return scores


class ViViT(VivitForVideoClassification):  # type: ignore[misc]
    """ViViT's first model: every tubelet attends to every other one.

    Arnab et al., ViViT: A Video Vision Transformer, ICCV 2021, arXiv:2103.15691, section 3.3, model 1.
    """

    def __init__(self, config: VivitConfig) -> None:
        super().__init__(config)
        self.penultimate = nn.Identity()

    def forward(self, clips: Tensor) -> Tensor:
        """Class scores (N, classes) of clips (N, 3, T, H, W), read off the class token."""
        tokens = self.vivit(clips.transpose(1, 2)).last_hidden_state
        scores: Tensor = self.classifier(self.penultimate(tokens[:, 0]))
        return scores


class VJEPA2(VJEPA2Model):  # type: ignore[misc]
    """V-JEPA 2: trained without labels to predict the features of masked parts, so it has no class scores.

    Assran et al., V-JEPA 2, arXiv:2506.09985. The predictor is part of the checkpoint and does not run here.
    """

    def __init__(self, config: VJEPA2Config) -> None:
        super().__init__(config)
        _retype(self.encoder.layer, VJEPA2Block)

    def forward(self, clips: Tensor) -> Tensor:
        """Embeddings (N, D) of clips (N, 3, T, H, W): the mean of the encoder's normalised tokens."""
        tokens = self.encoder.embeddings(clips.transpose(1, 2))
        for block in self.encoder.layer:
            tokens = block(tokens)
        embedding: Tensor = self.encoder.layernorm(tokens).mean(1)
        return embedding


def timesformer_b() -> TimeSformer:
    """facebook/timesformer-base-finetuned-k400: 8 frames of 224 pixels, 12 blocks of width 768."""
    return TimeSformer(
        TimesformerConfig(
            image_size=224,
            patch_size=16,
            num_frames=8,
            hidden_size=768,
            num_hidden_layers=12,
            num_attention_heads=12,
            intermediate_size=3072,
            layer_norm_eps=1e-6,
            attention_type="divided_space_time",
            num_labels=KINETICS400_CLASSES,
        )
    )


def videomae_b() -> VideoMAE:
    """MCG-NJU/videomae-base-finetuned-kinetics: 16 frames of 224 pixels in tubelets of 2 frames."""
    return VideoMAE(
        VideoMAEConfig(
            image_size=224,
            patch_size=16,
            num_frames=16,
            tubelet_size=2,
            hidden_size=768,
            num_hidden_layers=12,
            num_attention_heads=12,
            intermediate_size=3072,
            layer_norm_eps=1e-12,
            use_mean_pooling=True,
            num_labels=KINETICS400_CLASSES,
        )
    )


def vivit_b() -> ViViT:
    """google/vivit-b-16x2-kinetics400: 32 frames of 224 pixels in tubelets of 2 frames."""
    return ViViT(
        VivitConfig(
            image_size=224,
            num_frames=32,
            tubelet_size=[2, 16, 16],
            hidden_size=768,
            num_hidden_layers=12,
            num_attention_heads=12,
            intermediate_size=3072,
            hidden_act="gelu_fast",
            layer_norm_eps=1e-6,
            num_labels=KINETICS400_CLASSES,
        )
    )


def vjepa2_l() -> VJEPA2:
    """facebook/vjepa2-vitl-fpc64-256: 64 frames of 256 pixels, 24 blocks of width 1024, rotary positions."""
    return VJEPA2(
        VJEPA2Config(
            patch_size=16,
            crop_size=256,
            frames_per_clip=64,
            tubelet_size=2,
            hidden_size=1024,
            num_hidden_layers=24,
            num_attention_heads=16,
            mlp_ratio=4.0,
            layer_norm_eps=1e-6,
            pred_hidden_size=384,
            pred_num_hidden_layers=12,
            pred_num_attention_heads=12,
        )
    )
