"""A program written for the official SDK: a class column, versions of a group, keys, archiving.

Reads ARTHUR_ENDPOINT_URL and ARTHUR_API_KEY from the environment; prints one JSON object.
"""

import json

import pandas as pd

from arthurai import ArthurAI
from arthurai.common.constants import InputType, OutputType, Stage, ValueType

frame = pd.DataFrame(
    {
        "x": [1.0, 2.0, 3.0, 4.0] * 10,
        "p": [0.1, 0.9, 0.4, 0.6] * 10,
        "y": ["no", "yes", "no", "yes"] * 10,
    }
)

arthur = ArthurAI(allow_insecure=True)
organization = arthur.get_current_org()
account = arthur.create_service_account("a key", "Model Owner")
arthur.set_current_org(organization["id"])

classifier = arthur.model(
    display_name="First", input_type=InputType.Tabular, output_type=OutputType.Multiclass
)
classifier.add_attribute(
    name="x", value_type=ValueType.Float, stage=Stage.ModelPipelineInput, position=0
)
classifier.add_classifier_output_attributes_gtclass(
    {"p": "yes"}, "y", frame, positive_predicted_attr="p"
)
classifier.save()
classifier.set_reference_data(data=frame)

group = arthur.get_model_group(classifier)
second = arthur.model(
    display_name="Second", input_type=InputType.Tabular, output_type=OutputType.Regression
)
second.add_attribute(
    name="x", value_type=ValueType.Float, stage=Stage.ModelPipelineInput, position=0
)
second.add_regression_output_attributes({"p": "truth"}, value_type=ValueType.Float)
group.add_version(second, label="two")
second.save()

found = arthur.get_model(classifier.partner_model_id, id_type="partner_model_id")
classifier.display_name = "Renamed"
classifier.update()
renamed = arthur.get_model(classifier.id)

result = {
    "organization": sorted(organization),
    "account": sorted(account),
    "keys with that name": sum(
        a["description"] == "a key" and a["token"] == account["token"]
        for a in arthur.get_service_accounts()
    ),
    "attributes": sorted(
        (a.name, str(a.stage), a.attribute_link or "", bool(a.implicit))
        for a in classifier.attributes
    ),
    "group": group.name,
    "versions": [version.version_sequence_num for version in group.get_versions()],
    "latest": group.get_latest_version().version_sequence_num,
    "by label": group.get_version(label="two").version_sequence_num,
    "found": [found.id == classifier.id, len(found.attributes)],
    "renamed": renamed.display_name,
}
second.archive()
group.archive()
print(json.dumps(result))
