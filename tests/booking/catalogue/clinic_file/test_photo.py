"""The photo that a clinic's file names for a practitioner: what becomes of it, and what is refused."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from booking.catalogue.clinic_file.mapping import Row, rows_of_clinic_file
from booking.catalogue.clinic_file.parser import ClinicFileError, parse_clinic_file
from booking.storage.models.catalogue.practitioners import PractitionerPhoto
from tests.booking.catalogue.clinic_file.images import jpeg, picture, png
from tests.support.clinics import edit_file

RED, BLUE = (254, 0, 0), (0, 0, 254)


def with_photo(value: str = '"photo"') -> str:
    return edit_file({'name = "Sample Practitioner A"': f'name = "Sample Practitioner A"\nphoto = {value}'})


def photo_rows(folder: Path, content: bytes) -> dict[int, Row]:
    """By size, of a file with this content."""
    (folder / "photo").write_bytes(content)
    file = parse_clinic_file(with_photo(), folder=folder)
    return {row["size"]: row for row in rows_of_clinic_file(file).parts[PractitionerPhoto]}


def refusal(folder: Path, value: str = '"photo"') -> str:
    """The only mistake, which stands at its line."""
    text = with_photo(value)
    with pytest.raises(ClinicFileError) as refused:
        parse_clinic_file(text, folder=folder)
    [mistake] = refused.value.mistakes
    assert mistake.line == text.splitlines().index(f"photo = {value}") + 1
    assert mistake.path == "practitioners[sample-practitioner-a].photo"
    return mistake.message


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def is_near(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) < 30 for a, b in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_square_pictures_of_each_size(tmp_path: Path, kind: str) -> None:
    rows = photo_rows(tmp_path, picture(800, 600, kind=kind))

    assert {size: row["practitioner"] for size, row in rows.items()} == dict.fromkeys(
        (96, 192, 384), "sample-practitioner-a"
    )
    assert len({row["version"] for row in rows.values()}) == 1
    for size, row in rows.items():
        image = opened(row["content"])
        assert (image.format, image.size, image.mode) == ("WEBP", (size, size), "RGB")
        assert is_near(image.getpixel((size // 2, 5)), RED)
        assert is_near(image.getpixel((size // 2, size - 5)), BLUE)


def test_a_photo_is_turned_upright_and_its_metadata_are_dropped(tmp_path: Path) -> None:
    source = picture(800, 600, orientation=6)
    assert b"Sample Camera" in source

    rows = photo_rows(tmp_path, source)

    image = opened(rows[384]["content"])
    # The top was to the right of the camera.
    assert is_near(image.getpixel((380, 192)), RED)
    assert is_near(image.getpixel((5, 192)), BLUE)
    for row in rows.values():
        assert b"Sample Camera" not in row["content"]
        assert not {"exif", "xmp", "icc_profile"} & opened(row["content"]).info.keys()


def test_the_middle_of_a_photo_is_kept(tmp_path: Path) -> None:
    wide = Image.new("RGB", (900, 300), "blue")
    wide.paste("red", (300, 0, 600, 300))
    written = BytesIO()
    wide.save(written, "PNG")

    image = opened(photo_rows(tmp_path, written.getvalue())[96]["content"])

    assert all(is_near(image.getpixel(place), RED) for place in ((4, 4), (91, 4), (4, 91), (48, 48)))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16"])
def test_a_png_of_any_kind_of_colours_is_read(tmp_path: Path, mode: str) -> None:
    clear = Image.new(mode, (200, 200))
    written = BytesIO()
    clear.save(written, "PNG")

    image = opened(photo_rows(tmp_path, written.getvalue())[96]["content"])

    # What is transparent stands on white.
    assert is_near(image.getpixel((48, 48)), (255,) * 3 if mode in ("RGBA", "LA") else (0,) * 3)


def test_a_jpeg_in_the_colours_of_print_is_read(tmp_path: Path) -> None:
    image = opened(photo_rows(tmp_path, picture(400, 400, mode="CMYK"))[192]["content"])

    assert (image.mode, is_near(image.getpixel((96, 5)), RED)) == ("RGB", True)


def test_a_picture_that_was_made_is_not_made_again(tmp_path: Path) -> None:
    made = photo_rows(tmp_path, picture(500, 500))

    assert photo_rows(tmp_path, made[384]["content"]) == made


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        (b"", "is no JPEG, PNG or WebP: save it as JPEG"),
        (b"plain words", "is no JPEG, PNG or WebP: save it as JPEG"),
        (b"GIF89a" + bytes(40), "is no JPEG, PNG or WebP: save it as JPEG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "is no JPEG, PNG or WebP: save it as JPEG"),
        (picture(600, 600)[:-800], "is damaged, or larger than it seems: copy it again"),
        (png(300, 300)[:200], "is damaged, or larger than it seems: copy it again"),
        (jpeg(300, 300), "is damaged, or larger than it seems: copy it again"),
        (jpeg(65500, 65500), "is damaged, or larger than it seems: copy it again"),
        (picture(5000, 5001, mode="1", kind="PNG"), "has 5000 × 5001 pixels, more than 25 million: make it "),
        (picture(191, 400), "has 191 × 400 pixels: take one of 192 or more each way"),
        (picture(300, 300) + bytes(10_000_000), "has more than 10 MB: make it smaller"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_image_that_can_not_be_shown_is_refused(tmp_path: Path, content: bytes, mistake: str) -> None:
    (tmp_path / "photo").write_bytes(content)

    assert refusal(tmp_path).startswith(f"'photo' {mistake}")


@pytest.mark.parametrize(
    ("value", "mistake"),
    [
        ('"other.jpg"', "there is no file 'other.jpg' in the folder of this file"),
        ('"../photo"', "must be a file in the folder of this file: nothing is fetched from other servers"),
        ('"https://example.com/a.jpg"', "must be a file in the folder of this file: nothing is fetched"),
        ("7", 'must be the name of a file, like "photos/name.jpg"'),
    ],
)
def test_a_photo_elsewhere_is_refused(tmp_path: Path, value: str, mistake: str) -> None:
    (tmp_path / "clinic").mkdir()
    (tmp_path / "photo").write_bytes(picture(400, 400))

    assert refusal(tmp_path / "clinic", value).startswith(mistake)


def test_a_text_about_somebody_is_short(tmp_path: Path) -> None:
    def file(length: int) -> str:
        return edit_file({"Welcomes the whole family, from teenagers to grandparents.": "x" * length})

    parse_clinic_file(file(300))
    with pytest.raises(ClinicFileError, match=r"about: must have 300 characters at most"):
        parse_clinic_file(file(301))
