"""Makes the small videos, pictures and sheets that the component page shows."""

import json
import sys
from pathlib import Path

import av
import numpy as np
from PIL import Image

from vidviz.render.sheets import FilmSheet, film_sheet, frames_sheet
from vidviz.ui.components.shelf import ByteShelf


def moving_square(num_frames: int, height: int = 120, width: int = 160) -> np.ndarray:
    """(T, H, W, 3) uint8: a square that runs to the right, its grey telling the frame."""
    frames = np.full((num_frames, height, width, 3), 30, np.uint8)
    for t in range(num_frames):
        left = int(t / num_frames * (width - 40))
        frames[t, 40:80, left : left + 40] = (230, 160, 40)
        frames[t, :16, :16] = int(t / num_frames * 255)
    return frames


def write_video(path: Path, frames: np.ndarray, rate: int = 20) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libvpx", rate=rate)
        stream.width, stream.height, stream.pix_fmt = frames.shape[2], frames.shape[1], "yuv420p"
        stream.options = {"g": "10", "cpu-used": "8", "deadline": "realtime", "b": "800k"}
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
        container.mux(stream.encode())


def make_media(folder: Path) -> None:
    write_video(folder / "video.webm", moving_square(40))
    (folder / "broken.mp4").write_bytes(b"no video at all" * 100)
    for i in range(6):
        frames = [Image.fromarray(np.roll(frame, i * 20, axis=1)) for frame in moving_square(6)]
        frames[0].save(folder / f"poster-{i}.webp")
        frames[0].save(folder / f"strip-{i}.webp", save_all=True, append_images=frames[1:], duration=120, loop=0)
    clip = frames_sheet(moving_square(16))
    told = {"clip": _keep(folder, clip), "layers": []}
    for frames_left, channels, side in ((16, 64, 28), (8, 64, 28), (4, 64, 14), (2, 64, 7)):
        sheet = film_sheet(make_maps(frames_left, channels, side))
        shape = [channels, frames_left, side, side]
        told["layers"].append(_keep(folder, sheet) | {"shape": shape})
    (folder / "film.json").write_text(json.dumps(told))


def make_maps(num_frames: int, num_channels: int, side: int) -> np.ndarray:
    """(T, K, h, w) uint8: a bump that runs, a little differently in each channel."""
    t = np.arange(num_frames)[:, None, None, None] / num_frames
    k = np.arange(num_channels)[None, :, None, None]
    y, x = np.mgrid[0:side, 0:side] / side
    bump = np.exp(-(((x - t) ** 2 + (y - (k % 8) / 8) ** 2) * (8 + k % 5 * 6)))
    wave = 0.25 + 0.25 * np.sin(6.3 * (x * (1 + k // 16) + y * (k % 4)) + k)
    return np.uint8(np.clip(0.75 * bump + 0.4 * wave, 0, 1) * 255)


def _keep(folder: Path, sheet: FilmSheet) -> dict[str, object]:
    token = ByteShelf().put(sheet.webp)
    (folder / f"{token}.webp").write_bytes(sheet.webp)
    layout = sheet.layout
    names = ("num_frames", "num_channels", "tile_width_px", "tile_height_px", "columns")
    return {"token": token, "layout": {name: getattr(layout, name) for name in names}}


if __name__ == "__main__":
    make_media(Path(sys.argv[1]))
