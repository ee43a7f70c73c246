"""The label editor over HTTP: one page for each open list, on this machine alone."""
