"""Indexes of the search: used where they are, missed by nothing where they are not."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from projects.models import MemberOUS, Project, SchedBlock, ScienceGoal
from projects.trigrams import drop_search_indexes, make_search_indexes
from snoopi.pages.listing import text_in

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
SEARCHED = [
    (Project, ("ref", "title", "pi_name", "uid")),
    (ScienceGoal, ("name", "uid")),
    (MemberOUS, ("name", "target_names", "uid")),
    (SchedBlock, ("name", "target_names", "uid")),
    (MemberOUS, ("target_names",)),
]


@pytest.mark.parametrize(("model", "columns"), SEARCHED)
def test_search_finds_its_rows_by_an_index(model, columns):
    rows = model.objects.filter(text_in("Orion KL", *columns)).order_by()
    with connection.cursor() as cursor:
        # An empty table is read whole in no time: what counts is that it need not be.
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = rows.explain()

    assert plan.count("Bitmap Index Scan") == len(columns)
    assert "_trigrams" in plan
    assert "Seq Scan" not in plan


def test_database_that_refuses_keeps_working_without():
    drop_search_indexes(connection)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE searcher_without_rights")
        cursor.execute("GRANT SELECT ON projects_project TO searcher_without_rights")
        cursor.execute("SET LOCAL ROLE searcher_without_rights")

        assert not make_search_indexes(connection)
        with pytest.raises(CommandError, match="pg_trgm"):
            call_command("search_indexes")
        assert not Project.objects.filter(title__icontains="orion").exists()
        cursor.execute("RESET ROLE")
        cursor.execute("REVOKE ALL ON projects_project FROM searcher_without_rights")
        cursor.execute("DROP ROLE searcher_without_rights")

    call_command("search_indexes")
    assert make_search_indexes(connection)
