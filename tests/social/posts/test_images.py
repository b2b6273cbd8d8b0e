"""Pictures: what is refused, and what is left of what is taken."""

import io
import struct
import subprocess
import sys
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

from metya.web.errors import Invalid
from social.posts.images import FACE_SIDE, LONGEST_SIDE, clean_face, clean_picture


def upload(data: bytes, name: str = "x.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A file of a few kB that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0" * 100_000, 9)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def refused(data: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        clean_picture(upload(data))
    assert caught.value.data == {"field": "image"}
    return caught.value.message


def reopened(picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.data))
    image.load()
    assert image.format == "WEBP" and image.size == (picture.width, picture.height)
    return image


@pytest.mark.parametrize(("mode", "kind"), [
    ("RGB", "JPEG"), ("CMYK", "JPEG"), ("L", "JPEG"), ("RGBA", "PNG"), ("P", "PNG"), ("1", "PNG"), ("LA", "PNG"), ("I;16", "PNG"),
    ("P", "GIF"), ("RGBA", "WEBP"),
])  # fmt: skip
def test_the_usual_formats_are_taken(mode, kind):
    picture = clean_picture(upload(encoded(Image.new(mode, (300, 200)), kind)))
    assert reopened(picture).size == (300, 200)


def test_sixteen_bits_a_pixel_keep_their_shades():
    ramp = Image.frombytes("I;16", (256, 64), b"".join(bytes((0, x)) for x in range(256)) * 64)
    shades = reopened(clean_picture(upload(encoded(ramp)))).convert("L")
    assert [abs(shades.getpixel((x, 30)) - x) < 6 for x in (0, 64, 128, 192, 255)] == [True] * 5


def test_inks_keep_their_colours():
    red = encoded(Image.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG")
    picture = reopened(clean_picture(upload(red))).convert("RGB").getpixel((30, 30))
    assert picture[0] > 240 and max(picture[1:]) < 20


def test_a_large_picture_is_made_smaller_in_its_own_proportions():
    picture = clean_picture(upload(encoded(Image.new("RGB", (4000, 1000), "red"), "JPEG")))
    assert (picture.width, picture.height) == (LONGEST_SIDE, LONGEST_SIDE // 4)


def test_a_small_picture_is_not_blown_up():
    assert clean_picture(upload(encoded(Image.new("RGB", (3, 2))))).width == 3


def test_where_and_with_what_it_was_taken_does_not_survive():
    exif = Image.Exif()
    exif[0x010F] = "Spy Camera"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    data = encoded(Image.effect_noise((200, 100), 50).convert("RGB"), "JPEG", exif=exif, comment=b"secret place")
    assert b"Spy Camera" in data
    picture = clean_picture(upload(data))
    assert not reopened(picture).getexif()
    for trace in (b"Spy", b"Exif", b"EXIF", b"XMP", b"ICCP", b"secret"):
        assert trace not in picture.data


def test_it_is_turned_upright():
    image = Image.new("RGB", (200, 100), "white")
    image.paste("black", (0, 0, 100, 100))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held at the right: turn clockwise
    turned = reopened(clean_picture(upload(encoded(image, "JPEG", exif=exif))))
    assert turned.size == (100, 200)
    assert turned.convert("L").getpixel((50, 20)) < 60 < 200 < turned.convert("L").getpixel((50, 180))


def test_colours_are_converted_not_dropped():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = clean_picture(upload(encoded(Image.new("RGB", (20, 20), (200, 30, 40)), "JPEG", icc_profile=lab)))
    red, green, _blue = reopened(picture).convert("RGB").getpixel((10, 10))
    assert red > 180 and green < 60 and "icc_profile" not in reopened(picture).info


def test_a_broken_colour_profile_is_ignored():
    clean_picture(upload(encoded(Image.new("RGB", (20, 20)), "JPEG", icc_profile=b"not a profile")))


def test_only_the_first_frame_of_an_animation_stays():
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert getattr(reopened(clean_picture(upload(data))), "n_frames", 1) == 1


def test_what_is_hidden_behind_a_picture_is_gone():
    polyglot = encoded(Image.new("RGB", (50, 50), "red"), "JPEG") + b"<script>alert(1)</script>PK\x03\x04"
    assert b"script" not in clean_picture(upload(polyglot)).data


@pytest.mark.parametrize("data", [
    b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", b"<html>", b"%PDF-1.4", b"GIF89a<script>",
    b"\0" * 50,
    b"BM" + b"\0" * 100, b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\x00\x00\x00\x00WEBP",
])  # fmt: skip
def test_what_is_no_picture_is_refused(data):
    assert refused(data)


def test_a_format_that_nobody_asked_for_is_refused():
    assert "JPEG, PNG, WebP or GIF" in refused(encoded(Image.new("RGB", (20, 20)), "TIFF"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_truncated_file_is_refused(kind):
    data = encoded(Image.effect_noise((300, 300), 80), kind)
    assert "damaged" in refused(data[: len(data) // 2])


def test_an_empty_file_is_refused():
    assert "empty" in refused(b"")


def test_too_many_bytes_are_refused(settings):
    settings.IMAGE_MAX_BYTES = 1024 * 1024
    assert "1 MB" in refused(b"x" * (1024 * 1024 + 1))


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (7_000, 6_000), (2_000_000_000, 2_000_000_000)])
def test_too_many_pixels_are_refused(width, height):
    assert "million pixels" in refused(huge_png(width, height)) or width > 10**9


def test_too_narrow_is_refused():
    assert "narrow" in refused(encoded(Image.new("RGB", (5000, 10))))


def test_a_bomb_takes_no_memory(tmp_path):
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(huge_png(50_000, 50_000))
    code = (
        "import resource, sys, django; django.setup()\n"
        "from django.core.files.uploadedfile import SimpleUploadedFile\n"
        "from social.posts.images import clean_picture\n"
        "from metya.web.errors import Invalid\n"
        "data = open(sys.argv[1], 'rb').read()\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: clean_picture(SimpleUploadedFile('x.png', data))\n"
        "except Invalid: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(bomb)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 20_000  # kB


def test_faces_are_square():
    image = Image.new("RGB", (900, 300), "white")
    image.paste("black", (300, 0, 600, 300))
    face = reopened(clean_face(upload(encoded(image))))
    assert face.size == (300, 300) and face.convert("L").getpixel((150, 150)) < 40
    assert reopened(clean_face(upload(encoded(Image.new("RGB", (3000, 2000)))))).size == (FACE_SIDE, FACE_SIDE)
