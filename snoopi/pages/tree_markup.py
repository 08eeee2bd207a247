"""The tree as HTML.

Written by Python rather than a template: a template's loop costs twenty times as much per
node, and a large programme has thousands. The pattern is the ARIA navigation tree: each
item is a plain link, so it works without JavaScript; ``static/js/tree.js`` adds the keys.
"""

from collections.abc import Container
from urllib.parse import urlencode

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from projects.states import Family, Level
from snoopi.pages.markup import shape
from snoopi.pages.tree import TreeNode, first_open


def tree_markup(
    root: TreeNode, opened: Container[int] | None = None, find: str = "", at: str = ""
) -> SafeString:
    """Answer the nested lists; ``opened`` holds the ids of nodes that start open.

    ``at`` is the moment that the tree is of, as the address has it; "" for now.
    """
    at_first = first_open(root) if opened is None else opened
    writer = _Writer(at_first, _query(find=find, at=at))
    writer.write(root, 1)
    return mark_safe(  # noqa: S308 - _Writer escapes every text
        f'<ul role="tree" aria-label="Parts of {escape(root.name)}">{"".join(writer.pieces)}</ul>'
    )


class _Writer:
    def __init__(self, opened: Container[int], query: str) -> None:
        self.opened = opened
        self.query = query
        self.pieces: list[str] = []
        self.groups = 0

    def write(self, node: TreeNode, level: int) -> None:
        add = self.pieces.append
        if not node.children:
            add(f'<li role="none">{self._link(node, level, "")}{self._face(node)}</a></li>')
            return
        self.groups += 1
        group = f"g{self.groups}"
        is_open = "true" if id(node) in self.opened else "false"
        link = self._link(node, level, f' aria-expanded="{is_open}" aria-owns="{group}"')
        add(f'<li role="none">{link}{self._face(node)}</a><ul role="group" id="{group}">')
        for child in node.children:
            self.write(child, level + 1)
        add("</ul></li>")

    def _link(self, node: TreeNode, level: int, more: str) -> str:
        href = href_of(node, self.query)
        return f'<a role="treeitem" aria-level="{level}"{href}{more}>'

    @staticmethod
    def _face(node: TreeNode) -> str:
        title = escape(node.title)
        hover = f' title="{title}"' if len(title) > 24 else ""
        label = f"<b{hover}>{title}</b>"
        if node.standing is None:
            return f'<span class="f-unknown">{shape(Family.UNKNOWN)}</span>{label}'
        family = node.standing.meaning.family
        word = escape(node.standing.label)
        return (
            f'<span class="f-{family.value}">{shape(family, _done(node))}</span>{label}'
            f"<small>{word}</small><i>{_problems(node)}{node.count_words()}</i>"
        )


def _problems(node: TreeNode) -> str:
    """A mark where problem reports (QA3) are not settled; nothing elsewhere."""
    words = node.problem_words()
    if not words:
        return ""
    mark = shape(Family.QUESTION)
    said = f'<span class="sr-only">{words}, </span>'
    return f'<span class="f-question" title="{words}">{mark}</span>{said}'


def _done(node: TreeNode) -> int | None:
    found = node.executions
    if found is None or not found.expected:
        return None
    return min(100, round(100 * found.passed / found.expected))


def _query(**kept: str) -> str:
    told = {name: text for name, text in kept.items() if text}
    return f"{escape(urlencode(told))}&amp;" if told else ""


def href_of(node: TreeNode, query: str = "") -> str:
    """The attribute that leads to a node's panel; nothing where the level is unknown."""
    if not node.ref:
        return ""
    if node.level == Level.PROJECT:
        return f' href="?{query}"'
    return f' href="?{query}node={escape(node.ref)}"'


def with_chosen(
    markup: str, path: list[str], root_ref: str, find: str = "", at: str = ""
) -> SafeString:
    """Mark the last of ``path`` as the chosen node and open all above it.

    The tree itself stays in the cache; only these few attributes differ between visitors.
    """
    query = _query(find=find, at=at)
    for ref in path:
        href = f'href="?{query}"' if ref == root_ref else f'href="?{query}node={escape(ref)}"'
        if ref == path[-1]:
            markup = markup.replace(href, f'{href} aria-current="page"', 1)
            href = f'{href} aria-current="page"'
        markup = markup.replace(f'{href} aria-expanded="false"', f'{href} aria-expanded="true"', 1)
    return mark_safe(markup)  # noqa: S308 - only attributes of our own were added
