"""Draws paths as the trees that people paste into their notes."""

from collections.abc import Iterable

Tree = dict[str, "Tree"]
BOXES = ("├── ", "└── ", "│   ", "    ")


def drawn(
    paths: Iterable[str],
    boxes: tuple[str, str, str, str] = BOXES,
    *,
    full: bool = False,
    before: str = "",
    folder_mark: str = "",
    quote: str = "",
) -> str:
    """Draw a tree; ``full`` writes whole paths on its branches, as ``tree -f`` does."""
    tree: Tree = {}
    for path in paths:
        node = tree
        for part in path.split("/"):
            node = node.setdefault(part, {})

    def branches(node: Tree, indent: str, above: str) -> Iterable[str]:
        for number, (name, below) in enumerate(node.items(), 1):
            is_last = number == len(node)
            shown = f"{above}{name}" if full else name
            mark = folder_mark if below else ""
            yield f"{indent}{boxes[is_last]}{before}{quote}{shown}{quote}{mark}"
            yield from branches(below, indent + boxes[2 + is_last], f"{above}{name}/")

    top = "./" if full else ""
    lines = [".", *branches(tree, "", top)]
    return "\n".join(lines) + f"\n\n{len(tree)} directories, {len(list(paths))} files\n"
