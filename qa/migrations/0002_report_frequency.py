from django.db import migrations, models


def fill_from_kept_facts(apps, _schema_editor):
    """The facts hold it already; what compares many executions does not read them."""
    reports = apps.get_model("qa", "ExecReport")._default_manager.order_by()
    for pk, rep_freq_ghz in list(reports.values_list("pk", "observed__rep_freq_ghz")):
        reports.filter(pk=pk).update(rep_freq_ghz=rep_freq_ghz)


class Migration(migrations.Migration):
    dependencies = [
        ("qa", "0001_exec_report"),
    ]

    operations = [
        migrations.AddField(
            model_name="execreport",
            name="rep_freq_ghz",
            field=models.FloatField(
                help_text=(
                    "Representative sky frequency, GHz. "
                    "From the data set; empty where it does not say."
                ),
                null=True,
            ),
        ),
        migrations.RunPython(fill_from_kept_facts, migrations.RunPython.noop),
    ]
