"""Weight files: read foreign ones safely, write our own, bring published ones."""
