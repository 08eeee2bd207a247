from pathlib import Path

from tests.tools.shape import Length, describe, measure

SOURCE = '''
def short():
    return 1


class Room:
    @property
    def long(self):
        """Return two.

        Counted without this.
        """
        one = 1

        return one + 1
'''


def test_measure_counts_from_def_without_decorator_and_docstring():
    lengths = sorted(measure(SOURCE, Path("room.py")))

    assert lengths == [Length(2, "room.py:2 short"), Length(4, "room.py:8 long")]


def test_describe_names_the_longest_first():
    functions = [Length(lines, f"f{lines}") for lines in (3, 1, 2)]

    report = describe(functions, [Length(10, "small.py"), Length(40, "large.py")])

    assert report == [
        "3 functions: median 2, p90 3, max 3 lines",
        "     3  f3",
        "     2  f2",
        "     1  f1",
        "2 modules: 50 lines, the largest:",
        "    40  large.py",
        "    10  small.py",
    ]
