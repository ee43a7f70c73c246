"""Japanese: Open JTalk words and accents, as phones with pitch marks."""
