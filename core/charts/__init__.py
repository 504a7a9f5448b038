"""Geometry of the charts: scales, ticks, paths and labels. Plain Python, without Django.

The charts are SVG that templates/charts/ renders. Horizontal positions are percentages of the plot and vertical ones
are pixels, so a chart is as wide as its place on the page while its text and its lines keep their size. All positions
are strings, because templates would write floats in the reader's language.
"""

from .bars import Bar, BarChart, Segment, bar_chart
from .labels import shorten
from .lines import LineChart, Series, bump_chart, line_chart
from .sparklines import Sparkline, sparkline
from .strips import WinCell, WinStrip, win_strip
from .tables import Table

__all__ = [
    "Bar",
    "BarChart",
    "LineChart",
    "Segment",
    "Series",
    "Sparkline",
    "Table",
    "WinCell",
    "WinStrip",
    "bar_chart",
    "bump_chart",
    "line_chart",
    "shorten",
    "sparkline",
    "win_strip",
]
