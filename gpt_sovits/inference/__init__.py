"""Speaking: a voice (weights and a reference clip) reads texts."""
