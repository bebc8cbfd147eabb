#!/bin/sh
# Make .venv with a Python of at least 3.11, or keep the one that is there, and install the project into it.
# The argument is the extra to install: `dev`, the default, or `demo`, which is a part of it.
# PYTHON=... names the interpreter to use. `make` calls this when pyproject.toml is newer than the last time.
set -eu
cd "$(dirname "$0")/.."
extra=${1:-dev}

works() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if ! works .venv/bin/python; then
    found=""
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
        if works "$candidate"; then
            found=$candidate
            break
        fi
    done
    if [ -z "$found" ]; then
        echo "error: no Python 3.11 or newer among: ${PYTHON:-python3.13 python3.12 python3.11 python3 python}." >&2
        echo "Install one (https://www.python.org/downloads), or say where it is: make PYTHON=/path/to/python3.11 ..." >&2
        exit 1
    fi
    echo "Making .venv with $("$found" --version)"
    if ! "$found" -m venv --clear .venv; then
        echo "error: $found cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
fi

if [ "$extra" = demo ] && [ .venv/.installed -nt pyproject.toml ]; then
    echo "Everything is in .venv already"
    touch .venv/.installed-demo
    exit 0
fi
case $extra in
    demo) echo "Installing the project and what the demo needs into .venv" ;;
    *) echo "Installing the project and its tools into .venv" ;;
esac
.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[$extra]"
if [ "$extra" = demo ]; then
    touch .venv/.installed-demo
else
    touch .venv/.installed
fi
