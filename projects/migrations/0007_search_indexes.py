"""Trigram indexes for the search, where the database can have them."""

from typing import ClassVar

from django.db import migrations

from projects.trigrams import drop_search_indexes, make_search_indexes


def make(_apps, schema_editor):
    make_search_indexes(schema_editor.connection)


def drop(_apps, schema_editor):
    drop_search_indexes(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("projects", "0006_work_on_member_ous")]

    operations: ClassVar = [migrations.RunPython(make, drop)]
