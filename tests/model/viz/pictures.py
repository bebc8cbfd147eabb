"""Fixed figures, from fixed values: what `test_rendering.py` compares with its baselines."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from arthurai.model.viz import figures as drawing
from arthurai.model.viz.plot_data import Groups, Series, Timeline

FIRST = datetime(2026, 1, 5, tzinfo=UTC)


def days(number: int, step: int = 1) -> list[datetime]:
    return [FIRST + timedelta(days=step * n) for n in range(number)]


def wave(number: int, shift: float = 0.0, pace: float = 3.0) -> list[float | None]:
    return [0.5 + 0.3 * math.sin(n / pace + shift) for n in range(number)]


def bell(middle: float) -> tuple[list[float], list[float]]:
    edges = [middle - 10 + n for n in range(20)]
    return edges, [100 * math.exp(-((edge - middle) ** 2) / 20) for edge in edges]


def lines_with_gaps():
    broken = wave(40, 2)
    broken[12:18] = [None] * 6
    series = [Series("accuracyRate", days(40), wave(40)), Series("auc", days(40), broken)]
    return drawing.draw_series(series, title="accuracyRate, auc · Loans v1", ylabel="value")


def two_years_of_lines():
    series = [Series(f"attribute_number_{n}", days(730), wave(730, n, pace=60)) for n in range(10)]
    return drawing.draw_series(series, title="Drift of ten attributes · Loans v1", ylabel="PSI")


def one_day():
    series = [Series("rmse", days(1), [12.5]), Series("mae", days(1), [9.0])]
    return drawing.draw_series(series, title="rmse, mae · Prices v1", ylabel="value")


def negative_values_over_batches():
    names = [f"a batch with a long name, number {n}" for n in range(30)]
    series = [Series("rSquared", names, [value - 0.9 for value in wave(30) if value is not None])]
    return drawing.draw_series(series, title="rSquared · Prices v1", ylabel="rSquared")


def no_data():
    return drawing.draw_series([Series("auc", [], [])], title="auc · Loans v1", ylabel="auc")


def few_categories():
    shares = [[30 + n, 50 - n, 20, 3] for n in range(14)]
    timeline = Timeline("region", days(14), ["(missing)", "east", "north", "south"], shares, [])
    return drawing.draw_timeline(timeline, title="region · Loans v1")


def many_long_categories():
    names = [f"a category that has a very long name indeed, number {n}" for n in range(30)]
    counts = [[(n * 7 + day) % 11 + 1 for n in range(30)] for day in range(60)]
    timeline = Timeline("purpose", days(60), names, counts, [])
    return drawing.draw_timeline(timeline, title="purpose · Loans v1")


def ridges():
    bells = [bell(40 + n) for n in range(20)]
    timeline = Timeline("age", days(20), [], [c for _, c in bells], [e for e, _ in bells])
    return drawing.draw_timeline(timeline, title="age · Loans v1")


def one_ridge():
    edges, counts = bell(-3)
    timeline = Timeline("balance", days(1), [], [counts], [edges])
    return drawing.draw_timeline(timeline, title="balance · Loans v1")


def groups():
    found = Groups(
        "region",
        ["(missing)", "a region of a longer name", "north", "south"],
        [3, 1200, 410, 2_000_000],
        {"accuracyRate": [None, 0.91, 0.875, 0.7], "error": [0.0, -12.5, 4.25, 1_234_567.0]},
    )
    return drawing.draw_groups(found, title="Loans v1 by region")


def many_groups():
    names = [f"department {n}" for n in range(40)]
    values = [value or 0 for value in wave(40)]
    found = Groups("department", names, [10 * n + 1 for n in range(40)], {"positivityRate": values})
    return drawing.draw_groups(found, title="Loans v1 by department")


def curves():
    roc = {
        "north": [(n / 20, (n / 20) ** 0.4) for n in range(21)],
        "south": [(n / 20, (n / 20) ** 0.7) for n in range(21)],
    }
    return drawing.draw_curves(
        roc, xlabel="false positive rate", ylabel="true positive rate", title="ROC", best=4
    )


ALL = {
    drawn.__name__: drawn
    for drawn in (
        lines_with_gaps,
        two_years_of_lines,
        one_day,
        negative_values_over_batches,
        no_data,
        few_categories,
        many_long_categories,
        ridges,
        one_ridge,
        groups,
        many_groups,
        curves,
    )
}
