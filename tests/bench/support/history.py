"""Years of past appointments, written by the database itself."""

from sqlalchemy import text

from booking.storage.engine import engine_for
from tests.bench.support.clinic import person

SQLITE = {"id": "printf('%032x', {})", "bytes": "CAST(printf('%032x', {}) AS BLOB)", "past": "{}"}
POSTGRESQL = {
    "id": "CAST(lpad(to_hex({}), 32, '0') AS uuid)",
    "bytes": "decode(lpad(to_hex({}), 32, '0'), 'hex')",
    "past": "CAST({} AS timestamptz)",
}
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :number)"
FIRST_TICK = 1_000_000
"""In 1979: long before any slot that is asked for."""
TICKS = 9


async def add_history(database: str, number: int, practitioners: int) -> None:
    """Add past appointments, all at different times, to the database of this URL."""
    engine = engine_for(database)
    is_sqlite = engine.dialect.name == "sqlite"
    kind = SQLITE if is_sqlite else POSTGRESQL
    key, secret = kind["id"].format("i"), kind["bytes"].format("i")
    patient, at = kind["id"].format("i + 1000000000"), kind["past"].format("'2020-01-01 10:00:00+00:00'")
    end = kind["past"].format("'2020-01-01 10:30:00+00:00'")
    practitioner = " ".join(f"WHEN {index} THEN '{person(index + 1)}'" for index in range(practitioners))
    values = f"'visit', CASE i % {practitioners} {practitioner} END, 'here', {at}, {end}, {at}"
    columns = "service, practitioner, location, starts_at, ends_at, created_at"
    statements = [
        f"INSERT INTO holds (id, token_hash, expires_at, {columns}) {NUMBERS} "
        f"SELECT {key}, {secret}, {at}, {values} FROM n",
        f"INSERT INTO patients (id, name, email, phone, language, created_at) {NUMBERS} "
        f"SELECT {patient}, 'Sample Patient', 'patient@example.com', '+14165550123', 'en', {at} FROM n",
        "INSERT INTO appointments (id, reference, status, patient, tell_practitioner, manage_token_hash, "
        f"changed_at, sequence, {columns}) {NUMBERS} SELECT {key}, 'R' || i, 'booked', {patient}, '[]', "
        f"{secret}, {at}, 0, {values} FROM n",
        f"INSERT INTO ticks (resource, tick, owner) {NUMBERS}, k(t) AS (SELECT 0 UNION ALL SELECT t + 1 "
        f"FROM k WHERE t < {TICKS - 1}) SELECT CASE i % {practitioners} {practitioner} END, "
        f"{FIRST_TICK} + i / {practitioners} * {TICKS} + t, {key} FROM n, k",
    ]
    async with engine.execution_options(writes=True).begin() as connection:
        for statement in statements:
            await connection.execute(text(statement), {"number": number})
    await engine.dispose()
    await analyze(database)


async def analyze(database: str) -> None:
    """On PostgreSQL, as autovacuum would have done by then."""
    engine = engine_for(database)
    if engine.dialect.name == "postgresql":
        async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.execute(text("VACUUM ANALYZE"))
    await engine.dispose()
