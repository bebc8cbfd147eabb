"""Calls that send inferences and ground truth row by row."""

from __future__ import annotations

from official.calls.call import FILLED, NEW, calls_of
from official.calls.model_kinds import KINDS

PLAIN = tuple(kind for kind in KINDS if kind not in {"image", "detection", "batch"})
TABULAR = ("binary", "regression", "pair")
WITH = "partner_inference_ids=IDS, inference_timestamps=TIMES"
FOUR = "partner_inference_ids=IDS[:4], inference_timestamps=TIMES[:4]"

#: Shapes of tables, for every kind of model.
EVERY_KIND = {
    "frame": f"m.send_inferences(X, {WITH})",
    "rows": f"m.send_inferences(X.to_dict('records'), {WITH})",
    "columns": f"m.send_inferences(X.to_dict('list'), {WITH})",
    "nested rows": "m.send_inferences(nested(X, []))",
    "nested rows with truth": "m.send_inferences(nested(D, list(G.columns)))",
    "frame with truth": f"m.send_inferences(D, {WITH}, ground_truth_timestamps=TIMES)",
    "predictions apart, frame": f"m.send_inferences(I, predictions=P, {WITH})",
    "predictions apart, rows": f"m.send_inferences(I.to_dict('records'), predictions=P.to_dict('records'), {WITH})",
    "predictions apart, columns": f"m.send_inferences(I, predictions=P.to_dict('list'), {WITH})",
    "truth apart, frame": f"m.send_inferences(X, ground_truths=G, ground_truth_timestamps=TIMES, {WITH})",
    "truth apart, rows": f"m.send_inferences(X.to_dict('records'), ground_truths=G.to_dict('records'), ground_truth_timestamps=TIMES, {WITH})",
    "truth without times": f"m.send_inferences(X, ground_truths=G, {WITH})",
    "nothing but rows": "m.send_inferences(X)",
    "one row": "m.send_inferences(X.to_dict('records')[:1], partner_inference_ids=['only'], inference_timestamps=TIMES[:1])",
    "empty frame": "m.send_inferences(X.head(0))",
    "empty list": "m.send_inferences([])",
    "missing first column": f"m.send_inferences(X.drop(columns=X.columns[0]), {WITH})",
    "missing predictions": f"m.send_inferences(I, {WITH})",
    "extra column": f"m.send_inferences(X.assign(undeclared=1), {WITH})",
    "ids in the table": "m.send_inferences(X.assign(partner_inference_id=IDS, inference_timestamp=TIMES))",
    "ids twice": "m.send_inferences(X.head(2), partner_inference_ids=['d', 'd'], inference_timestamps=TIMES[:2])",
    "ids twice, silently": "m.send_inferences(X.head(2), partner_inference_ids=['d', 'd'], inference_timestamps=TIMES[:2], fail_silently=True)",
    "sent twice": f"m.send_inferences(X.head(4), {FOUR})\nm.send_inferences(X.head(4), {FOUR})",
    "None in the first column": f"m.send_inferences([{{**row, X.columns[0]: None}} for row in X.to_dict('records')], {WITH})",
}

#: Shapes of arguments, for plain tabular models.
TABULAR_SHAPES = {
    "predictions apart, list": f"m.send_inferences(I, predictions=list(P[P.columns[0]]), {WITH})",
    "predictions apart, Series": f"m.send_inferences(I, predictions=P[P.columns[0]], {WITH})",
    "predictions apart, array": f"m.send_inferences(I, predictions=P[P.columns[0]].to_numpy(), {WITH})",
    "predictions apart, tuple": f"m.send_inferences(I, predictions=tuple(P[P.columns[0]]), {WITH})",
    "predictions apart, generator": f"m.send_inferences(I, predictions=(v for v in P[P.columns[0]]), {WITH})",
    "predictions apart, too few": f"m.send_inferences(I, predictions=P.head(3), {WITH})",
    "predictions apart, number": f"m.send_inferences(I, predictions=0.5, {WITH})",
    "predictions apart, two-dimensional": f"m.send_inferences(I, predictions=P.to_numpy(), {WITH})",
    "truth apart, list": f"m.send_inferences(X, ground_truths=list(G[G.columns[0]]), ground_truth_timestamps=TIMES, {WITH})",
    "truth apart, Series": f"m.send_inferences(X, ground_truths=G[G.columns[0]], ground_truth_timestamps=TIMES, {WITH})",
    "truth apart, array": f"m.send_inferences(X, ground_truths=G[G.columns[0]].to_numpy(), ground_truth_timestamps=TIMES, {WITH})",
    "truth apart, columns": f"m.send_inferences(X, ground_truths=G.to_dict('list'), ground_truth_timestamps=TIMES, {WITH})",
    "truth apart, too few": f"m.send_inferences(X, ground_truths=G.head(3), {WITH})",
    "ids as Series": "m.send_inferences(X, partner_inference_ids=pd.Series(IDS), inference_timestamps=TIMES)",
    "ids as Index": "m.send_inferences(X, partner_inference_ids=pd.Index(IDS), inference_timestamps=TIMES)",
    "ids as array": "m.send_inferences(X, partner_inference_ids=np.array(IDS), inference_timestamps=TIMES)",
    "ids as tuple": "m.send_inferences(X, partner_inference_ids=tuple(IDS), inference_timestamps=TIMES)",
    "ids as generator": "m.send_inferences(X, partner_inference_ids=(i for i in IDS), inference_timestamps=TIMES)",
    "ids as numbers": "m.send_inferences(X, partner_inference_ids=list(range(N)), inference_timestamps=TIMES)",
    "ids as array of numbers": "m.send_inferences(X, partner_inference_ids=np.arange(N), inference_timestamps=TIMES)",
    "ids too few": "m.send_inferences(X, partner_inference_ids=IDS[:3], inference_timestamps=TIMES)",
    "one text as ids": "m.send_inferences(X.head(1), partner_inference_ids='a', inference_timestamps=TIMES[:1])",
    "ids empty": "m.send_inferences(X.head(2), partner_inference_ids=['', 'b'], inference_timestamps=TIMES[:2])",
    "ids missing in one row": "m.send_inferences([{**X.to_dict('records')[0], 'partner_inference_id': 'a'}, X.to_dict('records')[1]], inference_timestamps=TIMES[:2])",
    "ids None in one row": "m.send_inferences(X.head(2), partner_inference_ids=['a', None], inference_timestamps=TIMES[:2])",
    "times as DatetimeIndex": "m.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=pd.DatetimeIndex(TIMES))",
    "times as Series": "m.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=pd.Series(TIMES))",
    "times as text": "m.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=[t.isoformat() for t in TIMES])",
    "times as text with Z": "m.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=[t.strftime('%Y-%m-%dT%H:%M:%SZ') for t in TIMES])",
    "times as datetimes": "m.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=[t.to_pydatetime() for t in TIMES])",
    "times naive": "m.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=[t.tz_localize(None) for t in TIMES])",
    "times naive, tz text": "m.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=[t.tz_localize(None) for t in TIMES], tz='US/Eastern')",
    "times naive, tz timezone": "import datetime\nm.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=[t.tz_localize(None).to_pydatetime() for t in TIMES], tz=datetime.timezone(datetime.timedelta(hours=2)))",
    "times naive, tz zoneinfo": "import zoneinfo\nm.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=[t.tz_localize(None) for t in TIMES], tz=zoneinfo.ZoneInfo('Asia/Tokyo'))",
    "times naive, tz unknown": "m.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=[t.tz_localize(None) for t in TIMES], tz='Nowhere/Land')",
    "times naive text": "m.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=[t.tz_localize(None).isoformat() for t in TIMES])",
    "times naive text, tz": "m.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=[t.tz_localize(None).isoformat() for t in TIMES], tz='UTC')",
    "times in another zone": "m.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=[t.tz_convert('America/Lima') for t in TIMES])",
    "times as datetime64": "m.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=np.array([t.tz_localize(None) for t in TIMES], dtype='datetime64[ns]'))",
    "times as numbers": "m.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=[t.timestamp() for t in TIMES])",
    "times too few": "m.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=TIMES[:3])",
    "one time": "m.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=TIMES[0])",
    "times None in one row": "m.send_inferences(X.head(2), partner_inference_ids=['a', 'b'], inference_timestamps=[TIMES[0], None])",
    "generator of rows": f"m.send_inferences((row for row in X.to_dict('records')), {WITH})",
    "tuple of rows": f"m.send_inferences(tuple(X.to_dict('records')), {WITH})",
    "one dict": "m.send_inferences(X.to_dict('records')[0], partner_inference_ids=['a'], inference_timestamps=TIMES[:1])",
    "Series": f"m.send_inferences(X[X.columns[0]], {WITH})",
    "list of lists": f"m.send_inferences(X.values.tolist(), {WITH})",
    "array": f"m.send_inferences(X.to_numpy(), {WITH})",
    "text": "m.send_inferences('rows')",
    "None": "m.send_inferences(None)",
    "no arguments": "m.send_inferences()",
    "unknown argument": f"m.send_inferences(X, nonsense=1, {WITH})",
    "empty dict": "m.send_inferences({})",
    "list of Series": f"m.send_inferences([row for _, row in X.iterrows()], {WITH})",
    "other index": f"m.send_inferences(X.set_index(pd.Index(range(100, 100 + N))), {WITH})",
    "shuffled rows": "S = X.sample(frac=1, random_state=1)\nm.send_inferences(S, partner_inference_ids=[IDS[i] for i in S.index], inference_timestamps=[TIMES[i] for i in S.index])",
    "columns in another order": f"m.send_inferences(X[sorted(X.columns)], {WITH})",
    "batch id for a stream": f"m.send_inferences(X, batch_id='b', {WITH})",
    "batch id in the table": f"m.send_inferences(X.assign(batch_id='b'), {WITH})",
    "NaN": f"m.send_inferences([{{**row, X.columns[0]: float('nan')}} for row in X.to_dict('records')], {WITH})",
    "infinity": f"m.send_inferences([{{**row, X.columns[1]: float('inf')}} for row in X.to_dict('records')], {WITH})",
    "pd.NA": f"m.send_inferences([{{**row, X.columns[0]: pd.NA}} for row in X.to_dict('records')], {WITH})",
    "numpy numbers": f"m.send_inferences([{{**row, 'age': np.int64(row['age'])}} for row in X.to_dict('records')], {WITH})",
    "whole floats for integers": f"m.send_inferences(X.assign(age=X['age'].astype(float)), {WITH})",
    "nullable integers": f"m.send_inferences(X.assign(age=X['age'].astype('Int64')), {WITH})",
    "fractions for integers": f"m.send_inferences(X.assign(age=X['age'] + 0.5), {WITH})",
    "text for a number": f"m.send_inferences(X.assign(age='old'), {WITH})",
    "digits for a number": f"m.send_inferences(X.assign(age='41'), {WITH})",
    "number for text": f"m.send_inferences(X.assign(city=5), {WITH})",
    "unknown category": f"m.send_inferences(X.assign(city='Paris'), {WITH})",
    "category dtype": f"m.send_inferences(X.assign(city=X['city'].astype('category')), {WITH})",
    "list for a number": "m.send_inferences([{**row, 'age': [1]} for row in X.to_dict('records')[:2]], partner_inference_ids=['a', 'b'], inference_timestamps=TIMES[:2])",
    "one bad row": "R = X.to_dict('records')[:3]\nR[1]['age'] = 'x'\nm.send_inferences(R, partner_inference_ids=['a', 'b', 'c'], inference_timestamps=TIMES[:3])",
    "one bad row, silently": "R = X.to_dict('records')[:3]\nR[1]['age'] = 'x'\nm.send_inferences(R, partner_inference_ids=['a', 'b', 'c'], inference_timestamps=TIMES[:3], fail_silently=True)",
    "one row without a column": "R = X.to_dict('records')[:3]\ndel R[1]['age']\nm.send_inferences(R, partner_inference_ids=['a', 'b', 'c'], inference_timestamps=TIMES[:3])",
    "nested and flat mixed": "R = nested(X, [])[:2]\nR[1]['age'] = 3\nm.send_inferences(R)",
    "nested inference, flat truth": "R = [{**r, **g} for r, g in zip(nested(X, []), G.to_dict('records'))]\nm.send_inferences(R, ground_truth_timestamps=TIMES)",
    "nested that is no dict": "m.send_inferences([{'inference_data': 5, 'partner_inference_id': 'a'}])",
    "nested with undeclared key": "R = nested(X, [])[:2]\nR[0]['inference_data']['undeclared'] = 1\nm.send_inferences(R)",
    "truth only": f"m.send_inferences(G, {WITH})",
    "truth NaN": f"m.send_inferences(X, ground_truths=[{{c: None for c in G.columns}}] * N, ground_truth_timestamps=TIMES, {WITH})",
    "rows keep what they were": f"R = X.to_dict('records')\nm.send_inferences(R, {WITH})\nR[0]",
    "repeated, another value": "m.send_inferences(X.head(1), partner_inference_ids=['f'], inference_timestamps=TIMES[:1])\nm.send_inferences(X.head(2).tail(1), partner_inference_ids=['f'], inference_timestamps=TIMES[1:2])",
    "repeated, another value, silently": "m.send_inferences(X.head(1), partner_inference_ids=['f'], inference_timestamps=TIMES[:1])\nm.send_inferences(X.head(2).tail(1), partner_inference_ids=['f'], inference_timestamps=TIMES[1:2], fail_silently=True)",
    "send_inference": "row = X.to_dict('records')[0]\nm.send_inference(TIMES[0].to_pydatetime(), 'old', {k: row[k] for k in I.columns}, predicted_value={k: row[k] for k in P.columns})",
    "send_inference with truth": "row = D.to_dict('records')[0]\nm.send_inference(inference_timestamp=TIMES[0].to_pydatetime(), partner_inference_id='old', model_pipeline_input={k: row[k] for k in I.columns}, predicted_value={k: row[k] for k in P.columns}, ground_truth={k: row[k] for k in G.columns})",
    "send_inference without id": "row = X.to_dict('records')[0]\nm.send_inference(inference_timestamp=TIMES[0].to_pydatetime(), model_pipeline_input={k: row[k] for k in I.columns}, predicted_value={k: row[k] for k in P.columns})",
}

BATCHES = {
    "batch id": f"m.send_inferences(X, batch_id='b', {WITH})",
    "batch id, stays open": f"m.send_inferences(X, batch_id='b', complete_batch=False, {WITH})",
    "no batch id": f"m.send_inferences(X, {WITH})",
    "batch ids in the table": f"m.send_inferences(X.assign(batch_id=['a', 'b'] * (N // 2)), {WITH})",
    "batch ids as Series": f"m.send_inferences(X, batch_id=pd.Series(['a', 'b'] * (N // 2)), {WITH})",
    "one bad row, silently": "R = X.to_dict('records')[:3]\nR[1]['age'] = 'x'\nm.send_inferences(R, batch_id='b', partner_inference_ids=['a', 'b', 'c'], inference_timestamps=TIMES[:3], fail_silently=True)",
    "empty": "m.send_inferences([], batch_id='b')",
    "close_batch": f"m.send_inferences(X, batch_id='b', complete_batch=False, {WITH})\nm.close_batch('b')",
    "close_batch with count": f"m.send_inferences(X, batch_id='b', complete_batch=False, {WITH})\nm.close_batch('b', N)",
    "close_batch, wrong count": f"m.send_inferences(X, batch_id='b', complete_batch=False, {WITH})\nm.close_batch('b', 3)",
    "close_batch twice": f"m.send_inferences(X, batch_id='b', {WITH})\nm.close_batch('b', N)",
    "close_batch that is unknown": "m.close_batch('never')",
    "send into a closed batch": "m.send_inferences(X.head(2), batch_id='b', partner_inference_ids=['a', 'b'], inference_timestamps=TIMES[:2])\nm.send_inferences(X.head(1), batch_id='b', partner_inference_ids=['c'], inference_timestamps=TIMES[:1])",
}

IMAGES = {
    shape: EVERY_KIND[shape]
    for shape in ("frame", "rows", "frame with truth", "predictions apart, frame", "one row")
} | {
    "missing file": "m.send_inferences([{**X.to_dict('records')[0], 'picture': '/nowhere/a.png'}], partner_inference_ids=['a'], inference_timestamps=TIMES[:1])",
    "relative path": "import shutil\nshutil.copy(X['picture'][0], 'here.png')\nm.send_inferences([{**X.to_dict('records')[0], 'picture': 'here.png'}], partner_inference_ids=['a'], inference_timestamps=TIMES[:1])",
}

SENT = f"m.send_inferences(X, {WITH})\n"
LATER = "ground_truth_timestamps=TIMES"
TRUTH_EVERY_KIND = {
    "frame": SENT + f"m.update_inference_ground_truths(G, partner_inference_ids=IDS, {LATER})",
    "rows": SENT
    + f"m.update_inference_ground_truths(G.to_dict('records'), partner_inference_ids=IDS, {LATER})",
    "columns": SENT
    + f"m.update_inference_ground_truths(G.to_dict('list'), partner_inference_ids=IDS, {LATER})",
    "ids in the table": SENT
    + "m.update_inference_ground_truths(G.assign(partner_inference_id=IDS, ground_truth_timestamp=TIMES))",
    "Series": SENT
    + f"m.update_inference_ground_truths(G[G.columns[0]], partner_inference_ids=IDS, {LATER})",
    "list": SENT
    + f"m.update_inference_ground_truths(list(G[G.columns[0]]), partner_inference_ids=IDS, {LATER})",
    "without times": SENT + "m.update_inference_ground_truths(G, partner_inference_ids=IDS)",
    "without ids": SENT + "m.update_inference_ground_truths(G)",
    "before its inference": f"m.update_inference_ground_truths(G.head(2), partner_inference_ids=IDS[:2], ground_truth_timestamps=TIMES[:2])\n{SENT}",
    "empty frame": SENT + "m.update_inference_ground_truths(G.head(0))",
    "nested": SENT
    + "m.update_inference_ground_truths([{'partner_inference_id': i, 'ground_truth_timestamp': t, 'ground_truth_data': g} for i, t, g in zip(IDS, TIMES, G.to_dict('records'))])",
}
TRUTH_SHAPES = {
    "unknown ids": "m.update_inference_ground_truths(G.head(2), partner_inference_ids=['x', 'y'])",
    "unknown ids, silently": "m.update_inference_ground_truths(G.head(2), partner_inference_ids=['x', 'y'], fail_silently=True)",
    "empty list": "m.update_inference_ground_truths([])",
    "extra column": SENT
    + f"m.update_inference_ground_truths(G.assign(undeclared=1), partner_inference_ids=IDS, {LATER})",
    "input columns too": SENT
    + f"m.update_inference_ground_truths(D, partner_inference_ids=IDS, {LATER})",
    "twice": SENT
    + f"m.update_inference_ground_truths(G, partner_inference_ids=IDS, {LATER})\nm.update_inference_ground_truths(G, partner_inference_ids=IDS, {LATER})",
    "another value": SENT
    + f"m.update_inference_ground_truths(G, partner_inference_ids=IDS, {LATER})\nm.update_inference_ground_truths(G.iloc[::-1].reset_index(drop=True), partner_inference_ids=IDS, {LATER})",
    "ids too few": SENT + "m.update_inference_ground_truths(G, partner_inference_ids=IDS[:3])",
    "ids as Index": SENT
    + f"m.update_inference_ground_truths(G, partner_inference_ids=pd.Index(IDS), {LATER})",
    "ids as Series": SENT
    + f"m.update_inference_ground_truths(G, partner_inference_ids=pd.Series(IDS), {LATER})",
    "naive times": SENT
    + "m.update_inference_ground_truths(G, partner_inference_ids=IDS, ground_truth_timestamps=[t.tz_localize(None) for t in TIMES])",
    "naive times, tz": SENT
    + "m.update_inference_ground_truths(G, partner_inference_ids=IDS, ground_truth_timestamps=[t.tz_localize(None) for t in TIMES], tz='Asia/Tokyo')",
    "array": SENT
    + f"m.update_inference_ground_truths(G[G.columns[0]].to_numpy(), partner_inference_ids=IDS, {LATER})",
    "tuple": SENT
    + f"m.update_inference_ground_truths(tuple(G[G.columns[0]]), partner_inference_ids=IDS, {LATER})",
    "generator": SENT
    + f"m.update_inference_ground_truths((v for v in G[G.columns[0]]), partner_inference_ids=IDS, {LATER})",
    "text": SENT + "m.update_inference_ground_truths('x', partner_inference_ids=IDS[:1])",
    "number": SENT + "m.update_inference_ground_truths(1, partner_inference_ids=IDS[:1])",
    "None": "m.update_inference_ground_truths(None)",
    "NaN": SENT
    + f"m.update_inference_ground_truths([float('nan')] * N, partner_inference_ids=IDS, {LATER})",
    "fraction for a whole number": SENT
    + f"m.update_inference_ground_truths([5.5] * N, partner_inference_ids=IDS, {LATER})",
    "text for a number": SENT
    + f"m.update_inference_ground_truths(['x'] * N, partner_inference_ids=IDS, {LATER})",
    "one bad row, silently": SENT
    + "m.update_inference_ground_truths(list(G[G.columns[0]])[:2] + ['x'], partner_inference_ids=IDS[:3], ground_truth_timestamps=TIMES[:3], fail_silently=True)",
    "numpy rows": SENT
    + f"m.update_inference_ground_truths([{{k: np.int64(v) for k, v in g.items()}} for g in G.to_dict('records')], partner_inference_ids=IDS, {LATER})",
}

UNSAVED = {
    "send_inferences": "m.send_inferences(X)",
    "update_inference_ground_truths": "m.update_inference_ground_truths(G, partner_inference_ids=IDS)",
    "send_bulk_inferences": "m.send_bulk_inferences(data=X)",
    "send_bulk_ground_truths": "m.send_bulk_ground_truths(data=G)",
    "close_batch": "m.close_batch('b')",
    "await_inferences": "m.await_inferences(timeout_min=0.01)",
    "query": "m.query({'select': [{'function': 'count'}]})",
    "await_model_ready": "m.await_model_ready()",
    "archive": "m.archive()",
    "update": "m.update()",
    "get_alerts": "m.get_alerts()",
    "enable_hotspots": "m.enable_hotspots()",
    "enable_bias_mitigation": "m.enable_bias_mitigation()",
}

GENERATED = {
    "times given by generate_timestamps": "from arthurai.util import generate_timestamps\nlen(m.send_inferences(X, partner_inference_ids=IDS, inference_timestamps=generate_timestamps(N, end=TIMES[-1].to_pydatetime(), duration='3d'))['results'])",
}

AWAITED = {
    "met": "m.await_inferences(min_count=N)",
    "without truth": "m.await_inferences(min_count=N, with_ground_truth=False)",
    "positional": "m.await_inferences(N, True, 1)",
    "never": "m.await_inferences(min_count=N + 1, timeout_min=0.02)",
}

#: The same, each row of a batch: batch models refuse rows that belong to none.
IN_A_BATCH = {
    shape: code.replace("m.send_inferences(", "m.send_inferences(batch_id='b', inferences=")
    for shape, code in EVERY_KIND.items()
}
TRUTH_IN_A_BATCH = {
    shape: code.replace("m.send_inferences(", "m.send_inferences(batch_id='b', inferences=")
    for shape, code in TRUTH_EVERY_KIND.items()
}

CALLS = [
    *calls_of("send_inferences", EVERY_KIND, PLAIN, stored=True),
    *calls_of("send_inferences", IN_A_BATCH, ("batch",), stored=True),
    *calls_of("update_inference_ground_truths", TRUTH_IN_A_BATCH, ("batch",), stored=True),
    *calls_of("send_inferences", TABULAR_SHAPES, TABULAR[:2], stored=True),
    *calls_of("send_inferences, batches", BATCHES, ("batch",), stored=True),
    *calls_of("send_inferences, images", IMAGES, ("image", "detection"), stored=True),
    *calls_of("update_inference_ground_truths", TRUTH_EVERY_KIND, PLAIN, stored=True),
    *calls_of("update_inference_ground_truths", TRUTH_SHAPES, TABULAR[:2], stored=True),
    *calls_of("unsaved", UNSAVED, ("binary",), "built"),
    *calls_of("without attributes", UNSAVED, ("binary",), NEW),
    *calls_of("send_inferences", GENERATED, TABULAR),
    *calls_of("await_inferences", AWAITED, TABULAR, FILLED),
]
