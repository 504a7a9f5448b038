"""The preview of a league's rules: the league's table of a race before and after, and what each driver would score."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from accounts.http import SignedInRequest
from leagues.forms import SettingsForm
from leagues.http import managed_league_or_404
from leagues.rules import RuleSet
from leagues.selectors import current_settings
from scoring.selectors import preview, race_preview, scored_drafts


@login_required
def rules_preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """A race that the league drafted for, by default the last one, under the rules in the submitted settings form.

    Before the league has one, the last real race.
    """
    league = managed_league_or_404(request, pk)
    settings = current_settings(league)
    form = SettingsForm(request.POST or None, instance=settings)
    values = settings.values
    if request.method == "POST" and form.is_valid():
        values = form.changes()
    drafts = list(scored_drafts(league))
    chosen = next((draft for draft in drafts if str(draft.race_id) == request.POST.get("race")), None)
    draft = chosen or next(iter(drafts), None)
    context = {"league": league, "rules_form": form, "drafts": drafts}
    if draft:
        found = race_preview(draft, values)
        context |= {"race": draft.race, "rows": found.rows, "standings": found.standings}
    else:
        race, rows = preview(league.season, RuleSet.from_settings(values))
        context |= {"race": race, "rows": rows, "standings": []}
    return render(request, "pages/rules_preview.html", context, status=422 if form.errors else 200)
