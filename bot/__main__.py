"""`python -m bot`: the commands."""

import gc
import sys


def run() -> int:
    """Run the command that was given; returns its exit code."""
    gc.disable()  # what is imported stays: to look for garbage among it took a fifth of the start
    from bot.cli import main

    gc.freeze()
    gc.enable()
    return main()


sys.exit(run())
