"""The links of added-value products that sources newly say, once their member OUSs are there."""

from deliveries.services.added_value import take_links
from ingest.filing import LONGEST_SOURCE
from ingest.saying import ADDED_VALUE
from ingest.upserts import Context, Rows
from projects.models import MemberOUS


def take_added_value(members: Rows[MemberOUS], context: Context) -> None:
    """Take over the links of a bundle; the PI is mailed by the same rule as for staff's."""
    for key, former in members.former.items():
        before = {
            name.removeprefix(ADDED_VALUE): said or ""
            for name, said in former.items()
            if name.startswith(ADDED_VALUE)
        }
        if before:
            member = members.by_key[key]
            facts = member.facts[context.origin]
            take_links(
                member,
                links={name: facts[f"{ADDED_VALUE}{name}"][0] for name in before},
                former=before,
                source=context.origin[:LONGEST_SOURCE],
            )
