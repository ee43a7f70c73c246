"""Files of labels, read and written so that nothing changes but what a person changed."""

from subfix.files.document import Document, find_audio, parse_line, read_document, render

__all__ = ["Document", "find_audio", "parse_line", "read_document", "render"]
