"""Filters of models have the types that the API gives them."""

import pytest
from builders import regression, save_model

from arthurai import UserTypeError


def test_every_filter_takes_what_the_api_describes(arthur):
    saved = save_model(arthur, regression(), tags=["tagged"])
    model = arthur.get_model(saved.id)
    own = {"display_name": model.display_name, "search": model.partner_model_id}
    for filters in (
        {"latest_version_sequence_nums": True, "include_archived": True},
        {"input_types": ["TABULAR", "IMAGE"], "output_types": ("REGRESSION", "MULTICLASS")},
        {"statuses": ["Ready", "Pending"], "tag": ["tagged", "other"]},
        {"model_group_ids": [model.model_group_id, "00000000-0000-0000-0000-000000000000"]},
    ):
        found = arthur.list_models(**own, **filters)
        assert [one.id for one in found] == [model.id], filters


@pytest.mark.parametrize(
    "filters", [{"display_name": ["a"]}, {"page": [1]}, {"search": True}, {"page_size": True}]
)
def test_filters_of_other_types_are_refused(arthur, filters):
    with pytest.raises(UserTypeError, match=f"filter {next(iter(filters))!r} cannot be"):
        arthur.list_models(**filters)
