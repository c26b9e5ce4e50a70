"""What an operator sees of a flood: a line a minute, with numbers."""

import pytest

from graphql_api.limits.refusal_log import RefusalLog


def test_a_minute_has_one_line_however_many_are_refused(caplog: pytest.LogCaptureFixture) -> None:
    seconds = 100.0
    limits: list[str] = []
    log = RefusalLog(lambda: seconds, limits.append)
    for _ in range(500):
        log.count("points")
    log.count("bookings")
    seconds += 60
    log.count("points")
    assert caplog.messages == [
        "limits refused requests: 1 for points",
        "limits refused requests: 1 for bookings, 500 for points",
    ]
    assert limits == [*["points"] * 500, "bookings", "points"]
