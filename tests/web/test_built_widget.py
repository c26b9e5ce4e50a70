"""The server finds the widget's bundle, or says how it is made."""

from pathlib import Path

import pytest

from graphql_api.app import create_app
from graphql_api.settings import Settings
from web import built_widget


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
