"""SubFix, the label editor: a list of clips, corrected by ear, where nothing is ever lost."""
