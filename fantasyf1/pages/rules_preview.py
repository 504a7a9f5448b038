"""The preview of a league's rules: what each driver would have scored in the last race."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from accounts.http import SignedInRequest
from leagues.forms import SettingsForm
from leagues.http import managed_league_or_404
from leagues.selectors import current_settings
from scoring.selectors import preview


@login_required
def rules_preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """The points of the last race under the rules in the submitted settings form."""
    league = managed_league_or_404(request, pk)
    form = SettingsForm(request.POST or None, instance=current_settings(league))
    rule_set = form.rule_set() if request.method == "POST" and form.is_valid() else current_settings(league).rule_set
    race, rows = preview(league.season, rule_set)
    context = {"league": league, "rules_form": form, "race": race, "rows": rows, "rule_set": rule_set}
    return render(request, "pages/rules_preview.html", context, status=422 if form.errors else 200)
