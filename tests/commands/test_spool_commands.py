"""`arthurai spool` prints what strangers have written as text; the rest is tested with loggers."""

import json

from builders import attribute, ground_truth, prediction, save_model

from arthurai import ArthurAI
from arthurai.cli import main

HOSTILE = "\x9b31m\u202e\x1b]0;x\x07"


def test_hostile_rows_are_shown_as_text(tmp_path, capsys):
    with ArthurAI(url="local://") as arthur:
        model = save_model(
            arthur,
            [
                attribute("text", "STRING", categorical=True, is_unique=True),
                prediction("p", attribute_link="y"),
                ground_truth("y", attribute_link="p"),
            ],
        )
        with model.logger(spool=tmp_path, flush_interval=3600) as log:
            log.log({"text": HOSTILE, "p": 0.5}, partner_inference_id="a")
            assert main(["spool", "show", str(tmp_path)]) == 0
            shown = capsys.readouterr().out
            assert main(["spool", "list", str(tmp_path)]) == 0
            assert "in use, 1 rows wait" in capsys.readouterr().out
    assert all(c.isprintable() for c in shown.rstrip("\n"))
    assert json.loads(shown)["inference_data"]["text"] == HOSTILE
