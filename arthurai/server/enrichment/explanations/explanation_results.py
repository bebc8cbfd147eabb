"""Explanations in the shapes of the API and of the data store."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from arthurai.common.vocabulary import InputType
from arthurai.server.enrichment.state_store import EnrichmentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from arthurai.server.model_schema import Attribute, ModelSchema

_SCORE_FIELDS: Final = (
    ("inference_id", pa.string()),
    ("explainer_algo", pa.string()),
    ("explainer_predicted_attribute", pa.string()),
    ("explainer_attribute", pa.string()),
    ("explainer_score", pa.float64()),
)
_TOKEN_FIELDS: Final = (*_SCORE_FIELDS, ("token", pa.string()), ("position", pa.int64()))


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of one row as a process sent it; checked when it is read.

    Attributes:
        schema: Schema of the model.
        inputs: Attributes that the predict function takes.
        algorithm: `lime` or `shap`.
        scores: By predicted attribute, the scores of the inputs, or (token, position, score) of a
            text; `None` for a row with missing values.
        missing: Inputs that have no value.
    """

    schema: ModelSchema
    inputs: Sequence[Attribute]
    algorithm: str
    scores: Any
    missing: tuple[str, ...] = ()

    def by_prediction(self) -> Iterator[tuple[str, list[Any]]]:
        """Yield for each predicted attribute its name and the entries.

        Entries are (attribute, score) or, for texts, (token, position, score).

        Raises:
            EnrichmentError: the process answered nonsense.
        """
        if self.scores is None:
            return
        try:
            pairs = zip(self.schema.predicted, self.scores, strict=True)
            for predicted, entries in pairs:
                yield predicted.name, list(self._entries(entries))
        except (TypeError, ValueError):
            raise EnrichmentError("the model code sent an invalid explanation") from None

    def _entries(self, entries: Any) -> Iterator[tuple[Any, ...]]:
        if self.schema.input_type == InputType.NLP:
            for token, position, score in entries:
                yield str(token), int(position), _finite(score)
            return
        for attribute, score in zip(self.inputs, entries, strict=True):
            yield attribute.name, _finite(score)

    def to_api(self, sort: str | None, page: slice) -> list[dict[str, Any]]:
        """Return the explanation of the API.

        Args:
            sort: `value`, `word`, `location` or `attribute_name`, with an optional sign.
            page: Which of the scores of each prediction to return.
        """
        if self.scores is None:
            names = [{"attribute_name": a.name} for a in self.inputs]
            reason = {"reason": f"no value of {', '.join(map(repr, self.missing)) or 'an input'}"}
            return [self._one(p.name, names[page]) | reason for p in self.schema.predicted]
        found = []
        for name, entries in self.by_prediction():
            if self.schema.input_type == InputType.NLP:
                tokens = [
                    {"token": token, "position": position, "explanation_value": score}
                    for token, position, score in entries
                ]
                kept = _sort_scores(tokens, sort)[page]
                scores: list[dict[str, Any]] = [
                    {"attribute_name": self.inputs[0].name, "tokens": kept}
                ]
            else:
                named = [{"attribute_name": a, "explanation_value": s} for a, s in entries]
                scores = _sort_scores(named, sort)[page]
            found.append(self._one(name, scores))
        return found

    def _one(self, name: str, scores: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        return {
            "algorithm": self.algorithm,
            "predicted_attribute_name": name,
            "importance_scores": scores,
        }


def build_tables(
    schema: ModelSchema,
    inputs: Sequence[Attribute],
    algorithm: str,
    found: Sequence[tuple[str, Any]],
) -> dict[str, pa.Table]:
    """Return explanations as tables of the data store, by source.

    Args:
        schema: Schema of the model.
        inputs: Attributes that the predict function takes.
        algorithm: `lime` or `shap`.
        found: Inference ids, and what the process sent for each.

    Raises:
        EnrichmentError: the process answered nonsense.
    """
    is_text = schema.input_type == InputType.NLP
    rows: list[tuple[Any, ...]] = []
    for inference_id, scores in found:
        one = Explanation(schema, inputs, algorithm, scores)
        for name, entries in one.by_prediction():
            key = (inference_id, algorithm, name)
            if is_text:
                attribute = inputs[0].name
                rows += [(*key, attribute, score, token, place) for token, place, score in entries]
            else:
                rows += [(*key, attribute, score) for attribute, score in entries]
    if not rows:
        return {}
    fields = _TOKEN_FIELDS if is_text else _SCORE_FIELDS
    columns = zip(*rows, strict=True)
    table = pa.table(
        {name: pa.array(list(c), kind) for (name, kind), c in zip(fields, columns, strict=True)}
    )
    return {"token_explanations" if is_text else "explanations": table}


def _sort_scores(scores: list[dict[str, Any]], sort: str | None) -> list[dict[str, Any]]:
    if not sort:
        return scores
    member = {
        "value": "explanation_value",
        "word": "token",
        "location": "position",
        "attribute_name": "attribute_name",
    }[sort.lstrip("+- ")]
    if scores and member not in scores[0]:
        return scores
    return sorted(scores, key=lambda score: score[member], reverse=sort.startswith("-"))


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("a score is not finite")
    return number
