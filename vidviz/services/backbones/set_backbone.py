"""The backbone that a set was made with, found again and loaded, to look at something new."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from vidviz.errors import BackboneError, UnknownNameError
from vidviz.store.catalogue import read_catalogue
from vidviz.types import OUTSIDE, OWN_FILE, EmbeddingSetSpec
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    from vidviz.embed.load import LoadedBackbone


def load_set_backbone(folder: WorkspaceFolder, spec: EmbeddingSetSpec) -> LoadedBackbone:
    """The backbone of a set with its weights and precision, shared by all that look at something with it.

    Raises:
        BackboneError: its vectors came from outside, or nobody knows where the weights are.
    """
    refuse_outside(spec)
    from vidviz.services.backbones.shared_backbones import load_shared

    return load_shared(spec.backbone, find_weights(folder, spec), [spec.layer], spec.precision)


def refuse_outside(spec: EmbeddingSetSpec) -> None:
    """Say that there is no network where the vectors were brought in.

    Raises:
        BackboneError: they were.
    """
    if spec.weights == OUTSIDE:
        raise BackboneError(
            f"The vectors of {spec.backbone} were brought in from outside, so there is no network to ask with "
            "this; ask with clips, or choose another embedding set."
        )


def find_weights(folder: WorkspaceFolder, spec: EmbeddingSetSpec) -> str:
    """The weights of a set as they can be loaded; for a file known by its digest, a path where it was seen.

    Raises:
        BackboneError: it lies at none of them any more, or nobody knows any.
    """
    from vidviz.embed.backbones import find_backbone
    from vidviz.embed.checkpoints.weights import choose_weights
    from vidviz.store import weights_files

    if not spec.weights.startswith(OWN_FILE):
        return spec.weights
    with read_catalogue(folder) as db:
        paths = weights_files.list_paths(db, spec.weights)
    backbone = find_backbone(spec.backbone)
    for path in paths:
        with suppress(BackboneError, UnknownNameError):  # gone, or weights of another backbone
            if choose_weights(backbone, path).identity == spec.weights:
                return path
    where = f" (last seen at {paths[0]})" if paths else ""
    raise BackboneError(
        f"The weights {spec.weights} of {spec.backbone} are not where they were{where}; put them back, or embed once "
        "more with them from where they are now: what is embedded is not computed again."
    )
