"""How the embedded base is made: corpus, augmentation, pretraining of its four networks, export."""
