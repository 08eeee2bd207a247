"""The one writer of QA0 verdicts on the rows of executions: a copy of the decision that counts."""

from datetime import datetime
from decimal import Decimal

from projects.models import ExecBlock
from projects.services.bulk import save_alike

VERDICT_FIELDS = ("qa0", "qa0_comment", "execution_fraction", "qa0_decided_at")


def write_verdict(
    exec_block: ExecBlock,
    *,
    qa0: str,
    comment: str,
    execution_fraction: Decimal | None,
    at: datetime,
) -> None:
    """Write the verdict that counts on a locked row, with a new version for all."""
    exec_block.qa0, exec_block.qa0_comment = qa0, comment
    exec_block.execution_fraction, exec_block.qa0_decided_at = execution_fraction, at
    save_alike([exec_block], VERDICT_FIELDS)
