"""What tests want to be read at the end of a run, whatever became of them: `record_property("said", "...")`."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for some in terminalreporter.stats.values() for report in some]
    said = {text for one in reports for name, text in getattr(one, "user_properties", ()) if name == "said"}
    for text in sorted(said):
        terminalreporter.write_line(text)
