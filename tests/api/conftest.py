from tests.cast import *  # noqa: F403 - the whole cast, by its __all__
