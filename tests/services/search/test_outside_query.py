"""A frame, a picture and a sentence, by networks that can: small stand-ins for CLIP and X-CLIP, and simple2d_look."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from vidviz.embed.backbones import find_backbone
from vidviz.errors import BackboneError, MediaError, SearchIndexError
from vidviz.services.embedding import embed_run
from vidviz.services.embedding.embed_run import EmbedRequest
from vidviz.services.importing import import_run
from vidviz.services.jobs import run_here
from vidviz.services.library import contents
from vidviz.services.search import query_files, query_vector, search_run
from vidviz.services.search.queries import Query
from vidviz.store.vectors import VectorShards
from vidviz.types import EmbeddingSetSpec, Recipe

TOKENS = {"the": 8, "dog": 4, "runs": 5}
FIRST, LAST = 0, 11


@pytest.fixture
def two_videos(folder, make_video):
    paths = (str(make_video("a.mp4", seconds=2.0, seed=1)), str(make_video("b.mp4", seconds=2.0, seed=2)))
    import_run.import_videos(folder, import_run.ImportRequest(paths, Recipe()))
    return folder


@pytest.mark.parametrize("name", ["clip_b32", "xclip_b32"])
def test_a_sentence_finds_clips_by_the_networks_own_scores(two_videos, tmp_path, write_text_checkpoint, name):
    import transformers

    place = write_text_checkpoint(tmp_path / "checkpoint", name)
    request = EmbedRequest(name, weights=str(place), precision="float32", device="cpu")
    run_here(two_videos, "embed", "embed", embed_run.request_arguments(request))
    answer = search_run.search(two_videos, "", Query(sentence=" the dog runs "))
    kind = transformers.CLIPModel if name == "clip_b32" else transformers.XCLIPModel
    published = kind.from_pretrained(place).eval()
    import torch

    with torch.no_grad():
        tokens = torch.tensor([[FIRST, *TOKENS.values(), LAST]])
        text = published.get_text_features(input_ids=tokens).pooler_output[0].numpy()
    vectors = VectorShards(two_videos.vectors(library_set(two_videos))).load()
    cosines = vectors.vectors @ text / np.linalg.norm(vectors.vectors, axis=1) / np.linalg.norm(text)
    expected = dict(zip(vectors.ids.tolist(), cosines.tolist(), strict=True))
    assert {hit.clip_id: hit.score for hit in answer.hits} == pytest.approx(expected, abs=1e-4)


def library_set(folder):
    from vidviz.services.library import embedding_sets

    return embedding_sets.find_set(folder).key


@pytest.mark.parametrize(
    ("layer", "sentence"), [("vision_model", "Only the layer"), ("", "with random weights has no tokenizer")]
)
def test_sets_that_no_sentence_fits_are_told(folder, fill, layer, sentence):
    backbone = find_backbone("clip_b32")
    spec = EmbeddingSetSpec("clip_b32", "random", layer or backbone.embedding_layer, "mean", Recipe().key)
    fill(folder, np.eye(3), spec=spec)
    with pytest.raises(BackboneError, match=sentence):
        query_vector.query_vector(folder, "", Query(sentence="a dog"))


def test_weights_that_have_moved_are_told(two_videos, tmp_path, write_text_checkpoint):
    place = write_text_checkpoint(tmp_path / "checkpoint", "clip_b32")
    request = EmbedRequest("clip_b32", weights=str(place), precision="float32", device="cpu")
    run_here(two_videos, "embed", "embed", embed_run.request_arguments(request))
    place.rename(tmp_path / "elsewhere")
    with pytest.raises(BackboneError, match=r"are not where they were \(last seen at .*checkpoint\); put them back"):
        query_vector.query_vector(two_videos, "", Query(sentence="a dog"))


def test_a_frame_and_the_same_picture_find_their_clip(two_videos):
    import av

    embed_run.embed_clips(two_videos, EmbedRequest("simple2d_look", precision="float32"))
    table = contents.clip_table(two_videos)
    by_name = dict(zip(table["video"], table["video_id"], strict=True))
    path = contents.find_video(two_videos, by_name["b.mp4"]).path
    with av.open(path) as video:
        frames = [frame.to_image() for frame in video.decode(video=0)]
    for moment in (0.05, 1.05):
        by_frame = search_run.search(two_videos, "", Query(video=by_name["b.mp4"], seconds=(moment, moment)))
        file = io.BytesIO()
        frames[int(moment * 10)].save(file, "PNG")
        file.seek(0)
        image = query_files.receive_file(two_videos, "frame.png", file, still=True)
        by_image = search_run.search(two_videos, "", Query(image=image.token))
        # Through PNG or straight from the video: the same picture but for the conversion of its colours.
        assert by_image.vector @ by_frame.vector / np.linalg.norm(by_image.vector) / np.linalg.norm(
            by_frame.vector
        ) == pytest.approx(1, abs=0.02)
        assert [hit.clip_id for hit in by_image.hits] == [hit.clip_id for hit in by_frame.hits]


def test_the_moment_at_the_very_end_is_the_last_frame(two_videos):
    """Where both ends of a timeline's stretch are drawn as far as they go."""
    embed_run.embed_clips(two_videos, EmbedRequest("simple2d_look", precision="float32"))
    video = contents.clip_table(two_videos)["video_id"].iloc[0]
    end = query_files.find_file(two_videos, video).duration_seconds
    last, *others = [
        query_vector.query_vector(two_videos, "", Query(video=video, seconds=(moment, moment)))
        for moment in (end - 0.04, end, end + 0.009, end - 0.25)
    ]
    np.testing.assert_array_equal(others[0], last)
    np.testing.assert_array_equal(others[1], last)
    assert not np.allclose(others[2], last)
    with pytest.raises(MediaError, match="choose an earlier stretch"):
        query_vector.query_vector(two_videos, "", Query(video=video, seconds=(end + 0.1, end + 0.1)))


def test_a_size_that_does_not_fit_is_told(two_videos):
    embed_run.embed_clips(two_videos, EmbedRequest("simple2d_look", precision="float32"))
    spec_key = library_set(two_videos)
    with pytest.raises(SearchIndexError, match="3 numbers does not fit an index of"):
        search_run.search_by_vector(two_videos, spec_key, np.ones(3, np.float32))
    for bad in (np.zeros, lambda n: np.full(n, np.nan)):
        with pytest.raises(SearchIndexError, match="cannot be searched with"):
            search_run.search_by_vector(two_videos, spec_key, bad(64).astype(np.float32))


def test_a_picture_is_kept_by_its_content(two_videos):
    file = io.BytesIO()
    Image.new("RGB", (30, 30)).save(file, "PNG")
    tokens = set()
    for name in ("one.png", "two.png"):
        file.seek(0)
        tokens.add(query_files.receive_file(two_videos, name, file, still=True).token)
    assert len(tokens) == 1
    assert query_files.find_file(two_videos, tokens.pop()).name == "two.png"
