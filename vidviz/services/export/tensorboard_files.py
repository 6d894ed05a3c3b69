"""What TensorBoard's Embedding Projector reads: vectors, metadata, posters in one sprite, and a config.

The format is what `tensorboard/plugins/projector` reads (its `projector_plugin.py` and the page that it serves):
tab-separated vectors; metadata with a header line if, and only if, that line has a tab in it; lines of white space
alone are passed over there, and would put all later rows out of step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from vidviz.services.export.chosen_clips import OpenPart, TakenClips, write_text
from vidviz.services.library import contents
from vidviz.workspace_folder import WorkspaceFolder

LARGEST_SPRITE_PX = 8192  # what the projector takes
TILE_PX = 64
MOST_TILES = (LARGEST_SPRITE_PX // TILE_PX) ** 2
MOST_POINTS = 100_000  # what the projector asks for
ROWS_AT_ONCE = 1000


def write_tensorboard(folder: WorkspaceFolder, taken: TakenClips, open_part: OpenPart) -> None:
    """Write tensors.tsv, metadata.tsv, sprite.png (where there can be one), projector_config.pbtxt and README.txt."""
    _write_tensors(taken.vectors, open_part)
    write_text(open_part, "metadata.tsv", "".join(f"{line}\n" for line in metadata_lines(_columns(taken))))
    missing = _write_sprite(folder, taken.ids.tolist(), open_part)
    write_text(open_part, "projector_config.pbtxt", _config(taken.vectors.shape, sprite=not missing))
    write_text(open_part, "README.txt", _read_me(taken, missing))


def metadata_lines(columns: dict[str, Sequence[object]]) -> list[str]:
    """Rows of metadata, one a line, with the header line that several columns need and one must not have.

    Tabs, line breaks and other characters that cannot be seen are written as `\\t`, `\\n`, `\\xNN`, and a backslash
    as two, so that every row stays one line and the texts can be read back. None is an empty field.
    """
    rows = ["\t".join(map(escape_field, row)) for row in zip(*columns.values(), strict=True)]
    if len(columns) > 1:
        return ["\t".join(map(escape_field, columns)), *rows]
    return [row if row.strip() else "-" for row in rows]


def escape_field(value: object) -> str:
    """A value as one field of a tab-separated line; see `metadata_lines`."""
    text = "" if value is None else str(value)
    return "".join(map(_escape, text))


def _escape(character: str) -> str:
    if character == "\\" or not character.isprintable():
        return character.encode("unicode_escape").decode("ascii")
    return character


def _columns(taken: TakenClips) -> dict[str, Sequence[object]]:
    """Labels first: the projector names points by the first column that holds no numbers."""
    labels = {name: taken.table[name].tolist() for name in contents.label_columns(taken.table)}
    rest = ("video", "start_seconds", "end_seconds", "clip_id")
    return {**labels, **{name: taken.table[name].tolist() for name in rest}}


def _write_tensors(vectors: np.ndarray, open_part: OpenPart) -> None:
    # As text: the projector first reads any tensor file as text, and stumbles over bytes that happen to be some.
    # Nine digits give every float32 back as it was.
    with open_part("tensors.tsv") as file:
        for start in range(0, len(vectors), ROWS_AT_ONCE):
            rows = vectors[start : start + ROWS_AT_ONCE].tolist()
            file.write("".join("\t".join([f"{value:.9g}" for value in row]) + "\n" for row in rows).encode("ascii"))


def _write_sprite(folder: WorkspaceFolder, ids: Sequence[int], open_part: OpenPart) -> str:
    """Lay the posters out in a square, row by row; returns why there is no sprite, or nothing.

    Square, because the projector mixes rows and columns up when it finds the point under the pointer.
    """
    if len(ids) > MOST_TILES:
        return f"There is no sprite.png: {len(ids):,} posters do not fit (at most {MOST_TILES:,})."
    posters = [folder.poster(number) for number in ids]
    if not any(path.is_file() for path in posters):
        return "There is no sprite.png: these clips have no posters. `vidviz import --rebuild-previews` makes them."
    columns = math.ceil(math.sqrt(len(ids)))
    sheet = Image.new("RGB", (columns * TILE_PX, columns * TILE_PX))
    for place, path in enumerate(posters):
        row, column = divmod(place, columns)
        tile = _read_tile(path)
        if tile is not None:
            sheet.paste(tile, (column * TILE_PX, row * TILE_PX))
    with open_part("sprite.png") as file:
        sheet.save(file, "PNG")
    return ""


def _read_tile(path: Path) -> Image.Image | None:
    """A poster in a square with black edges, or None where it is missing or damaged."""
    try:
        with Image.open(path, formats=["WEBP"]) as poster:
            return ImageOps.pad(poster.convert("RGB"), (TILE_PX, TILE_PX))
    except OSError:
        return None


def _config(shape: tuple[int, ...], *, sprite: bool) -> str:
    picture = f'  sprite {{\n    image_path: "sprite.png"\n{f"    single_image_dim: {TILE_PX}{chr(10)}" * 2}  }}\n'
    return (
        'embeddings {\n  tensor_name: "clips"\n  tensor_path: "tensors.tsv"\n  metadata_path: "metadata.tsv"\n'
        f"  tensor_shape: {shape[0]}\n  tensor_shape: {shape[1]}\n{picture if sprite else ''}}}\n"
    )


def _read_me(taken: TakenClips, missing: str) -> str:
    many = len(taken) > MOST_POINTS
    lines = [
        f"{len(taken):,} clips of {taken.spec.title}, weights: {taken.spec.weights}.",
        "These weights are random: the network was never trained." if taken.spec.random_weights else "",
        missing,
        f"The projector shows the first {MOST_POINTS:,} clips." if many else "",
        "",
        "To look at them: unpack this folder and run",
        "",
        "    tensorboard --logdir THIS_FOLDER",
        "",
        "then choose Projector. Row n of tensors.tsv, metadata.tsv and the n-th tile of sprite.png are one clip.",
        r"In metadata.tsv a tab is written as \t, a line break as \n and a backslash as \\.",
    ]
    return "\n".join(line for place, line in enumerate(lines) if line or place > 3) + "\n"
