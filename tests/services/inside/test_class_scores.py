"""Class scores under weights of one's own: their classes and names, and none where the weights hold none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from vidviz.embed.backbones import find_backbone
from vidviz.embed.build import build_model
from vidviz.errors import BackboneError
from vidviz.services.importing.import_run import ImportRequest, import_videos
from vidviz.services.inside.class_scores import score_classes
from vidviz.services.inside.clip_input import ClipInput
from vidviz.store import clips
from vidviz.store.catalogue import read_catalogue
from vidviz.types import Recipe
from vidviz.workspace_folder import WorkspaceFolder

LAST = "fc3"


@pytest.fixture
def score(folder: WorkspaceFolder, make_video: Callable[..., Path], tmp_path: Path) -> Callable[..., object]:
    """The scores of a clip by the bundled network under other weights, with a file of names beside them."""
    import_videos(folder, ImportRequest((str(make_video()),)))
    with read_catalogue(folder) as db:
        clip = clips.list_clips(db, Recipe().key)[0]
    trunk = {
        key: value
        for key, value in build_model(find_backbone("simple3d_motion")).state_dict().items()
        if not key.startswith(LAST)
    }

    def run(head: dict[str, torch.Tensor], names: str = "") -> object:
        torch.save(trunk | head, tmp_path / "mine.pth")
        (tmp_path / "labels.txt").write_text(names)
        return score_classes(ClipInput(folder.path, clip.id, "simple3d_motion", str(tmp_path / "mine.pth")))

    return run


def head_of(num_classes: int) -> dict[str, torch.Tensor]:
    return {"fc3.weight": torch.zeros(num_classes, 64), "fc3.bias": torch.arange(num_classes).float()}


def test_classes_have_the_names_in_a_file_beside_the_weights(score: Callable[..., object]) -> None:
    scores = score(head_of(3), "jump\nrun\nsit")
    assert scores.names == ("sit", "run", "jump")
    np.testing.assert_allclose(scores.probabilities, np.exp([2, 1, 0]) / np.exp([2, 1, 0]).sum(), rtol=1e-2)


def test_names_of_another_number_of_classes_are_not_taken(score: Callable[..., object]) -> None:
    assert score(head_of(3), "jump\nrun").names == ("class 2", "class 1", "class 0")


def test_scores_that_the_weights_do_not_hold_are_refused(score: Callable[..., object]) -> None:
    with pytest.raises(BackboneError, match="hold nothing for the layer 'fc3'"):
        score({})
