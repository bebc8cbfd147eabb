"""Calls that send files and frames in bulk, and reference data."""

from __future__ import annotations

from official.calls.call import BUILT, calls_of
from official.calls.model_kinds import KINDS

PLAIN = tuple(kind for kind in KINDS if kind not in {"image", "detection", "batch"})
PARQUET = ("binary", "regression")
ROWS = "B = X.assign(partner_inference_id=IDS, inference_timestamp=TIMES)\n"
TRUTH = "T = G.assign(partner_inference_id=IDS, ground_truth_timestamp=TIMES)\n"
SENT = "m.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=TIMES)\n"
JSON = "import json, os\nos.mkdir('rows')\njson.dump({}, open('rows/a.json', 'w'))\n"
FILES = "import os\nos.mkdir('rows')\n"

BULK_EVERY_KIND = {
    "frame": ROWS + "m.send_bulk_inferences(data=B)",
    "frame with truth": ROWS
    + "m.send_bulk_inferences(data=B.assign(**{c: G[c] for c in G.columns}, ground_truth_timestamp=TIMES))",
    "frame without ids": "m.send_bulk_inferences(data=X)",
    "frame without ids, ignored": "m.send_bulk_inferences(data=X, ignore_join_errors=True)",
    "truth without ids": "m.send_bulk_inferences(data=D)",
    "ids twice": ROWS + "m.send_bulk_inferences(data=B.head(3).assign(partner_inference_id='z'))",
    "missing first column": ROWS + "m.send_bulk_inferences(data=B.drop(columns=X.columns[0]))",
    "missing predictions": ROWS + "m.send_bulk_inferences(data=B.drop(columns=P.columns))",
    "extra column": ROWS + "m.send_bulk_inferences(data=B.assign(undeclared=1))",
    "truths, frame": SENT + TRUTH + "m.send_bulk_ground_truths(data=T)",
    "truths without times": SENT
    + "m.send_bulk_ground_truths(data=G.assign(partner_inference_id=IDS))",
    "truths before": TRUTH + "m.send_bulk_ground_truths(data=T)\n" + SENT,
    "JSON file": JSON.format("nested(X, [])") + "m.send_bulk_inferences(directory_path='rows')",
}
BULK_FILES = {
    "empty frame": ROWS + "m.send_bulk_inferences(data=B.head(0))",
    "nothing": "m.send_bulk_inferences()",
    "list of rows": "m.send_bulk_inferences(data=X.to_dict('records'))",
    "Series": "m.send_bulk_inferences(data=X[X.columns[0]])",
    "text": "m.send_bulk_inferences(data='rows')",
    "directory": ROWS
    + FILES
    + "B.to_parquet('rows/a.parquet')\nm.send_bulk_inferences(directory_path='rows')",
    "directory, positional": ROWS
    + FILES
    + "B.to_parquet('rows/a.parquet')\nm.send_bulk_inferences(None, 'rows')",
    "directory as Path": ROWS
    + FILES
    + "import pathlib\nB.to_parquet('rows/a.parquet')\nm.send_bulk_inferences(directory_path=pathlib.Path('rows'))",
    "two files": ROWS
    + FILES
    + "B.head(10).to_parquet('rows/a.parquet')\nB.tail(5).to_parquet('rows/b.parquet')\nm.send_bulk_inferences(directory_path='rows')",
    "files": ROWS
    + FILES
    + "B.to_parquet('rows/a.parquet')\nm.send_bulk_inferences(files=['rows/a.parquet'])",
    "files as Path": ROWS
    + FILES
    + "import pathlib\nB.to_parquet('rows/a.parquet')\nm.send_bulk_inferences(files=[pathlib.Path('rows/a.parquet')])",
    "open file": ROWS
    + FILES
    + "B.to_parquet('rows/a.parquet')\nm.send_bulk_inferences(files=[open('rows/a.parquet', 'rb')])",
    "BytesIO": ROWS
    + "import io\nbuffer = io.BytesIO(B.to_parquet())\nm.send_bulk_inferences(files=[buffer])",
    "no files": "m.send_bulk_inferences(files=[])",
    "empty directory": FILES + "m.send_bulk_inferences(directory_path='rows')",
    "unknown directory": "m.send_bulk_inferences(directory_path='nowhere')",
    "unknown file": "m.send_bulk_inferences(files=['nowhere.parquet'])",
    "Spark's files": ROWS
    + FILES
    + "B.head(4).to_parquet('rows/part-0000.snappy.parquet')\nB.tail(4).to_parquet('rows/part-0001.snappy.parquet')\nopen('rows/_SUCCESS', 'w').close()\nopen('rows/.part.crc', 'w').close()\nm.send_bulk_inferences(directory_path='rows')",
    "other files beside": ROWS
    + FILES
    + "B.to_parquet('rows/a.parquet')\nopen('rows/readme.txt', 'w').write('hello')\nm.send_bulk_inferences(directory_path='rows')",
    "JSON that is no list": FILES
    + "import json\njson.dump({'a': 1}, open('rows/a.json', 'w'))\nm.send_bulk_inferences(directory_path='rows')",
    "times without zone": FILES
    + "X.assign(partner_inference_id=IDS, inference_timestamp=[t.tz_localize(None) for t in TIMES]).to_parquet('rows/a.parquet')\nm.send_bulk_inferences(directory_path='rows')",
    "frame, times without zone": "m.send_bulk_inferences(data=X.assign(partner_inference_id=IDS, inference_timestamp=[t.tz_localize(None) for t in TIMES]))",
    "frame, times as text": "m.send_bulk_inferences(data=X.assign(partner_inference_id=IDS, inference_timestamp=[t.isoformat() for t in TIMES]))",
    "files, times as numbers": FILES
    + "X.assign(partner_inference_id=IDS, inference_timestamp=[int(t.timestamp()) for t in TIMES]).to_parquet('rows/a.parquet')\nm.send_bulk_inferences(directory_path='rows')",
    "files, missing column": ROWS
    + FILES
    + "B.drop(columns='age').to_parquet('rows/a.parquet')\nm.send_bulk_inferences(directory_path='rows')",
    "files, extra column": ROWS
    + FILES
    + "B.assign(undeclared=1).to_parquet('rows/a.parquet')\nm.send_bulk_inferences(directory_path='rows')",
    "files without ids": FILES
    + "X.assign(inference_timestamp=TIMES).to_parquet('rows/a.parquet')\nm.send_bulk_inferences(directory_path='rows')",
    "files without times": FILES
    + "X.assign(partner_inference_id=IDS).to_parquet('rows/a.parquet')\nm.send_bulk_inferences(directory_path='rows')",
    "files, text for a number": ROWS
    + FILES
    + "B.assign(age='old').to_parquet('rows/a.parquet')\nm.send_bulk_inferences(directory_path='rows')",
    "frame, text for a number": ROWS + "m.send_bulk_inferences(data=B.assign(age='old'))",
    "frame, NaN": ROWS + "m.send_bulk_inferences(data=B.assign(age=np.nan))",
    "frame, infinity": ROWS + "m.send_bulk_inferences(data=B.assign(income=np.inf))",
    "batch id for a stream": ROWS + "m.send_bulk_inferences('b', data=B)",
    "send_batch_inferences": ROWS + "m.send_batch_inferences('b', data=B)",
    "truths, nothing": "m.send_bulk_ground_truths()",
    "truths without ids": SENT + "m.send_bulk_ground_truths(data=G)",
    "truths, extra column": SENT + TRUTH + "m.send_bulk_ground_truths(data=T.assign(undeclared=1))",
    "truths, directory": SENT
    + TRUTH
    + FILES
    + "T.to_parquet('rows/a.parquet')\nm.send_bulk_ground_truths('rows')",
    "truths, files": SENT
    + TRUTH
    + FILES
    + "T.to_parquet('rows/a.parquet')\nm.send_bulk_ground_truths(files=['rows/a.parquet'])",
    "truths, times without zone": SENT
    + FILES
    + "G.assign(partner_inference_id=IDS, ground_truth_timestamp=[t.tz_localize(None) for t in TIMES]).to_parquet('rows/a.parquet')\nm.send_bulk_ground_truths(directory_path='rows')",
    "truths, unknown ids": TRUTH
    + "m.send_bulk_ground_truths(data=T.assign(partner_inference_id=[f'no-{n}' for n in range(N)]))",
    "send_batch_ground_truths": SENT + TRUTH + "m.send_batch_ground_truths(data=T)",
    "convert_dataframe": "import os\nfolder = m.convert_dataframe(X, is_ref_data=False)\nsorted(name.replace(m.id, '') for name in os.listdir(folder))",
    "convert_dataframe, many files": "import os\nfolder = m.convert_dataframe(X, is_ref_data=True, max_rows_per_file=10)\nsorted(name.replace(m.id, '') for name in os.listdir(folder))",
}
BULK_BATCHES = {
    "frame": ROWS + "m.send_bulk_inferences('b', data=B)",
    "frame, stays open": ROWS + "m.send_bulk_inferences('b', data=B, complete_batch=False)",
    "frame, no batch id": ROWS + "m.send_bulk_inferences(data=B)",
    "batch ids in the table": ROWS + "m.send_bulk_inferences(data=B.assign(batch_id='b'))",
    "directory": ROWS
    + FILES
    + "B.to_parquet('rows/a.parquet')\nm.send_bulk_inferences('b', directory_path='rows')",
    "failures": ROWS
    + FILES
    + "B.assign(age='old').to_parquet('rows/a.parquet')\nm.send_bulk_inferences('b', directory_path='rows')",
}
BULK_IMAGES = {
    "frame": ROWS + "m.send_bulk_inferences(data=B)",
    "directory": ROWS
    + FILES
    + "B.to_parquet('rows/a.parquet')\nm.send_bulk_inferences(directory_path='rows')",
    "reference": "m.set_reference_data(data=D)",
    "reference, inputs": "m.set_reference_data(data=I)",
}

REFERENCE_EVERY_KIND = {
    "frame": "m.set_reference_data(data=D)",
    "inputs and predictions": "m.set_reference_data(data=X)",
    "inputs only": "m.set_reference_data(data=I)",
    "one column": "m.set_reference_data(data=D[[D.columns[0]]])",
    "Series": "m.set_reference_data(data=D[D.columns[0]])",
    "extra column": "m.set_reference_data(data=D.assign(undeclared=1))",
    "JSON file": JSON.format(
        "D.astype(object).where(D.notna(), None).to_dict('records') if 'seen' not in D else D.drop(columns='seen').to_dict('records')"
    )
    + "m.set_reference_data(directory_path='rows')",
    "twice": "m.set_reference_data(data=D)\nm.set_reference_data(data=D)",
}
REFERENCE_SHAPES = {
    "nothing": "m.set_reference_data()",
    "empty frame": "m.set_reference_data(data=D.head(0))",
    "rows": "m.set_reference_data(data=D.to_dict('records'))",
    "positional": "m.set_reference_data(None, D)",
    "directory": FILES + "D.to_parquet('rows/a.parquet')\nm.set_reference_data('rows')",
    "files": FILES
    + "D.to_parquet('rows/a.parquet')\nm.set_reference_data(files=['rows/a.parquet'])",
    "BytesIO": "import io\nm.set_reference_data(files=[io.BytesIO(D.to_parquet())])",
    "files, inputs only": FILES
    + "I.to_parquet('rows/a.parquet')\nm.set_reference_data(directory_path='rows')",
    "foreign JSON below": FILES
    + "import json\nD.to_parquet('rows/ref.parquet')\nos.mkdir('rows/sub')\njson.dump([{'hello': 'world'}], open('rows/sub/notes.json', 'w'))\nm.set_reference_data(directory_path='rows')",
    "wrapped JSON": FILES
    + "import json\njson.dump([{'reference_data': {'age': 1}}], open('rows/a.json', 'w'))\nm.set_reference_data(directory_path='rows')",
    "text for a number": "m.set_reference_data(data=D.assign(age='old'))",
    "NaN": "m.set_reference_data(data=D.assign(age=np.nan))",
    "unknown category": "m.set_reference_data(data=D.assign(city='Paris'))",
    "empty directory": FILES + "m.set_reference_data(directory_path='rows')",
    "unknown directory": "m.set_reference_data(directory_path='nowhere')",
    "other index": "m.set_reference_data(data=D.set_index(pd.Index(range(7, 7 + N))))",
}
REFERENCE_BUILT = {
    "then save": "m.set_reference_data(data=D)\nm.save()\nserver.rows(m.id, {'select': [{'function': 'count'}], 'from': 'reference'})",
    "inputs only, then save": "m.set_reference_data(data=I)\nm.save()",
    "inputs only, then save unchecked": "m.set_reference_data(data=I)\nm.save(skip_validation=True)\nserver.rows(m.id, {'select': [{'function': 'count'}], 'from': 'reference'})",
    "directory": FILES
    + "D.to_parquet('rows/a.parquet')\nm.set_reference_data(directory_path='rows')",
    "Series": "m.set_reference_data(data=D[D.columns[0]])",
    "validate": "m.validate_reference_data(D)",
    "validate, missing": "m.validate_reference_data(I)",
    "validate, extra": "m.validate_reference_data(D.assign(undeclared=1))",
    "validate, empty": "m.validate_reference_data(D.head(0))",
    "validate, rows": "m.validate_reference_data(D.to_dict('records'))",
    "validate, text for a number": "m.validate_reference_data(D.assign(age='old'))",
}

CALLS = [
    *calls_of("bulk", BULK_EVERY_KIND, PLAIN, stored=True),
    *calls_of("bulk", BULK_FILES, PARQUET[:1], stored=True),
    *calls_of("bulk", BULK_BATCHES, ("batch",), stored=True),
    *calls_of("bulk", BULK_IMAGES, ("image", "detection"), stored=True),
    *calls_of("set_reference_data", REFERENCE_EVERY_KIND, PLAIN, stored=True),
    *calls_of("set_reference_data", REFERENCE_SHAPES, PARQUET, stored=True),
    *calls_of("reference, unsaved", REFERENCE_BUILT, PARQUET, BUILT),
]
