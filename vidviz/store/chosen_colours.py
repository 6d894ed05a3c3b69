"""The colours that a person chose for labels, in the catalogue."""

from __future__ import annotations

import sqlite3


def set_colour(db: sqlite3.Connection, column: str, value: str, colour: str) -> None:
    """Give a value of a column a colour as #RRGGBB."""
    db.execute(
        "INSERT INTO label_colour VALUES (?, ?, ?) ON CONFLICT (name, value) DO UPDATE SET colour = excluded.colour",
        (column, value, colour),
    )


def forget_colours(db: sqlite3.Connection, column: str) -> None:
    """Let the values of a column have the colours that they have by themselves."""
    db.execute("DELETE FROM label_colour WHERE name = ?", (column,))


def list_colours(db: sqlite3.Connection, column: str) -> dict[str, str]:
    """Value -> colour, where one was chosen."""
    rows = db.execute("SELECT value, colour FROM label_colour WHERE name = ? ORDER BY value", (column,))
    return {row["value"]: row["colour"] for row in rows}
