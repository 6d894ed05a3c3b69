"""Which ways of asking the network of a set understands: stretches of video, pictures, sentences."""

from __future__ import annotations

from vidviz.errors import BackboneError, UnknownNameError
from vidviz.records import EmbeddingSet
from vidviz.services.backbones.set_backbone import refuse_outside
from vidviz.services.library import embedding_sets
from vidviz.types import EmbeddingSetSpec
from vidviz.workspace_folder import WorkspaceFolder


def refuse_stills(spec: EmbeddingSetSpec) -> None:
    """Say so where a network cannot look at a single picture.

    Raises:
        BackboneError: it looks at motion, or there is no network.
    """
    from vidviz.embed.backbones import find_backbone

    refuse_outside(spec)
    if not find_backbone(spec.backbone).per_frame:
        raise BackboneError(
            f"{spec.backbone} looks at motion, of which a single picture has none; choose an embedding set of a "
            "network that sees frames one by one (resnet50, clip_b32, simple2d_look, ...)."
        )


def refuse_sentences(spec: EmbeddingSetSpec) -> None:
    """Say so where sentences are not among the vectors of a set.

    Raises:
        BackboneError: its network reads no text, the set is of another layer, or there is no network.
    """
    from vidviz.embed.backbones import find_backbone

    refuse_outside(spec)
    backbone = find_backbone(spec.backbone)
    if not backbone.reads_text:
        raise BackboneError(f"{backbone.name} reads no text; choose an embedding set of clip_b32 or xclip_b32.")
    if spec.layer != backbone.embedding_layer:
        raise BackboneError(
            f"Only the layer {backbone.embedding_layer!r} of {backbone.name} shares its space with sentences, and this "
            f"set is of {spec.layer!r}; choose another embedding set."
        )


_REFUSALS = {"video": refuse_outside, "image": refuse_stills, "sentence": refuse_sentences}


def say_unfit(spec: EmbeddingSetSpec, kind: str) -> str:
    """Why a set cannot be asked with a `clip`, `video`, `image` or `sentence`; "" where it can, by what it says."""
    try:
        _REFUSALS.get(kind, lambda _spec: None)(spec)
    except (BackboneError, UnknownNameError) as error:
        return str(error)
    return ""


def fitting_sets(folder: WorkspaceFolder, kind: str) -> list[EmbeddingSet]:
    """The sets that can be asked that way, newest first."""
    return [found for found in embedding_sets.list_sets(folder) if not say_unfit(found.spec, kind)]
