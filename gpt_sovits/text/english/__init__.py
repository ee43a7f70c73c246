"""English: text to ARPAbet, `reader.read_english`."""
