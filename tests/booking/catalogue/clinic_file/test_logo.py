"""The logo that a clinic's file names: read beside it, and each mistake told at its line."""

from pathlib import Path

import pytest

from booking.catalogue.clinic_file.mapping import rows_of_clinic_file
from booking.catalogue.clinic_file.parser import ClinicFileError, parse_clinic_file
from booking.storage.models.catalogue.clinic import MailLogo
from tests.booking.catalogue.clinic_file.images import jpeg, png
from tests.graphql_api.cli.command_line import run_command
from tests.support.clinics import edit_file

OTHER_TYPE = "which not all mail programs show: save it as PNG or JPEG"
CUT_OFF = "is cut off or damaged: copy it again"


def naming(value: str) -> str:
    return edit_file({"[[locations]]": f"[mails]\nlogo = {value}\n\n[[locations]]"})


def refusal(folder: Path, value: str) -> str:
    """The only mistake, which stands at its line."""
    text = naming(value)
    with pytest.raises(ClinicFileError) as refused:
        parse_clinic_file(text, folder=folder)
    [mistake] = refused.value.mistakes
    assert mistake.line == text.splitlines().index(f"logo = {value}") + 1
    return str(mistake)


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (png(600, 100), ("image/png", 240, 40)),
        (png(512, 512), ("image/png", 64, 64)),
        (png(120, 40), ("image/png", 120, 40)),
        (jpeg(480, 96), ("image/jpeg", 240, 48)),
        (jpeg(2000, 160, orientation=1), ("image/jpeg", 240, 19)),
    ],
)
def test_a_logo_is_fitted_into_its_place_and_never_enlarged(
    tmp_path: Path, content: bytes, shown: tuple[str, int, int]
) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "logo").write_bytes(content)

    file = parse_clinic_file(naming('"images/logo"'), folder=tmp_path)

    [row] = rows_of_clinic_file(file).parts[MailLogo]
    media_type, width, height = shown
    assert row == {"media_type": media_type, "width": width, "height": height, "content": content}


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        (b"", "is no PNG and no JPEG"),
        (b"plain words", "is no PNG and no JPEG"),
        (b"GIF89a" + bytes(40), f"is GIF, {OTHER_TYPE}"),
        (b"RIFF\1\2\3\4WEBPVP8 ", f"is WebP, {OTHER_TYPE}"),
        (b"\0\0\0\x1cftypavif", f"is AVIF or HEIC, {OTHER_TYPE}"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', f"is SVG, {OTHER_TYPE}"),
        (png(100, 50)[:-6], CUT_OFF.replace(" or damaged", "")),
        (png(100, 50)[:60] + b"?" + png(100, 50)[61:], CUT_OFF),
        (b"\x89PNG\r\n\x1a\n", "is cut off: copy it again"),
        (jpeg(100, 50)[:-2], CUT_OFF),
        (jpeg(100, 50)[:25], CUT_OFF),
        (jpeg(100, 50, orientation=6), "is stored lying on its side"),
        (jpeg(100, 50, components=4), "has the colours of print (CMYK)"),
        (png(2001, 300), "has 2001 × 300 pixels: make it 2000 at most each way"),
        (jpeg(65500, 65500), "has 65500 × 65500 pixels"),
        (png(12, 12), "would be shown 12 × 12 pixels small"),
        (png(1500, 60), "would be shown 240 × 10 pixels small"),
        (jpeg(0, 0), "would be shown 0 × 0 pixels small"),
        (png(100, 50) + bytes(100_000), "has more than 100 kB, and goes with each mail: make it smaller"),
    ],
)
def test_an_image_that_mails_can_not_have_is_refused(tmp_path: Path, content: bytes, mistake: str) -> None:
    (tmp_path / "logo.png").write_bytes(content)

    assert refusal(tmp_path, '"logo.png"').startswith(f"mails.logo: 'logo.png' {mistake}")


@pytest.mark.parametrize(
    ("value", "mistake"),
    [
        ('"other.png"', "there is no file 'other.png' in the folder of this file"),
        ('"."', "there is no file '.' in the folder"),
        ('"../logo.png"', "must be a file in the folder of this file"),
        ('"/etc/hostname"', "must be a file in the folder of this file"),
        ('"linked.png"', "must be a file in the folder of this file"),
        ('"https://example.com/logo.png"', "must be a file in the folder of this file: an image on a server"),
        ('"//example.com/logo.png"', "must be a file in the folder of this file: an image on a server"),
        (f'"{"x" * 300}"', f"'{'x' * 300}' can't be read: File name too long"),
        (r'"logo\u0000.png"', "must be the name of a file"),
        ('""', "must be the name of a file"),
        ("7", "must be the name of a file"),
        ('{ en = "logo.png" }', "must be the name of a file"),
    ],
)
def test_a_name_that_leads_elsewhere_or_nowhere_is_refused(tmp_path: Path, value: str, mistake: str) -> None:
    folder = tmp_path / "clinic"
    folder.mkdir()
    (tmp_path / "logo.png").write_bytes(png(100, 50))
    (folder / "linked.png").symlink_to(tmp_path / "logo.png")

    assert refusal(folder, value).startswith(f"mails.logo: {mistake}")


def test_a_wrong_logo_is_told_together_with_mistakes_of_rules(tmp_path: Path) -> None:
    text = edit_file({', fr = "Services de santé Exemple" }': " }"}, naming('"logo.png"'))

    with pytest.raises(ClinicFileError) as refused:
        parse_clinic_file(text, folder=tmp_path)

    assert [str(mistake).partition(":")[0] for mistake in refused.value.mistakes] == [
        "clinic.name",
        "mails.logo",
    ]


def test_the_command_finds_the_logo_beside_the_file_from_any_folder(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "clinic", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    file = folder / "clinic.toml"
    file.write_text(naming('"logo.png"'), "utf-8")

    missing = run_command("check", str(file), folder=elsewhere, environment={})
    (folder / "logo.png").write_bytes(png(100, 50))
    found = run_command("check", str(file), folder=elsewhere, environment={})

    assert (missing.returncode, found.returncode) == (1, 0)
    assert "mails.logo: there is no file 'logo.png' in the folder of this file" in missing.stderr
    assert "Traceback" not in missing.stderr
