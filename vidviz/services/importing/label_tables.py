"""Label tables as people have them: text in the usual encodings -> rows, each a video's name and its labels."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from vidviz.errors import LabelError
from vidviz.records import LABEL
from vidviz.services.library.named_files import plain_name
from vidviz.services.library.reserved_columns import RESERVED

VIDEO_COLUMNS = (
    *("video", "filename", "file", "file_name", "filepath", "file_path", "path", "video_path", "video_name", "clip"),
    *("youtube_id", "video_id", "id", "name"),
)
LABEL_COLUMNS = (LABEL, "class", "category", "action", "class_name", "label_name", "target", "template")
SEPARATORS = ",;\t|"
MISSING = frozenset({"", "nan", "<na>", "null"})
TRUTHS = frozenset({"true", "false"})
HMDB_SPLIT = re.compile(r"(?P<label>.+)_test_split\d+")
HMDB_SETS = {"1": "train", "2": "test"}
TIMES = ("time_start", "time_end")
ADVICE = (
    "Give a table (CSV, or with ; or tabs) with a column 'video' or 'filename' and one 'label', a list of files with "
    "their class (UCF101, HMDB51), or JSON as Something-Something has it."
)


@dataclass(frozen=True)
class TableRow:
    """The labels of a video, which may be called by any of these names."""

    names: tuple[str, ...]
    labels: dict[str, str]


def read_rows(path: Path) -> tuple[list[TableRow], list[str]]:
    """The rows of a label table, and sentences on what of it was taken otherwise than it stands there.

    Raises:
        LabelError: the file cannot be read, or is no table of labels. Nothing of its content is repeated.
    """
    text = _read_text(path)
    if text.lstrip()[:1] in ("{", "["):
        return _tidy(path, _read_json(path, text))
    lines = [line for line in text.splitlines() if line.strip()]
    separator = _separator_of(lines[0]) if lines else ","
    try:
        read = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        table = [[field.strip() for field in row] for row in read if any(row)]
    except csv.Error:
        raise LabelError(f"The label table {path.name!r} cannot be read as a table. {ADVICE}") from None
    header = [name.lower() for name in table[0]] if table else []
    if any(name in header for name in VIDEO_COLUMNS) and len(set(header)) > 1:
        return _tidy(path, list(_read_columns(_tell_apart(table[0], header), table[1:])))
    rows = list(_read_list(path, lines))
    if not rows:
        raise LabelError(f"The label table {path.name!r} names no videos. {ADVICE}")
    return _tidy(path, rows)


def _read_text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LabelError(f"The label table {path.name!r} cannot be read: {error.strerror or error}.") from None
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise LabelError(f"The label table {path.name!r} is not text. {ADVICE}")


def _separator_of(line: str) -> str:
    return max(SEPARATORS, key=lambda separator: (line.count(separator), separator == ","))


def _tell_apart(names: list[str], header: list[str]) -> list[str]:
    """The columns by their roles: the video's name, the label, and all others under their own names."""
    video = next(name for name in VIDEO_COLUMNS if name in header)
    label = next((name for name in LABEL_COLUMNS if name in header and name != video), None)
    roles = {header.index(video): "video", **({header.index(label): LABEL} if label else {})}
    return [roles.get(place, name if name.lower() not in TIMES else name.lower()) for place, name in enumerate(names)]


def _read_columns(columns: list[str], table: Iterable[list[str]]) -> Iterable[TableRow]:
    for fields in table:
        row = dict(zip(columns, fields, strict=False))
        name = row.pop("video", "")
        times = [row.pop(time, "") for time in TIMES]
        cut = f"{name}_{int(float(times[0])):06d}_{int(float(times[1])):06d}" if all(map(_is_number, times)) else ""
        if name:
            yield TableRow(tuple(filter(None, (name, cut))), {key: value for key, value in row.items() if key})


def _read_list(path: Path, lines: Iterable[str]) -> Iterable[TableRow]:
    """A line a file: `Class/v_x.avi 1` (UCF101), or `x.avi 1` in a file named after the class (HMDB51)."""
    split = HMDB_SPLIT.fullmatch(path.stem)
    for line in lines:
        name, _, number = line.strip().rpartition(" ")
        if not name:
            name, number = number, ""
        name, folder = name.strip().strip("\"'"), PurePosixPath(plain_name(name)).parent.name
        if not PurePosixPath(name).suffix or (number and not number.isdigit()):
            return  # no list of files
        if split:
            if number in HMDB_SETS:
                yield TableRow((name,), {LABEL: split["label"], "split": HMDB_SETS[number]})
        elif folder or number:
            yield TableRow((name,), {LABEL: folder or number})


def _read_json(path: Path, text: str) -> list[TableRow]:
    try:
        content = json.loads(text)
    except ValueError:
        raise LabelError(f"The label table {path.name!r} is damaged JSON. {ADVICE}") from None
    if isinstance(content, dict):
        content = [
            {"video": name} | (told if isinstance(told, dict) else {LABEL: told}) for name, told in content.items()
        ]
    return [row for entry in content if isinstance(entry, dict) for row in _read_entry(entry)]


def _read_entry(entry: Mapping[str, Any]) -> Iterable[TableRow]:
    plain = {str(key): str(value) for key, value in entry.items() if isinstance(value, (str, int, float))}
    lowered = [key.lower() for key in plain]
    if any(name in lowered for name in VIDEO_COLUMNS):
        yield from _read_columns(_tell_apart(list(plain), lowered), [[value.strip() for value in plain.values()]])


def _tidy(path: Path, rows: list[TableRow]) -> tuple[list[TableRow], list[str]]:
    """One way of writing what is missing and what is true; columns of ours under another name, which is told."""
    columns = dict.fromkeys(column for row in rows for column in row.labels)
    renamed = {column: f"{column} (label)" for column in columns if column.lower() in RESERVED}
    truths = {column for column in columns if {row.labels.get(column, "").lower() for row in rows} <= TRUTHS | MISSING}
    tidied = [
        TableRow(row.names, {renamed.get(key, key): _value(value, key in truths) for key, value in row.labels.items()})
        for row in rows
    ]
    notes = [
        f"{path.name}: the column {column!r} is called {new!r} here, as clips have one of that name themselves."
        for column, new in renamed.items()
    ]
    return tidied, notes


def _value(value: str, is_truth: bool) -> str:
    if value.lower() in MISSING:
        return ""
    return value.lower() if is_truth else value


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)?", text) is not None
