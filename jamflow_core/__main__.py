"""`python -m jamflow_core`: see cli/main.py."""

import sys

from .cli.main import main

sys.exit(main(sys.argv[1:]))
