"""What a search asks for, as data: the clips, files and words of a query, and its text in a URL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from vidviz.services.library.contents import CLIP_IDS
from vidviz.services.library.url_text import read_url_text, write_url_text
from vidviz.services.search.query_files import is_token

LESS = -0.5
"""The weight of "less like this" where nothing is said: what is not wanted tells less than what is."""
MOST_EXAMPLES = 50
HEAVIEST = 3.0
LONGEST_SENTENCE = 500


@dataclass(frozen=True)
class Example:
    """A clip on the tray: above 0 for more like it, below 0 for less."""

    clip_id: int
    weight: float = 1.0


@dataclass(frozen=True)
class Query:
    """What is asked for; its parts are joined, and the examples count beside whatever else is asked with.

    Attributes:
        examples: clips of the library, more or less like which the answer is to be.
        video: a video of the library or one that was uploaded, by the SHA-256 of its content; `seconds` of it.
        image: a picture that was uploaded, by the SHA-256 of its content.
        sentence: words, for networks that read text.
        seconds: the stretch of the video, (start, end); both equal mean the frame at that moment.
        vector: D numbers from elsewhere. Too long for a URL, so `text_form` leaves it out.
    """

    examples: tuple[Example, ...] = ()
    video: str = ""
    image: str = ""
    sentence: str = ""
    seconds: tuple[float, float] | None = None
    vector: tuple[float, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.examples or self._further)

    @property
    def _further(self) -> bool:
        return bool(self.video or self.image or self.sentence or self.vector)

    @property
    def only_clip(self) -> int | None:
        """The clip, where one clip is all that is asked with."""
        if self._further or len(self.examples) != 1:
            return None
        return self.examples[0].clip_id if self.examples[0].weight > 0 else None

    def with_example(self, clip_id: int, weight: float) -> Query:
        """The same with a clip on the tray; a weight of 0 takes it off."""
        others = tuple(example for example in self.examples if example.clip_id != clip_id)
        added = (Example(clip_id, weight),) if weight else ()
        return replace(self, examples=(others + added)[-MOST_EXAMPLES:])

    @property
    def text_form(self) -> str:
        """The query as short JSON for a URL; "" when it asks for nothing."""
        parts: dict[str, Any] = {
            "clips": [[example.clip_id, round(example.weight, 2)] for example in self.examples],
            "video": self.video,
            "image": self.image,
            "sentence": self.sentence,
            "seconds": self.seconds,
        }
        return write_url_text(parts)


def read_query(text: str) -> Query:
    """The query that a URL holds; what of it is none is left out, whatever was written there."""
    parts = read_url_text(text)
    listed = parts.get("clips")
    examples = [_read_example(pair) for pair in listed[:MOST_EXAMPLES]] if isinstance(listed, list) else []
    sentence = parts.get("sentence")
    return Query(
        tuple({example.clip_id: example for example in examples if example}.values()),
        _read_token(parts.get("video")),
        _read_token(parts.get("image")),
        sentence[:LONGEST_SENTENCE] if isinstance(sentence, str) else "",
        _read_stretch(parts.get("seconds")),
    )


def _read_example(pair: object) -> Example | None:
    if not isinstance(pair, list) or len(pair) != 2 or any(isinstance(part, bool) for part in pair):
        return None
    number, weight = pair
    if not isinstance(number, int) or not 0 <= number < CLIP_IDS or not isinstance(weight, int | float):
        return None
    return Example(number, float(weight)) if 0 < abs(weight) <= HEAVIEST else None


def _read_token(value: object) -> str:
    return value if isinstance(value, str) and is_token(value) else ""


def _read_stretch(value: object) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    if not all(isinstance(end, int | float) and not isinstance(end, bool) and abs(end) < 1e9 for end in value):
        return None
    start, end = float(value[0]), float(value[1])
    return (start, end) if 0 <= start <= end else None
