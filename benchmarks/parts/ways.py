"""Two other ways to embed clips, to hold the real one against."""

from __future__ import annotations

import av
import numpy as np
import torch
from torchvision.transforms.v2 import functional as transforms

from parts.laps import LapClock, Spent
from parts.library import Library
from vidviz.embed.embedder import Embedder
from vidviz.embed.load import load_backbone
from vidviz.records import Clip, Video


class BarePass:
    """The forward pass alone, on a batch that lies ready in the network's own number type and layout."""

    def __init__(self, backbone: str) -> None:
        self.loaded = load_backbone(backbone, "random", precision="auto")
        spec = self.loaded.backbone.frames
        shape = (Embedder(self.loaded).batch_size, 3, spec.num_frames, spec.crop_px, spec.crop_px)
        ready = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(self.loaded.device, self.loaded.dtype)
        self.batch = ready.contiguous(memory_format=torch.channels_last_3d)
        self.measure(len(self.batch))  # the first pass sets things up

    def measure(self, num_clips: int) -> Spent:
        """One pass over a batch of this many clips."""
        clock = LapClock()
        with torch.inference_mode():
            self.loaded.model(self.batch[:num_clips]).float().cpu()
        return clock.lap(num_clips)


class NaiveLoop:
    """The way of a first script: one clip at a time, all its frames at full size, then resized, in float32."""

    def __init__(self, backbone: str, library: Library) -> None:
        self.loaded = load_backbone(backbone, "random", precision="float32")
        self.videos = {video.id: video for video in library.videos.values() if video.loss is None}
        whole = [clip for clip in library.clips if clip.video_id in self.videos]
        self.clips = [whole[place] for place in np.random.default_rng(0).permutation(len(whole))]
        self.embed_next()  # the first pass sets things up

    def measure(self) -> Spent:
        """Embed the next clip, in random order."""
        clock = LapClock()
        self.embed_next()
        return clock.lap(1)

    def embed_next(self) -> None:
        """Decode, then resize, then compute."""
        clip = self.clips.pop()
        self.clips.insert(0, clip)
        backbone = self.loaded.backbone
        frames = decode_all(self.videos[clip.video_id], clip)
        places = np.linspace(0, len(frames) - 1, backbone.frames.num_frames).round().astype(int)
        video = torch.from_numpy(np.stack([frames[place] for place in places])).permute(0, 3, 1, 2)
        size = backbone.frames.resize_px
        resized = transforms.resize(video, [size] if isinstance(size, int) else list(size), antialias=True)
        cropped = transforms.center_crop(resized, [backbone.frames.crop_px])
        scaled = transforms.to_dtype(cropped, torch.float32, scale=True)
        ready = transforms.normalize(scaled, list(backbone.mean), list(backbone.std)).permute(1, 0, 2, 3)[None]
        with torch.inference_mode():
            self.loaded.model(ready.to(self.loaded.device)).cpu()


def decode_all(video: Video, clip: Clip) -> list[np.ndarray]:
    """All frames of a clip as RGB at full size, reading on from the keyframe before it."""
    start = clip.span.start_seconds + video.probe.first_seconds
    end = clip.span.end_seconds + video.probe.first_seconds
    frames: list[np.ndarray] = []
    with av.open(video.path, metadata_errors="replace") as container:
        stream = container.streams.video[0]
        if clip.span.start_seconds > 0:
            container.seek(int(start / stream.time_base), stream=stream)
        for frame in container.decode(stream):
            if frame.time is not None and frame.time >= end and frames:
                break
            if frame.time is None or frame.time >= start - 1e-3:
                frames.append(frame.to_ndarray(format="rgb24"))
    return frames
