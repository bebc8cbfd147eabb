"""What `pip install` of the core brings along, worked out from the metadata of what is installed."""

import re
import sys
from importlib import metadata

from packaging.markers import default_environment
from packaging.requirements import Requirement

MOST_PACKAGES = 16


def needed(name, found, extras=frozenset({""})):
    environments = [{**default_environment(), "extra": extra} for extra in extras]
    for line in metadata.requires(name) or []:
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is not None and not any(marker.evaluate(one) for one in environments):
            continue
        dependency = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if dependency not in found:
            found.add(dependency)
            needed(dependency, found, frozenset({"", *requirement.extras}))
    return found


def test_the_core_installs_few_packages():
    packages = needed("arthurai", {"arthurai"})
    assert len(packages) <= MOST_PACKAGES, sorted(packages)


def test_the_core_needs_no_heavy_library_of_an_extra():
    packages = needed("arthurai", set())
    assert not {"pandas", "numpy", "duckdb", "matplotlib", "scikit-learn"} & packages


def test_the_version_is_above_the_official_one():
    assert int(metadata.version("arthurai").split(".")[0]) >= 4


def test_python_is_new_enough_for_the_declared_floor():
    assert metadata.metadata("arthurai")["Requires-Python"] == ">=3.11"
    assert sys.version_info >= (3, 11)
