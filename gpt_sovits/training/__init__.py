"""Fine-tuning: losses and optimizers around `models/`, one resumable `fit` for all of them."""
