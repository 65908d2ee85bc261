"""`replay`: failed deliveries once more."""

COMMANDS = ()
