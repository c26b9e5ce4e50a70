"""Neither log nor metrics hold what a patient told us, nor a secret: marked data go through every door."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from booking.calendars.calendar_feed import create_feed
from booking.webhooks.endpoints import add_endpoint
from graphql_api.server.redaction import HIDDEN, redacted
from tests.graphql_api.desk.desk_software import DESK_SCOPES, DeskSoftware
from tests.graphql_api.security.marked_clinic import MARK, MarkedClinic, open_server
from tests.graphql_api.security.test_authentication import bearing, new_key
from tests.graphql_api.security.test_data_at_rest import (
    JOURNEYS,
    killed_in_mid_commit,
    readable,
    rename,
)

pytestmark = pytest.mark.processes

TOKEN = re.compile(rb"[0-9a-f]{64}")


async def notes_of_the_desk(clinic: MarkedClinic) -> None:
    """The clinic's own software writes a note, and is refused one that is too long."""
    key, secret = await new_key(clinic.database, *DESK_SCOPES)
    clinic.secrets.append(secret)
    desk = DeskSoftware(clinic.api.http, clinic.database, key, secret)
    booked = await clinic.book()
    shown = await clinic.api.appointment(booked["manageToken"])
    assert shown
    for note in (f"{MARK} needs the ramp", MARK * 1000):
        await desk.change("setAppointmentNote", appointmentId=shown["id"], text=note, version=1)


async def links_with_secrets(clinic: MarkedClinic) -> None:
    """Right and wrong ones, of visits, calendars and the staff; the database works, and then it fails."""
    booked = await clinic.book()
    async with clinic.database.write() as session:
        feed = await create_feed(session, "sample-practitioner-a", renew=False, now=datetime.now(UTC))
    wrong = "bad5ec2e" * 8
    clinic.secrets += [feed, wrong, wrong.upper()]
    paths = [
        *(f"/visits/{token}{page}" for token in (booked["manageToken"], wrong) for page in ("", "/move")),
        *(f"/feeds/{token}.ics" for token in (feed, wrong)),
        *(f"/{door}/{wrong}" for door in ("waiting", "manage", "nowhere")),
        f"/manage%23{wrong}",
    ]
    for table in ("appointments", "opening_hours"):
        for path in paths:
            await clinic.api.http.get(path, headers={"x-request-id": f"{path[:60]}"})
        await rename(clinic.database, table, "elsewhere")
        try:
            for path in paths:
                await clinic.api.http.get(path)
            await clinic.send("/desk/sign-in/link", {"link": wrong})
            await clinic.send("/desk/sign-in/password", {"name": MARK, "password": f"{MARK}-secret"})
        finally:
            await rename(clinic.database, "elsewhere", table)


async def wrong_keys(clinic: MarkedClinic) -> None:
    _, secret = await new_key(clinic.database)
    for key in (secret, secret.replace("bo_sec_", "bo_sec_0")):
        clinic.secrets.append(key)
        ask = {"query": f"query {MARK} {{ viewer {{ name }} }}", "operationName": MARK}
        await clinic.api.http.post("/graphql", json=ask, headers=bearing(key))


DOORS = (
    *(each for each in JOURNEYS if each is not killed_in_mid_commit),
    notes_of_the_desk,
    links_with_secrets,
    wrong_keys,
)


@pytest.mark.parametrize("form", ["text", "json"])
async def test_what_a_patient_told_and_every_secret_stay_out_of_logs_and_metrics(
    sqlite_url: str, tmp_path: Path, form: str
) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    environment = {"BOOK_ONLINE_LOG": form, "BOOK_ONLINE_METRICS": "0"}
    async with open_server(sqlite_url, folder, **environment) as clinic:
        async with clinic.database.write() as session:
            now = datetime.now(UTC)
            _, secret = await add_endpoint(session, clinic.receiver.url, "Sample Endpoint", now=now)
        clinic.secrets.append(secret)
        for door in DOORS:
            await door(clinic)
        async with httpx.AsyncClient(timeout=20) as http:
            metrics = (await http.get(f"{clinic.server.monitoring_url}/metrics")).content
        clinic.server.process.kill()
        secrets = [secret.encode() for secret in clinic.secrets]

    log = (folder / "log").read_bytes()
    assert log.count(b"Traceback") > 3
    if form == "json":
        assert {"request", "error"} <= {key for line in log.splitlines() for key in json.loads(line)}
    assert b'operation="other",outcome="refused"' in metrics
    for content in (log, metrics):
        assert readable(content, secrets) == set()
        assert TOKEN.findall(content) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET /visits/5ec2e7/move?lang=en", "GET /visits/…/move?lang=en"),
        ("asked https://clinic:word@calendar.example.com/a", "asked https://…@calendar.example.com/a"),
        ("<sample.patient@example.com> is away", "<…> is away"),
        ("text to +14165550123 refused", "text to … refused"),
        ("Bearer bo_sec_5f0a_0123456789abcdef0123", "Bearer …"),
        ("2026-11-27 12:00, attempt 3 at booked 4f0c2f2e-8f0a-4b6e-9a55-0a6f3d1b2c3d failed", None),
        ('File "/opt/book_online/app.py", line 12, in answer_the_question', None),
    ],
)
def test_secrets_that_others_write_are_hidden(text: str, shown: str | None) -> None:
    assert redacted(text) == (shown or text)
    assert (HIDDEN in redacted(text)) == (shown is not None)
