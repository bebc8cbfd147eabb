"""The requests of a writing contract run: small, fictitious, and recognizable by their names."""

from __future__ import annotations

import secrets
from typing import Any, Final

from arthurai.contract.run_names import PREFIX, name

ROWS: Final = 24
REGIONS: Final = ("north", "south", "west")


def model(**changes: Any) -> dict[str, Any]:
    """Return a request to create a binary classifier of loans.

    Args:
        **changes: Members that differ.
    """
    unique = name("model")
    return {
        "partner_model_id": unique,
        "display_name": unique,
        "input_type": "TABULAR",
        "output_type": "MULTICLASS",
        "is_batch": False,
        "attributes": [
            attribute("income", "PIPELINE_INPUT", "FLOAT", min_range=0, max_range=250000),
            attribute("region", "PIPELINE_INPUT", "STRING", 1, categories=REGIONS),
            attribute(
                "age",
                "NON_INPUT_DATA",
                "INTEGER",
                monitor_for_bias=True,
                bins=[
                    {"continuous_start": None, "continuous_end": 40},
                    {"continuous_start": 40, "continuous_end": None},
                ],
            ),
            attribute(
                "p_default",
                "PREDICTED_VALUE",
                "FLOAT",
                min_range=0,
                max_range=1,
                is_positive_predicted_attribute=True,
                attribute_link="defaulted",
            ),
            attribute(
                "defaulted",
                "GROUND_TRUTH",
                "INTEGER",
                categories=("0", "1"),
                attribute_link="p_default",
            ),
        ],
        **changes,
    }


def attribute(
    name: str,
    stage: str,
    value_type: str,
    position: int = 0,
    categories: tuple[str, ...] = (),
    **more: Any,
) -> dict[str, Any]:
    """Return an attribute of a request to create a model.

    Args:
        name: Its name.
        stage: Its stage.
        value_type: Its value type.
        position: Its position in the stage.
        categories: The values of a categorical attribute; none for a continuous one.
        **more: Further members.
    """
    if categories:
        more["categories"] = [{"value": value} for value in categories]
    return {
        "name": name,
        "stage": stage,
        "value_type": value_type,
        "position": position,
        "categorical": bool(categories),
        **more,
    }


def _row(number: int) -> dict[str, Any]:
    return {
        "partner_inference_id": f"{PREFIX}-row-{number}",
        "inference_timestamp": f"2026-01-{1 + number % 6:02d}T{number:02d}:00:00Z",
        "inference_data": {
            "income": 1000.0 + 250.5 * number,
            "region": REGIONS[number % len(REGIONS)],
            "age": 20 + 2 * number,
            "p_default": (number * 7 % ROWS + 0.5) / ROWS,
        },
    }


INFERENCES: Final = [_row(number) for number in range(ROWS)]
TRUTHS: Final = [
    {
        "partner_inference_id": row["partner_inference_id"],
        "ground_truth_timestamp": "2026-02-01T00:00:00Z",
        "ground_truth_data": {"defaulted": int(number % 4 == 0)},
    }
    for number, row in enumerate(INFERENCES)
]
# Correct for the upper half of the incomes only.
WEAK_TRUTHS: Final = [
    {
        **truth,
        "ground_truth_data": {
            "defaulted": round(row["inference_data"]["p_default"]) ^ (number < ROWS // 2)
        },
    }
    for number, (row, truth) in enumerate(zip(INFERENCES, TRUTHS, strict=True))
]


def metric(model_id: str) -> dict[str, Any]:
    """Return a request to create a metric: the number of inferences.

    Args:
        model_id: The model that it belongs to.
    """
    return {
        "name": name("metric"),
        "endpoint": f"/api/v3/models/{model_id}/inferences/query",
        "query": {"select": [{"function": "count", "alias": "inferences"}]},
        "parameters": [],
    }


def alert_rule(metric_id: str) -> dict[str, Any]:
    """Return a request to create an alert rule.

    Args:
        metric_id: The metric it watches.
    """
    return {
        "metric_id": metric_id,
        "name": name("rule"),
        "bound": "upper",
        "threshold": 5.5,
        "severity": "warning",
        "lookback_period": 60,
        "subsequent_alert_wait_time": 30,
        "enabled": False,
    }


def notification(model_id: str) -> dict[str, Any]:
    """Return a request to create a disabled notification configuration.

    Args:
        model_id: The model whose alerts it is for.
    """
    return {
        "model_id": model_id,
        "type": "pagerduty",
        "destination": f"{name('Recipient')}@example.invalid",
        "enabled": False,
    }


def summary(model_id: str) -> dict[str, Any]:
    """Return a request to create an alert summary.

    Args:
        model_id: The model that it covers.
    """
    return {
        "name": name("summary"),
        "frequency": "weekly",
        "send_time_of_day": "08:30",
        "send_day_of_week": "Monday",
        "models": [model_id],
        "subscribers": [],
    }


def user(**changes: Any) -> dict[str, Any]:
    """Return a request to create a user with a random password.

    Args:
        **changes: Members that differ.
    """
    unique = name("user")
    return {
        "email": f"{unique}@example.invalid",
        "username": unique,
        "password": f"Aa1-{secrets.token_urlsafe(24)}",
        "roles": ["User"],
        "first_name": "Contract",
        "last_name": "Check",
        **changes,
    }


def service_account(**changes: Any) -> dict[str, Any]:
    """Return a request to create a service account.

    Args:
        **changes: Members that differ.
    """
    return {"description": name("service-account"), "role": "User", **changes}
