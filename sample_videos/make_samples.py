"""Draw every sample video and write the tables that describe them.

Usage:
    python sample_videos/make_samples.py [--out DIR]

The same version of the libraries gives the same pixels each time; nothing is downloaded.
"""

import argparse
import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

import av
from av.video.reformatter import ColorRange, Colorspace
from studio import clips, films
from studio.paint import Pixels

LABELS = ("video", "label", "motion", "shape", "colour", "background")
SCENES = ("video", "start", "end", "scene")
# crf is x264's constant rate factor: lower is better and larger. Its "mbtree" step saves a third of a film, but
# on pictures as narrow as the clips it gives bytes that differ from run to run, so they go without.
CLIP_ENCODING = {"crf": "21", "x264-params": "mbtree=0"}
FILM_ENCODING = {"crf": "24"}


def write_video(path: Path, pictures: Iterable[Pixels], fps: int, encoding: dict[str, str]) -> None:
    """Encode frames as H.264 that browsers can play while it still loads.

    Args:
        path: File to write.
        pictures: RGB frames, all of one size with even sides.
        fps: Frames a second.
        encoding: Options of x264 that differ between videos.
    """
    options = {**encoding, "preset": "slow", "tune": "animation", "threads": "1"}
    with av.open(str(path), "w", options={"movflags": "+faststart", "fflags": "+bitexact"}) as box:
        stream = None
        for index, picture in enumerate(pictures):
            if stream is None:
                stream = box.add_stream("libx264", rate=fps, options=options)
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.codec_context.gop_size = 2 * fps
                # Named, because players guess by size otherwise and some guess wrong.
                stream.codec_context.colorspace = Colorspace.ITU601
                stream.codec_context.color_range = ColorRange.MPEG
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = index
            box.mux(stream.encode(frame))
        if stream is not None:
            box.mux(stream.encode())


def label_rows() -> Iterator[tuple[str, ...]]:
    """One row a video; the films have no motion, shape, colour or background of their own."""
    for clip in clips.CLIPS:
        yield clip.name, clip.motion, clip.motion, clip.shape, clip.colour, clip.background
    for film in films.FILMS:
        yield film.name, "film", "", "", "", ""


def scene_rows() -> Iterator[tuple[str, ...]]:
    """One row a shot, with its first moment and the moment of the next cut, in seconds."""
    for film in films.FILMS:
        start = 0
        for shot in film.shots:
            end = start + shot.frames
            yield film.name, f"{start / films.FPS:.2f}", f"{end / films.FPS:.2f}", shot.about
            start = end


def write_table(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Write a small CSV file."""
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def make(out: Path) -> None:
    """Write all videos and both tables into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    for clip in clips.CLIPS:
        write_video(out / clip.name, clips.frames(clip), clips.FPS, CLIP_ENCODING)
    for film in films.FILMS:
        write_video(out / film.name, films.frames(film), films.FPS, FILM_ENCODING)
    write_table(out / "labels.csv", LABELS, label_rows())
    write_table(out / "scenes.csv", SCENES, scene_rows())
    videos = sorted(out.glob("*.mp4"))
    print(f"{len(videos)} videos, {sum(path.stat().st_size for path in videos) / 1e6:.2f} MB in {out}")


def main() -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description="Draw the sample videos.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write to")
    make(parser.parse_args().out)


if __name__ == "__main__":
    main()
