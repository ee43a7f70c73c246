"""The one error tree: every message says what is wrong, where, and what to do."""


class WorkbenchError(Exception):
    """Anything the workbench itself reports.

    Raise a subclass. The command line prints the message and exits 2 for what the user can
    mend (`InputError`), 1 for the rest.
    """


class InputError(WorkbenchError):
    """What the user gave cannot be used: a file, a text, a value.

    Args:
        message: one sentence.
        field: name of the option that it is about, so that a form can say it there.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class AudioError(InputError):
    """A recording cannot be read, or holds nothing that could be used."""


class NoSpeechError(AudioError):
    """In a recording that is not silent nobody is heard speaking."""


class TextError(InputError):
    """A text cannot be read aloud."""


class ConfigError(InputError):
    """A setting is unknown or out of range; the message names the file or option and the key."""


class WeightsError(InputError):
    """A weight file is damaged, hostile, or of another family than the one asked for."""


class MissingModelError(InputError):
    """A model is not on this machine; the message holds the command that brings it."""


class DownloadError(InputError):
    """A download did not arrive whole: network, hash, disk space, or no such file."""


def internal_error(error: Exception) -> str:
    """What is said of a fault of ours, whose traceback is logged."""
    return f"Internal error, {type(error).__name__}: {error} (the terminal says more)"
