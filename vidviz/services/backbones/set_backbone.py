"""The backbone that a set was made with, found again and loaded, to look at something new."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from vidviz.errors import BackboneError, UnknownNameError
from vidviz.store.catalogue import read_catalogue
from vidviz.types import OUTSIDE, EmbeddingSetSpec
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
    """The weights of a set as they can be loaded; for a file known by its digest, the path it was embedded from.

    Raises:
        BackboneError: nobody knows where the file is.
    """
    from vidviz.embed.backbones import find_backbone
    from vidviz.embed.checkpoints.weights import choose_weights
    from vidviz.store import job_rows

    if not spec.weights.startswith("file:"):
        return spec.weights
    with read_catalogue(folder) as db:
        asked = {str(job.arguments.get("weights", "")) for job in job_rows.list_jobs(db) if job.kind == "embed"}
    backbone = find_backbone(spec.backbone)
    for path in asked - {""}:
        with suppress(BackboneError, UnknownNameError):  # gone, or weights of another backbone
            if choose_weights(backbone, path).identity == spec.weights:
                return path
    raise BackboneError(
        f"The file with the weights {spec.weights} of {spec.backbone} is not where it was; put it back, or embed "
        "again from where it is now."
    )
