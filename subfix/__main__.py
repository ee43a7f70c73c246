"""`python -m subfix FILE`: the label editor."""

import sys

from subfix.command import main

if __name__ == "__main__":
    sys.exit(main())
