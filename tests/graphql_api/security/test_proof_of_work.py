"""While a server is under attack, whoever holds a time has taken some trouble before; once for each hold."""

from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from json import dumps
from typing import Any

import httpx
import pytest
from altcha.v1 import solve_challenge

from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.security.proof_of_work import CHALLENGE_LIFETIME, ProofOfWork
from graphql_api.settings import InvalidSetting, Settings, settings_from
from tests.graphql_api.conftest import Clock
from tests.graphql_api.security.test_authentication import bearing, new_key
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.graphql_client import service_id

SECRET = "of these tests, and of no server anywhere"
HOLD = """mutation ($input: HoldSlotInput!) { holdSlot(input: $input) { holdToken problems {
  __typename ... on ProofNeeded { challenge { algorithm digest salt signature maxNumber } } } } }"""
NINE, TEN = "2026-11-24T09:00:00-05:00", "2026-11-24T10:00:00-05:00"


@pytest.fixture
async def http(database: Database, database_url: str, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    await open_clinic(database)
    async with asgi_client(create_app(Settings(database_url, proof_of_work=SECRET), now=clock)) as client:
        yield client


async def hold(http: httpx.AsyncClient, starts_at: str = NINE, **more: Any) -> dict[str, Any]:
    given = {"serviceId": service_id(), "startsAt": starts_at} | more
    headers = more.pop("headers", {})
    given.pop("headers", None)
    answer = await http.post("/graphql", json={"query": HOLD, "variables": {"input": given}}, headers=headers)
    done: dict[str, Any] = answer.json()["data"]["holdSlot"]
    return done


def solved(challenge: dict[str, Any], **other: object) -> str:
    found = solve_challenge(
        challenge["digest"], challenge["salt"], challenge["algorithm"], challenge["maxNumber"]
    )
    assert found
    kept = {name: challenge[name] for name in ("algorithm", "salt", "signature")}
    kept["challenge"] = challenge["digest"]
    return b64encode(dumps(kept | {"number": found.number} | other).encode()).decode()


async def a_challenge(http: httpx.AsyncClient) -> dict[str, Any]:
    refused = await hold(http)
    assert refused["holdToken"] is None
    [problem] = refused["problems"]
    assert problem["__typename"] == "ProofNeeded"
    challenge: dict[str, Any] = problem["challenge"]
    return challenge


async def test_a_time_is_held_with_a_proof_and_each_proof_is_good_for_one(http: httpx.AsyncClient) -> None:
    proof = solved(await a_challenge(http))
    key = {"idempotencyKey": "0123456789abcdef"}
    held = await hold(http, proof=proof, **key)
    assert held["problems"] == []
    # A repeat of the same request is no second hold.
    assert await hold(http, proof=proof, **key) == held
    [again] = (await hold(http, TEN, proof=proof))["problems"]
    assert again["__typename"] == "ProofNeeded"


async def test_a_wrong_proof_is_answered_with_a_challenge(http: httpx.AsyncClient) -> None:
    challenge = await a_challenge(http)
    foreign = ProofOfWork("another secret that is long enough").challenge(NOW).to_dict()
    foreign["digest"] = foreign["challenge"]
    for proof in (
        "",
        "x",
        b64encode(b"[]").decode(),
        b64encode(b"null").decode(),
        b64encode(b"{}").decode(),
        b64encode(b"[" * 700).decode(),
        "A" * 5000,
        solved(challenge, number=-1),
        solved(challenge, number=[1]),
        solved(challenge, salt=7),
        solved(challenge, salt=challenge["salt"].replace("expires=", "expires=9")),
        solved(challenge, signature="0" * 64),
        solved(foreign),
    ):
        [problem] = (await hold(http, proof=proof))["problems"]
        assert problem["__typename"] == "ProofNeeded"
        assert problem["challenge"]["digest"] != challenge["digest"]


async def test_an_expired_proof_is_refused(http: httpx.AsyncClient, clock: Clock) -> None:
    proof = solved(await a_challenge(http))
    clock.now = NOW + CHALLENGE_LIFETIME
    assert (await hold(http, proof=proof))["holdToken"] is None
    clock.now = NOW + CHALLENGE_LIFETIME - timedelta(seconds=1)
    assert (await hold(http, proof=proof))["holdToken"]


async def test_a_partner_with_a_key_needs_no_proof(http: httpx.AsyncClient, database: Database) -> None:
    _, secret = await new_key(database, "book")
    assert (await hold(http, headers=bearing(secret)))["holdToken"]


def test_a_short_secret_is_refused_and_not_shown() -> None:
    with pytest.raises(InvalidSetting, match="too short"):
        settings_from({"BOOK_ONLINE_PROOF_OF_WORK": "short"})
    assert SECRET not in repr(settings_from({"BOOK_ONLINE_PROOF_OF_WORK": SECRET}))
