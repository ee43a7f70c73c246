"""The frozen networks as functions: text, content, speaker."""
