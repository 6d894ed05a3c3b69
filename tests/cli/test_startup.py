"""Starting: nothing heavy is imported before it is used, and help appears at once."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = [
    "torch",
    "torchvision",
    "streamlit",
    "pandas",
    "av",
    "pymilvus",
    "milvus_lite",
    "umap",
    "sklearn",
    "scenedetect",
    "cv2",
    "plotly",
]


def loaded_after(code, names=HEAVY):
    check = f"{code}\nimport sys\nprint([name for name in {names!r} if name in sys.modules])"
    return subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True).stdout.split("\n")[
        -2
    ]


def test_importing_vidviz_loads_nothing_heavy():
    assert loaded_after("import vidviz") == "[]"


def test_help_loads_nothing_heavy():
    code = "from click.testing import CliRunner; from vidviz.cli import main; CliRunner().invoke(main, ['--help'])"
    assert loaded_after(code, ["numpy", *HEAVY]) == "[]"


@pytest.mark.parametrize("command", ["import", "embed", "map", "search", "jobs list", "index rebuild", "serve"])
def test_the_help_of_a_command_loads_nothing_heavy(command):
    arguments = [*command.split(), "--help"]
    code = f"from click.testing import CliRunner; from vidviz.cli import main; CliRunner().invoke(main, {arguments})"
    assert loaded_after(code) == "[]"


def test_listing_backbones_loads_no_torch(tmp_path):
    loaded = loaded_after("import vidviz; vidviz.backbones()")
    assert "torch" not in loaded


def test_help_loads_click_and_ourselves_and_few_modules():
    """What it costs is what it loads; `benchmarks/startup.py` takes the time."""
    code = (
        "import sys; bare = set(sys.modules)\n"
        "from click.testing import CliRunner; from vidviz.cli import main; CliRunner().invoke(main, ['--help'])\n"
        "loaded = set(sys.modules) - bare\n"
        "print(len(loaded), *{name.partition('.')[0] for name in loaded} - sys.stdlib_module_names)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, *packages = ended.stdout.split()
    assert {name for name in packages if not name.startswith("_")} == {"click", "vidviz"}
    assert int(count) < 160


def test_help_names_every_command():
    shown = subprocess.run(
        [sys.executable, "-m", "vidviz", "--help"], capture_output=True, text=True, check=True
    ).stdout
    commands = (
        "demo serve import embed map search inspect backbones label export "
        "remove take-back gc index jobs backup restore doctor"
    )
    assert [
        line.split()[0] for line in shown.split("Commands:")[1].splitlines() if line[2:3].strip()
    ] == commands.split()


def test_the_version_is_told_and_the_environment_names_the_workspace(tmp_path):
    environment = {**os.environ, "VIDVIZ_WORKSPACE": str(tmp_path / "nowhere")}
    ended = subprocess.run(
        [sys.executable, "-m", "vidviz", "jobs"], capture_output=True, text=True, env=environment, check=False
    )
    assert ended.returncode == 1
    assert f"There is no workspace in '{tmp_path / 'nowhere'}'" in ended.stderr
    assert ended.stdout == ""
