"""Label tables as people have them: text in the usual encodings -> rows, each a video's name and its labels."""

from __future__ import annotations

import codecs
import csv
import io
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
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
STARTS = ("start_seconds", "start", "start_time", "time_start", "segment_start", "begin")
ENDS = ("end_seconds", "end", "end_time", "time_end", "segment_end", "stop")
TIMES = ("(start)", "(end)")
"""What those two columns are called here."""
AVA_FIELDS = (7, 8)
"""video, moment, four corners of a box, action, and mostly a person."""
AVA_SECONDS = 1.5
"""On either side of the moment that AVA names."""
ADVICE = (
    "Give a table (CSV, or with ; or tabs) with a column 'video' or 'filename' and one 'label', a list of files with "
    "their class (UCF101, HMDB51), the segments of AVA, or JSON as Something-Something and ActivityNet have it."
)


@dataclass(frozen=True)
class TableRow:
    """The labels of a video, which may be called by any of these names.

    With `span`, (start, end) in seconds, they are those of a segment of it, which as a file by itself is called `cut`.
    """

    names: tuple[str, ...]
    labels: dict[str, str]
    span: tuple[float, float] | None = None
    cut: str = ""


def read_rows(path: Path, name: str) -> tuple[list[TableRow], list[str]]:
    """The rows of a label table called `name`, and sentences on what of it was taken otherwise than it stands there.

    Raises:
        LabelError: the file cannot be read, or is no table of labels. Nothing of its content is repeated.
    """
    text = _read_text(path, name)
    if text.lstrip()[:1] in ("{", "["):
        return _tidy(name, _read_json(name, text))
    lines = [line for line in text.splitlines() if line.strip()]
    separator = _separator_of(lines[0]) if lines else ","
    try:
        read = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        table = [[field.strip() for field in row] for row in read if any(row)]
    except csv.Error as error:
        raise LabelError(f"The label table {name!r} cannot be read as a table. {ADVICE}") from error
    header = [name.lower() for name in table[0]] if table else []
    if any(name in header for name in VIDEO_COLUMNS) and len(set(header)) > 1:
        return _tidy(name, list(_read_columns(_tell_apart(table[0], header), table[1:])))
    rows = _read_ava(table) or list(_read_list(name, lines))
    if not rows:
        raise LabelError(f"The label table {name!r} names no videos. {ADVICE}")
    return _tidy(name, rows)


def _read_text(path: Path, name: str) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LabelError(f"The label table {name!r} cannot be read: {error.strerror or error}.") from error
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise LabelError(f"The label table {name!r} is not text. {ADVICE}")


def _separator_of(line: str) -> str:
    return max(SEPARATORS, key=lambda separator: (line.count(separator), separator == ","))


def _tell_apart(names: list[str], header: list[str]) -> list[str]:
    """The columns by their roles: the video's name, the label, and all others under their own names."""
    video = next(name for name in VIDEO_COLUMNS if name in header)
    label = next((name for name in LABEL_COLUMNS if name in header and name != video), None)
    roles = {header.index(video): "video", **({header.index(label): LABEL} if label else {})}
    times = [next((name for name in known if name in header), None) for known in (STARTS, ENDS)]
    if all(times):
        roles |= {header.index(str(name)): role for name, role in zip(times, TIMES, strict=True)}
    return [roles.get(place, name) for place, name in enumerate(names)]


def _read_columns(columns: list[str], table: Iterable[list[str]]) -> Iterable[TableRow]:
    for fields in table:
        row = dict(zip(columns, fields, strict=False))
        name = row.pop("video", "")
        start, end = (_seconds(row.pop(time, "")) for time in TIMES)
        labels = {key: value for key, value in row.items() if key}
        if name and 0 <= start < end:
            yield TableRow((name,), labels, (start, end), f"{name}_{int(start):06d}_{int(end):06d}")
        elif name:
            yield TableRow((name,), labels)


def _read_ava(table: Iterable[list[str]]) -> list[TableRow]:
    """AVA: `video,moment,x1,y1,x2,y2,action,person` without a header; empty where a line is another."""
    rows = []
    for fields in table:
        numbers = [_seconds(field) for field in fields[1:6]]
        if len(fields) not in AVA_FIELDS or not all(0 <= corner <= 1 for corner in numbers[1:]):
            return []
        start = max(0.0, numbers[0] - AVA_SECONDS)
        if numbers[0] >= 0 and fields[6]:
            rows.append(TableRow((fields[0],), {LABEL: fields[6]}, (start, numbers[0] + AVA_SECONDS)))
    return rows


def _read_list(title: str, lines: Iterable[str]) -> Iterable[TableRow]:
    """A line a file: `Class/v_x.avi 1` (UCF101), or `x.avi 1` in a file named after the class (HMDB51)."""
    split = HMDB_SPLIT.fullmatch(PurePosixPath(title).stem)
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
            # Where the folder is the class, the files may as well lie in one folder.
            yield TableRow((name, PurePosixPath(plain_name(name)).name), {LABEL: folder or number})


def _read_json(name: str, text: str) -> list[TableRow]:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise LabelError(f"The label table {name!r} is damaged JSON. {ADVICE}") from error
    if isinstance(content, dict) and isinstance(content.get("database"), dict):
        return list(_read_activity_net(content["database"]))
    if isinstance(content, dict):
        content = [
            {"video": name} | (told if isinstance(told, dict) else {LABEL: told}) for name, told in content.items()
        ]
    return [row for entry in content if isinstance(entry, dict) for row in _read_entry(entry)]


def _read_activity_net(database: Mapping[str, Any]) -> Iterable[TableRow]:
    """ActivityNet: `{"database": {ID: {"subset", "annotations": [{"label", "segment": [start, end]}]}}}`."""
    for name, told in database.items():
        told = told if isinstance(told, dict) else {}
        subset = {"subset": told["subset"]} if isinstance(told.get("subset"), str) else {}
        listed = told.get("annotations")
        for one in listed if isinstance(listed, list) else []:
            one = one if isinstance(one, dict) else {}
            segment = one.get("segment")
            times = [_seconds(str(time)) for time in segment] if isinstance(segment, list) else []
            if len(times) == 2 and 0 <= times[0] < times[1]:
                yield TableRow((name, f"v_{name}"), {LABEL: str(one.get("label", "")), **subset}, (times[0], times[1]))


def _read_entry(entry: Mapping[str, Any]) -> Iterable[TableRow]:
    plain = {str(key): str(value) for key, value in entry.items() if isinstance(value, (str, int, float))}
    lowered = [key.lower() for key in plain]
    if any(name in lowered for name in VIDEO_COLUMNS):
        yield from _read_columns(_tell_apart(list(plain), lowered), [[value.strip() for value in plain.values()]])


def _tidy(name: str, rows: list[TableRow]) -> tuple[list[TableRow], list[str]]:
    """One way of writing what is missing and what is true; columns of ours under another name, which is told."""
    columns = dict.fromkeys(column for row in rows for column in row.labels)
    renamed = {column: f"{column} (label)" for column in columns if column.lower() in RESERVED}
    truths = {column for column in columns if {row.labels.get(column, "").lower() for row in rows} <= TRUTHS | MISSING}
    tidied = [
        replace(row, labels={renamed.get(key, key): _value(value, key in truths) for key, value in row.labels.items()})
        for row in rows
    ]
    notes = [
        f"{name}: the column {column!r} is called {new!r} here, as clips have one of that name themselves."
        for column, new in renamed.items()
    ]
    return tidied, notes


def _value(value: str, is_truth: bool) -> str:
    if value.lower() in MISSING:
        return ""
    return value.lower() if is_truth else value


def _seconds(text: str) -> float:
    """A moment as a number of seconds, also from `1:02:03.5`; NaN where it is none."""
    found = re.fullmatch(r"(?:(?:(\d+):)?(\d{1,2}):)?(\d{1,9}(?:\.\d*)?)", text.strip())
    if not found:
        return math.nan
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return 3600 * hours + 60 * minutes + seconds
