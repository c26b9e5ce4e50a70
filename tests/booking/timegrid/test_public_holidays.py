"""Public holidays by region."""

from datetime import date

import pytest

from booking.timegrid.public_holidays import UnknownRegion, name_public_holidays, public_holidays


def test_ontario_has_family_day_and_quebec_has_not() -> None:
    family_day = date(2027, 2, 15)

    assert family_day in public_holidays("CA-ON", family_day, family_day)
    assert public_holidays("CA-QC", family_day, family_day) == set()


def test_a_clinic_without_a_region_is_open_on_holidays() -> None:
    assert public_holidays(None, date(2027, 1, 1), date(2027, 12, 31)) == set()


def test_a_window_over_new_year_has_the_holidays_of_both_years() -> None:
    found = public_holidays("CA-ON", date(2026, 12, 25), date(2027, 1, 1))

    assert {date(2026, 12, 25), date(2027, 1, 1)} <= found


@pytest.mark.parametrize("region", ["XX", "CA-XX", "", "nonsense"])
def test_an_unknown_region_is_refused(region: str) -> None:
    with pytest.raises(UnknownRegion, match="no public holidays"):
        public_holidays(region, date(2027, 1, 1), date(2027, 1, 2))


@pytest.mark.parametrize(
    ("region", "language", "name"),
    [
        ("CA-ON", "en", "Christmas Day"),
        ("CA-ON", "fr-CA", "Jour de Noël"),
        ("CA-ON", "zh", "Christmas Day"),
        ("NL", "en", "Christmas Day"),
    ],
)
def test_a_holiday_has_its_name_in_the_language_or_in_the_regions_own(
    region: str, language: str, name: str
) -> None:
    christmas = date(2026, 12, 25)

    assert name_public_holidays(region, christmas, christmas, language) == {christmas: name}
    assert name_public_holidays(None, christmas, christmas, language) == {}
