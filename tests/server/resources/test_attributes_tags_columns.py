"""Attributes, tags and pinned columns of models."""

from __future__ import annotations

import threading
import time

import pytest
from builders import attribute, truth
from builders import inference as make_inference

from arthurai.server.document_kinds import Kind

SHARES_SERVER = True


@pytest.fixture
def path(model):
    return f"/models/{model['id']}"


def listed(admin, path):
    return {
        a["name"]: a
        for a in admin.get(f"{path}/attributes", params={"page_size": 100}).json()["data"]
    }


def explicit(attributes):
    return [a for a in attributes.values() if not a["implicit"]]


def test_attributes_can_be_listed_sorted_and_shown(admin, path):
    page = admin.get(f"{path}/attributes", params={"sort": "-name", "page_size": 2}).json()
    assert [a["name"] for a in page["data"]] == ["region", "predicted_negative"]
    assert page["total_count"] == 7
    shown = admin.get(f"{path}/attributes/{page['data'][0]['id']}")
    assert shown.json() == page["data"][0]
    assert admin.get(f"{path}/attributes/nonsense").status_code == 404


def test_replacing_the_set_makes_entries_without_id_new_and_deletes_missing_ones(admin, path):
    before = listed(admin, path)
    sent = [a for a in explicit(before) if a["name"] != "region"]
    sent.append({"name": "age", "stage": "NON_INPUT_DATA", "value_type": "INTEGER"})
    assert admin.put(f"{path}/attributes", json=sent).status_code == 204
    after = listed(admin, path)
    assert set(after) == set(before) - {"region"} | {"age"}
    assert after["income"]["id"] == before["income"]["id"]
    assert after["age"]["id"] not in {a["id"] for a in before.values()}


def test_patching_changes_some_and_adds_others(admin, path):
    before = listed(admin, path)
    changes = [
        {**before["income"], "max_range": 9.5},
        {"name": "age", "stage": "NON_INPUT_DATA", "value_type": "INTEGER"},
    ]
    assert admin.patch(f"{path}/attributes", json=changes).status_code == 204
    after = listed(admin, path)
    assert after["income"] == {**before["income"], "max_range": 9.5}
    assert set(after) == {*before, "age"}


def test_a_renamed_attribute_keeps_its_id(admin, path):
    before = listed(admin, path)["income"]
    answer = admin.put(f"{path}/attributes/{before['id']}", json={**before, "name": "salary"})
    assert answer.status_code == 200
    assert answer.json() == {**before, "name": "salary"}


def test_unknown_ids_are_refused(admin, path):
    stray = {"id": "x", "name": "a", "stage": "NON_INPUT_DATA", "value_type": "STRING"}
    for method in (admin.put, admin.patch):
        answer = method(f"{path}/attributes", json=[stray])
        assert answer.status_code == 400
        assert "'x'" in answer.json()["error"]


@pytest.mark.parametrize("method", ["put", "patch"])
def test_an_id_belongs_to_one_attribute(admin, path, method):
    before = listed(admin, path)
    sent = [*explicit(before), {**before["income"], "name": "wealth", "position": 7}]
    answer = getattr(admin, method)(f"{path}/attributes", json=sent)
    assert answer.status_code == 400
    assert before["income"]["id"] in answer.json()["error"]
    assert listed(admin, path) == before


def test_null_in_a_patch_keeps_what_is_there(admin, path):
    income = {**listed(admin, path)["income"], "label": "Yearly income"}
    assert admin.patch(f"{path}/attributes", json=[income]).status_code == 204
    assert admin.patch(f"{path}/attributes", json=[{**income, "label": None}]).status_code == 204
    assert listed(admin, path)["income"]["label"] == "Yearly income"


def test_links_follow_renamed_and_deleted_attributes(admin):
    body = {
        "partner_model_id": "linked",
        "input_type": "TABULAR",
        "output_type": "REGRESSION",
        "attributes": [
            {"name": "x", "stage": "PIPELINE_INPUT", "value_type": "FLOAT"},
            {
                "name": "guess",
                "stage": "PREDICTED_VALUE",
                "value_type": "FLOAT",
                "attribute_link": "paid",
            },
            {"name": "paid", "stage": "GROUND_TRUTH", "value_type": "FLOAT"},
        ],
    }
    path = f"/models/{admin.post('/models', json=body).json()['id']}"
    paid = listed(admin, path)["paid"]
    renamed = f"{path}/attributes/{paid['id']}"
    assert admin.put(renamed, json={**paid, "name": "cost"}).status_code == 200
    assert listed(admin, path)["guess"]["attribute_link"] == "cost"
    assert admin.delete(renamed).status_code == 204
    assert "attribute_link" not in listed(admin, path)["guess"]


def test_the_label_of_an_implicit_attribute_can_change(admin, path, inference):
    admin.post(f"{path}/inferences", json=[inference("1")])
    negative = listed(admin, path)["predicted_negative"]
    patched = admin.patch(f"{path}/attributes", json=[{**negative, "label": "No loan"}])
    assert patched.status_code == 204
    assert listed(admin, path)["predicted_negative"] == {**negative, "label": "No loan"}
    one = f"{path}/attributes/{negative['id']}"
    assert admin.put(one, json={**negative, "label": "Refused"}).json()["label"] == "Refused"
    assert admin.put(one, json={**negative, "position": 5}).status_code == 409
    assert listed(admin, path)["predicted_negative"] == {**negative, "label": "Refused"}


def test_deleting_attributes(admin, path):
    attributes = listed(admin, path)
    assert admin.delete(f"{path}/attributes/{attributes['region']['id']}").status_code == 204
    negative = attributes["predicted_negative"]["id"]
    assert admin.delete(f"{path}/attributes/{negative}").status_code == 409
    only_prediction = attributes["p"]["id"]
    assert admin.delete(f"{path}/attributes/{only_prediction}").status_code == 400
    assert set(listed(admin, path)) == set(attributes) - {"region"}
    assert admin.delete(f"{path}/attributes").status_code == 204
    assert listed(admin, path) == {}


def test_with_inferences_only_labels_can_change(admin, path, inference):
    admin.post(f"{path}/inferences", json=[inference("1")])
    before = listed(admin, path)
    sent = explicit(before)
    assert admin.delete(f"{path}/attributes").status_code == 409
    assert admin.delete(f"{path}/attributes/{before['region']['id']}").status_code == 409
    assert admin.put(f"{path}/attributes", json=sent[:-1]).status_code == 409
    refused = admin.put(
        f"{path}/attributes/{before['income']['id']}", json={**before["income"], "max_range": 1}
    )
    assert refused.status_code == 409
    assert listed(admin, path) == before
    labelled = {
        **before["region"],
        "label": "Region",
        "categories": [{"value": "N", "label": "North"}, {"value": "S"}],
    }
    answer = admin.put(f"{path}/attributes/{labelled['id']}", json=labelled)
    assert answer.json() == labelled
    assert listed(admin, path) == {**before, "region": labelled}


def test_with_inferences_ground_truth_can_still_change_with_the_model(admin, path, inference):
    admin.post(f"{path}/inferences", json=[inference("1")])
    attributes = listed(admin, path)
    attributes["outcome"]["categories"].append({"value": "maybe"})
    answer = admin.put(path, json={"attributes": list(attributes.values())})
    assert answer.status_code == 200
    assert len(listed(admin, path)["outcome"]["categories"]) == 3
    attributes["income"]["max_range"] = 1
    assert admin.put(path, json={"attributes": list(attributes.values())}).status_code == 409


def test_a_change_never_drops_ground_truth_without_being_asked(admin):
    body = {
        "partner_model_id": "prices",
        "input_type": "TABULAR",
        "output_type": "REGRESSION",
        "attributes": [
            attribute("income", "FLOAT", "PIPELINE_INPUT", position=0),
            attribute("predicted", "FLOAT", "PREDICTED_VALUE", position=0),
            attribute("actual", "FLOAT", "GROUND_TRUTH", position=0),
        ],
    }
    path = f"/models/{admin.post('/models', json=body).json()['id']}"

    def change(**params):
        attributes = explicit(listed(admin, path))
        sent = [{**a, "value_type": "INTEGER"} if a["name"] == "actual" else a for a in attributes]
        more = {"attributes": sent, "display_name": "Other"}
        return admin.put(path, json=more, params=params)

    def truths():
        body = {"select": [{"property": "actual"}], "order_by": [{"property": "actual"}]}
        found = admin.post(f"{path}/inferences/query", json=body).json()["query_result"]
        return [row["actual"] for row in found]

    rows = []
    for number in (1, 2):
        row = make_inference(number)
        del row["inference_data"]["region"]
        rows.append(row)
    admin.post(f"{path}/inferences", json=rows)
    admin.patch(f"{path}/inferences", json=[truth(1, 1.5), truth(2, 4.0), truth(3, 0.5)])
    before = listed(admin, path)

    refused = change()
    assert refused.status_code == 409, refused.text
    assert "actual (2)" in refused.json()["error"]  # one of them waits for its inference
    assert "discard_values=true" in refused.json()["error"]
    assert listed(admin, path) == before
    assert admin.get(path).json()["display_name"] != "Other"
    assert truths() == [1.5, 4.0]

    asked = change(discard_values="true")
    assert asked.status_code == 200, asked.text
    assert asked.json()["display_name"] == "Other"
    assert listed(admin, path)["actual"]["value_type"] == "INTEGER"
    assert truths() == [4, None]


def test_others_are_served_while_a_change_waits_for_the_writer(app, admin, path, model):
    """A change of attributes must not hold the control store while reference data are loaded."""
    schema = app.control.models.get(None, model["id"]).schema
    loading, go_on = threading.Event(), threading.Event()

    def slow():
        yield []
        loading.set()
        assert go_on.wait(20)

    upload = threading.Thread(target=app.stores.data.append_reference_stream, args=(schema, slow()))
    upload.start()
    assert loading.wait(10)
    sent = [a for a in explicit(listed(admin, path)) if a["name"] != "region"]
    answers = []
    ways = [
        lambda: admin.put(f"{path}/attributes", json=sent),
        lambda: admin.put(path, json={"attributes": sent, "display_name": "new"}),
    ]
    for way in ways:
        change = threading.Thread(target=lambda way=way: answers.append(way().status_code))
        change.start()
        time.sleep(0.1)
        started = time.perf_counter()
        assert admin.get("/users/me").status_code == 200
        assert admin.put(f"{path}/tags/t{len(ways)}").status_code == 200
        assert time.perf_counter() - started < 5
        assert answers == []
        if way is ways[0]:
            continue
        go_on.set()
        change.join(20)
    upload.join(20)
    assert go_on.is_set()


def test_replacing_attributes_archives_alert_rules(app, admin, path, model, organization_id):
    rules = app.control.documents(Kind.ALERT_RULE)
    rules.put(organization_id, "r", {"id": "r", "enabled": True}, model_id=model["id"])
    sent = explicit(listed(admin, path))
    admin.put(f"{path}/attributes", json=[{**a, "label": "l"} for a in sent])
    assert rules.get(organization_id, "r")["enabled"] is True
    admin.put(f"{path}/attributes", json=[a for a in sent if a["name"] != "region"])
    assert rules.get(organization_id, "r") == {"id": "r", "enabled": False, "archived": True}


def tag_names(admin):
    return [tag["name"] for tag in admin.get("/tags").json()["data"]]


def test_tags_follow_the_models(admin, path, model):
    assert tag_names(admin) == ["loans"]
    assert admin.put(f"{path}/tags/a%2Fb").json()["name"] == "a/b"
    assert tag_names(admin) == ["a/b", "loans"]
    assert admin.get(path).json()["tags"] == ["loans", "a/b"]
    assert admin.put(path, json={"tags": ["c"]}).json()["tags"] == ["loans", "a/b", "c"]
    assert admin.put(path, json={"tags": ["c"], "overwrite_tags": True}).json()["tags"] == ["c"]
    assert tag_names(admin) == ["c"]
    assert admin.delete(f"{path}/tags/c").status_code == 200
    assert tag_names(admin) == []
    assert admin.delete(f"{path}/tags/c").status_code == 404


def test_tags_can_be_renamed_and_deleted_everywhere(admin, path):
    admin.put(f"{path}/tags/other")
    renamed = admin.put("/tags/loans", json={"name": "credit"})
    assert renamed.status_code == 200
    assert admin.get(path).json()["tags"] == ["credit", "other"]
    assert admin.put("/tags/credit", json={"name": "other"}).status_code == 409
    assert admin.put("/tags/loans", json={"name": "x"}).status_code == 404
    assert admin.delete("/tags/credit").status_code == 204
    assert admin.get(path).json()["tags"] == ["other"]
    assert tag_names(admin) == ["other"]


def test_pinned_columns_keep_their_order(admin, path):
    pinned = f"{path}/pinned_columns"
    assert admin.get(pinned).json() == {"columns": []}
    assert admin.put(pinned, json={"columns": ["region", "p", "anomaly_score"]}).json() == {
        "columns": ["region", "p", "anomaly_score"]
    }
    change = {"columns_to_add": ["income"], "columns_to_remove": ["region"]}
    assert admin.patch(pinned, json=change).json() == {"columns": ["p", "anomaly_score", "income"]}
    refused = admin.patch(pinned, json={"columns_to_add": ["x"], "columns_to_remove": ["region"]})
    assert refused.status_code == 400
    assert admin.get(pinned).json() == {"columns": ["p", "anomaly_score", "income"]}
    assert admin.delete(pinned).status_code == 204
    assert admin.get(pinned).json() == {"columns": []}


def test_a_deleted_attribute_is_pinned_no_more(admin, path):
    admin.put(f"{path}/pinned_columns", json={"columns": ["region", "anomaly_score", "income"]})
    admin.delete(f"{path}/attributes/{listed(admin, path)['region']['id']}")
    pinned = admin.get(f"{path}/pinned_columns").json()
    assert pinned == {"columns": ["anomaly_score", "income"]}
