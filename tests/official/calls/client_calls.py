"""Calls on the client, on groups of models and on the HTTP layer below."""

from __future__ import annotations

from official.calls.call import BUILT, NOTHING, SAVED, calls_of

WHERE = "import os\nurl, key = os.environ['ARTHUR_ENDPOINT_URL'], os.environ['ARTHUR_API_KEY']\n"
AS = "url=url, access_key=key, allow_insecure=True"
GIVEN = "input_type='TABULAR', output_type='REGRESSION'"

CLIENT = {
    "environment": "type(ArthurAI(allow_insecure=True)).__name__",
    "arguments": WHERE + f"type(ArthurAI({AS})).__name__",
    "config": WHERE
    + "type(ArthurAI({'url': url, 'access_key': key, 'allow_insecure': True})).__name__",
    "config and argument": WHERE
    + "type(ArthurAI({'url': url, 'access_key': key, 'allow_insecure': True}, url=url)).__name__",
    "insecure": WHERE + "ArthurAI(url=url, access_key=key)",
    "wrong key": WHERE + "ArthurAI(url=url, access_key='nonsense', allow_insecure=True)",
    "nobody there": "ArthurAI(url='http://127.0.0.1:9', access_key='k', allow_insecure=True)",
    "address with a path": WHERE + "ArthurAI(url=url + '/x', access_key=key, allow_insecure=True)",
    "address with a slash": WHERE
    + "type(ArthurAI(url=url + '/', access_key=key, allow_insecure=True)).__name__",
    "other scheme": "ArthurAI(url='ftp://a', access_key='k')",
    "no key": WHERE
    + "del os.environ['ARTHUR_API_KEY']\ntry:\n    ArthurAI(url=url, allow_insecure=True)\nfinally:\n    os.environ['ARTHUR_API_KEY'] = key",
    "no url": WHERE
    + "del os.environ['ARTHUR_ENDPOINT_URL']\ntry:\n    ArthurAI(access_key=key)\nfinally:\n    os.environ['ARTHUR_ENDPOINT_URL'] = url",
    "wrong password": WHERE
    + "ArthurAI(url=url, login='nobody', password='x', allow_insecure=True)",
    "unknown organization": WHERE + f"ArthurAI({AS}, organization_id='nowhere').get_current_org()",
    "organization given": WHERE
    + f"o = arthur.get_current_org()['id']\nArthurAI({AS}, organization_id=o).get_current_org()['id'] == o",
    "offline": WHERE
    + f"type(ArthurAI({AS}, offline=True).model(display_name='x', {GIVEN})).__name__",
    "offline and organization": WHERE + f"ArthurAI({AS}, offline=True, organization_id='x')",
    "verify_ssl text": WHERE + f"ArthurAI({AS}, verify_ssl='no')",
    "verify_ssl False": WHERE + f"ArthurAI({AS}, verify_ssl=False).verify_ssl",
    "VERIFY_SSL": WHERE
    + f"os.environ['VERIFY_SSL'] = 'off'\ntry:\n    v = ArthurAI({AS}).verify_ssl\nfinally:\n    del os.environ['VERIFY_SSL']\nv",
    "VERIFY_SSL nonsense": WHERE
    + f"os.environ['VERIFY_SSL'] = 'perhaps'\ntry:\n    ArthurAI({AS})\nfinally:\n    del os.environ['VERIFY_SSL']",
    "unknown argument": "ArthurAI(nonsense=1)",
    "model": f"n = arthur.model(display_name='My model', {GIVEN})\n(n.display_name, n.partner_model_id[:9], n.id, n.attributes, n.is_batch)",
    "model, id": f"n = arthur.model(partner_model_id='x', {GIVEN})\n(n.display_name, n.partner_model_id)",
    "model, positional": "n = arthur.model('x', 'TABULAR', 'REGRESSION')\nn.to_dict()",
    "model, everything": "arthur.model(partner_model_id='x', input_type='IMAGE', output_type='MULTICLASS', display_name='d', description='w', tags=['t'], classifier_threshold=0.4, is_batch=True, text_delimiter='x', expected_throughput_gb_per_day=3, pixel_height=4, pixel_width=5).to_dict()",
    "model, tags tuple": f"arthur.model('x', {GIVEN}, tags=('a', 'b')).tags",
    "model, model_type": "arthur.model('x', input_type='TABULAR', model_type='REGRESSION').output_type",
    "model, both types": "arthur.model('x', input_type='TABULAR', output_type='MULTICLASS', model_type='REGRESSION').output_type",
    "model, no names": f"arthur.model({GIVEN})",
    "model, no input type": "arthur.model('x', output_type='REGRESSION')",
    "model, no output type": "arthur.model('x', input_type='TABULAR')",
    "model, unknown type": "arthur.model('x', input_type='NONSENSE', output_type='REGRESSION').input_type",
    "model, unknown argument": f"arthur.model('x', {GIVEN}, nonsense=1)",
    "model, name": f"arthur.model(name='x', {GIVEN})",
    "model, dict": "arthur.model({'partner_model_id': 'x'})",
    "get_model, unknown": "arthur.get_model('00000000-0000-4000-8000-000000000000')",
    "get_model, bad id_type": "arthur.get_model('x', id_type='nonsense')",
    "get_model, unknown partner": "arthur.get_model('never', id_type='partner_model_id')",
    "get_model, None": "arthur.get_model(None)",
    "get_model, nothing": "arthur.get_model()",
    "get_current_org": "sorted(arthur.get_current_org())",
    "set_current_org": "arthur.set_current_org(arthur.get_current_org()['id'])",
    "set_current_org, unknown": "arthur.set_current_org('00000000-0000-4000-8000-000000000000')",
    "create_service_account": "sorted(arthur.create_service_account('a', 'Model Owner'))",
    "create_service_account, role": "arthur.create_service_account('b', Role.Administrator)['description']",
    "create_service_account, bad role": "arthur.create_service_account('c', 'King')",
    "get_service_accounts": "arthur.create_service_account('d', 'Model Owner')\n[sorted(a) for a in arthur.get_service_accounts('d')]",
    "get_service_accounts, unknown": "arthur.get_service_accounts(description='never')",
    "get_service_accounts, all": "type(arthur.get_service_accounts()).__name__",
    "client.get": "sorted(arthur.client.get('/organizations/current'))",
    "client.get, raw": "arthur.client.get('/organizations/current', return_raw_response=True).status_code",
    "client.get, raw JSON": "sorted(arthur.client.get('/organizations/current', return_raw_response=True).json())",
    "client.get, expected": "sorted(arthur.client.get('/organizations/current', validation_response_code=200))",
    "client.get, another expected": "arthur.client.get('/organizations/current', validation_response_code=201)",
    "client.get, 404": "arthur.client.get('/models/never')",
    "client.get, 404 unchecked": "type(arthur.client.get('/models/never', validate_response_status=False)).__name__",
    "client.get, params": "sorted(arthur.client.get('/service_accounts', params={'description': 'never'}))",
    "client.get, question mark": "sorted(arthur.client.get('/service_accounts?description=never'))",
    "client.post": "sorted(arthur.client.post('/service_accounts', json={'description': 'e', 'role': 'Model Owner'}))",
    "client.post, text": 'sorted(arthur.client.post(\'/service_accounts\', json=\'{"description": "e", "role": "Model Owner"}\'))',
    "client.post, bad body": "arthur.client.post('/service_accounts', json={'role': 5})",
    "client.post, not JSON": "arthur.client.post('/service_accounts', json={'role': object()})",
    "client.put": "sorted(arthur.client.put('/organizations/current', json={'organization_id': arthur.get_current_org()['id']}))",
    "client.send": "sorted(arthur.client.send('/organizations/current', method='GET'))",
    "client.send, v4": "arthur.client.send('/models/never/metrics', path_prefix='/api/v4')",
    "client.get, negative retries": "arthur.client.get('/organizations/current', retries=-1)",
    "client.delete, 404": "arthur.client.delete('/models/never')",
    "client.patch, 404": "arthur.client.patch('/models/never/reference_data', json={'status': 'uploaded'})",
    "get_model_group, unknown": "arthur.get_model_group('00000000-0000-4000-8000-000000000000')",
    "get_model_group, number": "arthur.get_model_group(5)",
    "HTTPClient": WHERE
    + "from arthurai.client.http.requests import HTTPClient\nsorted(HTTPClient(url, path_prefix='/api/v3', default_headers={'Authorization': key}).get('/organizations/current'))",
    "HTTPClient, path": "from arthurai.client.http.requests import HTTPClient\nHTTPClient('https://a/b')",
    "HTTPClient, insecure": "from arthurai.client.http.requests import HTTPClient\nHTTPClient('http://a', allow_insecure=False)",
    "new_requests_client": WHERE
    + "from arthurai.client.client import new_requests_client\nsorted(new_requests_client(access_key=key, url=url, allow_insecure=True).get('/organizations/current'))",
    "api v3 names": "from arthurai.client.apiv3 import InputType, OutputType, Stage, ValueType\n(InputType.Tabular, OutputType.Regression, Stage.GroundTruth, ValueType.Float)",
}
GROUP = "g = arthur.get_model_group(m)\n"
SECOND = (
    "n = arthur.model(partner_model_id=m.partner_model_id + '2', display_name='second', input_type='TABULAR', output_type='MULTICLASS')\n"
    "n.build(D, {'pred': 1}, ground_truth_column='label', non_input_columns=['note'], set_reference_data=False)\n"
)
GROUPS = {
    "get_model_group": GROUP
    + "(type(g).__name__, g.name == m.display_name, g.archived, g.id == m.model_group_id)",
    "by id": "arthur.get_model_group(m.model_group_id).id == m.model_group_id",
    "get_versions": GROUP
    + "[(v.id == m.id, v.version_sequence_num, v.version_label) for v in g.get_versions()]",
    "get_latest_version": GROUP
    + "(g.get_latest_version().id == m.id, len(g.get_latest_version().attributes or []))",
    "get_version": GROUP + "g.get_version(sequence_num=1).id == m.id",
    "get_version, positional": GROUP + "g.get_version(1).id == m.id",
    "get_version, unknown": GROUP + "g.get_version(sequence_num=9)",
    "get_version, unknown label": GROUP + "g.get_version(label='never')",
    "get_version, nothing": GROUP + "g.get_version()",
    "get_version, both": GROUP + "g.get_version(sequence_num=1, label='a')",
    "get_version, text": GROUP + "g.get_version(sequence_num='1')",
    "get_version, number label": GROUP + "g.get_version(label=1)",
    "add_version": GROUP
    + SECOND
    + "(g.add_version(n, label='two'), type(n.save()).__name__, n.version_sequence_num, n.version_label, len(g.get_versions()))",
    "add_version, by label": GROUP
    + SECOND
    + "g.add_version(n, label='two')\nn.save()\n(g.get_version(label='two').id == n.id, g.get_latest_version().id == n.id)",
    "add_version, without label": GROUP + SECOND + "g.add_version(n)\nn.save()\nn.version_label",
    "add_version, model of a group": GROUP + "g.add_version(m)",
    "archived version": GROUP
    + SECOND
    + "g.add_version(n, label='two')\nn.save()\nn.archive()\n(len(g.get_versions()), len(g.get_versions(include_archived=True)))",
    "name": GROUP + "g.name = 'another'\narthur.get_model_group(g.id).name",
    "description": GROUP + "g.description = 'words'\narthur.get_model_group(g.id).description",
    "name, empty": GROUP + "g.name = ''",
    "name, None": GROUP + "g.name = None",
    "archive": GROUP + "(g.archive(), g.archived)",
    "viz": GROUP + "type(g.viz()).__name__",
    "viz, numbers": GROUP + "type(g.viz(sequence_nums=[1])).__name__",
    "viz, labels": GROUP + "g.viz(labels=['never'])",
    "viz, both": GROUP + "g.viz(sequence_nums=[1], labels=['a'])",
    "get_model by partner": "arthur.get_model(m.partner_model_id, id_type='partner_model_id').id == m.id",
    "get_model": "n = arthur.get_model(m.id)\n(type(n).__name__, n.id == m.id, n.status, n.archived)",
    "get_model, positional type": "arthur.get_model(m.id, 'id').id == m.id",
}

CALLS = [
    *calls_of("client", CLIENT, ("binary",), NOTHING),
    *calls_of("group", GROUPS, ("binary",), SAVED),
    *calls_of("group", {"of an unsaved model": "arthur.get_model_group(m)"}, ("binary",), BUILT),
]
