"""The scripts as they are packaged, and the loader that Streamlit is given."""

from __future__ import annotations

import json
import re

import pytest

from vidviz.ui.components.mount import _FOLDERS, _loader
from vidviz.ui.components.scripts import ASSETS, packaged_scripts, scripts_digest, scripts_of

IMPORT = re.compile(r'(?:from|import)\s+"([^"]+)"')


def test_every_import_line_names_a_file_that_is_there():
    for path in ASSETS.glob("*/*.js"):
        for named in IMPORT.findall(path.read_text("utf-8")):
            assert named.startswith("."), f"{path.name} imports {named}"
            assert (path.parent / named).is_file(), f"{path.name} imports {named}"


@pytest.mark.parametrize("folder", sorted(_FOLDERS.values()))
def test_a_component_names_all_that_it_imports_and_nothing_of_another(folder: str):
    paths = scripts_of(f"{folder}/index.js")
    assert paths[0] == f"{folder}/index.js"
    assert len(paths) == len(set(paths))
    assert {path.split("/")[0] for path in paths} <= {folder, "parts"}
    for path in paths:
        lines = [line for line in (ASSETS / path).read_text("utf-8").split("\n") if not line.lstrip().startswith("*")]
        named = IMPORT.findall("\n".join(line for line in lines if not line.startswith("/**")))
        resolved = {(ASSETS / path).parent.joinpath(one).resolve().relative_to(ASSETS).as_posix() for one in named}
        assert resolved <= set(paths), path


def test_no_module_is_left_that_nobody_imports():
    used = {path for folder in _FOLDERS.values() for path in scripts_of(f"{folder}/index.js")}
    types_alone = {
        path for path, text in packaged_scripts().items() if text.decode("utf-8").rstrip().endswith("export {};")
    }
    assert set(packaged_scripts()) - used - types_alone == {"parts/loader.js"}


def test_the_loader_imports_nothing_and_asks_for_the_entry_first():
    text = _loader("timeline")
    assert not IMPORT.search(re.sub(r"import\(", "", text))
    asked = json.loads(re.search(r"^export default mountFrom\((.*)\);$", text, re.MULTILINE)[1])
    assert asked[0] == f"vidviz/assets/{scripts_digest()}/timeline/index.js"
    assert f"vidviz/assets/{scripts_digest()}/parts/time.js" in asked


def test_the_digest_tells_of_any_change(monkeypatch: pytest.MonkeyPatch):
    from vidviz.ui.components import scripts

    known = dict(packaged_scripts())
    seen = {scripts_digest()}
    changes = [
        known | {"map/index.js": b"//"},
        known | {"map/new.js": b""},
        {**known, "map/view.js": known["map/view.js"][:-1]},
    ]
    for changed in changes:
        monkeypatch.setattr(scripts, "packaged_scripts", lambda changed=changed: changed)
        seen.add(scripts_digest.__wrapped__())
    assert len(seen) == 4


def test_no_script_has_a_table_of_colours():
    """They are the server's: `render/colours.py` and `render/colour_maps.py`."""
    for path, content in packaged_scripts().items():
        colours = re.findall(r"[\"'`]#[0-9a-fA-F]{6}[\"'`]|[0-9a-f]{48}", content.decode("utf-8"))
        assert colours == [], path
