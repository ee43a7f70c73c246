"""A few-shot text-to-speech workbench: one minute of speech in, a voice that reads out."""

__version__ = "0.1.0"
