"""The page in the browser: a thin face of the same functions as the command line."""
