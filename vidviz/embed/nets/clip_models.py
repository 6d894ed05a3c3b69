"""Networks that embed pictures and sentences into one space, on top of Hugging Face `transformers`.

`forward` takes pictures or clips and gives their embeddings; `embed_tokens` takes tokens and gives the sentences'.
Both towers are there under the published names of their parameters.
"""

from __future__ import annotations

from torch import Tensor, nn
from transformers import (
    CLIPConfig,
    CLIPModel,
    CLIPTextConfig,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    XCLIPConfig,
    XCLIPModel,
    XCLIPTextConfig,
    XCLIPVisionConfig,
)

# As the published checkpoints were made: the end-of-text token is found as the highest number of the sentence.
LEGACY_END_OF_TEXT = 2


class CLIP(CLIPModel):  # type: ignore[misc]
    """CLIP: pictures and the sentences that go with them, by contrast.

    Radford et al., Learning Transferable Visual Models From Natural Language Supervision, arXiv:2103.00020.
    """

    def forward(self, frames: Tensor) -> Tensor:
        """Embeddings (N, D) of frames (N, 3, H, W), projected into the space of sentences, not normalised."""
        vectors: Tensor = self.visual_projection(self.vision_model(frames).pooler_output)
        return vectors

    def embed_tokens(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Embeddings (N, D) of sentences as token numbers (N, L); `mask` (N, L) is 0 where a sentence is padded."""
        pooled = self.text_model(input_ids=tokens, attention_mask=mask).pooler_output
        vectors: Tensor = self.text_projection(pooled)
        return vectors


class CLIPVision(CLIPVisionModelWithProjection):  # type: ignore[misc]
    """CLIP's picture tower alone, as its own checkpoints hold it."""

    def forward(self, frames: Tensor) -> Tensor:
        """Embeddings (N, D) of frames (N, 3, H, W), projected into the space of sentences, not normalised."""
        vectors: Tensor = self.visual_projection(self.vision_model(frames).pooler_output)
        return vectors


class XCLIP(XCLIPModel):  # type: ignore[misc]
    """X-CLIP: CLIP's picture tower with messages between frames, and a small transformer over the frames.

    Ni et al., Expanding Language-Image Pretrained Models for General Video Recognition, ECCV 2022,
    arXiv:2208.02816. Its video-specific prompts change the sentence for each clip, which an index of clips cannot
    do: sentences are embedded without them. `by_frame` passes the frames' vectors (N, T, D) on.
    """

    def __init__(self, config: XCLIPConfig) -> None:
        super().__init__(config)
        self.by_frame = nn.Identity()
        self.penultimate = nn.Identity()

    def forward(self, clips: Tensor) -> Tensor:
        """Embeddings (N, D) of clips (N, 3, T, H, W) in the space of sentences, not normalised."""
        num_clips, _, num_frames = clips.shape[:3]
        frames = clips.transpose(1, 2).flatten(0, 1)
        vectors = self.visual_projection(self.vision_model(frames).pooler_output)
        by_frame = self.by_frame(vectors.unflatten(0, (num_clips, num_frames)))
        embedding: Tensor = self.penultimate(self.mit(by_frame).pooler_output)
        return embedding

    def embed_tokens(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Embeddings (N, D) of sentences as token numbers (N, L); `mask` (N, L) is 0 where a sentence is padded."""
        pooled = self.text_model(input_ids=tokens, attention_mask=mask).pooler_output
        vectors: Tensor = self.text_projection(pooled)
        return vectors


def clip_b32() -> CLIP:
    """openai/clip-vit-base-patch32: pictures of 224 pixels in patches of 32, embeddings of 512."""
    vision = CLIPVisionConfig(
        image_size=224,
        patch_size=32,
        hidden_size=768,
        num_hidden_layers=12,
        num_attention_heads=12,
        intermediate_size=3072,
        projection_dim=512,
    )
    text = CLIPTextConfig(
        vocab_size=49408,
        hidden_size=512,
        num_hidden_layers=12,
        num_attention_heads=8,
        intermediate_size=2048,
        max_position_embeddings=77,
        projection_dim=512,
        eos_token_id=LEGACY_END_OF_TEXT,
    )
    return CLIP(CLIPConfig(vision_config=vision, text_config=text, projection_dim=512))


def xclip_b32() -> XCLIP:
    """microsoft/xclip-base-patch32: 8 frames of 224 pixels in patches of 32, embeddings of 512."""
    vision = XCLIPVisionConfig(
        image_size=224,
        patch_size=32,
        num_frames=8,
        hidden_size=768,
        num_hidden_layers=12,
        num_attention_heads=12,
        intermediate_size=3072,
        mit_hidden_size=512,
        mit_num_hidden_layers=1,
        mit_num_attention_heads=8,
        mit_intermediate_size=2048,
    )
    text = XCLIPTextConfig(
        vocab_size=49408,
        hidden_size=512,
        num_hidden_layers=12,
        num_attention_heads=8,
        intermediate_size=2048,
        max_position_embeddings=77,
        eos_token_id=LEGACY_END_OF_TEXT,
    )
    return XCLIP(XCLIPConfig(vision_config=vision, text_config=text, projection_dim=512))
