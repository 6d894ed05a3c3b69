"""What a network is given of a clip, in the words of a screen."""

from __future__ import annotations

from contextlib import suppress

from vidviz.decode.sample import count_views
from vidviz.embed.backbones import find_backbone
from vidviz.embed.description import Backbone
from vidviz.errors import RecipeError, VidvizError
from vidviz.types import OUTSIDE, EmbeddingSetSpec, FrameSpec, Recipe, Sampling
from vidviz.words import count_of

BEFORE_RECORDED = "made before sampling and preprocessing were recorded"

SAMPLING_TITLES: dict[Sampling, str] = {
    "as-trained": "as trained",
    "one-view": "one view",
    "spread": "spread over the clip",
}


def say_backbone_frames(backbone: Backbone) -> str:
    """What a backbone sees at a time: `16 frames, 15 a second (1.07 s)`; `8 frames spread over the clip`."""
    frames = backbone.frames_by(backbone.samplings[0])
    if not frames.frames_per_second:
        return say_views(frames)
    return f"{say_pace(frames)} ({frames.view_seconds:.3g} s)"


def say_views(frames: FrameSpec, clip_seconds: float | None = None) -> str:
    """What is given of a clip, or of one of that length: `2 views of 16 frames, 15 a second`."""
    if not frames.frames_per_second:
        return f"{count_of(frames.num_frames, 'frame')} spread over the clip"
    if clip_seconds is None and not frames.one_view:
        return f"views of {say_pace(frames)}"
    return f"{count_of(count_views(clip_seconds or 0.0, frames), 'view')} of {say_pace(frames)}"


def say_pace(frames: FrameSpec) -> str:
    """A view: `16 frames, 15 a second`; `8 frames, one every 1.07 s`."""
    pace = frames.frames_per_second
    rate = f"{pace:.3g} a second" if pace > 1 else f"one every {1 / pace:.3g} s"
    return f"{count_of(frames.num_frames, 'frame')}, {rate}"


def say_set_frames(spec: EmbeddingSetSpec) -> str:
    """What the network of a set was given of each clip; "" where the vectors came from outside."""
    if spec.weights == OUTSIDE:
        return ""
    said = "frames spread over the clip" if spec.sampling == "spread" else SAMPLING_TITLES[spec.sampling]
    with suppress(VidvizError):  # a network of one's own that is not here: what is recorded must do
        said = say_views(find_backbone(spec.backbone).frames_by(spec.sampling), _clip_seconds(spec.recipe_key))
    return said if spec.preprocessing else f"{said}, {BEFORE_RECORDED}"


def as_sentence(spec: EmbeddingSetSpec) -> str:
    """The same as a sentence of its own."""
    said = say_set_frames(spec)
    return f"{said[0].upper()}{said[1:]}." if said else ""


def _clip_seconds(recipe_key: str) -> float | None:
    """The length of clips where they all have one, but for the last of a video."""
    with suppress(RecipeError):
        recipe = Recipe.from_key(recipe_key)
        return recipe.length_seconds if recipe.cut == "windows" else None
    return None
