"""Admin of results: the quarantine, result checks and manual classifications."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from core.admin import OneChoiceFilter, ReadOnlyMixin, SuperuserOnlyMixin, apply_to_each, confirmation_page
from core.errors import Refused
from core.formatting.labels import inside_a_sentence
from core.formatting.points import shown_points
from core.web.forms import add_refusal

from .. import selectors, services
from ..forms import ReasonForm, ResultRowFormSet, duplicate_place_error, initial_rows, results_from_rows
from ..models import Classification, Quarantine, Race, ResultCheck
from ..rules import shown_status
from ..services import differences_to
from ..sources.dto import ResultDTO

COLUMNS = (_("Place"), _("Driver"), _("Team"), _("Car"), _("Laps"), _("Status"), _("Points"))


@admin.register(Quarantine)
class QuarantineAdmin(SuperuserOnlyMixin, ReadOnlyMixin, admin.ModelAdmin[Quarantine]):
    """Implausible responses of a source, shown beside the accepted results, to be accepted or dismissed."""

    view_on_site = False
    change_form_template = "admin/races/quarantine/change_form.html"
    list_display = ("case", "reason", "first_seen_at", "last_seen_at", "times_seen", "settlement")
    list_filter = (("settled_at", admin.EmptyFieldListFilter), "season", "kind", "settlement")
    search_fields = ("race__name", "reason")
    list_select_related = ("race__season", "season")
    actions = ("accept", "dismiss")
    fields = (
        "season", "race", "kind", "source", "reason", "first_seen_at", "last_seen_at", "times_seen", "settlement",
        "settled_at", "settled_by", "payload_deleted_at", "what_would_change", "both",
    )  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("case"), ordering="race__race_date")
    def case(self, case: Quarantine) -> str:
        return f"{case.get_kind_display()}, {case.race or case.season}"

    @admin.display(description=_("What accepting it would change"))
    def what_would_change(self, case: Quarantine) -> str | SafeString:
        last = selectors.latest_classification(case.race, case.kind) if case.race else None
        if not case.payload or last is None:
            return "–"
        return _paragraph(differences_to(last, selectors.quarantined_rows(case)))

    @admin.display(description=_("Received and current results"))
    def both(self, case: Quarantine) -> SafeString:
        last = selectors.latest_classification(case.race, case.kind) if case.race else None
        return format_html(
            '<div class="side-by-side">{}{}</div>',
            _table(gettext("Received from the source"), selectors.quarantined_rows(case)),
            _table(gettext("Revision %(revision)s") % {"revision": last.revision}, selectors.classification_rows(last))
            if last
            else "",
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answers = [("accept", _("Accept as a new revision")), ("dismiss", _("Dismiss"))]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "answers": answers})

    @admin.action(description=_("Accept the selected results as a new revision"))
    def accept(self, request: HttpRequest, cases: QuerySet[Quarantine]) -> HttpResponse | None:
        question = gettext(
            "Accept these results? They take effect at once. The F1 API does not replace them until you release them."
        )
        if (page := confirmation_page(self, request, cases, action="accept", question=question)) is not None:
            return page
        by, now = _user(request), clock.now()
        # Stored in English.
        reason = gettext_noop("Accepted from quarantine. %(reason)s")

        def act(case: Quarantine) -> None:
            services.accept_case(case=case, by=by, reason=reason % {"reason": case.reason}, now=now)

        apply_to_each(self, request, cases, act, done=gettext("Accepted"))
        return None

    @admin.action(description=_("Dismiss the selected results"))
    def dismiss(self, request: HttpRequest, cases: QuerySet[Quarantine]) -> HttpResponse | None:
        question = gettext("Dismiss these results? The current results stay, and the same case is not reported again.")
        if (page := confirmation_page(self, request, cases, action="dismiss", question=question)) is not None:
            return page
        by, now = _user(request), clock.now()

        def act(case: Quarantine) -> None:
            services.dismiss_case(case=case, by=by, now=now)

        apply_to_each(self, request, cases, act, done=gettext("Dismissed"))
        return None


class FailingFilter(OneChoiceFilter):
    title, parameter_name = _("health"), "health"
    choice = ("failing", _("Failing"))

    @staticmethod
    def condition() -> Q:
        return selectors.FAILING_CHECK


@admin.register(ResultCheck)
class ResultCheckAdmin(SuperuserOnlyMixin, ReadOnlyMixin, admin.ModelAdmin[ResultCheck]):
    """When results are polled, and with which outcome."""

    view_on_site = False
    list_display = ("race", "stage", "due_at", "not_before", "attempts", "done_at", "outcome")
    list_filter = (FailingFilter, ("done_at", admin.EmptyFieldListFilter), "race__season")
    search_fields = ("race__name", "outcome")
    list_select_related = ("race__season",)
    date_hierarchy = "due_at"


class ManualResultsAdmin(admin.ModelAdmin[Race]):
    """The results part of the race admin: the latest revision, open quarantine cases, and manual entry."""

    def get_urls(self) -> list[URLPattern]:
        enter = path(
            "<int:race_id>/results/<str:kind>/", self.admin_site.admin_view(self.enter_results), name="races_race_enter"
        )
        return [enter, *super().get_urls()]

    @admin.display(description=_("Results"))
    def results(self, race: Race) -> SafeString:
        kinds = [Classification.Kind.RACE]
        if selectors.has_sprint(race):
            kinds.append(Classification.Kind.SPRINT)
        return format_html_join("", "{}", ((self._status_of_kind(race, kind),) for kind in kinds))

    def _status_of_kind(self, race: Race, kind: Classification.Kind) -> SafeString:
        last = selectors.latest_classification(race, kind)
        status = _status_of(last) if last else gettext("No results yet.")
        enter = format_html(
            '<a href="{}">{}</a>',
            reverse("admin:races_race_enter", args=[race.pk, kind]),
            gettext("Enter or correct results"),
        )
        cases = format_html_join(
            "", "{}", ((self._case(case, last),) for case in selectors.open_quarantine_cases(race, kind))
        )
        return format_html("<p><strong>{}</strong>: {} {}</p>{}", kind.label, status, enter, cases)

    def _case(self, case: Quarantine, last: Classification | None) -> SafeString:
        differences = differences_to(last, selectors.quarantined_rows(case)) if last and case.payload else []
        address = reverse("admin:races_quarantine_change", args=[case.pk])
        return format_html(
            '<p>{}: <a href="{}">{}</a></p>{}',
            gettext("The F1 API returned different results"),
            address,
            case.shown_reason,
            _paragraph(differences),
        )

    @admin.action(permissions=["change"], description=_("Update the results from the F1 API now"))
    def ask_now(self, request: HttpRequest, races: QuerySet[Race]) -> None:
        for race in races:
            services.schedule_immediate_check(race=race, now=clock.now())
            text = gettext("%(race)s: the results will be updated within two minutes.")
            self.message_user(request, text % {"race": race})

    @admin.action(permissions=["change"], description=_("Release results entered by hand"))
    def release_results(self, request: HttpRequest, races: QuerySet[Race]) -> None:
        for race in races:
            released = [kind for kind in Classification.Kind if self._release(request, race, kind)]
            if not released:
                text = gettext("%(race)s has no held results to release.")
                self.message_user(request, text % {"race": race}, messages.WARNING)

    def _release(self, request: HttpRequest, race: Race, kind: Classification.Kind) -> bool:
        try:
            services.release_manual_classification(race=race, kind=kind, by=_user(request), now=clock.now())
        except Refused:
            return False
        self.log_change(request, race, gettext("Released the results: %(kind)s.") % {"kind": kind.label})
        text = gettext("%(race)s, %(kind)s: released. The results will be updated from the F1 API within two minutes.")
        self.message_user(request, text % {"race": race, "kind": inside_a_sentence(kind.label)})
        return True

    def enter_results(self, request: HttpRequest, race_id: int, kind: str) -> HttpResponse:
        """Edit the whole classification as a table; shows the changes for confirmation before recording."""
        race = self.get_queryset(request).select_related("season", "circuit").filter(pk=race_id).first()
        if race is None or kind not in Classification.Kind.values:
            raise Http404(gettext("There is no such race."))
        if not self.has_change_permission(request, race):
            raise PermissionDenied(gettext("Only administrators can enter results."))
        last = selectors.latest_classification(race, kind)
        data = request.POST if request.method == "POST" else None
        initial = initial_rows(race, last, selectors.expected_entries(race, clock.now()))
        rows = ResultRowFormSet(data, initial=initial, prefix="row")
        reason = ReasonForm(data, initial={"pole": last.pole if last else None})
        changes: Sequence[str] | None = None
        if data is not None and rows.is_valid() and reason.is_valid():
            row_data = [form.cleaned_data for form in rows.forms]
            if problem := duplicate_place_error(row_data):
                reason.add_error(None, problem)
            else:
                results = results_from_rows(row_data, kind, official_points=reason.cleaned_data["official_points"])
                if data.get("confirmed") and self._record(request, race, kind, results, reason):
                    return redirect("admin:races_race_change", race.pk)
                pole = reason.cleaned_data["pole"]
                changes = (
                    differences_to(last, results, pole.ref if pole else None)
                    if last
                    else [gettext("These are the first results.")]
                )
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Enter results: %(kind)s") % {"kind": inside_a_sentence(Classification.Kind(kind).label)},
            "subtitle": str(race),
            "opts": self.opts,
            "original": race,
            "rows": rows,
            "reason": reason,
            "changes": changes,
            "last": last,
            "media": self.media,
        }
        is_invalid = data is not None and changes is None
        return TemplateResponse(
            request, "admin/races/race/enter_results.html", context, status=422 if is_invalid else 200
        )

    def _record(
        self, request: HttpRequest, race: Race, kind: str, results: Sequence[ResultDTO], form: ReasonForm
    ) -> bool:
        by, reason, pole = _user(request), form.cleaned_data["reason"], form.cleaned_data["pole"]
        try:
            classification = services.record_manual_classification(
                race=race, kind=kind, rows=results, by=by, reason=reason, now=clock.now(), pole=pole
            )
        except Refused as refused:
            add_refusal(form, refused)
            return False
        entered = gettext("Entered revision %(revision)s (%(kind)s): %(reason)s")
        values = {"revision": classification.revision, "kind": classification.get_kind_display(), "reason": reason}
        self.log_change(request, race, entered % values)
        text = gettext("Revision %(revision)s is now current. The F1 API does not replace it until you release it.")
        self.message_user(request, text % values)
        return True


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "the admin requires a signed-in user"
    return request.user


def _status_of(last: Classification) -> str:
    sentence = gettext("Revision %(revision)s, %(source)s, %(recorded_at)s UTC.")
    if last.is_held:
        sentence = gettext("Revision %(revision)s, %(source)s, %(recorded_at)s UTC. The F1 API does not replace it.")
    return sentence % {
        "revision": last.revision,
        "source": last.get_source_display(),
        "recorded_at": f"{last.recorded_at:%Y-%m-%d %H:%M}",
    }


def _paragraph(lines: Sequence[str]) -> SafeString:
    return format_html("<p>{}</p>", format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines)))


def _table(title: str, rows: Sequence[ResultDTO]) -> SafeString:
    if not rows:
        return format_html("<div><h3>{}</h3><p>{}</p></div>", title, gettext("No results."))
    names = selectors.driver_names(row.driver for row in rows)
    head = format_html_join("", '<th scope="col">{}</th>', ((name,) for name in COLUMNS))
    body = format_html_join("", "<tr>{}</tr>", ((_cells(row, names[row.driver]),) for row in rows))
    return format_html(
        "<div><h3>{}</h3><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>", title, head, body
    )


def _cells(row: ResultDTO, name: str) -> SafeString:
    status, points = shown_status(row.status), shown_points(row.points)
    cells = (row.position_text, name, row.team, row.number, row.laps, status, points)
    return format_html_join("", "<td>{}</td>", (("" if cell is None else cell,) for cell in cells))
