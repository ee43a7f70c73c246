"""Vocals from accompaniment, and a dry voice from its echo and reverb."""
