"""Embedding sets in the catalogue: what was computed, and which clips failed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from vidviz.records import EmbeddingSet
from vidviz.types import EmbeddingSetSpec


def add_set(db: sqlite3.Connection, embedding_set: EmbeddingSet) -> None:
    """Store a set; a known one is left as it is."""
    spec = embedding_set.spec
    db.execute(
        "INSERT INTO embedding_set (key, backbone, weights, layer, pooling, recipe_key, sampling, precision, "
        "preprocessing, dimension, created_at) VALUES (:key, :backbone, :weights, :layer, :pooling, :recipe_key, "
        ":sampling, :precision, :preprocessing, :dimension, :created_at) ON CONFLICT (key) DO NOTHING",
        {**asdict(spec), "key": spec.key, "dimension": embedding_set.dimension, "created_at": time.time()},
    )


def remove_set(db: sqlite3.Connection, key: str) -> None:
    """Forget a set, and why clips of it failed."""
    db.execute("DELETE FROM embedding_set WHERE key = ?", (key,))


def list_sets(db: sqlite3.Connection) -> list[EmbeddingSet]:
    """All sets, newest first."""
    return [set_of(row) for row in db.execute("SELECT * FROM embedding_set ORDER BY created_at DESC, key")]


def find_set(db: sqlite3.Connection, key: str) -> EmbeddingSet | None:
    """The set with this key, if there is one."""
    row = db.execute("SELECT * FROM embedding_set WHERE key = ?", (key,)).fetchone()
    return set_of(row) if row else None


def record_failures(db: sqlite3.Connection, set_key: str, reasons: Mapping[int, str]) -> None:
    """Remember why clips could not be embedded."""
    rows = [(set_key, clip_id, reason) for clip_id, reason in reasons.items()]
    db.executemany("INSERT OR REPLACE INTO clip_failure VALUES (?, ?, ?)", rows)


def forget_failures(db: sqlite3.Connection, set_key: str) -> None:
    """Forget them, before they are tried again."""
    db.execute("DELETE FROM clip_failure WHERE set_key = ?", (set_key,))


def list_failures(db: sqlite3.Connection, set_key: str) -> dict[int, str]:
    """Clip id -> reason."""
    return dict(
        tuple(row) for row in db.execute("SELECT clip_id, reason FROM clip_failure WHERE set_key = ?", (set_key,))
    )


def set_of(row: Mapping[str, Any] | sqlite3.Row) -> EmbeddingSet:
    """The set that a row of the catalogue says."""
    spec = EmbeddingSetSpec(**{field.name: row[field.name] for field in fields(EmbeddingSetSpec)})
    return EmbeddingSet(spec, row["dimension"])
