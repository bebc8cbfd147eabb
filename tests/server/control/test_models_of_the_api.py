"""Creating, reading, changing and archiving models over the API."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

SHARES_SERVER = True


def by_name(model):
    return {attribute["name"]: attribute for attribute in model["attributes"]}


def regression(name="house-prices", **members):
    return {
        "partner_model_id": name,
        "input_type": "TABULAR",
        "output_type": "REGRESSION",
        "attributes": [
            {"name": "rooms", "stage": "PIPELINE_INPUT", "value_type": "INTEGER", "position": 0},
            {"name": "price", "stage": "PREDICTED_VALUE", "value_type": "FLOAT"},
            {"name": "paid", "stage": "GROUND_TRUTH", "value_type": "FLOAT"},
        ],
        **members,
    }


def test_a_new_model_is_ready_and_shows_everything_the_official_client_reads(admin, model):
    assert model["status"] == "Ready"
    assert model["version_sequence_num"] == 1
    assert model["classifier_threshold"] == 0.5
    assert model["created_by"]["type"] == "service-account"
    assert all(attribute["id"] for attribute in model["attributes"])
    polled = admin.get(f"/models/{model['id']}").json()
    assert (polled["id"], polled["status"]) == (model["id"], "Ready")
    assert "attributes" not in polled


def test_a_single_probability_gets_its_complement_and_one_hot_ground_truth(model):
    attributes = by_name(model)
    negative = attributes["predicted_negative"]
    assert negative["implicit"]
    assert negative["stage"] == "PREDICTED_VALUE"
    assert negative["position"] == 0
    assert negative["gt_class_link"] == "no"
    assert not negative["is_positive_predicted_attribute"]
    for prediction in ("p", "predicted_negative"):
        truth = attributes[attributes[prediction]["attribute_link"]]
        assert truth["implicit"]
        assert truth["stage"] == "GROUND_TRUTH"
        assert truth["attribute_link"] == prediction
        assert truth["gt_class_link"] == attributes[prediction]["gt_class_link"]


def test_implicit_attributes_are_columns_with_computed_values(admin, model, inference):
    rows = [inference("1", p=0.8, outcome="yes"), inference("2", p=0.3, outcome="no")]
    assert admin.post(f"/models/{model['id']}/inferences", json=rows).status_code == 207
    link = by_name(model)["p"]["attribute_link"]
    query = {
        "select": [{"property": n} for n in ("partner_inference_id", "predicted_negative", link)],
        "order_by": [{"property": "partner_inference_id", "direction": "asc"}],
    }
    answer = admin.post(f"/models/{model['id']}/inferences/query", json=query)
    first, second = answer.json()["query_result"]
    assert first["predicted_negative"] == pytest.approx(0.2)
    assert second["predicted_negative"] == pytest.approx(0.7)
    assert (first[link], second[link]) == (1, 0)


def test_a_single_ground_truth_column_gets_its_counterpart(admin):
    body = regression(output_type="MULTICLASS")
    body["attributes"][1]["is_positive_predicted_attribute"] = True
    body["attributes"][1]["attribute_link"] = "paid"
    attributes = by_name(admin.post("/models", json=body).json())
    negative = attributes["predicted_negative"]
    assert attributes["price"]["attribute_link"] == "paid"
    assert attributes[negative["attribute_link"]]["implicit"]


def test_two_ground_truth_columns_are_linked_to_prediction_and_complement(admin):
    body = regression(output_type="MULTICLASS")
    body["attributes"][1] |= {"is_positive_predicted_attribute": True, "attribute_link": "paid"}
    body["attributes"][2]["attribute_link"] = "price"
    body["attributes"].append({"name": "unpaid", "stage": "GROUND_TRUTH", "value_type": "FLOAT"})
    attributes = by_name(admin.post("/models", json=body).json())
    assert len(attributes) == 5
    assert attributes["predicted_negative"]["attribute_link"] == "unpaid"
    assert attributes["unpaid"]["attribute_link"] == "predicted_negative"


def test_a_multiclass_model_gets_one_hot_ground_truth_for_each_class(admin):
    body = regression(output_type="MULTICLASS")
    body["attributes"] = [
        body["attributes"][0],
        *(
            {
                "name": f"p_{c}",
                "stage": "PREDICTED_VALUE",
                "value_type": "FLOAT",
                "gt_class_link": c,
            }
            for c in "abc"
        ),
        {
            "name": "truth",
            "stage": "GROUND_TRUTH_CLASS",
            "value_type": "STRING",
            "categorical": True,
            "categories": [{"value": c} for c in "abc"],
        },
    ]
    attributes = by_name(admin.post("/models", json=body).json())
    truths = [a for a in attributes.values() if a["stage"] == "GROUND_TRUTH"]
    assert [t["gt_class_link"] for t in truths] == ["a", "b", "c"]
    assert "predicted_negative" not in attributes


def test_a_regression_gets_nothing_implicit(admin):
    model = admin.post("/models", json=regression()).json()
    assert not any(attribute["implicit"] for attribute in model["attributes"])
    assert model["classifier_threshold"] is None


def test_positions_are_filled_in_per_stage(admin):
    body = regression()
    body["attributes"].insert(0, {"name": "area", "stage": "PIPELINE_INPUT", "value_type": "FLOAT"})
    attributes = by_name(admin.post("/models", json=body).json())
    assert (attributes["rooms"]["position"], attributes["area"]["position"]) == (0, 1)
    assert attributes["price"]["position"] == 0


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda a: a.pop(0), "input"),
        (lambda a: a.pop(1), "predicted"),
        (lambda a: a.append(dict(a[0], position=7)), "rooms"),
        (lambda a: a[0].update(name="9lives"), "9lives"),
        (lambda a: a[0].update(name="a-b"), "a-b"),
        (lambda a: a[0].update(name="batch_id"), "reserved"),
        (lambda a: a[0].update(min_range=1), "max_range"),
        (lambda a: a[0].update(min_range=2, max_range=1), "min_range"),
        (
            lambda a: a[0].update(categories=[{"value": "1"}], bins=[{"continuous_end": 1}]),
            "categories",
        ),
        (lambda a: a.append(dict(a[0], name="other")), "position"),
        (lambda a: a[0].update(is_positive_predicted_attribute=True), "rooms"),
        (lambda a: a[0].update(categories=[{"value": "1"}, {"value": "1"}]), "category '1'"),
        (lambda a: a[0].update(bins=[{"continuous_start": 2, "continuous_end": 1}]), "bin"),
        (lambda a: a[0].update(bins=[{"continuous_end": 1}], value_type="STRING"), "STRING"),
        (lambda a: a[0].update(token_attribute_link="words"), "words"),
        (lambda a: a[1].update(attribute_link="payed"), "payed"),
        (
            lambda a: (
                a[1].update(gt_class_link="maybe"),
                a[2].update(stage="GROUND_TRUTH_CLASS", categories=[{"value": "yes"}]),
            ),
            "maybe",
        ),
    ],
)
def test_contradictory_attributes_are_refused(admin, change, named):
    body = regression()
    change(body["attributes"])
    answer = admin.post("/models", json=body)
    assert answer.status_code == 400
    assert named in answer.json()["error"]
    assert admin.get("/models").json()["total_count"] == 0


def test_the_callers_id_is_unique_among_active_models(admin):
    first = admin.post("/models", json=regression()).json()
    again = admin.post("/models", json=regression())
    assert again.status_code == 409
    assert admin.delete(f"/models/{first['id']}").status_code == 204
    assert admin.post("/models", json=regression()).status_code == 201


def test_ids_that_need_encoding_are_found(admin):
    made = admin.post("/models", json=regression("a/b c?d#é%2F")).json()
    answer = admin.get(
        "/models/a%2Fb%20c%3Fd%23%C3%A9%252F", params={"id_type": "partner_model_id"}
    )
    assert answer.json()["id"] == made["id"]


def test_an_archived_model_leaves_the_lists_and_keeps_its_data(admin, model, inference):
    admin.post(f"/models/{model['id']}/inferences", json=[inference("1")])
    assert admin.delete(f"/models/{model['id']}").status_code == 204
    assert admin.get("/models").json()["data"] == []
    shown = admin.get("/models", params={"include_archived": True}).json()["data"]
    assert [(m["id"], m["status"], m["archived"]) for m in shown] == [
        (model["id"], "Archived", True)
    ]
    count = admin.post(
        f"/models/{model['id']}/inferences/query", json={"select": [{"function": "count"}]}
    )
    assert count.json()["query_result"] == [{"count": 1}]


def test_an_archived_model_can_be_read_but_takes_nothing(admin, model, inference):
    path = f"/models/{model['id']}"
    metric = admin.get(f"{path}/metrics").json()["metrics"][0]["id"]
    rule = {"metric_id": metric, "bound": "upper", "threshold": 1, "severity": "warning"}
    rows = {"reference_data": ("rows.json", b"[]")}
    switches = b'{"anomaly_detection": {"enabled": true}}'
    for _ in range(2):
        assert admin.delete(path).status_code == 204
    shown = admin.get(path).json()
    assert shown["updated_at"] > model["updated_at"]
    assert admin.get(f"{path}/metrics").status_code == 200
    for answer in (
        admin.post(f"{path}/inferences", json=[inference("1")]),
        admin.patch(f"{path}/inferences", json=[]),
        admin.post(f"{path}/reference_data", files=rows),
        admin.patch(f"{path}/reference_data", json={"status": "uploaded"}),
        admin.put(path, json={"display_name": "Late"}),
        admin.put(f"{path}/attributes", json=model["attributes"]),
        admin.put(f"{path}/tags/late"),
        admin.post(f"{path}/alert_rules", json=rule),
        admin.patch(f"{path}/enrichments/hotspots", json={"enabled": True}),
        admin.patch(f"{path}/enrichments", files={"config": (None, switches)}),
    ):
        assert answer.status_code == 400, answer.request.url
        assert "is archived" in answer.json()["error"]
    assert admin.get(path).json() == shown


@pytest.mark.parametrize("delimiter", ["", "x*", r"\b", r"\W+", ","])
def test_a_delimiter_may_match_nothing(admin, binary_model, delimiter):
    answer = admin.post("/models", json={**binary_model, "text_delimiter": delimiter})
    assert answer.status_code == 201
    assert answer.json()["text_delimiter"] == delimiter


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"partner_model_id": "a\0b"}, "partner_model_id"),
        ({"tags": ["good", ""]}, "tags"),
        ({"tags": ["a\0b"]}, "tags"),
        ({"pixel_width": 100_000, "pixel_height": 100_000}, "pixel_width"),
        ({"text_delimiter": "("}, "text_delimiter"),
        ({"text_delimiter": r"(?=\s)"}, "text_delimiter"),
        ({"explainability_enabled": {"config": {"enabled": True}}}, "explainability_enabled"),
    ],
)
def test_what_could_never_be_used_is_refused_at_once(admin, members, named):
    answer = admin.post("/models", json={**regression(), **members})
    assert answer.status_code == 400
    assert named in answer.json()["error"]
    assert admin.get("/models").json()["data"] == admin.get("/tags").json()["data"] == []


def test_a_creation_that_is_cut_off_leaves_nothing(app, admin, monkeypatch):
    def cut_off(schema):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(app.data, "create_model", cut_off)
        with pytest.raises(SystemExit):
            admin.post("/models", json=regression(tags=["t"]))
    assert admin.get("/models").json()["data"] == admin.get("/tags").json()["data"] == []
    assert admin.post("/models", json=regression(tags=["t"])).status_code == 201


def test_updates_at_the_same_time_all_count(admin, callers, model):
    path = f"/models/{model['id']}"
    clients = [callers.role("Super Admin") for _ in range(8)]
    with ThreadPoolExecutor(len(clients)) as pool:
        answers = pool.map(
            lambda n: clients[n].put(path, json={"tags": [f"t{n}"]}).status_code,
            range(len(clients)),
        )
        assert set(answers) == {200}
    assert set(admin.get(path).json()["tags"]) == {"loans", *(f"t{n}" for n in range(8))}


def test_versions_made_at_the_same_time_are_numbered_without_gaps(callers, admin):
    group = admin.post("/models", json=regression()).json()["model_group_id"]
    clients = [callers.role("Super Admin") for _ in range(8)]

    def create(number):
        body = regression(f"version-{number}", model_group_id=group)
        return clients[number].post("/models", json=body).json()["version_sequence_num"]

    with ThreadPoolExecutor(len(clients)) as pool:
        assert sorted(pool.map(create, range(8))) == list(range(2, 10))


@pytest.mark.faults  # it sends members that the document lists for answers only
def test_a_whole_model_can_be_sent_back(admin, model):
    body = admin.get(f"/models/{model['id']}", params={"expand": "attributes"}).json()
    body["display_name"] = "Renamed"
    answer = admin.put(f"/models/{model['id']}", json=body, params={"expand": "attributes"})
    assert answer.status_code == 200
    assert answer.json()["display_name"] == "Renamed"
    assert by_name(answer.json()) == by_name(model)


def test_the_threshold_is_free_until_there_are_inferences(admin, model, inference):
    path = f"/models/{model['id']}"
    assert admin.put(path, json={"classifier_threshold": 0.7}).status_code == 200
    admin.post(f"{path}/inferences", json=[inference("1")])
    assert admin.put(path, json={"classifier_threshold": 0.7}).status_code == 200
    assert admin.put(path, json={"classifier_threshold": 0.8}).status_code == 409
    assert admin.get(path).json()["classifier_threshold"] == 0.7


def test_only_a_failed_model_can_be_retried(app, admin, model):
    path = f"/models/{model['id']}"
    assert admin.post(f"{path}/retry").status_code == 409
    record = app.control.models.get(None, model["id"])
    app.control.models.update(record, {}, status="CreationFailed")
    assert admin.post(f"{path}/retry").status_code == 200
    assert admin.get(path).json()["status"] == "Ready"


def test_lists_filter_sort_and_page(admin):
    first = admin.post("/models", json=regression("a", display_name="z", tags=["t"])).json()
    second = admin.post(
        "/models", json=regression("b", display_name="y", model_group_id=first["model_group_id"])
    ).json()
    third = admin.post("/models", json=regression("c", output_type="MULTILABEL")).json()

    def ids(**params):
        return [m["id"] for m in admin.get("/models", params=params).json()["data"]]

    assert ids() == [first["id"], second["id"], third["id"]]
    assert ids(sort="display_name") == [third["id"], second["id"], first["id"]]
    assert ids(sort="-created_at", page_size=1, page=2) == [second["id"]]
    assert ids(page_size=2147483647) == ids()
    assert ids(output_types=["MULTILABEL"]) == [third["id"]]
    assert ids(output_types=["MULTILABEL", "REGRESSION"]) == ids()
    assert ids(tag="t") == [first["id"]]
    assert ids(display_name="y") == [second["id"]]
    assert ids(search="Z") == [first["id"]]
    assert ids(search="b") == [second["id"]]  # of the partner_model_id
    assert ids(search="nothing like it") == []
    assert ids(search="") == ids()
    assert ids(latest_version_sequence_nums="True") == [second["id"], third["id"]]
    assert ids(model_group_ids=third["model_group_id"]) == [third["id"]]
    assert ids(statuses="Archived", include_archived="true") == []
    assert ids(created_since="2999-01-01T00:00:00Z") == []
    assert ids(created_since="2000-01-01T00:00:00+00:00") == ids()
    for sort in ("nonsense", "--display_name", "-", "+"):
        assert admin.get("/models", params={"sort": sort}).status_code == 400
    page = admin.get("/models", params={"page_size": 2}).json()
    assert (page["total_pages"], page["total_count"], page["page"]) == (2, 3, 1)


def test_members_on_demand(admin, model, inference):
    admin.post(
        f"/models/{model['id']}/inferences",
        json=[inference("1", outcome="yes"), inference("2")],
    )
    expand = [
        "attributes",
        "organization_id",
        "model_group_name",
        "inference_stats",
        "critical_alert_count",
        "health_scores",
        "is_binary_classifier",
        "has_reference_set_data",
        "has_ground_truth_inferences",
    ]
    shown = admin.get("/models", params={"expand": expand}).json()["data"][0]
    assert shown["is_binary_classifier"] is True
    assert shown["has_reference_set_data"] is False
    assert shown["has_ground_truth_inferences"] is True
    assert shown["total_inference_count"] == 2
    assert shown["last_inference_timestamp"] == "2026-01-05T12:00:00Z"
    assert shown["critical_alert_count"] == 0
    assert shown["model_group_name"] == "Loan risk"
    assert 0 <= shown["health_score"] <= 100


def test_bias_groups_are_the_groups_of_watched_attributes(admin, model):
    groups = admin.get(f"/models/{model['id']}/bias_groups").json()["data"]
    assert [(g["attribute_name"], g["categorical_value"]) for g in groups] == [
        ("region", "N"),
        ("region", "S"),
    ]


def test_versions_of_a_group(admin):
    first = admin.post("/models", json=regression("v1", version_label="one")).json()
    group = first["model_group_id"]
    second = admin.post("/models", json=regression("v2", model_group_id=group)).json()
    assert second["version_sequence_num"] == 2
    path = f"/model_groups/{group}"
    assert admin.get(f"{path}/versions/latest").json()["id"] == second["id"]
    by_label = admin.get(f"{path}/versions", params={"label": "one"}).json()
    assert [m["id"] for m in by_label["data"]] == [first["id"]]
    by_number = admin.get(f"{path}/versions", params={"sequence_num": 2}).json()
    assert [m["id"] for m in by_number["data"]] == [second["id"]]
    missing = admin.get(f"{path}/versions", params={"sequence_num": 3})
    assert (missing.status_code, missing.json()) == (404, {"error": "record not found"})
    assert admin.patch(path, json={"name": "renamed"}).json()["name"] == "renamed"
    assert admin.patch(path, json={"description": "d"}).json()["name"] == "renamed"
    assert admin.delete(path).status_code == 202
    assert admin.get(path).json()["archived"] is True
    assert admin.get("/model_groups").json()["data"] == []
    assert admin.get("/models").json()["data"] == []
    assert admin.get(f"{path}/versions/latest").status_code == 404
    refused = admin.post("/models", json=regression("v3", model_group_id=group))
    assert refused.status_code == 400


def test_an_unknown_group_is_refused(admin):
    answer = admin.post("/models", json=regression(model_group_id="nonsense"))
    assert answer.status_code == 404
    assert admin.get("/models").json()["data"] == []
