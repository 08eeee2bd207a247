"""The cast, for who may see and do what."""

from tests.cast import *  # noqa: F403 - the whole cast, by its __all__
