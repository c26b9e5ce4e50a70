"""`book-online sms preview`, on a clinic's file alone."""

from pathlib import Path

from tests.booking.sms.texted_clinic import texting_clinic
from tests.graphql_api.cli.command_line import run_command

ACCOUNT = {
    "BOOK_ONLINE_SMS_ACCOUNT": "AC1",
    "BOOK_ONLINE_SMS_TOKEN": "secret-word",
    "BOOK_ONLINE_SMS_FROM": "+14165550199",
    "BOOK_ONLINE_SMS_PRICE": "0.0079 USD",
}


def test_the_preview_shows_each_message_with_its_segments_and_cost(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(texting_clinic("most_a_day = 50\nname_service = true"), "utf-8")

    printed = run_command("sms", "preview", "--language", "fr", folder=tmp_path, environment=ACCOUNT)

    assert (printed.returncode, printed.stderr) == (0, "")
    messages = printed.stdout.split("\n\n")
    reminders, replies = messages[:3], messages[3:]
    assert all(each.startswith("Sample Clinic : rendez-vous") and "(Visit)" in each for each in reminders)
    assert [each.split()[3] for each in replies] == ["Merci,", "Vous", "Vous", "Nous"]
    assert all(("segment" in each and "0.3950 USD a day" in each) or "0.7900" in each for each in replies)
    lines = messages[0].splitlines()
    assert lines[1] == (
        f"  {len(lines[0])} of GSM-7, 1 segment: 0.0079 USD, 0.3950 USD a day at most (50 messages)"
    )
    assert not (tmp_path / "book-online.sqlite3").exists()


def test_the_preview_says_what_keeps_messages_from_leaving(tmp_path: Path) -> None:
    plain = texting_clinic().replace("[sms]\n", "")
    (tmp_path / "clinic.toml").write_text(plain, "utf-8")

    printed = run_command("sms", "preview", folder=tmp_path, environment={})

    assert printed.returncode == 0
    assert "has no table [sms]: nobody gets a message" in printed.stderr
    assert "BOOK_ONLINE_SMS_ACCOUNT is not set" in printed.stderr
    assert printed.stdout.count("the cost is not known") == 14
