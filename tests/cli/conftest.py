"""What the tests of commands share: a workspace with four sample videos, embedded by the cheapest layer there is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from vidviz.cli import main
from vidviz.records import EmbeddingSet
from vidviz.services.library.workspaces import open_workspace
from vidviz.store import clips, sets
from vidviz.store.catalogue import write_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.types import Embeddings, EmbeddingSetSpec, Recipe

SAMPLES = Path(__file__).parents[2] / "sample_videos"
CHOSEN = ("slide-left_blue-disc_gradient", "slide-right_blue-disc_gradient", "bounce_red-disc_moving", "film_red-ball")
EMBED = ("embed", "--backbone", "simple3d", "--layer", "conv1", "--precision", "float32", "--device", "cpu")

RunCommand = Callable[..., Result]


def refuse_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def strict_json(result: Result) -> Any:
    """The one JSON value that a command printed."""
    return json.loads(result.stdout, parse_constant=refuse_constant)


@pytest.fixture(scope="session")
def run() -> RunCommand:
    """Run a command in this process."""

    def run_command(*arguments: str | Path) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run_command


@pytest.fixture(scope="session")
def ask(run: RunCommand) -> Callable[..., Any]:
    """Run a command with --json; it must succeed, and its answer is returned."""

    def ask_command(*arguments: str | Path) -> Any:
        result = run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return strict_json(result)

    return ask_command


@pytest.fixture(scope="session")
def refusal(run: RunCommand) -> Callable[..., dict[str, str]]:
    """Run a command with --json; it must fail with exit code 1, and its error is returned."""

    def ask_in_vain(*arguments: str | Path) -> dict[str, str]:
        result = run(*arguments, "--json")
        assert result.exit_code == 1, result.output
        answer = strict_json(result)
        assert answer.keys() - {"log_id"} == {"error", "kind"}
        assert "Traceback" not in answer["error"]
        return answer  # type: ignore[no-any-return]

    return ask_in_vain


@pytest.fixture(scope="session")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with four of the samples and their labels."""
    folder = tmp_path_factory.mktemp("videos")
    for name in CHOSEN:
        shutil.copy(SAMPLES / f"{name}.mp4", folder)
    shutil.copy(SAMPLES / "labels.csv", folder)
    return folder


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, videos: Path, ask: Callable[..., Any]) -> Path:
    """A workspace with these videos, embedded; tests read it and do not change it."""
    workspace = tmp_path_factory.mktemp("library") / "workspace"
    ask("import", videos, "--workspace", workspace)
    ask(*EMBED, "--workspace", workspace)
    return workspace


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory, videos: Path, ask: Callable[..., Any]) -> Path:
    """A workspace with these videos, and vectors that no network was asked for."""
    workspace = tmp_path_factory.mktemp("shelf") / "workspace"
    ask("import", videos, "--workspace", workspace)
    folder = open_workspace(workspace)
    spec = EmbeddingSetSpec("r3d_18", "random", "avgpool", "mean", Recipe().key)
    with write_catalogue(folder) as db:
        sets.add_set(db, EmbeddingSet(spec, 3))
        ids = np.array([clip.id for clip in clips.list_clips(db, spec.recipe_key)])
    VectorShards(folder.vectors(spec.key)).append(Embeddings(ids, np.eye(len(ids), 3, dtype=np.float32) + 1))
    return workspace


@pytest.fixture(scope="session")
def clip(library: Path, ask: Callable[..., Any]) -> int:
    """A clip of the library."""
    return int(ask("map", "--method", "pca", "--workspace", library)["points"][0]["clip_id"])
