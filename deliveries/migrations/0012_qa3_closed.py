import deliveries.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deliveries", "0011_reminders"),
        ("projects", "0010_membership_end_told"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="clockentry",
            name="clock_entry_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="clockentry",
            name="clock_entry_says_what_it_must",
        ),
        migrations.AlterField(
            model_name="clockentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("source", "Known from a source"),
                    ("delivery", "Delivery"),
                    ("early_raw", "Early release of raw data"),
                    ("extension", "Director's extension"),
                    ("blanket", "Blanket extension"),
                    ("qa3_opened", "QA3 opened"),
                    ("qa3_aborted", "QA3 aborted"),
                    ("qa3_closed", "QA3 closed"),
                    ("qa3_renewal", "Renewal after QA3"),
                    ("withdrawal", "Withdrawal"),
                    ("correction", "Correction"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="clockentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            deliveries.clock.ClockKind["SOURCE"],
                            deliveries.clock.ClockKind["DELIVERY"],
                            deliveries.clock.ClockKind["EARLY_RAW"],
                            deliveries.clock.ClockKind["EXTENSION"],
                            deliveries.clock.ClockKind["BLANKET"],
                            deliveries.clock.ClockKind["QA3_OPENED"],
                            deliveries.clock.ClockKind["QA3_ABORTED"],
                            deliveries.clock.ClockKind["QA3_CLOSED"],
                            deliveries.clock.ClockKind["QA3_RENEWAL"],
                            deliveries.clock.ClockKind["WITHDRAWAL"],
                            deliveries.clock.ClockKind["CORRECTION"],
                        ],
                    )
                ),
                name="clock_entry_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="clockentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "kind__in",
                            (
                                deliveries.clock.ClockKind["DELIVERY"],
                                deliveries.clock.ClockKind["EARLY_RAW"],
                            ),
                        ),
                        ("until", None),
                    ),
                    models.Q(
                        (
                            "kind__in",
                            (
                                deliveries.clock.ClockKind["EXTENSION"],
                                deliveries.clock.ClockKind["BLANKET"],
                                deliveries.clock.ClockKind["QA3_RENEWAL"],
                            ),
                        ),
                        models.Q(
                            models.Q(("months__isnull", False), ("until", None)),
                            models.Q(("months", None), ("until__isnull", False)),
                            _connector="OR",
                        ),
                    ),
                    models.Q(
                        (
                            "kind__in",
                            (
                                deliveries.clock.ClockKind["SOURCE"],
                                deliveries.clock.ClockKind["CORRECTION"],
                            ),
                        ),
                        ("months", None),
                        ("until__isnull", False),
                    ),
                    models.Q(
                        (
                            "kind__in",
                            (
                                deliveries.clock.ClockKind["WITHDRAWAL"],
                                deliveries.clock.ClockKind["QA3_OPENED"],
                                deliveries.clock.ClockKind["QA3_ABORTED"],
                                deliveries.clock.ClockKind["QA3_CLOSED"],
                            ),
                        ),
                        ("months", None),
                        ("until", None),
                    ),
                    _connector="OR",
                ),
                name="clock_entry_says_what_it_must",
            ),
        ),
    ]
