"""docs/reference/metrics.md: every metric of a server, with its labels."""

from collections.abc import Sequence

from graphql_api.http.monitoring.definitions import OF_DATABASE, OF_PROCESS, Definition
from tests.docs.markdown import cell, table


def render_metrics() -> str:
    return "\n\n".join(
        (
            "## Of the process\nEach server counts what it answers itself, from its start: add them up.",
            _table(OF_PROCESS),
            "Besides these there are Prometheus's own `process_…` and `python_info`.",
            "## Of the clinic\nRead from the database when they are asked for, so every server says the "
            "same: take one, or `max`.",
            _table(OF_DATABASE),
        )
    )


def _table(metrics: Sequence[Definition]) -> str:
    return table(
        ("metric", "kind", "labels", ""),
        [
            (f"`{each.name}`", each.kind, ", ".join(f"`{label}`" for label in each.labels), cell(each.help))
            for each in metrics
        ],
    )
