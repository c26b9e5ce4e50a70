"""An address book that listens."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from book_online_crm import feature

from book_online.testing import open_clinic

NINE = "2026-11-24T09:00:00-05:00"


@contextmanager
def address_book() -> Iterator[tuple[str, list[Any]]]:
    """Its address, and what it was sent."""
    sent: list[Any] = []

    class Book(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Book) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/contacts", sent
        server.shutdown()
        thread.join()


def test_the_address_book_hears_of_a_booked_visit_and_not_of_its_end() -> None:
    with address_book() as (url, sent), open_clinic(feature, settings=f'[crm]\nurl = "{url}"') as clinic:
        booked = clinic.book(NINE)
        clinic.deliver_events()
        clinic.cancel(booked["manageToken"])
        clinic.deliver_events()

    assert [(contact["name"], contact["email"], contact["reference"]) for contact in sent] == [
        ("Sample Patient", "patient@example.com", booked["appointment"]["reference"])
    ]
