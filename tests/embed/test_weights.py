"""Weights: what a request means, downloads, files that do not fit."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from vidviz.embed.build import build_model
from vidviz.embed.checkpoints.download import download_weights
from vidviz.embed.checkpoints.weights import choose_weights, weights_folder, weights_state
from vidviz.embed.description import Backbone, Weights
from vidviz.embed.embedder import Embedder
from vidviz.embed.load import check_memory, load_backbone
from vidviz.embed.prepare import LicenceError
from vidviz.errors import BackboneError, UnknownNameError

Factory = Callable[..., Backbone]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path / "torch" / "hub" / "checkpoints"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address under which this machine serves it."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def publish(folder: Path, address: str, backbone: Backbone, prefix: str | None = None) -> Weights:
    """Weights other than the seeded ones, served under the published keys."""
    model = build_model(backbone)
    with torch.no_grad():
        model.fc2.bias.add_(1.0)
    file = folder / "tiny.pth"
    torch.save(model.state_dict(), file)
    digest = prefix or hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    return Weights("PUBLISHED_V1", f"{address}/tiny.pth", 0.1, "none", digest)


def test_the_cache_is_torch_hubs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for home in (str(tmp_path / "a"), None):
        if home:
            monkeypatch.setenv("TORCH_HOME", home)
        else:
            monkeypatch.delenv("TORCH_HOME")
            monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "b"))
        assert weights_folder() == Path(torch.hub.get_dir()) / "checkpoints"


def test_state_of_the_weights(tiny_backbone: Factory, own_cache: Path) -> None:
    row = tiny_backbone()
    assert weights_state(row) == "to download"
    assert weights_state(row, "random") == "random only"
    own_cache.mkdir(parents=True)
    (own_cache / row.weights[0].file_name).write_bytes(b"x")
    assert weights_state(row) == "cached"
    assert weights_state(tiny_backbone(weights=(), default_weights="random")) == "random only"


def test_auto_means_published_and_random_only_where_nothing_is(tiny_backbone: Factory) -> None:
    assert choose_weights(tiny_backbone()).identity == "PUBLISHED_V1"
    assert choose_weights(tiny_backbone(weights=(), default_weights="random")).identity == "random"


@pytest.mark.parametrize(
    ("request_text", "error", "says"),
    [
        ("PUBLISHED_V2", UnknownNameError, "PUBLISHED_V1"),
        ("nowhere/x.pth", BackboneError, "check the path"),
        ("x.safetensors", BackboneError, "check the path"),
        ("file:0123456789abcdef", BackboneError, "give the path"),
    ],
)
def test_weights_that_are_not_there(
    tiny_backbone: Factory, request_text: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        choose_weights(tiny_backbone(), request_text)


def test_download_goes_to_the_cache_and_is_used(
    tiny_backbone: Factory, served: tuple[Path, str], own_cache: Path
) -> None:
    row = tiny_backbone(weights=(publish(*served, tiny_backbone()),))
    seen: list[tuple[int, int]] = []
    loaded = load_backbone(row, device="cpu", on_progress=lambda done, total: seen.append((done, total)))
    assert loaded.weights == "PUBLISHED_V1"
    assert not loaded.random_weights
    assert seen[-1][0] == seen[-1][1] == (own_cache / "tiny.pth").stat().st_size
    assert [path.name for path in own_cache.iterdir()] == ["tiny.pth"]
    assert not torch.equal(loaded.model.fc2.bias, build_model(row).fc2.bias)
    (served[0] / "tiny.pth").unlink()
    load_backbone(row, device="cpu")


def test_a_wrong_download_never_counts(tiny_backbone: Factory, served: tuple[Path, str], own_cache: Path) -> None:
    row = tiny_backbone(weights=(publish(*served, tiny_backbone(), prefix="deadbeef"),))
    with pytest.raises(BackboneError, match=r"SHA-256 begins with .* not deadbeef"):
        load_backbone(row, device="cpu")
    assert list(own_cache.iterdir()) == []
    (own_cache / "tiny.pth").write_bytes(b"half a file")
    with pytest.raises(BackboneError, match="Delete it"):
        load_backbone(row, device="cpu")


def test_offline_says_address_place_and_alternative(
    tiny_backbone: Factory, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A port that nobody listens on stands for a machine without a network.
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    row = tiny_backbone(weights=(Weights("PUBLISHED_V1", "http://127.0.0.1:9/tiny.pth", 0.1, "none"),))
    with pytest.raises(BackboneError) as caught:
        load_backbone(row, device="cpu")
    text = str(caught.value)
    assert "http://127.0.0.1:9/tiny.pth" in text
    assert str(own_cache / "tiny.pth") in text
    assert "weights=random" in text
    assert list(own_cache.iterdir()) == []


def test_other_protocols_are_refused(tiny_backbone: Factory, tmp_path: Path) -> None:
    row = tiny_backbone(weights=(Weights("PUBLISHED_V1", f"file://{tmp_path}/x.pth", 0.1, "none"),))
    with pytest.raises(BackboneError, match="not http"):
        load_backbone(row, device="cpu")


def test_terms_that_forbid_commercial_use_are_asked_for_before_a_download(
    tiny_backbone: Factory, served: tuple[Path, str], own_cache: Path
) -> None:
    row = tiny_backbone()
    limited = dataclasses.replace(publish(*served, row), non_commercial=True, licence="CC-BY-NC-4.0")
    row = tiny_backbone(weights=(limited,))
    with pytest.raises(LicenceError, match=r"CC-BY-NC-4\.0, which forbids commercial use.*--accept-licence"):
        load_backbone(row)
    assert not own_cache.exists()
    load_backbone(row, accept_licence=True)
    load_backbone(row)  # what is on the machine was accepted once


def test_bundled_weights_need_no_network(
    tiny_backbone: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vidviz.embed.checkpoints.weights.BUNDLE", tmp_path)
    row = tiny_backbone(
        weights=(Weights("OWN_V1", "bundled:tiny.safetensors", 0.1, "Apache-2.0"),), default_weights="OWN_V1"
    )
    assert weights_state(row) == "bundled"
    with pytest.raises(BackboneError, match=r"tiny\.safetensors is missing from this installation"):
        load_backbone(row)
    model = build_model(row)
    with torch.no_grad():
        model.fc2.bias.add_(1.0)
    save_file(model.state_dict(), tmp_path / "tiny.safetensors")
    loaded = load_backbone(row, device="cpu")
    assert (loaded.weights, loaded.random_weights) == ("OWN_V1", False)
    assert torch.equal(loaded.model.fc2.bias, model.fc2.bias)


def test_other_publishers_names_are_understood(tiny_backbone: Factory, tmp_path: Path) -> None:
    row = tiny_backbone(renamed_keys=((r"^backbone\.", ""), (r"^head\.", "fc3.")))
    model = build_model(row)
    with torch.no_grad():
        model.conv1.bias.add_(1.0)
    names = {key: f"head.{key[4:]}" if key.startswith("fc3.") else f"backbone.{key}" for key in model.state_dict()}
    torch.save({"state_dict": {names[key]: value for key, value in model.state_dict().items()}}, tmp_path / "other.pth")
    loaded = load_backbone(row, tmp_path / "other.pth", device="cpu")
    assert torch.equal(loaded.model.conv1.bias, model.conv1.bias)


def test_a_file_may_lack_a_head_and_then_the_head_is_not_used(tiny_backbone: Factory, tmp_path: Path) -> None:
    weights = dataclasses.replace(tiny_backbone().weights[0], may_lack=("fc3.",))
    row = tiny_backbone(weights=(weights,))
    headless = {key: value for key, value in build_model(row).state_dict().items() if not key.startswith("fc3.")}
    torch.save(headless, tmp_path / "headless.pth")
    loaded = load_backbone(row, tmp_path / "headless.pth", device="cpu")
    assert loaded.untrained == ("fc3.",)
    assert Embedder(loaded, "fc2").dimension == 8
    with pytest.raises(BackboneError, match="hold nothing for the layer 'fc3'"):
        Embedder(loaded, "fc3")
    torch.save({key: value for key, value in headless.items() if key != "fc2.bias"}, tmp_path / "worse.pth")
    with pytest.raises(BackboneError, match=r"missing fc2\.bias"):
        load_backbone(row, tmp_path / "worse.pth", device="cpu")


@pytest.mark.parametrize("nesting", [None, "state_dict", "model_state"])
def test_a_local_file_is_loaded_and_known_by_its_content(
    tiny_backbone: Factory, tmp_path: Path, nesting: str | None
) -> None:
    row = tiny_backbone()
    state = {key: torch.full_like(value, 0.25) for key, value in build_model(row).state_dict().items()}
    file = tmp_path / "mine.pth"
    torch.save({nesting: state, "epoch": 3} if nesting else state, file)
    loaded = load_backbone(row, file, device="cpu")
    assert loaded.weights == f"file:{hashlib.sha256(file.read_bytes()).hexdigest()[:16]}"
    assert all((value == 0.25).all() for value in loaded.model.state_dict().values())
    assert weights_state(row, file) == "cached"
    light = load_backbone(row, file, device="cpu", up_to="pool2")
    assert light.model.fc1.weight.is_meta
    assert (light.model.conv1.weight == 0.25).all()


def test_a_wrong_file_names_keys_and_shapes(tiny_backbone: Factory, tmp_path: Path) -> None:
    row, file = tiny_backbone(), tmp_path / "wrong.pth"
    state = build_model(row).state_dict()
    torch.save({"extra": torch.zeros(1), **{k: v for k, v in state.items() if k != "conv2.bias"}}, file)
    with pytest.raises(BackboneError, match=r"missing conv2\.bias; unexpected extra"):
        load_backbone(row, file, device="cpu")
    torch.save({**state, "fc3.bias": torch.zeros(7)}, file)
    with pytest.raises(BackboneError, match=r"fc3\.bias is \(7,\) in the file, \(10,\)"):
        load_backbone(row, file, device="cpu")


class Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("code ran",))


@pytest.mark.parametrize("content", ["garbage", "code", "no tensors", "empty"])
def test_files_that_are_not_weights(
    tiny_backbone: Factory, tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.pth"
    file.write_bytes(b"garbage")
    if content != "garbage":
        torch.save({"code": Evil(), "no tensors": {"a": 1}, "empty": {}}[content], file)
    with pytest.raises(BackboneError, match=r"x\.pth (is not a file of weights|holds no state_dict)"):
        load_backbone(tiny_backbone(), file, device="cpu")
    assert "code ran" not in capsys.readouterr().out


def test_random_weights_are_the_same_each_time_and_leave_the_generator_alone(
    tiny_backbone: Factory, random_clips: Callable[..., np.ndarray]
) -> None:
    row = tiny_backbone()
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = load_backbone(row, "random", device="cpu")
    assert torch.equal(torch.get_rng_state(), before)
    torch.rand(5)
    second = load_backbone(row, "random", device="cpu")
    clips = random_clips(row, 2)
    assert np.array_equal(Embedder(first).embed(clips), Embedder(second).embed(clips))
    other = load_backbone(tiny_backbone(name="other"), "random", device="cpu")
    assert not torch.equal(first.model.conv1.weight, other.model.conv1.weight)


def test_short_memory_is_refused_with_what_fits(tiny_backbone: Factory) -> None:
    row = tiny_backbone(memory_gib=4.0)
    with pytest.raises(BackboneError, match=r"about 4\.0 GiB.*1\.0 GiB are free.*'pool2'"):
        check_memory(row, available_gib=1.0)
    check_memory(row, light=True, available_gib=1.0)
    check_memory(row, available_gib=4.0)


def test_light_build_serves_the_convolutions(tiny_backbone: Factory, random_clips: Callable[..., np.ndarray]) -> None:
    row = tiny_backbone()
    light = load_backbone(row, "random", device="cpu", up_to="pool2")
    whole = load_backbone(row, "random", device="cpu", up_to="fc2")
    assert light.model.fc1.weight.is_meta
    assert not whole.model.fc1.weight.is_meta
    clips = random_clips(row, 2)
    assert np.array_equal(Embedder(light, "pool2").embed(clips), Embedder(whole, "pool2").embed(clips))


@pytest.mark.parametrize(
    ("build", "says"),
    [("no.such.module:x", "cannot be built"), ("math:nothing", "has no 'nothing'"), ("builtins:int", "gave a int")],
)
def test_builders_that_do_not_build(tiny_backbone: Factory, build: str, says: str) -> None:
    with pytest.raises(BackboneError, match=says):
        load_backbone(tiny_backbone(build=build), "random", device="cpu")


def test_a_download_that_stops_early_says_how_far_it_came(tmp_path: Path) -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x" * 400)

        def log_message(self, *_args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        weights = Weights("PUBLISHED_V1", f"http://127.0.0.1:{server.server_port}/tiny.pth", 0.1, "none", "deadbeef")
        with pytest.raises(BackboneError, match="the connection ended after 400 of 1000 bytes"):
            download_weights("tiny", weights, tmp_path / "tiny.pth")
        server.shutdown()
    assert list(tmp_path.iterdir()) == []
