"""Whole ways through the workbench: a recording in, a voice out."""
