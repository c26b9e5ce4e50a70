"""Services of a practitioner in the file: slugs, or tables where their time or price is another."""

import pytest

from booking.catalogue.clinic_file.export.clinic_text import exported_text
from booking.catalogue.clinic_file.mapping import rows_of_clinic_file
from booking.catalogue.clinic_file.parser import parse_clinic_file
from tests.booking.catalogue.clinic_file.clinic_texts import mistakes
from tests.support.clinics import edit_file, small_clinic

A = "practitioners[sample-practitioner-a]"


@pytest.mark.parametrize(
    ("first", "place", "message"),
    [
        ('{ slug = "dry-needle" }', "services[dry-needle]", "there is no service 'dry-needle'"),
        ('{ slug = "dry-needling" }, "dry-needling"', "services[2]", "'dry-needling' is named twice"),
        ('"Dry Needling"', "services[1]", "'Dry Needling' is no slug"),
        ("7", "services[1]", "must be a table"),
        (
            '{ slug = "dry-needling", duration = "61 min" }',
            "services[dry-needling].duration",
            "must be a multiple of 5 minutes",
        ),
        (
            '{ slug = "dry-needling", lenght = "60 min" }',
            "services[dry-needling].lenght",
            "unknown key",
        ),
    ],
)
def test_a_mistake_is_named_at_its_place(first: str, place: str, message: str) -> None:
    [mistake, *_] = mistakes(edit_file({'services = ["dry-needling",': f"services = [{first},"}))

    assert mistake.startswith(f"{A}.{place}: {message}")


def test_a_practitioners_own_price_needs_a_price_of_the_service() -> None:
    file = small_clinic().replace('["visit"]', '[{ slug = "visit", price = "95.00" }]')

    assert mistakes(file) == ["practitioners[one].services[visit].price: the service itself has no price"]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ('[{ slug = "visit", duration = "60 min" }]', 'services = [{ slug = "visit", duration = "1 h" }]'),
        ('[{ slug = "visit" }]', 'services = ["visit"]'),
    ],
)
def test_an_export_has_a_table_only_where_something_differs(said: str, written: str) -> None:
    file = parse_clinic_file(small_clinic().replace('["visit"]', said))

    assert written in exported_text(rows_of_clinic_file(file)).splitlines()


def test_offers_under_headers_of_their_own_stay_so() -> None:
    headed = small_clinic().replace(
        'services = ["visit"]', '[[practitioners.services]]\nslug = "visit"\nduration = "60 min"'
    )
    written = exported_text(rows_of_clinic_file(parse_clinic_file(headed)), headed)

    assert '[[practitioners.services]]\nslug = "visit"\nduration = "60 min"\n' in written


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ('joining = "Call us."', 'joining: it is at the clinic: give it a `mode`, "video" or "phone"'),
        ('price_note = "plus HST"', "price_note: the service itself has no price"),
        ('mode = "fax"', "mode: must be 'in-person', 'video' or 'phone'"),
    ],
)
def test_what_a_service_says_must_make_sense(line: str, mistake: str) -> None:
    assert mistakes(small_clinic(service=line)) == [f"services[visit].{mistake}"]
