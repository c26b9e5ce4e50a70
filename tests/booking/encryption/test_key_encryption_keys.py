"""Key-encryption keys: their texts, their file, and what is said when they are missing or wrong."""

import multiprocessing
from pathlib import Path

import pytest

from booking.encryption.cipher import new_data_key
from booking.encryption.key_file import KeyFile
from booking.encryption.key_ring import KeyProblem, KeyRing, new_key_encryption_key

FIRST, SECOND = new_key_encryption_key(), new_key_encryption_key()


def test_a_ring_reads_keys_between_lines_commas_and_comments() -> None:
    ring = KeyRing.parse(f"# kept by the owner\n{FIRST}, {SECOND}  # the former one\n", source="a test")
    assert ring == KeyRing((FIRST, SECOND))
    assert ring.first == FIRST


def test_each_key_of_a_ring_unwraps_and_the_first_one_wraps() -> None:
    key = new_data_key()
    wrapped = SECOND.wrap(key, "patient")
    assert KeyRing((FIRST, SECOND)).unwrap(key.id, "patient", SECOND.id, wrapped) == key.secret


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "holds no key"),
        ("# nothing\n", "holds no key"),
        ("secret", "is no key-encryption key: 'secr'"),
        (str(FIRST)[:-8], "is no key-encryption key"),
        (f"{SECOND.id}:{str(FIRST).partition(':')[2]}", "was altered"),
    ],
    ids=["empty", "a comment", "no key", "cut", "another key's name"],
)
def test_a_damaged_key_is_found_before_it_is_used(text: str, sentence: str) -> None:
    with pytest.raises(KeyProblem, match=sentence) as problem:
        KeyRing.parse(text, source="the key file x.key")
    assert str(FIRST).partition(":")[2][:12] not in str(problem.value)


def test_a_missing_key_and_an_altered_wrapped_key_are_told_apart() -> None:
    key = new_data_key()
    wrapped = FIRST.wrap(key, "patient")
    with pytest.raises(KeyProblem, match=f"wrapped by the key-encryption key {FIRST.id}"):
        KeyRing((SECOND,)).unwrap(key.id, "patient", FIRST.id, wrapped)
    for key_id, purpose, damaged in (
        (key.id, "patient", wrapped[:-1] + bytes([wrapped[-1] ^ 1])),
        (key.id, "patient", wrapped[:5]),
        (key.id, "audit", wrapped),
        (new_data_key().id, "patient", wrapped),
    ):
        with pytest.raises(KeyProblem, match="was altered, cut, or moved"):
            KeyRing((FIRST,)).unwrap(key_id, purpose, FIRST.id, damaged)


def test_a_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "clinic.key")
    made = file.make()
    assert file.make() == file.read() == made
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["clinic.key"]


def _make(path: Path) -> str:
    return KeyFile(path).make().first.id


def test_processes_that_make_the_file_at_the_same_time_have_the_same_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert len(set(pool.map(_make, [tmp_path / "clinic.key"] * 6))) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_file_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    file = KeyFile(tmp_path / "clinic.key")
    file.make()
    file.path.chmod(mode)
    with pytest.raises(KeyProblem, match="chmod 600"):
        file.read()


def test_a_missing_or_unreadable_key_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(KeyProblem, match="data-keys init"):
        KeyFile(tmp_path / "none.key").read()
    with pytest.raises(KeyProblem, match="can't be read"):
        KeyFile(tmp_path).read()
    with pytest.raises(KeyProblem, match="can't be written"):
        KeyFile(tmp_path / "no folder" / "clinic.key").make()


def test_keys_are_replaced_in_one_step(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "clinic.key")
    ring = file.make()
    file.replace(KeyRing((FIRST, *ring.keys)))
    assert file.read().keys == (FIRST, *ring.keys)
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["clinic.key"]
