"""What a user can cause, understand and fix. Each error is one line: what is wrong, where, what to do."""


class GapplanError(Exception):
    """The base of every error a user can mend; the command line prints it and exits with 2.

    Its text is one line, also where it quotes a name or another program's message that has several.
    """

    def __str__(self) -> str:
        return super().__str__().replace("\r", "\\r").replace("\n", "\\n")


class InputError(GapplanError):
    """Coverage data is absent, unreadable, or not of a format gapplan knows."""


class NoDataError(InputError):
    """No coverage data was given or found; the message says where it was sought and how to make it."""


class NothingMatchesError(InputError):
    """The data's paths name no file below the project root; the message holds the lines that mend it."""


class ConfigError(GapplanError):
    """`[tool.gapplan]` or an option holds something gapplan does not understand."""
