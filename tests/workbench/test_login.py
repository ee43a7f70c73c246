from pathlib import Path

import pytest

from gpt_sovits.errors import InputError
from gpt_sovits.workbench.login import (
    ALL_GUESSES,
    GUESSES,
    MAX_SESSIONS,
    SESSION_S,
    WINDOW_S,
    Logins,
    TooManyGuessesError,
    check_password,
    read_password,
)

PASSWORD = "corréct horse"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def logins(clock: Clock) -> Logins:
    return Logins(PASSWORD, clock)


def test_the_password_opens_a_session_that_ends(logins: Logins, clock: Clock) -> None:
    token = logins.enter(PASSWORD, "a")
    other = logins.enter(PASSWORD, "a")
    assert token
    assert other != token
    assert logins.knows(token)
    logins.leave(token)
    assert not logins.knows(token)
    assert logins.knows(other or "")
    clock.now = SESSION_S + 1
    assert not logins.knows(other or "")


@pytest.mark.parametrize(
    "guess", ["", PASSWORD[:-1], f"{PASSWORD} ", PASSWORD.upper(), "correct horse", "\0", "\udcff"]
)
def test_any_other_word_opens_nothing(logins: Logins, guess: str) -> None:
    assert logins.enter(guess, "a") is None
    assert not logins.knows("")
    assert not logins.knows(guess)


def test_an_address_that_guesses_waits(logins: Logins, clock: Clock) -> None:
    for _ in range(GUESSES):
        assert logins.enter("wrong", "1.2.3.4") is None
    with pytest.raises(TooManyGuessesError) as caught:
        logins.enter(PASSWORD, "1.2.3.4")
    assert caught.value.wait_s == pytest.approx(WINDOW_S)
    assert logins.enter(PASSWORD, "5.6.7.8"), "others are not made to wait"
    clock.now = WINDOW_S + 1
    assert logins.enter(PASSWORD, "1.2.3.4")


def test_trying_while_waiting_does_not_wait_longer(logins: Logins, clock: Clock) -> None:
    for _ in range(GUESSES):
        logins.enter("wrong", "a")
    clock.now = WINDOW_S / 2
    for _ in range(100):
        with pytest.raises(TooManyGuessesError):
            logins.enter("wrong", "a")
    clock.now = WINDOW_S + 1
    assert logins.enter(PASSWORD, "a")


def test_many_addresses_together_wait_too(logins: Logins) -> None:
    for number in range(ALL_GUESSES):
        assert logins.enter("wrong", f"10.0.0.{number}") is None
    with pytest.raises(TooManyGuessesError):
        logins.enter(PASSWORD, "10.0.1.1")


def test_one_household_of_ipv6_counts_as_one(logins: Logins) -> None:
    for number in range(GUESSES):
        logins.enter("wrong", f"2001:db8::{number}")
    with pytest.raises(TooManyGuessesError):
        logins.enter(PASSWORD, "2001:db8::ffff")
    assert logins.enter(PASSWORD, "2001:db8:0:1::1")


def test_sessions_do_not_fill_the_memory(logins: Logins) -> None:
    tokens = [logins.enter(PASSWORD, "a") or "" for _ in range(MAX_SESSIONS + 1)]
    assert not logins.knows(tokens[0])
    assert logins.knows(tokens[-1])


@pytest.mark.parametrize("content", [b"long enough\n", b"\xef\xbb\xbflong enough\r\nmore"])
def test_a_password_is_the_first_line_of_its_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "password"
    path.write_bytes(content)
    assert read_password(path) == "long enough"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "needs 8 letters"),
        (b"short\n", "needs 8 letters"),
        (b"\nlong enough", "needs 8 letters"),
        (b"x" * 1025, "longer than"),
        (b"\xff\xfe" * 9, "no text in UTF-8"),
    ],
)
def test_a_file_without_a_good_password_gets_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "password"
    path.write_bytes(content)
    with pytest.raises(InputError, match=sentence) as caught:
        read_password(path)
    assert "short" not in str(caught.value)


def test_a_password_file_that_is_none_gets_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match="cannot be read"):
            read_password(path)


def test_a_good_password_is_given_back() -> None:
    assert check_password(PASSWORD, "x") == PASSWORD
