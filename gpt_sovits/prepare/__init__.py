"""From recordings to features: every step before training."""
