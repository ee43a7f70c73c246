"""Cantonese: jyutping by ToJyutping, two phones per character."""
