"""Sentences for the user, as HTML that stays until the next click."""

import logging
from html import escape
from typing import Any

import gradio as gr

from gpt_sovits.errors import WorkbenchError, internal_error

log = logging.getLogger(__name__)


def sentence_of(error: Exception) -> str:
    """What an error says to the user; our own faults are logged whole, and never shown so."""
    if isinstance(error, WorkbenchError):
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: cannot be used ({error.strerror})"
    log.error("the page failed", exc_info=error)
    return internal_error(error)


def note(sentence: str = "", kind: str = "remark") -> Any:
    """Show a sentence in an HTML component; an empty one hides it.

    Args:
        sentence: for the user.
        kind: "remark", or "problem" for an error.
    """
    role = "alert" if kind == "problem" else "status"
    html = f'<div class="{kind}" role="{role}">{escape(sentence)}</div>'
    return gr.update(value=html, visible=bool(sentence))


def problem(error: Exception) -> Any:
    """Show an error in an HTML component."""
    return note(sentence_of(error), "problem")
