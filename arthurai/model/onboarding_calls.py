"""The calls of a model that describe it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import arthur_excepted
from arthurai.model.base_model import ModelRecord
from arthurai.model.modeling import attribute_list as schema
from arthurai.model.modeling import build as building
from arthurai.model.modeling import outputs
from arthurai.model.modeling import reference_validation as reference_checks
from arthurai.model.modeling import summary as reviewing
from arthurai.model.modeling import token_sequences as token_sequence_models
from arthurai.model.modeling import type_detection as schema_inference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.model.attributes import ArthurAttribute, AttributeBin, AttributeCategory
    from arthurai.model.json_dataclass import NumberType

logger = logging.getLogger(__name__)


class OnboardingCalls(ModelRecord):
    """Describing a model: attributes from data or by hand, outputs, review."""

    def build(
        self,
        data: Any,
        pred_to_ground_truth_map: Mapping[str | None, Any],
        positive_predicted_attr: str | None = None,
        non_input_columns: Sequence[str] | None = None,
        ground_truth_column: str | None = None,
        set_reference_data: bool = True,
    ) -> Any:
        """Describe the whole model from one table.

        Columns that are neither predictions, nor ground truth, nor named in
        ``non_input_columns`` become pipeline inputs. Attributes the model had before are replaced;
        when something is wrong they stay as they were.

        Args:
            data: A pandas or polars frame, a pyarrow table, a list of dicts or a dict of lists.
            pred_to_ground_truth_map: Ground-truth column by predicted column, where ``None``
                stands for a column that does not exist; or, together with
                ``ground_truth_column``, the class by predicted column.
            positive_predicted_attr: The predicted column of the positive class, for two classes.
            non_input_columns: Columns that are kept beside the inputs.
            ground_truth_column: The one column that holds the true class.
            set_reference_data: Keep ``data`` as reference data and send it in :meth:`save`.

        Returns:
            The table of :meth:`review`.

        Raises:
            MethodNotApplicableError: The model is saved, or its output type needs another way.
            UserValueError: Columns are missing, names are not allowed, or the map does not fit.
            UserTypeError: Predictions of a classifier are no floats, or a column mixes types.
        """
        building.build(
            self,
            data,
            pred_to_ground_truth_map,
            positive_predicted_attr,
            non_input_columns,
            ground_truth_column,
            set_reference_data,
        )
        return self.review()

    def build_token_sequence_model(
        self,
        input_column: str | Sequence[str],
        output_text_column: str,
        input_token_column: str | None = None,
        output_token_column: str | None = None,
        output_likelihood_column: str | None = None,
        ground_truth_text_column: str | None = None,
        ground_truth_tokens_column: str | None = None,
        data: Any = None,
    ) -> Any:
        """Describe a model that writes text.

        Args:
            input_column: The input: text or image path in one column, or the columns of a table.
            output_text_column: The text written.
            input_token_column: The tokens of the input text.
            output_token_column: The tokens written.
            output_likelihood_column: For each token written, the likeliest tokens and their
                probabilities.
            ground_truth_text_column: The text that should have been written.
            ground_truth_tokens_column: Its tokens.
            data: The table the inputs are described from, for tabular and time series models.

        Returns:
            The table of :meth:`review`.

        Raises:
            UserValueError: Several input columns are given for text or images, or names are taken.
            UserTypeError: Tabular inputs are given without data.
        """
        token_sequence_models.build_token_sequence_model(
            self,
            input_column,
            output_text_column,
            input_token_column,
            output_token_column,
            output_likelihood_column,
            ground_truth_text_column,
            ground_truth_tokens_column,
            data,
        )
        return self.review()

    @arthur_excepted("failed to infer the schema")
    def infer_schema(self, data: Any, stage: str) -> None:
        """Add an attribute for each column, described by what the column holds.

        Args:
            data: A pandas or polars frame or named series, a pyarrow table, a list of dicts or a
                dict of lists.
            stage: Stage of the attributes: an input or non-input stage.

        Raises:
            MethodNotApplicableError: The stage holds predictions or ground truth.
            UserTypeError: ``data`` is no table, or a column mixes types.
            UserValueError: There are no rows, a column holds times without time zone, or a name is
                taken or not allowed.
        """
        schema_inference.infer_schema(self, data, stage)

    @arthur_excepted("failed to infer the schema")
    def from_dataframe(self, data: Any, stage: str) -> None:
        """Do what :meth:`infer_schema` does; deprecated since 3.12.0.

        Args:
            data: The table.
            stage: Stage of the attributes.
        """
        logger.warning("from_dataframe is deprecated; use infer_schema.")
        schema_inference.infer_schema(self, data, stage)

    @arthur_excepted("failed to add an attribute")
    def add_attribute(
        self,
        name: str | None = None,
        value_type: str | None = None,
        stage: str | None = None,
        label: str | None = None,
        position: int | None = None,
        categorical: bool = False,
        min_range: NumberType | None = None,
        max_range: NumberType | None = None,
        monitor_for_bias: bool = False,
        categories: list[str | AttributeCategory] | None = None,
        bins: list[NumberType | AttributeBin] | None = None,
        is_unique: bool = False,
        is_positive_predicted_attribute: bool = False,
        attribute_link: str | None = None,
        arthur_attribute: ArthurAttribute | None = None,
        gt_pred_attrs_map: dict[str, str] | None = None,
    ) -> list[ArthurAttribute]:
        """Add one attribute.

        Args:
            name: Name: letters, digits, underscores, no digit first; unique in the model.
            value_type: What a value is.
            stage: Role in the model; predicted values and ground truth have their own calls.
            label: What people read instead of the name.
            position: Place within the stage, from 0.
            categorical: The values are classes.
            min_range: Least expected value.
            max_range: Greatest expected value.
            monitor_for_bias: The attribute is sensitive.
            categories: The classes: raw values, dictionaries or category objects.
            bins: Cut points or bin objects.
            is_unique: The values are (nearly) all different.
            is_positive_predicted_attribute: Predicts the positive class.
            attribute_link: Name of the partner attribute.
            arthur_attribute: A whole attribute instead of all the above.
            gt_pred_attrs_map: Refused; deprecated since 2.0.0.

        Returns:
            A list with the new attribute.

        Raises:
            MissingParameterError: Name, value type or stage is absent.
            MethodNotApplicableError: The stage needs an output helper.
            UserValueError: The name is taken or not allowed.
        """
        return schema.add_attribute(
            self,
            name,
            value_type,
            stage,
            label,
            position,
            categorical,
            min_range,
            max_range,
            monitor_for_bias,
            categories,
            bins,
            is_unique,
            is_positive_predicted_attribute,
            attribute_link,
            arthur_attribute,
            gt_pred_attrs_map,
        )

    @arthur_excepted("failed to add an image attribute")
    def add_image_attribute(self, name: str | None = None) -> list[ArthurAttribute]:
        """Add the image the model looks at.

        Args:
            name: Name of the column of image paths.

        Returns:
            A list with the new attribute.

        Raises:
            MissingParameterError: There is no name.
            UserValueError: The name is taken or not allowed.
        """
        return schema.add_image_attribute(self, name)

    @arthur_excepted("failed to find the image attribute")
    def get_image_attribute(self) -> ArthurAttribute:
        """Find the image the model looks at.

        Returns:
            The first attribute of type image.

        Raises:
            UserValueError: There is none.
        """
        return schema.get_image_attribute(self)

    @arthur_excepted("failed to add regression outputs")
    def add_regression_output_attributes(
        self, pred_to_ground_truth_map: Mapping[str, str], value_type: str, data: Any = None
    ) -> dict[str, ArthurAttribute]:
        """Add predicted numbers and their ground truth.

        Args:
            pred_to_ground_truth_map: Ground-truth column by predicted column.
            value_type: Value type of all of them.
            data: A table to read the ranges from.

        Returns:
            The new attributes by name.

        Raises:
            UserValueError: A column is missing in ``data``, or a name is taken or not allowed.
        """
        return outputs.add_regression_output_attributes(
            self, pred_to_ground_truth_map, value_type, data
        )

    @arthur_excepted("failed to add classifier outputs")
    def add_classifier_output_attributes_gtclass(
        self,
        pred_to_ground_truth_class_map: Mapping[str, Any],
        ground_truth_column: str,
        data: Any,
        positive_predicted_attr: str | None = None,
    ) -> dict[str, ArthurAttribute]:
        """Add class probabilities whose ground truth is one column of classes.

        Args:
            pred_to_ground_truth_class_map: Class by predicted column.
            ground_truth_column: The column that holds the true class.
            data: A table with that column, to read the classes from.
            positive_predicted_attr: The predicted column of the positive class, for two classes.

        Returns:
            The new attributes by name.

        Raises:
            MissingParameterError: There is no ``data``.
            UserValueError: The column has missing values, or a name is taken or not allowed.
            ArthurUserError: The column holds neither text nor whole numbers.
        """
        return outputs.add_classifier_output_attributes_gtclass(
            self,
            pred_to_ground_truth_class_map,
            ground_truth_column,
            data,
            positive_predicted_attr,
        )

    @arthur_excepted("failed to add multiclass outputs")
    def add_multiclass_classifier_output_attributes(
        self, pred_to_ground_truth_map: Mapping[str, str]
    ) -> dict[str, ArthurAttribute]:
        """Add more than two class probabilities with a 0/1 ground-truth column each.

        Args:
            pred_to_ground_truth_map: Ground-truth column by predicted column, in class order.

        Returns:
            The new attributes by name.

        Raises:
            UserValueError: There are two pairs or fewer, or a name is taken or not allowed.
        """
        return outputs.add_multiclass_classifier_output_attributes(self, pred_to_ground_truth_map)

    @arthur_excepted("failed to add binary classifier outputs")
    def add_binary_classifier_output_attributes(
        self,
        positive_predicted_attr: str,
        pred_to_ground_truth_map: Mapping[str | None, str | None],
        threshold: float = 0.5,
    ) -> dict[str, ArthurAttribute]:
        """Add the probabilities of a yes/no classifier and its two 0/1 ground-truth columns.

        Args:
            positive_predicted_attr: The predicted column of the positive class, or its
                ground-truth column.
            pred_to_ground_truth_map: Ground-truth column by predicted column, two pairs; ``None``
                for a column that does not exist.
            threshold: From this probability on the classifier says yes.

        Returns:
            The new attributes by name.

        Raises:
            UserValueError: There are not two pairs, or the positive column is not among them.
        """
        return outputs.add_binary_classifier_output_attributes(
            self, positive_predicted_attr, pred_to_ground_truth_map, threshold
        )

    @arthur_excepted("failed to add object detection outputs")
    def add_object_detection_output_attributes(
        self, predicted_attr_name: str, gt_attr_name: str, image_class_labels: Sequence[str]
    ) -> dict[str, ArthurAttribute]:
        """Add detected boxes and their ground truth.

        A cell is a list of boxes ``[class id, confidence, top left x, top left y, width,
        height]``, lengths in pixels.

        Args:
            predicted_attr_name: Column of predicted boxes.
            gt_attr_name: Column of true boxes.
            image_class_labels: Class names, in the order of the class ids.

        Returns:
            The new attributes by name.

        Raises:
            MethodNotApplicableError: The model does not detect objects in images.
            UserValueError: The names are equal, or there are no labels.
        """
        return outputs.add_object_detection_output_attributes(
            self, predicted_attr_name, gt_attr_name, image_class_labels
        )

    @arthur_excepted("failed to add ranked list outputs")
    def add_ranked_list_output_attributes(
        self, predicted_attr_name: str, gt_attr_name: str
    ) -> dict[str, ArthurAttribute]:
        """Add recommendations and their ground truth.

        A predicted cell is a list of ``{"item_id": ..., "label": ..., "score": ...}``, the best
        first; a true one is a list of item ids.

        Args:
            predicted_attr_name: Column of recommendations.
            gt_attr_name: Column of relevant items.

        Returns:
            The new attributes by name.

        Raises:
            MethodNotApplicableError: The model does not recommend.
            UserValueError: The names are equal, taken or not allowed.
        """
        return outputs.add_ranked_list_output_attributes(self, predicted_attr_name, gt_attr_name)

    @arthur_excepted("failed to find the attribute")
    def get(self, name: str, stage: str | None = None) -> ArthurAttribute:
        """Do what :meth:`get_attribute` does; texts about the platform use this name.

        Args:
            name: Name of the attribute.
            stage: Stage of the attribute.

        Returns:
            The attribute itself, not a copy.

        Raises:
            MethodNotApplicableError: The model has no attributes yet.
            UserValueError: There is no such attribute.
        """
        return self.get_attribute(name, stage)

    @arthur_excepted("failed to remove an attribute")
    def remove_attribute(
        self,
        name: str | None = None,
        stage: str | None = None,
        attribute: ArthurAttribute | None = None,
    ) -> None:
        """Take an attribute out of an unsaved model; links to it are dropped.

        Args:
            name: Name of the attribute.
            stage: Its stage.
            attribute: An equal attribute, instead of name and stage.

        Raises:
            MethodNotApplicableError: The model is saved.
            UserValueError: There is no such attribute.
        """
        schema.remove_attribute(self, name, stage, attribute)

    @arthur_excepted("failed to rename an attribute")
    def rename_attribute(self, old_name: str, new_name: str, stage: str) -> ArthurAttribute:
        """Rename an attribute; links to it follow.

        Args:
            old_name: Present name.
            new_name: New name.
            stage: Stage of the attribute.

        Returns:
            The attribute.

        Raises:
            UserValueError: There is no such attribute, or the new name is taken or not allowed.
        """
        return schema.rename_attribute(self, old_name, new_name, stage)

    @arthur_excepted("failed to set labels")
    def set_attribute_labels(
        self,
        attribute_name: str,
        labels: Mapping[int | str, str],
        attribute_stage: str | None = None,
    ) -> None:
        """Name the categories of an attribute; they replace those it has.

        Args:
            attribute_name: Name of the attribute.
            labels: Label by value.
            attribute_stage: Stage of the attribute.

        Raises:
            UserValueError: There is no such attribute.
        """
        schema.set_attribute_labels(self, attribute_name, labels, attribute_stage)

    @arthur_excepted("failed to mark an attribute as sensitive")
    def set_attribute_as_sensitive(
        self, attribute_name: str, attribute_stage: str | None = None
    ) -> None:
        """Have fairness measured over an attribute; nothing is sent before :meth:`save`.

        Args:
            attribute_name: Name of the attribute.
            attribute_stage: Stage of the attribute.

        Raises:
            UserValueError: There is no such attribute.
        """
        self.get_attribute(attribute_name, attribute_stage).monitor_for_bias = True

    @arthur_excepted("failed to order the inputs")
    def set_predict_function_input_order(self, attributes: Sequence[str]) -> None:
        """Order the pipeline inputs as the predict function takes them.

        Args:
            attributes: Names of pipeline inputs; each gets its index as position.

        Raises:
            UserValueError: A name is no pipeline input.
        """
        schema.set_predict_function_input_order(self, attributes)

    @arthur_excepted("failed to review the attributes")
    def review(
        self, stage: str | None = None, props: list[str] | None = None, print_df: bool = False
    ) -> Any:
        """Show the attributes as a table.

        Args:
            stage: Only attributes of this stage.
            props: Columns of the table beside name and stage: fields of an attribute, or
                ``range``.
            print_df: Display the table instead of returning it.

        Returns:
            A pandas DataFrame, one row an attribute, or an
            :class:`~arthurai.model.modeling.summary.AttributeTable` where pandas is not
            installed; ``None`` when it is displayed.

        Raises:
            MissingParameterError: The model has no attributes yet.
            UserValueError: A column is no field of an attribute.
        """
        return reviewing.review(self, stage, props, print_df)

    def validate_reference_data(self, reference_dataframe: Any) -> None:
        """Check that a table fits the attributes of the model.

        Args:
            reference_dataframe: The table.

        Raises:
            UserTypeError: It does not fit; the message lists every problem.
        """
        reference_checks.validate_reference_data(self, reference_dataframe)

    @arthur_excepted("failed to binarize")
    def binarize(self, attribute_value: Mapping[str, float]) -> dict[str, float]:
        """Complete one of two predicted probabilities.

        Args:
            attribute_value: The probability p of one predicted attribute, by its name.

        Returns:
            p and 1 - p by the names of the two predicted attributes.

        Raises:
            MethodNotApplicableError: The model does not predict exactly two probabilities.
            UserValueError: There is not exactly one entry, or its name is unknown.
        """
        return schema.binarize(self, attribute_value)

    @arthur_excepted("failed to encode")
    def one_hot_encode(self, value: str) -> dict[str, int]:
        """Spread the true class over the ground-truth attributes.

        Args:
            value: Name of a ground-truth attribute.

        Returns:
            1 for that attribute and 0 for the others, by name.

        Raises:
            MethodNotApplicableError: The model is no multiclass model.
            UserValueError: There is no such ground-truth attribute.
        """
        return schema.one_hot_encode(self, value)

    def check_has_bias_attrs(self) -> bool:
        """Tell whether any attribute is sensitive.

        Returns:
            Whether an attribute has ``monitor_for_bias``.
        """
        return any(attribute.monitor_for_bias for attribute in self.attributes or ())

    def check_attr_is_bias(self, attr_name: str) -> bool:
        """Tell whether an attribute is sensitive.

        Args:
            attr_name: Name of the attribute.

        Returns:
            Its ``monitor_for_bias``.

        Raises:
            UserValueError: There is no such attribute.
        """
        return self.get_attribute(attr_name).monitor_for_bias

    def get_positive_predicted_class(self) -> str | None:
        """Name the predicted attribute of the positive class.

        Returns:
            Its name; ``None`` for everything that is not a classifier with two predictions, or
            when none is marked.
        """
        return schema.positive_predicted_class(self)
