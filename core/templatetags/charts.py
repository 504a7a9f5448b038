"""Template tags of the charts: `{% load charts %}`. Pages with charts link `css/charts.css`.

The geometry is in `core.charts`, the SVG in templates/charts/. A chart without figures renders nothing, so the page
says in words what will be there.
"""

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core.charts import BarChart, LineChart, Sparkline, Table, WinStrip

register = template.Library()

TEMPLATES = {BarChart: "charts/bars.html", LineChart: "charts/lines.html", WinStrip: "charts/wins.html"}


@register.simple_tag
def chart(chart: LineChart | BarChart | WinStrip | None, note: str = "", label: str = "") -> str:
    """A chart in its frame: title, picture, legend, and the same figures as a table.

    `label` is what a screen reader says for the picture, by default the title.
    """
    if chart is None or chart.is_empty:
        return ""
    picture = render_to_string(TEMPLATES[type(chart)], {"chart": chart, "label": label or chart.title})
    legend = () if isinstance(chart, LineChart) else chart.legend
    return _frame(chart.title, note, picture, chart.table, legend)


def _frame(title: str, note: str, picture: SafeString, table: Table, legend: object) -> SafeString:
    context = {"title": title, "note": note, "picture": picture, "table": table, "legend": legend}
    return render_to_string("charts/frame.html", context)


@register.inclusion_tag("charts/sparkline.html")
def sparkline(line: Sparkline) -> dict[str, Sparkline]:
    """A line the size of a word; its label says the values."""
    return {"line": line}
