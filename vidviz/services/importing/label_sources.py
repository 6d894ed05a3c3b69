"""Labels for videos: from a table, or from the folder a file lies in."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from vidviz.errors import LabelError
from vidviz.log.told_errors import sentence_of
from vidviz.records import LABEL
from vidviz.services.importing.found_files import FoundFile
from vidviz.services.library.reserved_columns import RESERVED
from vidviz.words import count_of

TABLE_NAME = "labels.csv"
"""A table of this name in an imported folder is used without being asked for."""


@dataclass
class LabelTable:
    """Rows of a label table by the name they give a video; `used` collects the names that were met."""

    path: Path
    rows: dict[str, dict[str, str]]
    used: set[str] = field(default_factory=set)

    def find(self, shown: str) -> dict[str, str]:
        """The labels of a file; a row may name it with its folders, by its name, or by its stem."""
        path = PurePosixPath(shown)
        inside = ["/".join(path.parts[start:]) for start in range(len(path.parts))]
        for name in (shown, *inside, path.stem):
            if name in self.rows:
                self.used.add(name)
                return self.rows[name]
        return {}

    def unknown(self) -> list[str]:
        """The videos that the table names and nobody met."""
        return [name for name in self.rows if name not in self.used]


@dataclass
class Labels:
    """What the files of an import are labelled: by folder names, unless one table was asked for, and by tables.

    A table that was asked for speaks of all files, any other of those in its own folder. `notes` are sentences
    about tables that cannot be used.
    """

    asked: LabelTable | None = None
    beside: list[LabelTable] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def of(self, found: FoundFile) -> dict[str, str]:
        """The labels of a new file."""
        return {**({} if self.asked else folder_label(found.shown)), **self.from_tables(found)}

    def from_tables(self, found: FoundFile) -> dict[str, str]:
        """The labels that tables give a file; they count for a video that is known already, too."""
        labels: dict[str, str] = {}
        for table in self.beside:
            if table.path.parent in found.path.parents:
                labels.update(table.find(found.shown))
        return {**labels, **self.asked.find(found.shown)} if self.asked else labels

    def tell(self) -> Iterable[str]:
        """What a person should know when all files were met."""
        yield from self.notes
        for table in [*([self.asked] if self.asked else []), *self.beside]:
            yield from say_unknown(table)


def gather_labels(asked: str | None, paths: Iterable[str]) -> Labels:
    """The label table that was asked for, else those in the folders that are imported.

    Raises:
        LabelError: the table that was asked for cannot be used. Of any other, a note says so.
    """
    if asked:
        return Labels(read_label_table(Path(asked)))
    labels = Labels()
    for path in paths:
        table = Path(path) / TABLE_NAME
        if not os.path.isfile(table):  # noqa: PTH113 - unlike Path.is_file, it is False for whatever cannot be a path
            continue
        try:
            labels.beside.append(read_label_table(table))
        except LabelError as error:
            labels.notes.append(f"{sentence_of(error)} Its labels were left out.")
    return labels


def read_label_table(path: Path) -> LabelTable:
    """Read a CSV with a column `video`, a column `label` if there is one, and any further columns.

    Raises:
        LabelError: the file cannot be read, is not UTF-8 text, or has no column `video`.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            columns = [name.strip() for name in reader.fieldnames or []]
            if "video" not in columns:
                raise LabelError(f"The label table {path.name!r} needs a column 'video'; it has: {', '.join(columns)}.")
            if taken := RESERVED.intersection(columns):
                raise LabelError(f"The label table {path.name!r} must call {', '.join(sorted(taken))} something else.")
            reader.fieldnames = columns
            rows = {_clean(row.get("video")): _labels(row) for row in reader}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LabelError(f"The label table {path.name!r} cannot be read: {error}.") from None
    rows.pop("", None)
    return LabelTable(path, rows)


def folder_label(shown: str) -> dict[str, str]:
    """The name of the folder a file lies in, where that is a folder inside the imported one."""
    inside = PurePosixPath(shown).parent.name
    return {LABEL: inside} if inside.strip(".") else {}


def say_unknown(table: LabelTable) -> Iterable[str]:
    """A sentence where the table names videos that were not among the files."""
    unknown = table.unknown()
    if unknown:
        some = ", ".join(repr(name) for name in unknown[:5]) + (", ..." if len(unknown) > 5 else "")
        yield f"{table.path.name} names {count_of(len(unknown), 'video')} not among these files: {some}."


def _labels(row: dict[str | None, str | None]) -> dict[str, str]:
    return {str(name): _clean(value) for name, value in row.items() if name and name != "video"}


def _clean(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
