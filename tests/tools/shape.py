"""Report how long the functions and modules of the code are, for the eye: nothing fails here."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("accounts", "deliveries", "ingest", "projects", "qa", "snoopi")


@dataclass(frozen=True, order=True)
class Length:
    """How many lines something has, and where it stands."""

    lines: int
    where: str


def main() -> None:
    """Print the lengths of the code in the rooms."""
    sources = {path.relative_to(ROOT): path.read_text() for path in find_modules(ROOT)}
    modules = [Length(source.count("\n"), str(path)) for path, source in sources.items()]
    functions = [length for path, source in sources.items() for length in measure(source, path)]
    print("\n".join(describe(functions, modules)))


def find_modules(root: Path) -> Iterator[Path]:
    """Yield the modules of the rooms, without their migrations."""
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def measure(source: str, path: Path) -> Iterator[Length]:
    """Yield the length of every function from `def` to its last line, docstring not counted."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1 - docstring_lines(node)
            yield Length(lines, f"{path}:{node.lineno} {node.name}")


def docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines the docstring takes."""
    if ast.get_docstring(node) is None:
        return 0
    first = node.body[0]
    return (first.end_lineno or first.lineno) - first.lineno + 1


def describe(functions: Iterable[Length], modules: Iterable[Length]) -> list[str]:
    """Return the report: the median, the ninth tenth and the longest of each."""
    longest = sorted(functions, reverse=True)
    largest = sorted(modules, reverse=True)
    lines = [length.lines for length in longest]
    ninth_tenth = quantiles(lines, n=10, method="inclusive")[-1] if len(lines) > 1 else lines[0]
    return [
        f"{len(lines)} functions: median {median(lines):.0f}, p90 {ninth_tenth:.0f}, "
        f"max {lines[0]} lines",
        *(f"{length.lines:6d}  {length.where}" for length in longest[:5]),
        f"{len(largest)} modules: {sum(length.lines for length in largest)} lines, the largest:",
        *(f"{length.lines:6d}  {length.where}" for length in largest[:5]),
    ]


if __name__ == "__main__":
    main()
