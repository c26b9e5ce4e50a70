"""Values stay in the cache while the catalogue is unchanged, the least recently used ones first to go."""

from booking.storage.caches.catalogue_cache import CatalogueCache


def test_the_least_recently_used_value_is_dropped_first() -> None:
    cache = CatalogueCache()
    cache.put("1", "rows", "small", 1)
    for number in range(5):
        cache.put("1", number, f"window {number}", CatalogueCache.CAPACITY // 2 - 1)
        assert cache.get("1", "rows") == "small"
    assert [cache.get("1", number) for number in range(5)] == [None, None, None, "window 3", "window 4"]


def test_a_value_above_the_capacity_stays_until_the_next() -> None:
    cache = CatalogueCache()
    cache.put("1", "years", "big", 2 * CatalogueCache.CAPACITY)
    assert cache.get("1", "years") == "big"
    cache.put("1", "a day", "small", 1)
    assert cache.get("1", "years") is None
    assert cache.get("1", "a day") == "small"


def test_a_value_that_is_replaced_weighs_once() -> None:
    cache = CatalogueCache()
    for _ in range(5):
        cache.put("1", "a month", "big", CatalogueCache.CAPACITY // 2)
        cache.put("1", "a day", "small", 1)
    assert cache.get("1", "a month") == "big"


def test_another_revision_empties_the_cache() -> None:
    cache = CatalogueCache()
    cache.put("1", "a month", "before", CatalogueCache.CAPACITY)
    assert cache.get("2", "a month") is None
    cache.put("2", "a day", "after", CatalogueCache.CAPACITY)
    assert cache.get("2", "a day") == "after"
    assert cache.get("1", "a month") is None
