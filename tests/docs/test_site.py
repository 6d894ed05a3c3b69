"""The site is built from the pages and the docstrings without a warning, and its pages load nothing from elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
OUTSIDE = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)=[\"']?(?:https?:)?//[^>]*>")


def build(folder: Path, settings: str) -> subprocess.CompletedProcess[str]:
    """Build the pages in `folder/docs` as `make docs` does."""
    settings = settings.replace("        python:\n", f"        python:\n          paths: [{ROOT}]\n")
    (folder / "mkdocs.yml").write_text(settings, encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "docs", folder / "docs")
    done = build(folder, SETTINGS)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return folder / "site", said


def test_nothing_is_amiss(built: tuple[Path, str]) -> None:
    assert "No issues found" in built[1]
    assert "griffe:" not in built[1]  # a docstring that does not fit its function


def test_docstrings_are_in_it(built: tuple[Path, str]) -> None:
    page = (built[0] / "reference" / "python" / "index.html").read_text(encoding="utf-8")
    for name in ("vidviz.workspace.Workspace.search", "vidviz.embed.load.load_backbone", "vidviz.types.FrameSpec"):
        assert f'id="{name}"' in page


def test_no_page_loads_anything_from_another_host(built: tuple[Path, str]) -> None:
    pages = list(built[0].rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        loaded = [tag for tag in OUTSIDE.findall(page.read_text(encoding="utf-8")) if "canonical" not in tag]
        assert not loaded, page


@pytest.mark.parametrize(
    ("line", "said"),
    [("[gone](gone.md)", "page does not exist"), ("::: vidviz.workspace.Gone", "Could not collect")],
)
def test_what_leads_nowhere_fails_the_build(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"# Page\n\n{line}\n", encoding="utf-8")
    done = build(tmp_path, SETTINGS.partition("\nnav:")[0])
    assert done.returncode != 0
    assert said in done.stdout + done.stderr
