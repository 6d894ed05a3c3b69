"""What all tests share: no variable of the person who runs them leaks in, and nothing leaves the machine."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

from vidviz.config import MilvusSettings
from vidviz.services import cache

# At home every run tries new cases; a change lands or fails by the same ones each time. No case is failed by a clock.
# Of a mutant (`make mutants`) the first case that fails is enough.
settings.register_profile("home", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile(
    "mutants", deadline=None, derandomize=True, max_examples=30, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "home")

LOGGING = ("VIDVIZ_LOG_LEVEL", "VIDVIZ_VERBOSE")
OWN = ("VIDVIZ_WORKSPACE", "VIDVIZ_CACHE_MB", "VIDVIZ_MILVUS_URI", "VIDVIZ_MILVUS_TOKEN", "MILVUS_URI", "MILVUS_TOKEN")
for name in (*OWN, *LOGGING):
    os.environ.pop(name, None)

# With a real server named (see `.ci/milvus`), every workspace of every test has its collections there.
REAL_SERVER = os.environ.get("VIDVIZ_TEST_MILVUS_URI", "")
if REAL_SERVER:
    os.environ["VIDVIZ_MILVUS_URI"] = REAL_SERVER
    os.environ["VIDVIZ_MILVUS_TOKEN"] = os.environ.get("VIDVIZ_TEST_MILVUS_TOKEN", "")


WAIT_SECONDS = 180.0  # ends what hangs; no test measures by it


@pytest.fixture(scope="session")
def until() -> Callable[[Callable[[], Any]], Any]:
    """Waits until what it is given returns something true, and returns that."""

    def wait(condition: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + WAIT_SECONDS
        while not (found := condition()):
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.01)
        return found

    return wait


@pytest.fixture(scope="session")
def usual_engine() -> str:
    """What answers a search here, as people read it."""
    return "Milvus" if REAL_SERVER else "Milvus Lite"


@pytest.fixture(scope="session")
def real_server() -> MilvusSettings:
    """The real server; for tests that mean nothing on the local file."""
    return MilvusSettings(REAL_SERVER, os.environ.get("VIDVIZ_MILVUS_TOKEN", ""))


@pytest.fixture(autouse=True, scope="session")
def no_weights_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Weights that lie on this machine change no test."""
    os.environ["TORCH_HOME"] = str(tmp_path_factory.mktemp("torch-home"))


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """No test is answered with what another one has computed."""
    cache.clear()


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Tests on one's own real videos, or on a real server, exist where a variable names them."""
    needed = {"real_files.py": "VIDVIZ_REAL_VIDEOS", "real_server.py": "VIDVIZ_TEST_MILVUS_URI"}
    variables = [variable for name, variable in needed.items() if collection_path.name.endswith(name)]
    return True if any(not os.environ.get(variable) for variable in variables) else None


CHECKPOINT_WORDS = ("[start]", "[pad]", "a", "person", "dog", "runs", "jumps", "in", "the", "water", "?", "[end]")


@pytest.fixture(scope="session")
def write_text_checkpoint() -> Callable[[Path, str], Path]:
    """Write a small CLIP or X-CLIP with a tokenizer of twelve words, laid out as published ones are."""

    def write(folder: Path, name: str) -> Path:
        import torch
        import transformers
        from tokenizers import Tokenizer, models, pre_tokenizers, processors

        small = {"hidden_size": 12, "num_attention_heads": 2, "intermediate_size": 20, "num_hidden_layers": 2}
        # As published: the end of the sentence is found as its highest number.
        text = small | {"vocab_size": len(CHECKPOINT_WORDS), "max_position_embeddings": 7, "eos_token_id": 2}
        pictures = small | {"image_size": 32, "patch_size": 16}
        torch.manual_seed(3)
        if name == "clip_b32":
            config = transformers.CLIPConfig(vision_config=pictures, text_config=text, projection_dim=6)
            transformers.CLIPModel(config).save_pretrained(folder)
        else:
            mit = {"mit_hidden_size": 6, "mit_intermediate_size": 10, "mit_num_attention_heads": 2, "num_frames": 4}
            heads = {"projection_dim": 6, "prompt_num_attention_heads": 2}
            config = transformers.XCLIPConfig(vision_config=pictures | mit, text_config=text, **heads)
            transformers.XCLIPModel(config).save_pretrained(folder)
        numbers = {word: number for number, word in enumerate(CHECKPOINT_WORDS)}
        tokenizer = Tokenizer(models.WordLevel(numbers, unk_token="?"))
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        ends = [(word, numbers[word]) for word in ("[start]", "[end]")]
        tokenizer.post_processor = processors.TemplateProcessing(single="[start] $A [end]", special_tokens=ends)
        transformers.PreTrainedTokenizerFast(
            tokenizer_object=tokenizer, bos_token="[start]", eos_token="[end]", pad_token="[pad]", unk_token="?"
        ).save_pretrained(folder)
        return folder

    return write
