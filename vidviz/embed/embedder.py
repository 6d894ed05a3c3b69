"""Clips -> embeddings: one forward pass up to the chosen layer, pooled to a vector a clip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.embed.batch import is_out_of_memory, suggest_batch_size
from vidviz.embed.float32_fallback import run_with_fallback
from vidviz.embed.layers import resolve_layer
from vidviz.embed.load import LoadedBackbone
from vidviz.embed.pool import Pooling, pool_activation
from vidviz.embed.preprocess import check_frames, frames_to_tensor
from vidviz.errors import BackboneError
from vidviz.log.timing import timed

if TYPE_CHECKING:
    from torch import Tensor, nn


class _LayerReachedError(Exception):
    """The layer has answered: the rest of the network need not run."""

    def __init__(self, output: Any) -> None:
        super().__init__()
        self.output = output


class Embedder:
    """Embeds clips with one layer of a loaded backbone.

    The forward pass stops at the layer (at its first call, where a network calls it more than once). Several
    threads may share one: the backbone's lock is held while the network runs.

    Args:
        loaded: the backbone.
        layer: dotted path of the layer; the backbone's embedding layer when None.
        pooling: e.g. "mean", "gem" or "max+concat"; see `pool_activation`.
        batch_size: clips a forward pass at most; a suggestion for the device when None. Halved for good when
            memory runs out.

    Raises:
        UnknownNameError: no such layer or pooling.
        BackboneError: the pooling or the layer is not for this backbone or these weights.
    """

    def __init__(
        self,
        loaded: LoadedBackbone,
        layer: str | None = None,
        pooling: str = "mean",
        *,
        batch_size: int | None = None,
    ) -> None:
        parsed = Pooling.parse(pooling)
        self.loaded = loaded
        self.layer = layer or loaded.backbone.embedding_layer
        self.pooling = pooling
        self.batch_size = batch_size or suggest_batch_size(loaded.backbone, loaded.device)
        _check_use(loaded, self.layer, parsed)
        self._module = resolve_layer(loaded.model, self.layer)
        self._dimension: int | None = None

    @property
    def dimension(self) -> int:
        """D, the embedding size; where the registry does not say it, one black clip is embedded to find out."""
        if self._dimension is None:
            backbone = self.loaded.backbone
            if self.layer == backbone.embedding_layer and Pooling.parse(self.pooling).keeps_size:
                return backbone.embedding_size
            spec = backbone.frames
            black = np.zeros((1, spec.num_frames, spec.crop_px, spec.crop_px, 3), np.uint8)
            self._dimension = int(self.embed(black).shape[1])
        return self._dimension

    def embed(self, frames: np.ndarray) -> np.ndarray:
        """One vector a clip, in the clips' order.

        Args:
            frames: (N, T, H, W, 3) uint8, as the backbone's `frames` asks for.

        Returns:
            (N, D) float32, not normalised.

        Raises:
            BackboneError: the frames have another shape, memory runs out with a single clip, the layer gives no
                tensor, or numbers that are not finite.
        """
        vectors, unusable = self.embed_finite(frames)
        if unusable:
            raise BackboneError(next(iter(unusable.values())))
        return vectors

    def embed_finite(self, frames: np.ndarray) -> tuple[np.ndarray, dict[int, str]]:
        """As `embed`, but a clip whose numbers are not finite does not stop the others.

        Returns:
            (N, D) float32, and for each clip (by its place in `frames`) that cannot be used, a sentence.
        """
        check_frames(self.loaded.backbone, frames)
        parts: list[np.ndarray] = []
        start = 0
        while start < len(frames):
            part = self._embed_or_halve(frames[start : start + self.batch_size])
            if part is not None:
                parts.append(part)
                start += len(part)
        vectors = np.concatenate(parts) if parts else np.zeros((0, self.dimension), np.float32)
        broken = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
        return vectors, {int(index): self._not_finite(int(index), len(vectors)) for index in broken}

    def embed_views(self, clips: Sequence[np.ndarray]) -> tuple[np.ndarray, dict[int, str]]:
        """As `embed_finite` for clips that are seen in one view or several: the mean of their views' vectors.

        Args:
            clips: (V * T, H, W, 3) uint8 each, one view after the other; V may differ from clip to clip.

        Returns:
            (N, D) float32, and for each clip that cannot be used, a sentence.
        """
        num_frames = self.loaded.backbone.frames.num_frames
        views = [clip.reshape(-1, num_frames, *clip.shape[1:]) for clip in clips]
        owners = np.repeat(np.arange(len(clips)), [len(view) for view in views])
        vectors, broken = self.embed_finite(np.concatenate(views))
        unusable = {int(owners[place]): reason for place, reason in broken.items()}
        if len(owners) == len(clips):  # one view each: to the last bit what the network gave
            return vectors, unusable
        sums = np.add.reduceat(vectors.astype(np.float64), np.searchsorted(owners, np.arange(len(clips))), axis=0)
        return (sums / np.bincount(owners)[:, None]).astype(np.float32), unusable

    def _not_finite(self, index: int, num_clips: int) -> str:
        return (
            f"{self.loaded.backbone.name} gave numbers that are not finite for clip {index + 1} of {num_clips} "
            f"at layer {self.layer!r}: use precision float32, or other weights."
        )

    def _embed_or_halve(self, frames: np.ndarray) -> np.ndarray | None:
        """The vectors of one batch; None where memory ran out and the batch size was halved."""
        try:
            return self._embed_batch(frames)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            if len(frames) == 1:
                raise BackboneError(
                    f"Memory ran out while {self.loaded.backbone.name} embedded a single clip: "
                    "close other programs, or choose a smaller backbone."
                ) from error
        # Outside the handler, so that the error no longer holds the failed pass's tensors.
        self.batch_size = max(1, len(frames) // 2)
        _release_memory(self.loaded.device.type)
        return None

    @timed
    def _embed_batch(self, frames: np.ndarray) -> np.ndarray:
        import torch

        backbone, loaded = self.loaded.backbone, self.loaded
        with torch.inference_mode():
            clips = frames_to_tensor(backbone, frames, loaded.device, loaded.dtype)
            with loaded.lock:
                output = run_with_fallback(
                    lambda: forward_to_layer(loaded.model, self._module, clips), loaded.in_float32
                )
            if not isinstance(output, torch.Tensor):
                raise BackboneError(
                    f"The layer {self.layer!r} of {backbone.name} gives {type(output).__name__}, not one tensor: "
                    "choose another layer."
                )
            frames_per_clip = backbone.frames.num_frames if backbone.per_frame else 1
            if output.dim() == 0 or len(output) != len(frames) * frames_per_clip:
                raise BackboneError(
                    f"The layer {self.layer!r} of {backbone.name} gives {tuple(output.shape)} for {len(frames)} clips, "
                    "not one answer a clip: choose another layer."
                )
            vectors = pool_activation(
                output,
                self.pooling,
                frames_per_clip=frames_per_clip,
                # What has three axes are tokens, (N, tokens, C), also in layers inside of no stage.
                channel_axis=-1 if output.dim() == 3 else backbone.channel_axis(self.layer),
            )
            return vectors.cpu().numpy()


def _check_use(loaded: LoadedBackbone, layer: str, pooling: Pooling) -> None:
    backbone = loaded.backbone
    if pooling.time and not backbone.per_frame:
        raise BackboneError(
            f"{backbone.name} sees a clip as a whole, so there are no frames to pool by {pooling.time!r}: "
            f"use pooling {pooling.space!r}."
        )
    if not loaded.is_trained(layer):
        raise BackboneError(
            f"The weights {loaded.weights} of {backbone.name} hold nothing for the layer {layer!r}"
            f"{_say_earlier(loaded)}."
        )


def _say_earlier(loaded: LoadedBackbone) -> str:
    layers = [loaded.backbone.embedding_layer, *(stage.layer for stage in reversed(loaded.backbone.stages))]
    trained = next(filter(loaded.is_trained, layers), None)
    return f": choose {trained!r} or an earlier one" if trained else ""


def forward_to_layer(model: nn.Module, module: nn.Module, clips: Tensor) -> Any:
    """What `module` gives at its first call inside `model(clips)`; the rest of the network does not run.

    No hook is left behind, whatever happens.

    Raises:
        BackboneError: the forward pass never calls the module.
    """

    def stop(_module: nn.Module, _inputs: Any, output: Any) -> None:
        raise _LayerReachedError(output)

    handle = module.register_forward_hook(stop)
    try:
        model(clips)
    except _LayerReachedError as reached:
        return reached.output
    finally:
        handle.remove()
    raise BackboneError(f"The network never calls its {type(module).__name__} layer: choose another layer.")


def _release_memory(device: str) -> None:
    import torch

    if device == "cuda":
        torch.cuda.empty_cache()
    elif device == "mps":
        torch.mps.empty_cache()
