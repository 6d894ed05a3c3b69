"""The sample videos: complete, small, playable, balanced, and moving as their labels say."""

import csv
import sys
from collections import Counter
from itertools import combinations, islice, pairwise
from pathlib import Path

import av
import numpy as np
import pytest

SAMPLES = Path(__file__).parents[2] / "sample_videos"
sys.path.insert(0, str(SAMPLES))  # the drawing code is a script's own package, not an installed one

from studio import clips, films  # noqa: E402

FACTORS = ("shape", "colour", "background")
BY_NAME = {clip.name: clip for clip in clips.CLIPS}
STILL_PAIRS = [
    (first, next(c for c in clips.CLIPS if c.motion == pair[1] and c.look == first.look))
    for pair in clips.PAIRS[:4]
    for first in clips.CLIPS
    if first.motion == pair[0] and first.background != "moving"
]


def table(name):
    with (SAMPLES / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def decode(name, width=clips.WIDTH, every=1):
    """Frames of a clip as RGB, made smaller and thinned out on request."""
    height = width * clips.HEIGHT // clips.WIDTH
    with av.open(str(SAMPLES / name)) as box:
        kept = [frame for index, frame in enumerate(box.decode(video=0)) if index % every == 0]
        return np.stack([frame.to_ndarray(format="rgb24", width=width, height=height) for frame in kept])


def path_of_object(pictures):
    """Middle of the object in each frame, as x and y: what differs from the picture's usual content."""
    numbers = pictures.astype(np.int16)
    mask = np.abs(numbers - np.median(numbers, axis=0)).max(axis=3) > 40
    rows, columns = np.indices(mask.shape[1:])
    area = mask.sum((1, 2))
    return np.stack([(mask * columns).sum((1, 2)), (mask * rows).sum((1, 2))], 1) / np.maximum(area, 1)[:, None]


def test_table_and_folder_hold_the_same_videos():
    listed = [row["video"] for row in table("labels.csv")]
    assert sorted(listed) == sorted(path.name for path in SAMPLES.glob("*.mp4"))
    assert len(listed) == len(set(listed)) == 53
    assert list(table("labels.csv")[0]) == ["video", "label", "motion", *FACTORS]


def test_samples_are_small():
    sizes = [path.stat().st_size for path in SAMPLES.glob("*.mp4")]
    assert sum(sizes) <= 6_000_000
    assert max(sizes) <= 1_400_000


def test_motions_meet_every_look_equally_often():
    rows = [row for row in table("labels.csv") if row["label"] != "film"]
    assert Counter(row["motion"] for row in rows) == {motion: 5 for pair in clips.PAIRS for motion in pair}
    assert all(row["label"] == row["motion"] for row in rows)
    for factor in FACTORS:
        assert set(Counter((row["motion"], row[factor]) for row in rows).values()) == {1}
        assert len({row[factor] for row in rows}) == 5
    for first, second in combinations(FACTORS, 2):  # every shape in every colour and so on
        assert set(Counter((row[first], row[second]) for row in rows).values()) == {2}


@pytest.mark.parametrize("name", [*BY_NAME, *(film.name for film in films.FILMS)])
def test_file_plays_in_browsers(name):
    film = next((film for film in films.FILMS if film.name == name), None)
    with av.open(str(SAMPLES / name)) as box:
        stream = box.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.average_rate == 24
        assert (stream.width, stream.height) == (films.SIZE if film else (clips.WIDTH, clips.HEIGHT))
        if film:  # a film is long: count its packets, decode its key frames
            assert sum(packet.size > 0 for packet in box.demux(stream)) == film.frames
            box.seek(0)
            stream.codec_context.skip_frame = "NONKEY"
            assert sum(1 for _ in box.decode(stream)) >= len(film.shots)
        else:
            assert sum(1 for _ in box.decode(stream)) == clips.FRAMES
    head = (SAMPLES / name).read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")  # playable before it has loaded


@pytest.mark.parametrize(
    ("motion", "axis", "sign"),
    [("slide left", 0, -1), ("slide right", 0, 1), ("slide up", 1, -1), ("slide down", 1, 1)],
)
def test_slides_go_where_their_label_says(motion, axis, sign):
    chosen = [c for c in clips.CLIPS if c.motion == motion and c.background in ("plain", "gradient")]
    assert len(chosen) == 2
    for clip in chosen:
        path = path_of_object(decode(clip.name, 160, every=3))
        moved = path[-2:].mean(0) - path[:2].mean(0)
        assert moved[axis] * sign > 40  # of 160 by 120
        assert abs(moved[1 - axis]) < 10


@pytest.mark.parametrize(("motion", "sign"), [("grow", 1), ("shrink", -1)])
def test_growing_grows(motion, sign):
    clip = next(c for c in clips.CLIPS if c.motion == motion and c.background == "plain")
    pictures = decode(clip.name, every=47).astype(np.int16)
    area = (np.abs(pictures - pictures[:, :1, :1]).max(axis=3) > 40).sum((1, 2))
    assert sign * np.log(area[-1] / area[0]) > np.log(3)


@pytest.mark.parametrize(("motion", "sign"), [("turn clockwise", 1), ("turn counter-clockwise", -1)])
def test_turns_go_round_the_way_their_label_says(motion, sign):
    """The heart's mass leans away from its tip; follow where the lean points."""
    clip = next(c for c in clips.CLIPS if c.motion == motion and c.background == "plain")
    pictures = decode(clip.name, every=4).astype(np.int16)
    angles = []
    for picture in pictures:
        y, x = np.nonzero(np.abs(picture - picture[:1, :1]).max(axis=2) > 60)
        dx, dy = x - x.mean(), y - y.mean()
        tip = np.argmax(dx**2 + dy**2)
        angles.append(np.arctan2(dy[tip], dx[tip]))
    steps = np.diff(np.unwrap(angles))
    assert np.mean(steps * sign > 0) > 0.8  # y grows downwards: clockwise is positive


@pytest.mark.parametrize(("motion", "least", "most"), [("bounce", 80, 160), ("stand still", 0, 1)])
def test_bounce_bounces_and_still_is_still(motion, least, most):
    heights = np.array([clips.pose(c, k).y for c in clips.CLIPS if c.motion == motion for k in range(clips.FRAMES)])
    spread = np.ptp(heights.reshape(5, clips.FRAMES), axis=1)
    assert (spread >= least).all()
    assert (spread <= most).all()


@pytest.mark.parametrize(("first", "second"), STILL_PAIRS, ids=lambda clip: clip.name)
def test_mirrored_motions_place_the_object_alike(first, second):
    """The second motion of a pair is the first one backwards, so one frame cannot tell them apart."""
    assert all(getattr(first, part) == getattr(second, part) for part in (*FACTORS, "texture", "pair"))
    for frame in range(clips.FRAMES):
        one, other = clips.pose(first, frame), clips.pose(second, clips.FRAMES - 1 - frame)
        assert np.allclose([one.x, one.y, one.radius, one.turn], [other.x, other.y, other.radius, other.turn])


@pytest.mark.parametrize("look", [0, 1])
def test_left_and_right_show_the_same_pictures(look):
    """In the encoded files too: brightness, contrast and the pictures themselves, played backwards."""
    right, left = (decode(c.name, 160) for c in clips.CLIPS if c.pair == 0 and c.look == look)
    for measure in (np.mean, np.std):
        values = [np.sort([measure(picture) for picture in film]) for film in (left, right)]
        assert np.abs(values[0] - values[1]).max() < 1.0
    assert np.abs(left[::-1].astype(np.int16) - right).mean() < 1.5
    assert np.abs(left.astype(np.int16) - right).mean() > 1.5 * np.abs(left[::-1].astype(np.int16) - right).mean()


@pytest.mark.parametrize("background", ["grain", "moving"])
def test_drawing_again_gives_the_same_clip(background):
    """Same pixels twice, and the committed file shows them."""
    clip = next(c for c in clips.CLIPS if c.background == background)
    once, again = (np.stack(list(islice(clips.frames(clip), 8))) for _ in range(2))
    assert np.array_equal(once, again)
    assert np.abs(decode(clip.name)[:8].astype(np.int16) - once).mean() < 4


def test_scenes_tile_their_films():
    rows = table("scenes.csv")
    for film in films.FILMS:
        mine = [row for row in rows if row["video"] == film.name]
        assert [row["scene"] for row in mine] == [shot.about for shot in film.shots]
        assert float(mine[0]["start"]) == 0
        assert all(one["end"] == after["start"] for one, after in pairwise(mine))
        assert float(mine[-1]["end"]) == pytest.approx(film.frames / films.FPS)
