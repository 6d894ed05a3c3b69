"""What all tests share: no variable of the person who runs them leaks in, and nothing leaves the machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# At home every run tries new cases; a change lands or fails by the same ones each time.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI") == "true":
    settings.load_profile("ci")

for name in ("VIDVIZ_WORKSPACE", "VIDVIZ_MILVUS_URI", "VIDVIZ_MILVUS_TOKEN", "MILVUS_URI", "MILVUS_TOKEN"):
    os.environ.pop(name, None)


@pytest.fixture(autouse=True, scope="session")
def no_weights_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Weights that lie on this machine change no test."""
    os.environ["TORCH_HOME"] = str(tmp_path_factory.mktemp("torch-home"))


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Tests on a folder of one's own real videos exist where `VIDVIZ_REAL_VIDEOS` names one."""
    asks_for_real_files = collection_path.name.endswith("real_files.py")
    return True if asks_for_real_files and not os.environ.get("VIDVIZ_REAL_VIDEOS") else None
