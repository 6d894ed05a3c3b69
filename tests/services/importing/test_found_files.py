from PIL import Image

from vidviz.services.importing.found_files import find_files


def test_a_folder_is_walked_in_order_and_says_what_it_leaves_out(tmp_path):
    for name in ("b.mp4", "a.weird", "labels.csv", ".hidden.mp4", "sub/c.webm", ".git/d.mp4"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    found = find_files([tmp_path], {})
    assert [file.shown for file in found.files] == ["a.weird", "b.mp4", "sub/c.webm"]
    assert found.left_out == ("labels.csv",)
    assert found.empty_folders == ()


def test_photos_and_what_cameras_lay_beside_films_are_left_out(tmp_path):
    others = ("IMG_1.HEIC", "b.heif", "c.avif", "GL01.LRV", "DJI.LRF", "GX01.THM", "desktop.ini", "IMG_1.AAE", "x.DNG")
    for name in (*others, "GX01.MP4", "film.ogg"):
        (tmp_path / name).touch()
    found = find_files([tmp_path], {})
    assert [file.shown for file in found.files] == ["GX01.MP4", "film.ogg"]
    assert sorted(found.left_out) == sorted(others)


def test_a_webp_is_a_film_where_it_moves(tmp_path):
    pictures = [Image.new("RGB", (16, 16), (80 * index, 0, 0)) for index in range(3)]
    pictures[0].save(tmp_path / "still.webp")
    pictures[0].save(tmp_path / "moving.webp", save_all=True, append_images=pictures[1:])
    found = find_files([tmp_path], {})
    assert [file.shown for file in found.files] == ["moving.webp"]
    assert found.left_out == ("still.webp",)


def test_a_file_named_by_itself_is_always_tried(tmp_path):
    path = tmp_path / "notes.txt"
    found = find_files([path], {})
    assert [file.path for file in found.files] == [path]


def test_a_folder_without_videos_is_told(tmp_path):
    (tmp_path / "readme.md").write_text("")
    assert find_files([tmp_path], {}).empty_folders == (tmp_path,)


def test_an_upload_is_called_as_it_was_and_found_where_it_lies(tmp_path):
    stored = tmp_path / "0001"
    found = find_files([stored], {str(stored): "../../etc/passwd"})
    assert found.files[0].path == stored
    assert found.files[0].name == "passwd"


def test_what_programs_leave_in_a_folder_is_left_out(tmp_path):
    (tmp_path / "__pycache__").mkdir()
    for name in ("a.mp4", "__pycache__/a.cpython-311.pyc", "decoder.so"):
        (tmp_path / name).write_bytes(b"x")
    found = find_files([tmp_path], {})
    assert [file.name for file in found.files] == ["a.mp4"]
    assert set(found.left_out) == {"a.cpython-311.pyc", "decoder.so"}
