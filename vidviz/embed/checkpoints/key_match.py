"""A file's names of parameters against a network's: what stands before all of them is found by comparing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidviz.embed.checkpoints.tensor_tables import Table

if TYPE_CHECKING:
    from torch import Tensor

Renamed = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class KeyMatch:
    """A file's tensors under the network's names.

    Attributes:
        state: tensors by the network's names, also those that the network does not have.
        beside: names of tensors in the file that do not belong to what was matched.
        stripped: what stood before every name in the file.
        fitting: how many names are the network's.
    """

    state: dict[str, Tensor]
    beside: tuple[str, ...]
    stripped: str
    fitting: int


def match_keys(tables: Iterable[Table], own: Sequence[str], renamed: Renamed, children: Sequence[str]) -> KeyMatch:
    """The table whose names fit best, under the network's names.

    Args:
        tables: the tables of a file, of which the earlier one is taken where two fit equally well.
        own: the network's names.
        renamed: pairs of regular expression and replacement for other publishers' names, each tried in turn.
        children: the network's parts in order, for files of `nn.Sequential(*network.children())`.
    """
    best = KeyMatch({}, (), "", 0)
    for match in (match for table in tables for match in _ways(table, own, renamed, children)):
        if match.fitting > best.fitting or not best.state:
            best = match
        if best.fitting == len(own):
            break
    return best


def rename_keys(state: Mapping[str, Tensor], renamed: Renamed) -> dict[str, Tensor]:
    """The tensors under our names; `renamed` are pairs of regular expression and replacement, each tried in turn."""
    named = {}
    for key, tensor in state.items():
        for pattern, replacement in renamed:
            key = re.sub(pattern, replacement, key)
        named[key] = tensor
    return named


def _ways(table: Table, own: Sequence[str], renamed: Renamed, children: Sequence[str]) -> Iterator[KeyMatch]:
    """The matches worth comparing: with more and more taken off the front, as far as most names share it."""
    for stripped, kept in _strip(table):
        beside = tuple(key for key in table if not key.startswith(stripped))
        for named in (rename_keys(kept, renamed), _name_by_place(kept, children)):
            if named:
                yield _shift(named, own, stripped, beside)


def _strip(table: Table) -> Iterator[tuple[str, Table]]:
    stripped, kept = "", table
    while kept:
        yield stripped, kept
        heads = Counter(key.partition(".")[0] for key in kept if "." in key)
        if not heads:
            return
        head, count = heads.most_common(1)[0]
        if 2 * count < len(kept):
            return
        start = f"{head}."
        stripped += start
        kept = {key.removeprefix(start): tensor for key, tensor in kept.items() if key.startswith(start)}


def _name_by_place(table: Table, children: Sequence[str]) -> Table:
    """Names of `nn.Sequential(*network.children())`, whose first part is a number, as the network has them."""
    named = {}
    for key, tensor in table.items():
        place, _, rest = key.partition(".")
        if not place.isdecimal() or int(place) >= len(children):
            return {}
        named[f"{children[int(place)]}.{rest}"] = tensor
    return named


def _shift(named: Table, own: Sequence[str], stripped: str, beside: tuple[str, ...]) -> KeyMatch:
    """The match after the beginning that most names have too much or too little is taken off or put before them."""
    known = set(own)
    (off, before), count = max(_shifts(named, known).items(), key=lambda shift: shift[1])
    if 2 * count < min(len(known), len(named)):
        off = before = ""  # a few names that happen to end alike
    state = {before + key.removeprefix(off): tensor for key, tensor in named.items() if key.startswith(off)}
    left = tuple(key for key in named if not key.startswith(off))
    return KeyMatch(state, (*beside, *left), stripped + off, sum(key in known for key in state))


def _shifts(named: Table, known: set[str]) -> Counter[tuple[str, str]]:
    """How many names fit after (what is taken off, what is put before); no change wins among equals."""
    shifts: Counter[tuple[str, str]] = Counter({("", ""): sum(key in known for key in named)})
    if shifts["", ""] == len(known):
        return shifts
    ends: dict[str, list[str]] = defaultdict(list)
    for key in known:
        for start, end in _cuts(key):
            ends[end].append(start)
    for key in named:
        for start, end in _cuts(key):
            shifts.update((start, before) for before in ends.get(end, ()) if start or before)
    return shifts


def _cuts(key: str) -> Iterator[tuple[str, str]]:
    """A name cut before each of its parts but the last; whole where it has one part alone."""
    parts = key.split(".")
    for cut in range(max(1, len(parts) - 1)):
        yield "".join(f"{part}." for part in parts[:cut]), ".".join(parts[cut:])
