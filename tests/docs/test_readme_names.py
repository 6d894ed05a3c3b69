"""README names what there is: every command, backbone and choice that the code's tables have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import pytest

from vidviz.cli import main
from vidviz.embed.families import ROWS
from vidviz.embed.pool import SPACE, TIME
from vidviz.numbers.metrics import SEARCH_METRICS
from vidviz.records import TAGS
from vidviz.services.export.export_kinds import TABLES, TOOLS, VECTORS
from vidviz.services.maps.map_colours import COLOURINGS
from vidviz.services.maps.map_export import PICTURES
from vidviz.types import MapMethod, MapSpec
from vidviz.workspace_folder import ENTRIES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def section(title: str) -> str:
    """A section of README, as one line."""
    return " ".join(README.partition(f"\n## {title}\n")[2].partition("\n## ")[0].split())


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    """Every command as it is typed."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        elif not command.hidden:
            yield f"{before}{name}"


@pytest.mark.parametrize("command", list(commands(main)))
def test_every_command_is_named(command: str) -> None:
    first, _, further = command.partition(" ")
    lines = [line for line in README.splitlines() if line.startswith(f"    vidviz {first}")]
    assert lines, f"README's 'Command line' lacks `vidviz {command}`"
    assert not further or any(re.search(rf"\b{further}\b", line) for line in lines), f"it lacks `vidviz {command}`"


@pytest.mark.parametrize("name", [row.name for row in ROWS])
def test_every_backbone_is_listed_and_measured(name: str) -> None:
    assert f"`{name}`" in section("Backbones"), "README's table of backbones lacks it"
    measured = (ROOT / "benchmarks" / "backbones.md").read_text("utf-8")
    assert f"\n| {name} |" in measured, "benchmarks/backbones.md lacks it: run benchmarks/backbones.py, or add a row"


def test_no_backbone_is_listed_that_is_gone() -> None:
    listed = set(re.findall(r"^\| (\w+) \|", (ROOT / "benchmarks" / "backbones.md").read_text("utf-8"), re.MULTILINE))
    assert listed - {"backbone"} == {row.name for row in ROWS}


@pytest.mark.parametrize("written", [f"`{name}`" for name in SPACE] + [f"`+{name}`" for name in TIME])
def test_every_pooling_is_named(written: str) -> None:
    assert written in section("Backbones")


@pytest.mark.parametrize("name", [TAGS, *COLOURINGS])
def test_every_colouring_is_named(name: str) -> None:
    assert f"*{name}*" in section("The map")


@pytest.mark.parametrize("method", get_args(MapMethod))
def test_every_projection_is_named(method: MapMethod) -> None:
    assert MapSpec(method).title in section("The map")
    assert re.search(rf"--method {method}\b|\b{method}\b", section("Command line"))


@pytest.mark.parametrize("kind", [*TABLES, *VECTORS, *TOOLS])
def test_every_kind_of_export_is_named(kind: str) -> None:
    assert re.search(rf"[. ]{kind}\b", section("Command line"))


@pytest.mark.parametrize("ending", PICTURES)
def test_every_kind_of_picture_is_named(ending: str) -> None:
    assert re.search(rf"\.{ending}\b", section("Command line"))
    assert PICTURES[ending].title in section("The map")


@pytest.mark.parametrize("title", [row.title for row in SEARCH_METRICS.values()])
def test_every_metric_is_named(title: str) -> None:
    assert title in section("Search")


def test_the_table_of_a_workspace_is_the_codes() -> None:
    rows = [
        f"| `{entry.place}` | {entry.holds} | {f'`{entry.made_again_by}` ' if entry.made_again_by else ''}"
        f"| {'yes' if entry.may_go else 'no'} |"
        for entry in ENTRIES
    ]
    assert re.findall(r"^\| `.*$", README.partition("\n## Where data lives\n")[2].partition("\n## ")[0], re.M) == rows


def test_every_variable_is_explained() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "vidviz").rglob("*.py"))
    read = set(re.findall(r"[\"'](VIDVIZ_[A-Z_]+)[\"']", code))
    assert len(read) > 5
    assert {name for name in read if f"`{name}" not in section("Configuration")} == set()
