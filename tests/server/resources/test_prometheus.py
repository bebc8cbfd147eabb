"""A real Prometheus scrapes a real server."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.parse
import urllib.request

import pytest
from running_server import free_port

from arthurai import ArthurAI

WAIT_SECONDS = 60


def ask(port, expression):
    query = urllib.parse.urlencode({"query": expression})
    url = f"http://127.0.0.1:{port}/api/v1/query?{query}"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            found = json.load(answer)["data"]["result"]
    except OSError:
        return {}
    return {tuple(sorted(each["metric"].items())): float(each["value"][1]) for each in found}


def wait_for(port, expression):
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if found := ask(port, expression):
            return found
        time.sleep(0.5)
    raise AssertionError(f"Prometheus has no {expression}")


@pytest.mark.heavy
@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_promtool_finds_nothing_to_complain_of(admin):
    text = admin.get("http://local/metrics").text
    words = ["promtool", "check", "metrics"]
    done = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is not installed")
def test_prometheus_scrapes_a_server(start_server, tmp_path):
    with start_server("--data-dir", str(tmp_path / "data"), cwd=tmp_path) as address:
        with ArthurAI(url=address.url, access_key=address.key, allow_insecure=True) as arthur:
            model = arthur.model("scraped", "TABULAR", "REGRESSION")
            rows = [{"x": n / 7, "p": 0.5, "y": 1.0} for n in range(50)]
            model.build(rows, {"p": "y"}, set_reference_data=False)
            model.save()
            model.send_inferences(rows)
        (tmp_path / "key").write_text(address.key)
        config = {
            "global": {"scrape_interval": "1s"},
            "scrape_configs": [
                {
                    "job_name": "arthur",
                    "authorization": {"credentials_file": str(tmp_path / "key")},
                    "static_configs": [{"targets": [address.url.removeprefix("http://")]}],
                }
            ],
        }
        (tmp_path / "prometheus.yml").write_text(json.dumps(config))  # JSON is YAML
        port = free_port()
        words = ["prometheus", f"--config.file={tmp_path / 'prometheus.yml'}"]
        words += [f"--web.listen-address=127.0.0.1:{port}"]
        words += [f"--storage.tsdb.path={tmp_path / 'series'}"]
        with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
            try:
                (up,) = wait_for(port, 'up{job="arthur"} == 1').values()
                (rows,) = wait_for(port, 'arthur_rows_total{verdict="accepted"} > 0').values()
                (bytes_,) = wait_for(port, "sum(arthur_store_bytes)").values()
                slow = "histogram_quantile(0.5, http_server_request_duration_seconds_bucket)"
                quantiles = wait_for(port, slow)
            finally:
                process.terminate()
    assert (up, rows) == (1, 50)
    assert bytes_ > 0
    assert any("send_inferences" in dict(labels).values() for labels in quantiles)
