"""One error type for everything the user can mend."""


class JamFlowError(Exception):
    """Bad input, missing file or missing package. The message is one line; its first words say what to do."""
