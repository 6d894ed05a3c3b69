"""Answers of a decoder: all that it says comes over as it was, and nothing that it may say runs code."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

from vidviz.decode.ingest import IngestedVideo
from vidviz.decode.workers.reply_format import HEAD_BYTES, pack, unpack
from vidviz.types import Span, VideoProbe

PROBE = VideoProbe("h264", "mp4", 64, 48, 0, 29.97, False, 100, 4.0, 0.04, False, True)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        2**70,
        0.1,
        float("inf"),
        "a\ud800 ü",
        b"\0bytes",
        [1, [2, (3, "x")], {"a": 1}],
        {"a": [1, 2], 3: None},
        ("value", IngestedVideo("ab", PROBE, None, None, (Span(0.0, 0.1 + 0.2),), (2**53 - 1,))),
    ],
)
def test_values_come_over_as_they_were(value):
    assert unpack(pack(value)) == value
    assert type(unpack(pack(value))) is type(value)


@pytest.mark.parametrize("dtype", ["uint8", "float32", ">i8", "bool"])
def test_arrays_come_over_and_can_be_written_to(dtype):
    array = np.arange(24).reshape(2, 3, 4).astype(dtype)[:, ::-1]
    kind, (index, other) = unpack(pack(("item", (3, array))))
    assert (kind, index) == ("item", 3)
    assert other.dtype == array.dtype
    assert np.array_equal(other, array)
    other[0] = 0


def test_what_is_no_data_is_refused():
    for value in (object(), os.system, np.array([object()]), {1, 2}):
        with pytest.raises(TypeError):
            pack(value)


def packed(described, behind=b""):
    head = json.dumps(described).encode()
    return len(head).to_bytes(HEAD_BYTES, "big") + head + behind


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\xff" * 100,
        b"\x80\x04\x8c\x05posix\x8c\x06system\x93.",
        packed({"record": ["system", {}]}),
        packed({"record": ["Span", {"__class__": 1}]}),
        packed({"array": ["O", [1]]}, bytes(8)),
        packed({"array": ["<f4", [2**60, 2**60]]}),
        packed({"array": ["<f4", [-1]]}, bytes(8)),
        packed({"bytes": 10}, b"few"),
        packed({"bytes": -1}, b"few"),
        packed({"what": 1}),
        packed({}),
    ],
)
def test_what_no_decoder_of_ours_says_is_refused_and_runs_nothing(hostile):
    with pytest.raises(ValueError, match=r".+"):
        unpack(hostile)
