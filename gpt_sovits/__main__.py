"""`python -m gpt_sovits`: the command line."""

import sys

from gpt_sovits.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
