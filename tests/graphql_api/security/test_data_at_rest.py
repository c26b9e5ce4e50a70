"""No file, log or error holds what a patient told us: marked data go through every journey of a real server.

Only the mails themselves, and answers to the patient, may hold it.
"""

import asyncio
import re
import uuid
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, make_url, select, text

from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.models.messages.webhooks import WebhookAttempt
from booking.webhooks.endpoints import add_endpoint
from graphql_api.settings import Settings
from graphql_api.types.relay import global_id
from tests.booking.audit.trails import stored_rows
from tests.graphql_api.cli.command_line import run_command
from tests.graphql_api.security.marked_clinic import (
    ANSWERS,
    BLOCKING,
    CONSENT,
    MARK,
    NOTE,
    STORED_PHONE,
    TOLD,
    TYPED_PHONE,
    MarkedClinic,
    open_server,
)
from tests.graphql_api.security.test_authentication import bearing, new_key
from tests.support.databases import Postgres
from tests.support.graphql_client import QUESTIONS, GraphQLClient, problem_types, screening_answers

pytestmark = pytest.mark.processes

REFUSED = screening_answers(bleeding="YES")
BOOKED_BEFORE_KILL = 3


async def visits_of_the_api(clinic: MarkedClinic) -> None:
    """Booked, repeated, moved, cancelled; a course; screening that refuses; input that is wrong."""
    key = str(uuid.uuid4())
    token = (await clinic.api.hold(await clinic.start()))["holdToken"]
    given = {"patient": clinic.patient(), "screening": ANSWERS, "consentTextId": CONSENT, "note": NOTE}
    booked = [await clinic.api.book(token, **given, idempotencyKey=key) for _ in range(2)]
    assert booked[0]["problems"] == booked[1]["problems"] == []
    manage = booked[0]["manageToken"]
    clinic.secrets.append(manage)
    other = await clinic.api.book(token, **given | {"patient": clinic.patient()}, idempotencyKey=key)
    clinic.errors.append(str(other))
    assert other["problems"]
    assert not (await clinic.api.reschedule(manage, await clinic.start()))["problems"]
    assert not (await clinic.api.cancel(manage))["problems"]

    first = datetime.fromisoformat(await clinic.start())
    times = [(first + timedelta(days=7 * week)).isoformat() for week in range(3)]
    held = await clinic.api.hold_course(times)
    assert held["problems"] == []
    course = await clinic.api.book_course(held["holdTokens"], **given | {"patient": clinic.patient()})
    assert course["problems"] == []
    clinic.secrets.append(course["manageToken"])

    refused = await clinic.book(screening=REFUSED)
    assert problem_types(refused) == ["CallTheClinic"]
    clinic.errors.append(str(await clinic.api.check_screening(REFUSED)))


async def wrong_input(clinic: MarkedClinic) -> None:
    """What is refused is not repeated to proxies and to the logs of clients."""
    for wrong in ({"phone": f"{STORED_PHONE}{STORED_PHONE}"}, {"email": f"{MARK} at example"}):
        payload = await clinic.book(patient=clinic.patient() | wrong)
        assert problem_types(payload) == ["InvalidInput"]
    assert problem_types(await clinic.book(consentTextId=None)) == ["ConsentRequired"]


async def forms_without_a_script(clinic: MarkedClinic) -> None:
    """A visit, and answers that refuse one."""
    at = datetime.fromisoformat(await clinic.start()).astimezone(UTC)
    held = {"at": f"{at:%Y-%m-%dT%H:%MZ}@main-street", "key": "k" * 43}
    answers = {f"answer-{question}": "no" for question in QUESTIONS} | {f"answer-{TOLD}": "yes"}
    refused = await clinic.send("/book/dry-needling/answers", held | answers | {f"answer-{BLOCKING}": "yes"})
    assert refused.status_code == 200
    assert (await clinic.send("/book/dry-needling/hold", held)).status_code == 200
    details = held | answers | clinic.patient() | {"consent": "2026-11/en", "whom": "other", "note": NOTE}
    wrong = await clinic.send("/book/dry-needling/finish", details | {"email": f"{MARK} at example"})
    assert wrong.status_code == 422
    finished = await clinic.send("/book/dry-needling/finish", details)
    assert finished.status_code == 200
    clinic.secrets += re.findall(r"/manage\?lang=en#([A-Za-z0-9_-]{20,})", finished.text)


async def failing_listeners(clinic: MarkedClinic) -> None:
    """The mail server refuses and quotes, the webhook's receiver fails, a feature names whom it fails for."""
    for code in ("451 4.2.1", "550 5.1.1"):
        clinic.box.replies["RCPT"] = f"{code} <{MARK}@example.com> {MARK} Patient is away"
        await clinic.book()
        await clinic.logged(code)
    clinic.box.replies["RCPT"] = "250 2.1.5 Fine"
    for number, word in enumerate(("Temporary", "Permanent", "Unexpected"), start=1):
        await clinic.book(word)
        await clinic.logged("teller.people", number)
    await clinic.receiver.arrived(1)


async def failing_rule(clinic: MarkedClinic) -> None:
    assert problem_types(await clinic.book("Ruled")) == ["CheckFailed"]


async def partner_and_command_line(clinic: MarkedClinic) -> None:
    """A partner's key reads whom it booked, and the command line finds and exports: both leave rows."""
    _, secret = await new_key(clinic.database)
    clinic.secrets.append(secret)
    headers = bearing(secret)
    async with httpx.AsyncClient(base_url=clinic.server.url, headers=headers, timeout=20) as http:
        partner = GraphQLClient(http)
        booked = await replace(clinic, api=partner).book()
        assert booked["problems"] == []
        shown = await partner.ask("{ appointments { edges { node { patient { name email phone } } } } }")
        assert MARK in str(shown).lower()
    key_file = str(Settings(clinic.url).key_encryption_file.path.resolve())
    environment = {"DATABASE_URL": clinic.url, "BOOK_ONLINE_KEY_FILE": key_file}
    for verb in ("find", "export"):
        done = await asyncio.to_thread(
            run_command,
            "patients",
            verb,
            "--email",
            f"{MARK}.1@example.com",
            folder=clinic.folder,
            environment=environment,
        )
        assert done.returncode == 0, done.stderr
    assert len(await stored_rows(clinic.database)) > 2


async def failing_database(clinic: MarkedClinic) -> None:
    """A mistake in the middle of a booking: the API's error, the error page, and the log's traceback."""
    at = datetime.fromisoformat(await clinic.start()).astimezone(UTC)
    form = {"at": f"{at:%Y-%m-%dT%H:%MZ}@main-street", "key": "f" * 43, "consent": "2026-11/en"}
    form |= {f"answer-{question}": "no" for question in QUESTIONS} | clinic.patient()
    assert (await clinic.send("/book/dry-needling/hold", form)).status_code == 200
    token = (await clinic.api.hold(await clinic.start()))["holdToken"]
    given = {"holdToken": token, "patient": clinic.patient(), "screening": ANSWERS, "consentTextId": CONSENT}
    query = "mutation ($input: BookAppointmentInput!) { bookAppointment(input: $input) { manageToken } }"
    await rename(clinic.database, "appointments", "elsewhere")
    try:
        failed = await clinic.api.http.post("/graphql", json={"query": query, "variables": {"input": given}})
        page = await clinic.send("/book/dry-needling/finish", form)
    finally:
        await rename(clinic.database, "elsewhere", "appointments")
    assert "errors" in failed.json()
    assert page.status_code >= 500
    clinic.errors += [failed.text, page.text]


async def rename(database: Database, table: str, to: str) -> None:
    async with database.write() as session:
        await session.execute(text(f"ALTER TABLE {table} RENAME TO {to}"))


async def killed_in_mid_commit(clinic: MarkedClinic) -> None:
    """Many book at once, and the server is killed when the first of them have their answers."""
    tokens = [(await clinic.api.hold(await clinic.start()))["holdToken"] for _ in range(12)]
    given = {"screening": ANSWERS, "consentTextId": CONSENT}
    booking = [
        asyncio.create_task(clinic.api.book(token, patient=clinic.patient(), **given)) for token in tokens
    ]
    answers = asyncio.as_completed(booking)
    for _ in range(BOOKED_BEFORE_KILL):
        assert (await next(answers))["problems"] == []
    clinic.server.process.kill()
    await asyncio.gather(*booking, return_exceptions=True)


JOURNEYS = (
    visits_of_the_api,
    wrong_input,
    forms_without_a_script,
    failing_listeners,
    failing_rule,
    partner_and_command_line,
    failing_database,
    killed_in_mid_commit,
)


async def test_nothing_that_a_patient_told_is_readable_in_any_file_log_or_error(
    database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    async with open_server(database_url, folder) as clinic:
        async with clinic.database.write() as session:
            _, secret = await add_endpoint(
                session, clinic.receiver.url, "Sample Endpoint", now=datetime.now(UTC)
            )
        clinic.secrets.append(secret)
        for journey in JOURNEYS:
            await journey(clinic)
        await at_least_once_each(clinic)
        errors = "\n".join(clinic.errors).encode()

    secrets = [secret.encode() for secret in clinic.secrets]
    places = {
        "errors": errors,
        "log": (folder / "log").read_bytes(),
        "stdout": (folder / "stdout").read_bytes(),
    }
    places |= {f"request {number}": each.body for number, each in enumerate(clinic.receiver.requests)}
    places |= files_of(database_url, request)
    assert {name: found for name, content in places.items() if (found := readable(content, secrets))} == {}


async def at_least_once_each(clinic: MarkedClinic) -> None:
    """The journeys took place: mails came, webhooks were tried, visits are there."""
    assert readable(clinic.box.messages[0].as_bytes(), [])
    assert not [mail for mail in clinic.box.messages if "since May" in mail.as_string()]
    assert clinic.receiver.requests
    async with clinic.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(WebhookAttempt))
        told = Appointment.tell_practitioner.is_not(None)
        assert (await session.scalar(select(func.count()).where(told)) or 0) > len(JOURNEYS)
    assert "could not check a booking" in (clinic.folder / "log").read_text("utf-8")


def readable(content: bytes, secrets: list[bytes]) -> set[bytes]:
    """What of a patient's data is in these bytes."""
    lower = content.lower()
    answers = [form.format(slug).encode() for slug in (TOLD, BLOCKING) for form in ('["{}"', "answer-{}")]
    ids = [global_id("ScreeningQuestion", slug).encode() for slug in (TOLD, BLOCKING)]
    marks = [MARK.encode(), STORED_PHONE.encode(), TYPED_PHONE.encode(), *answers]
    encoded = [b64encode(mark) for mark in (MARK.encode(), MARK.title().encode())]
    return {mark for mark in marks if mark in lower} | {
        mark for mark in [*ids, *encoded, *secrets] if mark in content
    }


def files_of(url: str, request: pytest.FixtureRequest) -> dict[str, bytes]:
    """Of both databases: SQLite's files with their logs, PostgreSQL's files, its log, and a dump."""
    if url.startswith("sqlite"):
        folder = Path(str(make_url(url).database)).parent
        return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    postgres: Postgres = request.getfixturevalue("postgres")
    files = [
        *postgres.files_of(url, write_ahead_log=True),
        *postgres.files_of(Settings(url).data_keys().database.url),
    ]
    return {f"PostgreSQL {number}": content for number, content in enumerate(files)}
