"""From what people write to what they say: numbers, dates, units and marks as Chinese characters.

The conventions are those of the published front end (PaddleSpeech's), where they are right; see
docs/text_deviations_zh.md.
"""
