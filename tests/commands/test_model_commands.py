"""`arthurai models`, `query`, `drift`, `alerts`, `report` and `send`."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from arthurai import ArthurAI
from arthurai.cli import main

HOSTILE = "evil\x1b]0;owned\x07\u202e\nfake row\x9b31m"
ROWS = 300


def rows(seed, shift=0.0):
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "income": random.normal(50 + shift, 5, ROWS).round(3),
            "region": random.choice(["north", "south"], ROWS),
            "p": random.random(ROWS).round(3),
            "y": random.choice(["no", "yes"], ROWS),
            "partner_inference_id": [f"{seed}-{n}" for n in range(ROWS)],
            "inference_timestamp": "2026-01-05T12:00:00Z",
            "ground_truth_timestamp": "2026-01-06T12:00:00Z",
        }
    )


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    path = tmp_path_factory.mktemp("cli") / "data"
    with ArthurAI(url=f"local://{path}") as arthur:
        for name in ("Loan risk", HOSTILE):
            model = arthur.model(display_name=name, input_type="tabular", output_type="multiclass")
            model.build(
                rows(1)[["income", "region", "p", "y"]], {"p": "yes"}, "p", ground_truth_column="y"
            )
            model.tags = ["credit"] if name == "Loan risk" else None
            model.save()
            model.send_inferences(rows(2, shift=20))
        metric = model.get_metrics(metric_name="Inference Count") or model.get_metrics()
        model.create_alert_rule(metric[0], "upper", -1, "critical", name=HOSTILE, min_rows=0)
    return path


@pytest.fixture
def run(directory, capsys):
    def call(*arguments, status=0):
        done = main([arguments[0], "--data-dir", str(directory), *arguments[1:]])
        out, err = capsys.readouterr()
        assert done == status, err
        assert "\x1b" not in out + err
        assert "\x9b" not in out + err
        assert "\u202e" not in out + err
        return out, err

    return call


def table(text):
    return [line.split() for line in text.splitlines()]


def test_models_are_listed_and_one_is_shown(run):
    out, _ = run("models")
    assert len(out.splitlines()) == 3  # the line break in a name makes no row
    assert "evil\\x1b]0;owned\\x07\\u202e\\nfake row\\x9b31m" in out
    out, _ = run("models", "--tag", "credit", "--json")
    (found,) = json.loads(out)
    assert found["display_name"] == "Loan risk"
    for name in ("Loan risk", found["id"], found["partner_model_id"]):
        out, _ = run("models", name)
        assert ["income", "PIPELINE_INPUT", "FLOAT", "no", "no"] in table(out)
    out, _ = run("models", "--json")
    assert HOSTILE in {model["display_name"] for model in json.loads(out)}
    assert "there is no model 'nobody'" in run("models", "nobody", status=1)[1]
    assert "did you mean 'Loan risk'?" in run("models", "loan risks", status=1)[1]
    out, err = run("models", "--tag", "nobody's")
    assert (out, err) == ("", "none\n")


def test_queries_in_short_and_in_json(run, tmp_path, monkeypatch):
    out, _ = run("query", "Loan risk", "--select", "count", "--by", "region")
    counts = {line[0]: int(line[1]) for line in table(out)[1:]}
    assert counts == rows(2)["region"].value_counts().to_dict()
    body = {"select": [{"function": "avg", "alias": "mean", "parameters": {"property": "income"}}]}
    file = tmp_path / "q.json"
    file.write_text(json.dumps(body))
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(body)))
    for given in (json.dumps(body), f"@{file}", "-"):
        out, _ = run("query", "Loan risk", given, "--json")
        assert json.loads(out)[0]["mean"] == pytest.approx(rows(2, shift=20)["income"].mean())
    for arguments, text in (
        (("{",), "must be JSON"),
        (("[]",), "must be a JSON object"),
        (("@/nowhere",), "/nowhere: No such file or directory"),
    ):
        assert text in run("query", "Loan risk", *arguments, status=1)[1]


def test_queries_in_short_take_columns_and_steps_of_time(run):
    arguments = ("--select", "count", "--select", "avg(income)", "--by", "Month", "--json")
    (row,) = json.loads(run("query", "Loan risk", *arguments)[0])
    assert row == {
        "month": "2026-01-01T00:00:00Z",
        "count": ROWS,
        "avg(income)": pytest.approx(rows(2, shift=20)["income"].mean()),
    }
    out, _ = run("query", "Loan risk", *arguments, "--time-zone", "Asia/Tokyo")
    assert json.loads(out)[0]["month"] == "2025-12-31T15:00:00Z"
    out, _ = run("query", "Loan risk", "--select", "count", "--by", "day", "--by", "region")
    assert [line[1] for line in table(out)[1:]] == ["north", "south"]
    error = run("query", "Loan risk", "--select", "avg(incom)", status=1)[1]
    assert "did you mean 'income'?" in error


def test_a_limit_is_not_held_without_rows(run, directory):
    with ArthurAI(url=f"local://{directory}") as arthur:
        model = arthur.model(
            partner_model_id="idle", input_type="tabular", output_type="multiclass"
        )
        model.build(
            rows(1)[["income", "region", "p", "y"]], {"p": "yes"}, "p", ground_truth_column="y"
        )
        model.save()
    _, err = run("drift", "idle", "income", "--limit", "0.5", status=1)
    assert "the drift of 'income' is not known" in err
    run("drift", "idle", "income")


def test_drift_says_how_far_and_fails_beyond_a_limit(run):
    out, _ = run("drift", "Loan risk", "income", "region", "--json")
    found = {row["attribute"]: row["drift"] for row in json.loads(out)}
    assert found["income"] > 1
    assert found["region"] < 0.1
    out, _ = run("drift", "Loan risk", "--limit", "100")
    assert {line[0] for line in table(out)[1:]} >= {"income", "region", "p"}
    run("drift", "Loan risk", "income", "--limit", "0.5", status=1)
    run("drift", "Loan risk", "region", "--limit", "0.5")
    out, _ = run("drift", "Loan risk", "income", "--by", "week", "--time-zone", "Asia/Tokyo")
    assert "T15:00:00Z" in out  # midnight there
    out, _ = run("drift", "Loan risk", "income", "--by", "week", "--metric", "jsdivergence")
    assert table(out)[1][:2] == ["income", "2026-01-05T00:00:00Z"]


def test_alerts_are_listed_and_fail_on_demand(run, directory):
    run("alerts", "Loan risk", "--fail")
    with ArthurAI(url=f"local://{directory}") as arthur:
        (model,) = [m for m in arthur.list_models() if m.display_name == HOSTILE]
        model.send_inferences(rows(3))
        model.query({"select": [{"function": "count"}]})
        arthur.session._local._running.app.stores.data.drain_events(10)
    out, _ = run("alerts", HOSTILE, "--status", "NEW")
    assert "critical" in out
    run("alerts", HOSTILE, "--fail", status=1)
    assert len(out.splitlines()) == len(json.loads(run("alerts", HOSTILE, "--json")[0])) + 1


def test_a_report_is_written(run, tmp_path):
    target = tmp_path / "page.html"
    out, _ = run("report", "Loan risk", "--output", str(target))
    assert out == f"report: {target}\n"
    assert "Loan risk" in target.read_text()


def test_files_are_sent_redacted_and_counted(run, tmp_path, monkeypatch):
    key = "0123456789abcdef"
    monkeypatch.setenv("ARTHUR_REDACTION_KEY", key)
    parquet, csv, json_file = (tmp_path / f"rows.{kind}" for kind in ("parquet", "csv", "json"))
    rows(10).to_parquet(parquet)
    rows(11).to_csv(csv, index=False)
    rows(12).to_json(json_file, orient="records")
    out, err = run(
        "send",
        "Loan risk",
        *map(str, (parquet, csv, json_file)),
        "--redact",
        "region=hash",
        "--json",
    )
    assert [(row["accepted"], row["rejected"]) for row in json.loads(out)] == [(ROWS, 0)] * 3
    assert "%" not in err  # no terminal, no progress
    out, _ = run("query", "Loan risk", "--select", "count", "--by", "region", "--json")
    north = hmac.new(key.encode(), b"north", hashlib.sha256).hexdigest()[:32]
    assert f"hmac:{north}" in {row["region"] for row in json.loads(out)}

    truth = rows(10)[["partner_inference_id", "y"]]
    truth.to_csv(csv, index=False)
    out, _ = run(
        "send", "Loan risk", str(csv), "--kind", "ground-truths", "--sample", "0.5", "--json"
    )
    (counts,) = json.loads(out)
    assert 100 < counts["accepted"] < 200
    assert counts["accepted"] + counts["sampled_out"] == ROWS

    rows(13)[:2].assign(income=["much", "7"]).to_csv(csv, index=False)
    out, _ = run("send", "Loan risk", str(csv), status=1)
    assert table(out)[1][1:4] == ["1", "1", "0"]
    assert "row 0" in out


def test_columns_that_are_no_attributes_are_named_left_out_or_refused(run, tmp_path, caplog):
    parquet = tmp_path / "rows.parquet"
    rows(14).assign(hobby="chess").to_parquet(parquet)
    run("send", "Loan risk", str(parquet))
    assert "unknown column 'hobby'" in caplog.text
    caplog.clear()
    run("send", "Loan risk", str(parquet), "--extra", "ignore")
    assert "hobby" not in caplog.text
    _, err = run("send", "Loan risk", str(parquet), "--extra", "error", status=1)
    assert "unknown column 'hobby'" in err


def test_cells_of_csv_files_are_what_the_attributes_hold(run, directory, tmp_path):
    frame = pd.DataFrame(
        {
            "zip": ["01234", "00001", "90210"],
            "amount": [1.5, 2.5, 3.5],
            "count": [1, 2, 3],
            "member": [True, False, True],
            "guess": [0.5, 0.5, 0.5],
            "truth": [1.0, 2.0, 3.0],
        }
    )
    with ArthurAI(url=f"local://{directory}") as arthur:
        model = arthur.model(
            partner_model_id="zips", input_type="tabular", output_type="regression"
        )
        model.build(frame, {"guess": "truth"})
        model.save()
    csv = tmp_path / "rows.csv"
    csv.write_text(
        "zip,amount,count,member,guess,partner_inference_id\n"
        "01234,1.5,1,True,0.5,007\n"
        "00001,nan,2.0,0,1e-1,008\n"
        '"",,,,0.25,009\n'
        "00002,1_000,3,perhaps,0.5,010\n"
    )
    out, _ = run("send", "zips", str(csv), "--json", status=1)
    (counts,) = json.loads(out)
    assert (counts["accepted"], counts["rejected"]) == (3, 1)
    assert "row 3" in counts["failures"]
    names = ["partner_inference_id", "zip", "amount", "count", "member", "guess"]
    body = {
        "select": [{"property": name} for name in names],
        "order_by": [{"property": names[0], "direction": "asc"}],
    }
    found = [
        [*row.values()] for row in json.loads(run("query", "zips", json.dumps(body), "--json")[0])
    ]
    assert found == [
        ["007", "01234", 1.5, 1, True, 0.5],
        ["008", "00001", None, 2, False, 0.1],
        ["009", "", None, None, None, 0.25],
    ]


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("semicolons.csv", {"sep": ";"}),
        ("tabs.tsv", {"sep": "\t"}),
        ("packed.csv.gz", {}),
        ("marked.csv", {"encoding": "utf-8-sig"}),
        ("wide.csv", {"encoding": "utf-16"}),
    ],
)
def test_csv_files_of_many_programs_are_read(run, tmp_path, name, how):
    rows(20).to_csv(tmp_path / name, index=False, **how)
    (counts,) = json.loads(run("send", "Loan risk", str(tmp_path / name), "--json")[0])
    assert (counts["accepted"], counts["rejected"]) == (ROWS, 0)


def test_files_that_cannot_be_read_are_named_after_what_was_sent(run, tmp_path):
    good, bad, empty, other = (
        str(tmp_path / name) for name in ("a.jsonl", "b.csv", "c.csv", "notes.txt")
    )
    rows(21).to_json(good, orient="records", lines=True)
    (tmp_path / "b.csv").write_text("income,region\n1,north,3\n")
    (tmp_path / "c.csv").write_text("")
    (tmp_path / "notes.txt").write_text("hello\n")
    out, err = run("send", "Loan risk", good, bad, good, status=1)
    assert table(out)[1][1] == str(ROWS)
    assert f"{bad}: " in err
    assert "Expected 2 columns, got 3" in err
    for path in (empty, other):
        out, err = run("send", "Loan risk", path, status=1)
        assert not out
        assert path in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("send", "m", "/nowhere"),
        ("send", "m", __file__, "--redact", "email"),
        ("send", "m", __file__, "--redact", "email=encrypt"),
        ("send", "m", __file__, "--kind", "other"),
        ("send", "m", __file__, "--sample", "2"),
        ("send", "m", "/"),
        ("drift", "m", "--limit", "much"),
        ("drift", "m", "--by", "fortnight"),
        ("drift", "m", "--metric", "wasserstein"),
        ("alerts", "m", "--status", "old"),
        ("query", "m"),
        ("query", "m", "{}", "--select", "count"),
        ("query", "m", "{}", "--by", "region"),
        ("query", "m", "{}", "--time-zone", "UTC"),
        ("models", "--url", "http://x", "--data-dir", "y"),
    ],
)
def test_wrong_calls_exit_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(list(arguments))
    assert caught.value.code == 2
    assert "usage: arthurai" in capsys.readouterr().err


def test_connections_by_file_and_environment(directory, tmp_path, capsys, monkeypatch, served):
    url, key = served
    file = tmp_path / "arthur.toml"
    file.write_text(f'url = "{url}"\naccess_key = "{key}"\n')
    file.chmod(0o644)
    assert main(["models", "--config", str(file)]) == 1
    assert f"chmod 600 {file}" in capsys.readouterr().err
    file.chmod(0o600)
    assert main(["models", "--config", str(file)]) == 0
    file.write_text("url = ")
    assert main(["models", "--config", str(file)]) == 1
    out, err = capsys.readouterr()
    assert "is not a TOML file" in err
    assert key not in out + err
    assert main(["models"]) == 1
    assert "give --url or --data-dir, or set ARTHUR_ENDPOINT_URL" in capsys.readouterr().err
    monkeypatch.setenv("ARTHUR_ENDPOINT_URL", url)
    monkeypatch.setenv("ARTHUR_API_KEY", "wrong")
    assert main(["models"]) == 1
    monkeypatch.setenv("ARTHUR_API_KEY", key)
    assert main(["models"]) == 0
    assert main(["models", "--data-dir", str(tmp_path)]) == 1
    assert "is not a data directory" in capsys.readouterr().err


def test_a_reader_that_stops_ends_the_command_quietly(directory):
    command = f"{sys.executable} -m arthurai.cli models --data-dir {directory} --json | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False, env=os.environ
    )
    assert done.stderr == ""
    assert done.returncode in {0, 141}


def test_every_help_has_examples_that_parse(capsys, monkeypatch):
    import shlex

    from arthurai.cli import _parser

    monkeypatch.setattr("pathlib.Path.is_file", lambda _: True)
    tried = 0
    for name in ("models", "query", "drift", "alerts", "report", "send"):
        with pytest.raises(SystemExit):
            main([name, "--help"])
        text = capsys.readouterr().out.split("examples:\n")[1]
        for line in text.splitlines():
            _, found, call = line.partition("arthurai ")
            assert found
            _parser().parse_args(shlex.split(call, comments=True))
            tried += 1
    assert tried >= 15
