"""Latin letters by name, as Chinese speakers say them; only where no English reader is asked.

Source: how the letters of words like B超 and T恤 are said, in the nearest syllables of Mandarin.
"""

LETTER_NAMES = {
    "a": "ei1", "b": "bi4", "c": "xi1", "d": "di4", "e": "yi4", "f": "ai2 fu5", "g": "ji4",
    "h": "ei1 chi5", "i": "ai4", "j": "zhei4", "k": "kei4", "l": "ai2 le5", "m": "ai2 mu5",
    "n": "en1", "o": "ou1", "p": "pi4", "q": "ku5 you1", "r": "a1 er5", "s": "ai2 si5", "t": "ti4",
    "u": "you1", "v": "wei1", "w": "da2 bu5 liu5", "x": "ai2 ke5 si5", "y": "wai4", "z": "zei4",
}  # fmt: skip
"""Reading of each lower-case letter, in pinyin."""
