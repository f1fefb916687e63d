"""`python -m disco_desktop` does what `disco` does."""

from __future__ import annotations

import sys

from disco_desktop.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
