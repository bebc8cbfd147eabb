"""The inferences of a model: a list, and one with its explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.vocabulary import InputType, Stage, ValueType
from arthurai.server.web.charts import Chart, Column
from arthurai.server.web.formats import format_number, format_time
from arthurai.server.web.model_view import ModelView, with_filters
from arthurai.server.web.operation_calls import OperationError
from arthurai.server.web.page_figures import Figure, make_page
from arthurai.server.web.page_registry import File, Page, page
from arthurai.server.web.pictures import bar_width

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.server.model_schema import Attribute
    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.view import View

PAGE_SIZE: Final = 25
MAX_COLUMNS: Final = 12
COMPARATORS: Final = {
    "eq": "equals",
    "NotEqual": "differs from",
    "gt": "above",
    "lt": "below",
    "like": "contains",
    "IsNull": "is missing",
}
_NUMBERS: Final = frozenset({ValueType.Integer, ValueType.Float})
_WITHOUT_VALUE: Final = frozenset({"IsNull"})
_IMAGE_TYPES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_MOST_SCORES: Final = 20


@page("/models/<model_id>/inferences")
def show_inferences(view: View) -> Answer:
    """List inferences that pass a filter, the newest first."""
    model = ModelView(view)
    number = view.number
    shown = _columns(model)
    figures = []
    if model.span.count:
        figures.append(Figure("rows", "Inferences", lambda: _rows(model, shown, number)))
    values = {
        "model": model,
        "tab": "inferences",
        "number": number,
        "comparators": COMPARATORS,
        "names": [a.name for a in model.schema.attributes if not a.implicit],
        "where": view.query.get("where", ""),
        "is": view.query.get("is", "eq"),
        "what": view.query.get("what", ""),
        "page_size": PAGE_SIZE,
    }
    return make_page(view, "inferences.html", f"{model.name}: inferences", figures, values)


@page("/models/<model_id>/inference")
def show_inference(view: View) -> Answer:
    """Show one inference, with its image or text, and its explanation when there is one."""
    model = ModelView(view)
    inference_id = view.query.get("id", "")
    wanted = {"model_id": model.id, "partner_inference_id": inference_id}
    try:
        row: dict[str, Any] = view.api.call("get_inference", wanted)["query_result"][0]
    except OperationError as error:
        return Page("failure.html", "Not found", {"reason": error.message}, status=404)
    explanation, problem = _explanation(view, model, wanted)
    groups = [
        (title, [_shown(model, a, row.get(a.name)) for a in attributes if not a.implicit])
        for title, attributes in (
            ("Input", model.schema.by_stage(Stage.ModelPipelineInput)),
            ("Other data", model.schema.by_stage(Stage.NonInputData)),
            ("Prediction", model.schema.by_stage(Stage.PredictedValue)),
            ("Ground truth", model.schema.ground_truths),
        )
        if any(not a.implicit for a in attributes)
    ]
    found = {
        "model": model,
        "tab": "inferences",
        "boxes": _boxes(model, row),
        "row": row,
        "inference_id": inference_id,
        "groups": groups,
        "explanation": explanation,
        "problem": problem,
        "figures": [],
    }
    return Page("inference.html", f"{model.name}: {inference_id}", found)


@page("/models/<model_id>/image")
def show_image(view: View) -> Answer:
    """Return an image of an inference."""
    wanted = {
        "model_id": view.params["model_id"],
        "image_id": view.query.get("id", ""),
        "type": "raw_image",
    }
    response = view.api.fetch("get_inference_image", wanted)
    kind = response.headers.get("content-type", "").partition(";")[0]
    if kind not in _IMAGE_TYPES:
        return File(response.content, "application/octet-stream", "image")
    return File(response.content, kind)


def _columns(model: ModelView) -> list[Attribute]:
    schema = model.schema
    first = [*schema.predicted, *schema.ground_truths]
    found = [a for a in (*first, *model.inputs) if not a.implicit]
    return found[:MAX_COLUMNS]


def _filter(model: ModelView) -> list[dict[str, Any]]:
    query = model.view.query
    attribute = model.schema.attribute(query.get("where", ""))
    comparator = query.get("is", "eq")
    if attribute is None or comparator not in COMPARATORS:
        return []
    condition: dict[str, Any] = {"property": attribute.name, "comparator": comparator}
    if comparator in _WITHOUT_VALUE:
        return [condition]
    text = query.get("what", "")
    value: Any = f"%{text}%" if comparator == "like" else text
    if attribute.value_type in _NUMBERS:
        try:
            value = float(text)
        except ValueError:
            return []
        if value.is_integer() and attribute.value_type == ValueType.Integer:
            value = int(value)
    elif attribute.value_type == ValueType.Boolean:
        value = text.strip().lower() in {"true", "yes", "1"}
    return [{**condition, "value": value}]


def _rows(model: ModelView, shown: Sequence[Attribute], number: int) -> Chart | None:
    names = ["partner_inference_id", "inference_timestamp", *(a.name for a in shown)]
    body = with_filters(
        {
            "select": [{"property": name} for name in dict.fromkeys(names)],
            "order_by": [{"property": "inference_timestamp", "direction": "desc"}],
        },
        [*model.filters, *_filter(model)],
    )
    rows = model.run("query", body, page=number, page_size=PAGE_SIZE)
    if not rows:
        return None
    columns = [
        Column("partner_inference_id", "Inference", "text"),
        Column("inference_timestamp", "Time (UTC)", "time"),
        *(Column(a.name, a.name, _kind(a)) for a in shown),
    ]
    parameters = {"model_id": model.id}
    picture = {"kind": "rows", "page": number}
    return Chart("rows", "Inferences", columns, rows, "query", parameters, body, "", picture)


def _kind(attribute: Attribute) -> str:
    if attribute.value_type in _NUMBERS and not attribute.categorical:
        return "number"
    return "time" if attribute.value_type == ValueType.Timestamp else "text"


def _shown(model: ModelView, attribute: Attribute, value: Any) -> dict[str, Any]:
    """Return a value as the template shows it: a number, a text, a list, an image or boxes."""
    kind = "plain"
    if value is not None and attribute.value_type == ValueType.Image:
        kind = "image"
    elif attribute.value_type == ValueType.Unstructured_Text:
        kind = "prose"
    text = format_number(value) if attribute.value_type in _NUMBERS else value
    if attribute.value_type == ValueType.Timestamp:
        text = format_time(value)
    if isinstance(value, list):
        text = ", ".join(_item(item) for item in value)
    return {"name": attribute.name, "kind": kind, "text": text, "model_id": model.id}


def _boxes(model: ModelView, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the boxes of an inference, in pixels of the model: predicted, then true ones."""
    schema = model.schema
    if not (schema.pixel_width and schema.pixel_height):
        return []
    found = []
    for color, attributes in ((1, schema.predicted), (2, schema.ground_truths)):
        for attribute in attributes:
            if attribute.value_type != ValueType.BoundingBox:
                continue
            for box in row.get(attribute.name) or ():
                label, confidence, x, y, width, height = box
                named = schema.image_class_labels
                name = named[int(label)] if int(label) < len(named) else f"class {int(label)}"
                found.append(
                    {
                        "x": x,
                        "y": y,
                        "width": width,
                        "height": height,
                        "color": color,
                        "text": f"{attribute.name}: {name}, {format_number(confidence, 'percent')}",
                    }
                )
    return found


def _item(item: Any) -> str:
    if isinstance(item, dict):
        return " ".join(f"{key} {format_number(value)}" for key, value in item.items())
    if isinstance(item, list):
        return "[" + ", ".join(_item(each) for each in item) + "]"
    return format_number(item)


def _explanation(
    view: View, model: ModelView, wanted: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], str]:
    """Return the scores of each prediction, the largest first, or why there are none."""
    if model.schema.input_type == InputType.Image or "explain" not in view.query:
        return [], ""
    try:
        answer = view.api.call("explain_inference", {**wanted, "page_size": _MOST_SCORES})
    except OperationError as error:
        return [], error.message
    found = []
    for part in answer["explanation"]:
        scores = [
            (str(item.get("token", item.get("attribute_name"))), item.get("explanation_value"))
            for score in part.get("importance_scores") or ()
            for item in score.get("tokens") or (score,)
        ]
        known = [(name, float(value)) for name, value in scores if value is not None]
        known.sort(key=lambda item: -abs(item[1]))
        most = max((abs(value) for _, value in known), default=0.0)
        rows = [
            {
                "label": name,
                "width": bar_width(abs(value), most) / 2,
                "x": 50 if value >= 0 else 50 - bar_width(abs(value), most) / 2,
                "color": 0 if value >= 0 else 1,
                "text": format_number(value),
            }
            for name, value in known
        ]
        found.append(
            {
                "algorithm": part.get("algorithm"),
                "predicted": part.get("predicted_attribute_name"),
                "rows": rows,
            }
        )
    return found, ""
