"""What was read and cannot be said in airdock.toml."""


class Unfit(Exception):  # noqa: N818 - becomes a note for a person
    """The text names it."""
