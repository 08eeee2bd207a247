"""The cast, for who may do what with periods and files."""

from tests.cast import *  # noqa: F403 - the whole cast, by its __all__
