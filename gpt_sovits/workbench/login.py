"""Who may use a page that other machines reach: the password, guesses at it, sessions."""

import hashlib
import hmac
import ipaddress
import secrets
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from gpt_sovits.errors import InputError

MIN_LETTERS = 8
MAX_BYTES = 1024

GUESSES, ALL_GUESSES, WINDOW_S = 5, 50, 300.0
"""Wrong passwords within the window: from one address, and from all of them together."""

SESSION_S = 7 * 24 * 3600
MAX_SESSIONS = 1000


class TooManyGuessesError(Exception):
    """Nothing is compared until `wait_s` seconds have passed."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"wait {wait_s:.0f} s")
        self.wait_s = wait_s


class Logins:
    """The sessions of those who knew the password; they last until the server ends.

    Args:
        password: see `check_password`.
        clock: seconds that only grow.
    """

    def __init__(self, password: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._password = _digest(password)
        self._clock = clock
        self._wrong: deque[tuple[float, str]] = deque()
        self._sessions: dict[bytes, float] = {}

    def enter(self, password: str, address: str) -> str | None:
        """Try a password.

        Args:
            password: the guess.
            address: where it comes from.

        Returns:
            The token of a new session; None where the password is another.

        Raises:
            TooManyGuessesError: before anything is compared.
        """
        now, address = self._clock(), _network(address)
        while self._wrong and self._wrong[0][0] <= now - WINDOW_S:
            self._wrong.popleft()
        own = [moment for moment, whose in self._wrong if whose == address]
        if len(own) >= GUESSES or len(self._wrong) >= ALL_GUESSES:
            first = own[-GUESSES] if len(own) >= GUESSES else self._wrong[-ALL_GUESSES][0]
            raise TooManyGuessesError(first + WINDOW_S - now)
        if not hmac.compare_digest(_digest(password), self._password):
            self._wrong.append((now, address))
            return None
        while len(self._sessions) >= MAX_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        token = secrets.token_urlsafe(32)
        self._sessions[_digest(token)] = now + SESSION_S
        return token

    def knows(self, token: str) -> bool:
        """Tell whether a token is one of a session that has not ended."""
        return self._sessions.get(_digest(token), 0.0) > self._clock()

    def leave(self, token: str) -> None:
        """End a session."""
        self._sessions.pop(_digest(token), None)


def check_password(password: str, where: str) -> str:
    """Refuse a password that is guessed at once; gives it back.

    Raises:
        InputError: it is too short or too long.
    """
    if len(password) < MIN_LETTERS:
        raise InputError(f"{where}: the password needs {MIN_LETTERS} letters or more")
    if len(password.encode(errors="replace")) > MAX_BYTES:
        raise InputError(f"{where}: the password is longer than {MAX_BYTES} bytes")
    return password


def read_password(path: Path) -> str:
    """The password in a file: its first line.

    Raises:
        InputError: it cannot be read, or holds no password that can be used.
    """
    try:
        with path.open("rb") as file:
            line = file.readline(2 * MAX_BYTES)
        password = line.decode("utf-8-sig").rstrip("\r\n")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        raise InputError(f"{path}: the password cannot be read ({reason})") from error
    return check_password(password, str(path))


def _digest(text: str) -> bytes:
    """Of one length, so that comparing tells nothing of the text's."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def _network(address: str) -> str:
    """Whose guesses are counted together: a household has 2**64 addresses of IPv6."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if known.version == 6 and known.ipv4_mapped is None:
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)
