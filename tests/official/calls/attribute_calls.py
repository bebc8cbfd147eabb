"""Calls on attributes, data classes and small converters."""

from __future__ import annotations

from official.calls.call import BUILT, NOTHING, SAVED, calls_of

STATE = "[a.to_dict() for a in m.attributes]"
AGE = "a = m.get_attribute('age')\n"
CITY = "a = m.get_attribute('city')\n"

ATTRIBUTES = {
    "get": "m.get_attribute('age').to_dict()",
    "get with stage": "m.get_attribute('age', Stage.ModelPipelineInput).to_dict()",
    "get in another stage": "m.get_attribute('age', Stage.PredictedValue)",
    "get unknown": "m.get_attribute('nowhere')",
    "get_image_attribute": "m.get_image_attribute()",
    "rename": f"(m.rename_attribute('age', 'years', Stage.ModelPipelineInput), {STATE})",
    "rename unknown": "m.rename_attribute('nowhere', 'years', Stage.ModelPipelineInput)",
    "remove": f"(m.remove_attribute('age'), {STATE})",
    "remove with stage": f"(m.remove_attribute(name='age', stage=Stage.ModelPipelineInput), {STATE})",
    "remove object": f"(m.remove_attribute(attribute=m.get_attribute('age')), {STATE})",
    "remove unknown": "m.remove_attribute('nowhere')",
    "remove nothing": "m.remove_attribute()",
    "labels": f"(m.set_attribute_labels('city', {{'Oslo': 'O', 'Lima': 'L'}}), {STATE})",
    "labels of numbers": f"(m.set_attribute_labels('age', {{20: 'young'}}), {STATE})",
    "labels with stage": f"(m.set_attribute_labels('city', {{'Oslo': 'O'}}, attribute_stage=Stage.ModelPipelineInput), {STATE})",
    "sensitive": f"(m.set_attribute_as_sensitive('city'), {STATE})",
    "sensitive unknown": "m.set_attribute_as_sensitive('nowhere')",
    "check_has_bias_attrs": "m.check_has_bias_attrs()",
    "check_attr_is_bias": "m.check_attr_is_bias('city')",
    "check_attr_is_bias unknown": "m.check_attr_is_bias('nowhere')",
    "bias after sensitive": "m.set_attribute_as_sensitive('city')\n(m.check_has_bias_attrs(), m.check_attr_is_bias('city'), m.check_attr_is_bias('age'))",
    "order": f"(m.set_predict_function_input_order(['income', 'age', 'city', 'member']), {STATE})",
    "order unknown": "m.set_predict_function_input_order(['nowhere'])",
    "order, tuple": f"(m.set_predict_function_input_order(('income', 'age')), {STATE})",
    "swap": f"(m.swap_predicted_attribute_positions(), {STATE})",
    "review, stage": "m.review(stage=Stage.ModelPipelineInput)",
    "review, props": "m.review(props=['value_type', 'position'])",
    "review, unknown prop": "m.review(props=['data_type'])",
    "review, printed": "m.review(print_df=True)",
    "model_is_saved": "m.model_is_saved()",
    "binarize": "m.binarize({'pred': 0.25})",
    "binarize unknown": "m.binarize({'nowhere': 0.25})",
    "binarize two": "m.binarize({'pred': 0.25, 'x': 1})",
    "one_hot_encode": "m.one_hot_encode('label')",
    "one_hot_encode unknown": "m.one_hot_encode('nowhere')",
    "set label": AGE + "(a.set(label='Age'), a.to_dict())",
    "set range": AGE + "a.set(min_range=0, max_range=100).to_dict()",
    "set range, reversed": AGE + "a.set(min_range=10, max_range=1)",
    "set range, negative": AGE + "a.set(min_range=-5, max_range=-1).to_dict()",
    "set bins": AGE + "a.set(bins=[None, 10, 20, None]).to_dict()",
    "set bins, tuple": AGE + "a.set(bins=(0, 10, 20)).to_dict()",
    "set categories": CITY + "a.set(categories=['x', 'y']).to_dict()",
    "set categories, numbers": CITY + "a.set(categories=[1, 2]).to_dict()",
    "set categories, array": CITY + "a.set(categories=np.array(['x', 'y'])).to_dict()",
    "set categorical": AGE + "a.set(categorical=True, categories=[1, 2]).to_dict()",
    "set categorical without categories": AGE + "a.set(categorical=True)",
    "set not categorical": CITY + "a.set(categorical=False).to_dict()",
    "set not categorical, no categories": CITY
    + "a.set(categorical=False, categories=[]).to_dict()",
    "set bias": CITY + "a.set(monitor_for_bias=True).to_dict()",
    "set unknown": AGE + "a.set(nonsense=1)",
    "set value_type": AGE + "a.set(value_type=ValueType.Float).to_dict()",
    "set nothing": AGE + "a.set().to_dict()",
    "equal": "m.get_attribute('age') == m.get_attribute('age')",
    "attribute types": "m.attributes_type_dict",
}
PAIR = {
    "swap": f"(m.swap_predicted_attribute_positions(), {STATE})",
    "binarize": "m.binarize({'p1': 0.25})",
    "binarize negative": "m.binarize({'p0': 0.25})",
    "one_hot_encode": "m.one_hot_encode('g1')",
    "one_hot_encode unknown": "m.one_hot_encode('nowhere')",
    "positive class": "m.get_positive_predicted_class()",
}
OTHERS = {
    "binarize": "m.binarize({'amount_hat': 0.25})",
    "one_hot_encode": "m.one_hot_encode('amount')",
    "swap": "m.swap_predicted_attribute_positions()",
    "positive class": "m.get_positive_predicted_class()",
}
SAVED_ATTRIBUTES = {
    "remove": "m.remove_attribute('age')",
    "rename": "m.rename_attribute('note', 'remark', Stage.NonInputData)\n[a.name for a in m.attributes]",
    "update": "m.display_name = 'another'\n(m.update(), arthur.get_model(m.id).display_name)",
    "update labels": "m.set_attribute_labels('city', {'Oslo': 'O', 'Lima': 'L', 'Rome': 'R'})\nm.update()\n[c.to_dict() for c in arthur.get_model(m.id).get_attribute('city').categories]",
    "update sensitive": "m.set_attribute_as_sensitive('city')\nm.update()\narthur.get_model(m.id).get_attribute('city').monitor_for_bias",
    "update tags": "m.tags = ['a', 'b']\nm.description = 'words'\nm.update()\nn = arthur.get_model(m.id)\n(n.tags, n.description)",
    "update threshold": "m.classifier_threshold = 0.7\nm.update()\narthur.get_model(m.id).classifier_threshold",
    "archive": "(m.archive(), m.archived)",
    "archive, then fetch": "m.archive()\narthur.get_model(m.id).archived",
    "archive twice": "m.archive()\nm.archive()",
    "archive, then send": "m.archive()\nm.send_inferences(X.head(1))",
    "await_model_ready": "(m.await_model_ready(), m.status)",
    "swap": "m.swap_predicted_attribute_positions()",
    "model_is_saved": "m.model_is_saved()",
    "add attribute": "m.add_attribute(name='more', value_type=ValueType.Integer, stage=Stage.ModelPipelineInput)[0].to_dict()",
    "infer_schema": "m.infer_schema(D[['age']], Stage.ModelPipelineInput)\nlen(m.attributes)",
    "text": "str(m).replace(m.partner_model_id, 'id')",
    "fetched equals": "arthur.get_model(m.id) == arthur.get_model(m.id)",
    "last model": "import os\nos.environ['ARTHUR_LAST_MODEL_ID'] == m.id",
}

UTIL = "from arthurai.util import *\nimport datetime\n"
CORE = "from arthurai.core.util import *\nfrom arthurai.core.inferences import *\n"
CLASSES = {
    "attribute": "ArthurAttribute(name='a', value_type='INTEGER', stage='PIPELINE_INPUT').to_dict()",
    "attribute, all": "ArthurAttribute(name='a', value_type='INTEGER', stage='PIPELINE_INPUT').to_dict(skip_none=False)",
    "attribute from_dict": "ArthurAttribute.from_dict({'name': 'a', 'value_type': 'INTEGER', 'stage': 'PIPELINE_INPUT', 'categories': [{'value': 'x'}], 'more': 1}).to_dict()",
    "attribute from_dict, missing": "ArthurAttribute.from_dict({'name': 'a'})",
    "attribute from_json": 'ArthurAttribute.from_json(\'{"name": "a", "value_type": "INTEGER", "stage": "PIPELINE_INPUT"}\').to_dict()',
    "attribute text": "str(ArthurAttribute(name='a', value_type='INTEGER', stage='PIPELINE_INPUT', min_range=0, max_range=1, position=2, label='L'))",
    "attribute text, categories": "str(ArthurAttribute(name='a', value_type='INTEGER', stage='PIPELINE_INPUT', categorical=True, categories=[AttributeCategory(str(n)) for n in range(8)]))",
    "category": "(AttributeCategory(1).to_dict(), str(AttributeCategory(1, 'one')), AttributeCategory('a', 'b').label)",
    "bin": "(AttributeBin(0, 1).to_dict(), AttributeBin().to_dict(), AttributeBin(None, 2).continuous_end)",
    "alert rule": "AlertRule(bound='upper', threshold=1, metric_id='m', severity='warning').to_dict()",
    "alert": "Alert(id='a', timestamp='t', metric_value=1, message='m', model_id='i', status='new', alert_rule=AlertRule(bound='upper', threshold=1, metric_id='m', severity='warning')).to_dict()",
    "metric": "Metric(id='a', name='n', query={}, is_default=False, type='t').to_dict()",
    "constants": "[InputType.list(), OutputType.list(), ValueType.list(), Stage.list(), Enrichment.list(), Role.list(), MetricType.list(), AlertStatus.list()]",
    "constants are text": "(InputType.Tabular == 'TABULAR', f'{InputType.Tabular}', type(InputType.Tabular).__name__, 'x' + Stage.GroundTruth)",
    "validate_parameters_for_alert": "from arthurai.core.alerts import validate_parameters_for_alert as v\n(v(None), v({'a': [1]}), v({'a': []}), v({'a': 1}))",
    "validate_parameters_for_alert, several": "from arthurai.core.alerts import validate_parameters_for_alert as v\nv({'a': [1, 2]})",
    "validate_parameters_for_alert, dict": "from arthurai.core.alerts import validate_parameters_for_alert as v\nv({'a': {}})",
    "get_attribute_order_stage": "from arthurai.core.attributes import get_attribute_order_stage as g\n[g(s) for s in (*Stage.list(), 'x')]",
    "version": "import arthurai\nhasattr(arthurai, '__version__')",
    "arthur_excepted": "from arthurai.common.exceptions import arthur_excepted\n@arthur_excepted('failed')\ndef f(x):\n    return 1 / x\nf(0)",
    "arthur_excepted, own errors": "from arthurai.common.exceptions import arthur_excepted\n@arthur_excepted('failed')\ndef f(x):\n    raise UserValueError('mine')\nf(0)",
    "arthur_excepted, missing": "from arthurai.common.exceptions import arthur_excepted\n@arthur_excepted('failed')\ndef f(x):\n    return x\nf()",
    "format_timestamp": UTIL
    + "format_timestamp(datetime.datetime(2021, 2, 8, 12, 10, 5), 'America/Phoenix')",
    "format_timestamp, aware": UTIL
    + "format_timestamp(datetime.datetime(2021, 2, 8, 12, 10, 5, tzinfo=datetime.timezone.utc))",
    "format_timestamp, text": UTIL + "format_timestamp('2021-02-08T12:10:05Z')",
    "format_timestamp, naive": UTIL + "format_timestamp(datetime.datetime(2021, 2, 8))",
    "format_timestamp, naive text": UTIL + "format_timestamp('2021-02-08T12:10:05')",
    "format_timestamp, None": UTIL + "format_timestamp(None)",
    "format_timestamp, number": UTIL + "format_timestamp(5)",
    "format_timestamp, unknown zone": UTIL
    + "format_timestamp(datetime.datetime(2021, 2, 8), 'No/Where')",
    "is_valid_datetime_string": UTIL
    + "[is_valid_datetime_string(v) for v in ('2021-02-08T12:10:05Z', '2021-02-08T12:10:05', 'x', 5, None, '2021-02-08T12:10:05+02:00')]",
    "generate_timestamps": UTIL
    + "t = generate_timestamps(20, duration='4d', end=datetime.datetime(2021, 1, 5, tzinfo=datetime.timezone.utc))\n(len(t), t == sorted(t), sorted(set(t)))",
    "generate_timestamps, hours": UTIL
    + "t = generate_timestamps(40, duration='10h', freq='H' if pd.__version__ < '2' else 'h', end=datetime.datetime(2021, 1, 5, tzinfo=datetime.timezone.utc))\n(len(t), sorted(set(t)))",
    "generate_timestamps, bad duration": UTIL + "generate_timestamps(20, duration='x')",
    "generate_timestamps, bad end": UTIL + "generate_timestamps(20, end='x')",
    "generate_timestamps, too few": UTIL + "generate_timestamps(2, duration='9d')",
    "normal_random_ints_fixed_sum": UTIL
    + "v = normal_random_ints_fixed_sum(5, 100)\n(len(v), int(sum(v)))",
    "value_type_to_python_type": UTIL
    + "[value_type_to_python_type(v) for v in ('INTEGER', 'FLOAT', 'BOOLEAN', 'STRING', 'UNSTRUCTURED_TEXT', 'IMAGE', 'BOUNDING_BOX')]",
    "value_type_to_python_type, unknown": UTIL + "value_type_to_python_type('x')",
    "format_timestamps": UTIL
    + "format_timestamps([{'inference_timestamp': datetime.datetime(2021, 1, 1), 'inference_data': {'t': datetime.datetime(2021, 1, 2)}}], tz='UTC', timestamp_attributes=['t'])",
    "format_time_series_attr_timestamps": UTIL
    + "format_time_series_attr_timestamps({'inference_data': {'s': [{'timestamp': datetime.datetime(2021, 1, 1), 'value': 1}]}}, ['s'], tz='UTC')",
    "type tests": CORE
    + "[[f(v) for v in (1, 1.5, 'a', True, None, [1], np.int64(1), np.float32(1), np.bool_(True), np.array([1]), pd.Timestamp('2021'))] for f in (is_float_like, is_int_like, is_str_like, is_bool_like, is_date_like, is_list_like)]",
    "is_valid_datetime_obj": CORE
    + "[is_valid_datetime_obj(v) for v in ('2021-01-02', '12:30', 'x', '5')]",
    "can_cast": CORE + "[can_cast(int, '5'), can_cast(int, 'x'), can_cast(float, '1.5')]",
    "series_to_df": CORE + "series_to_df(pd.Series([1, 2], name='a'))",
    "series_to_df, list": CORE + "series_to_df([1])",
    "intersection_is_non_empty": CORE
    + "(intersection_is_non_empty([1], [1, 2]), intersection_is_non_empty({1}, {2}))",
    "dataframe_like_to_list_of_dicts": CORE
    + "[dataframe_like_to_list_of_dicts(v) for v in (pd.DataFrame({'a': [1]}), {'a': [1, 2]}, [{'a': 1}], [])]",
    "dataframe_like_to_list_of_dicts, Series": CORE
    + "dataframe_like_to_list_of_dicts(pd.Series([1]))",
    "update_column_in_list_of_dicts": CORE
    + "rows = [{'a': 1}, {'a': 2}]\nupdate_column_in_list_of_dicts(rows, 'b', [3, 4])\nrows",
    "update_column_in_list_of_dicts, too few": CORE
    + "update_column_in_list_of_dicts([{'a': 1}], 'b', [3, 4])",
    "NumpyEncoder": CORE
    + "[NumpyEncoder.convert_value(v) for v in (np.int64(1), np.float64(1.5), np.bool_(True), np.array([1, 2]), float('nan'), 'a', None)]",
    "standardize_pd_obj": CORE
    + "standardize_pd_obj(pd.Series([1.0, float('inf')]), dropna=True, replacedatetime=False)",
    "nest_reference_data": CORE
    + "nest_reference_data([{'a': 1}], [ArthurAttribute(name='a', value_type='INTEGER', stage='PIPELINE_INPUT')])",
    "nest_inference_and_ground_truth_data": CORE
    + "nest_inference_and_ground_truth_data([{'a': 1, 'partner_inference_id': 'x'}], [ArthurAttribute(name='a', value_type='INTEGER', stage='PIPELINE_INPUT')])",
    "nest, undeclared": CORE
    + "nest_inference_and_ground_truth_data([{'b': 1}], [ArthurAttribute(name='a', value_type='INTEGER', stage='PIPELINE_INPUT')])",
    "parse_stage_attributes": CORE
    + "parse_stage_attributes([1, 2], [ArthurAttribute(name='a', value_type='INTEGER', stage='PREDICTED_VALUE')], 'PREDICTED_VALUE')",
    "tensors_to_arthur_inference": "from arthurai.core.model_utils import tensors_to_arthur_inference as t\n[sorted(d.items()) for d in t(np.log(np.array([[0.7, 0.2, 0.1], [0.05, 0.15, 0.8]])), {0: 'a', 1: 'b', 2: 'c'}, 2)]",
    "tensors_to_arthur_inference, too many": "from arthurai.core.model_utils import tensors_to_arthur_inference as t\nt(np.log(np.array([[0.7, 0.2, 0.1]])), {0: 'a', 1: 'b', 2: 'c'}, 6)",
    "validate_attr_names": "from arthurai.core.dataset_validation_utils import validate_attr_names as v\n(v(['good', 'fine_1']), v(['not good']))",
    "valid_rec_obj": "from arthurai.core.dataset_validation_utils import valid_rec_obj as v\n[v({'item_id': 'a'}), v({'item_id': 1}), v('a'), v({})]",
    "validate_response_status": "from arthurai.client.validation import validate_response_status as v\n(v(200), v(404, 404), v(201, 201))",
    "validate_response_status, 404": "from arthurai.client.validation import validate_response_status as v\nv(404)",
    "validate_response_status, 402": "from arthurai.client.validation import validate_response_status as v\nv(402)",
    "validate_response_status, 500": "from arthurai.client.validation import validate_response_status as v\nv(500)",
    "validate_response_status, 301": "from arthurai.client.validation import validate_response_status as v\nv(301)",
    "validate_response_status, other": "from arthurai.client.validation import validate_response_status as v\nv(200, 201)",
    "clean_nones": "ArthurAttribute.clean_nones({'a': None, 'b': 1, 'c': [1], 'd': {'e': 2}})",
    "validate_multistatus": 'from arthurai.client.validation import validate_multistatus_response_and_get_failures as v\nfrom requests import Response\nr = Response()\nr.status_code = 207\nr._content = b\'{"counts": {"success": 1, "failure": 1, "total": 2}, "results": [{"status": 200, "message": "a"}, {"status": 400, "message": "b"}]}\'\nv(r)',
    "validate_multistatus, raising": 'from arthurai.client.validation import validate_multistatus_response_and_get_failures as v\nfrom requests import Response\nr = Response()\nr.status_code = 207\nr._content = b\'{"counts": {"success": 0, "failure": 1, "total": 1}, "results": [{"status": 400, "message": "b"}]}\'\nv(r, raise_on_failures=True)',
    "construct_url": "from arthurai.client.helper import construct_url as c\n(c('https://a', '/b/', 'c'), c('a.b', 'c'), c('a', 'b', validate=False, default_https=False))",
    "construct_url, bad": "from arthurai.client.helper import construct_url as c\nc('a', default_https=False)",
}

CALLS = [
    *calls_of("attribute", ATTRIBUTES, ("binary",), BUILT),
    *calls_of("attribute", PAIR, ("pair",), BUILT),
    *calls_of("attribute", OTHERS, ("regression",), BUILT),
    *calls_of("saved model", SAVED_ATTRIBUTES, ("binary",), SAVED),
    *calls_of("class or function", CLASSES, ("binary",), NOTHING),
]
