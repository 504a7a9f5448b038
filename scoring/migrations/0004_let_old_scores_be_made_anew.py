from django.db import migrations
from django.utils import timezone


def point_to_empty_sheets(apps, schema_editor):
    """What was scored before there were sheets points to a sheet of no revision: the sweep finds it behind, and scores
    it once more."""
    ScoreSheet = apps.get_model("scoring", "ScoreSheet")
    DraftScoring = apps.get_model("scoring", "DraftScoring")
    for race in DraftScoring.objects.filter(sheet=None).values_list("draft__race", flat=True).distinct():
        sheet = ScoreSheet.objects.create(
            race_id=race, race_revision=0, sprint_revision=0, moves_version=0, made_at=timezone.now()
        )
        DraftScoring.objects.filter(sheet=None, draft__race=race).update(sheet=sheet)


class Migration(migrations.Migration):
    dependencies = [("scoring", "0003_share_score_sheets")]

    operations = [migrations.RunPython(point_to_empty_sheets, migrations.RunPython.noop)]
