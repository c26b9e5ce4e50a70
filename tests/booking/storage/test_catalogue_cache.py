"""What was worked out of the catalogue stays as long as that does, and as long as there is room."""

from booking.storage.catalogue_cache import CatalogueCache


def test_what_was_used_last_stays_longest() -> None:
    kept = CatalogueCache()
    kept.put("1", "rows", "small", 1)
    for number in range(5):
        kept.put("1", number, f"window {number}", CatalogueCache.CAPACITY // 2 - 1)
        assert kept.get("1", "rows") == "small"
    assert [kept.get("1", number) for number in range(5)] == [None, None, None, "window 3", "window 4"]


def test_what_alone_is_too_much_stays_until_the_next() -> None:
    kept = CatalogueCache()
    kept.put("1", "years", "big", 2 * CatalogueCache.CAPACITY)
    assert kept.get("1", "years") == "big"
    kept.put("1", "a day", "small", 1)
    assert kept.get("1", "years") is None
    assert kept.get("1", "a day") == "small"


def test_what_is_worked_out_again_weighs_once() -> None:
    kept = CatalogueCache()
    for _ in range(5):
        kept.put("1", "a month", "big", CatalogueCache.CAPACITY // 2)
        kept.put("1", "a day", "small", 1)
    assert kept.get("1", "a month") == "big"


def test_with_another_revision_nothing_stays() -> None:
    kept = CatalogueCache()
    kept.put("1", "a month", "before", CatalogueCache.CAPACITY)
    assert kept.get("2", "a month") is None
    kept.put("2", "a day", "after", CatalogueCache.CAPACITY)
    assert kept.get("2", "a day") == "after"
    assert kept.get("1", "a month") is None
