"""The enrichment that computes bias mitigation curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from arthurai.common.vocabulary import Stage
from arthurai.server.document_kinds import Kind
from arthurai.server.enrichment import mitigation_curves as curves
from arthurai.server.enrichment.base_enrichment import Enrichment
from arthurai.server.enrichment.feature_encoding import MAX_CATEGORIES, category_of
from arthurai.server.enrichment.state_store import BIAS, EnrichmentError
from arthurai.server.enrichment.training_data import read_reference, reference_is_closed
from arthurai.server.identifiers import new_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from arthurai.common.documents import BiasMitigationCurve
    from arthurai.server.context import Stores
    from arthurai.server.model_schema import Attribute
    from arthurai.server.storage.documents.stored_models import StoredModel


class BiasMitigation(Enrichment):
    """Computes the curves of all monitored attributes from the reference set."""

    name = BIAS

    def __init__(self, stores: Stores) -> None:
        """Use the stores."""
        self._control, self._data = stores

    def train(self, record: StoredModel, state: Mapping[str, Any]) -> bool:
        """Compute and store the curves.

        Args:
            record: The model.
            state: The state of the enrichment.

        Returns:
            Whether they are computed, which requires a closed reference set.

        Raises:
            EnrichmentError: the reference set lacks predictions or ground truth, or no monitored
                attribute has groups.
        """
        del state
        schema = record.schema
        if not reference_is_closed(self._data, schema):
            return False
        predicted = schema.positive_predicted
        truth = None if predicted is None else schema.ground_truth_of(predicted)
        if predicted is None or truth is None:
            raise EnrichmentError("the model has no positive prediction with a ground truth")
        monitored = [a for a in schema.attributes if a.monitor_for_bias]
        columns = read_reference(self._data, schema, [predicted, truth, *monitored])
        scored = zip(columns[predicted.column], columns[truth.column], strict=True)
        usable = np.array([p is not None and t is not None for p, t in scored], dtype=bool)
        if not usable.any():
            raise EnrichmentError(
                "no row of the reference set has both the positive prediction"
                f" {predicted.name!r} and the ground truth {truth.name!r}"
            )
        scores = np.array([p or 0.0 for p in columns[predicted.column]], dtype=np.float64)
        positive = _is_positive(predicted, truth, columns[truth.column])
        ids = {(a["stage"], a["name"]): a["id"] for a in record.attributes}
        found = []
        for attribute in monitored:
            groups = curves.group_members(attribute, columns[attribute.column])
            named = {
                "model_id": record.id,
                "attribute_id": ids[attribute.stage, attribute.name],
                "attribute_name": attribute.name,
            }
            kept = [(group, members & usable) for group, members in groups]
            found += [{"id": new_id(), **named, **made} for made in _curves(kept, scores, positive)]
        if not found:
            names = ", ".join(a.name for a in monitored)
            raise EnrichmentError(
                f"no group has a curve: give the monitored attributes ({names}) categories, at most"
                f" {MAX_CATEGORIES}, or bins that hold rows of the reference set"
            )
        documents = self._control.documents(Kind.BIAS_MITIGATION_CURVE)
        with self._control.transaction():
            documents.delete_all(record.organization_id, model_id=record.id)
            for document in found:
                documents.put(record.organization_id, document["id"], document, model_id=record.id)
        return True

    def find(self, record: StoredModel, params: Mapping[str, Any]) -> list[BiasMitigationCurve]:
        """Return the curves that pass the filters of a request.

        Args:
            record: The model.
            params: `attribute_id`, `constraint`, `attribute_value` and `continuous_value`
                as in `get_bias_mitigation_curves`.
        """
        found = self._control.documents(Kind.BIAS_MITIGATION_CURVE).list(
            record.organization_id, model_id=record.id
        )
        return [stored for stored in found if _passes(stored, params)]


def _is_positive(predicted: Attribute, truth: Attribute, values: Sequence[Any]) -> curves.Flags:
    if truth.stage == Stage.GroundTruthClass:
        return np.array(
            [v is not None and category_of(v) == predicted.gt_class_link for v in values],
            dtype=bool,
        )
    return np.array([v is not None and float(v) == 1 for v in values], dtype=bool)


def _curves(
    groups: Sequence[tuple[dict[str, Any], curves.Flags]],
    scores: curves.Floats,
    positive: curves.Flags,
) -> Iterator[dict[str, Any]]:
    for constraint in curves.CONSTRAINTS:
        made = []
        for group, members in groups:
            one = curves.compute_curve(scores[members], positive[members], constraint)
            if one is not None:
                made.append((group, one, int(members.sum())))
        if not made:
            continue
        best = curves.find_optimization_index(
            [m[1] for m in made], [m[2] for m in made], constraint
        )
        x_label, y_label = curves.LABELS[constraint]
        for group, one, rows in made:
            points = zip(one.y.tolist(), one.thresholds.tolist(), strict=True)
            yield {
                **group,
                "constraint": constraint,
                "x_label": x_label,
                "y_label": y_label,
                "optimization_index": best,
                "rows": rows,
                "data_points": [
                    {"x": i / curves.STEPS, "y": y, "threshold": threshold}
                    for i, (y, threshold) in enumerate(points)
                ],
            }


def _passes(stored: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    if params.get("attribute_id") not in {None, stored["attribute_id"]}:
        return False
    if params.get("constraint") and stored["constraint"] not in params["constraint"]:
        return False
    values, numbers = params.get("attribute_value"), params.get("continuous_value")
    if values and stored.get("categorical_value") not in values:
        return False
    if not numbers:
        return True
    if "categorical_value" in stored:
        return False
    start = stored.get("continuous_start", -np.inf)
    end = stored.get("continuous_end", np.inf)
    return any(start < number <= end for number in numbers)
