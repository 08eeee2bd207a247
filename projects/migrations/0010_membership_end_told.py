from datetime import timedelta

from django.db import migrations, models
from django.db.models import Exists, F, OuterRef, Q


def note_told_ends(apps, _schema_editor):
    """Ends that somebody decided are in the log already, written in the same moment."""
    told = apps.get_model("projects", "Event").objects.filter(
        Q(person=OuterRef("user")) | Q(person=None),
        kind="membership",
        project=OuterRef("project"),
        to="",
        at__gte=OuterRef("ends_at"),
        at__lt=OuterRef("ends_at") + timedelta(seconds=5),
    )
    ended = apps.get_model("projects", "Membership").objects.filter(ends_at__isnull=False)
    ended.filter(Exists(told.exclude(frm=F("to")))).update(is_end_told=True)


class Migration(migrations.Migration):
    dependencies = [("projects", "0009_seasons")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="is_end_told",
            field=models.BooleanField(default=False, help_text="Whether the log tells of its end."),
        ),
        migrations.RunPython(note_told_ends, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                condition=models.Q(("ends_at__isnull", False), ("is_end_told", False)),
                fields=["ends_at"],
                name="membership_end_to_tell",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_end_told", False), ("ends_at__isnull", False), _connector="OR"
                ),
                name="membership_told_end_is_known",
            ),
        ),
    ]
