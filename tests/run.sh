#!/usr/bin/env bash
# Installs what is missing, builds everything, and runs every test. Arguments go to pytest.
# DASK_SRC: a checkout of Dask that the Python tests use in place of the installed one.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/src/setup.sh"

need_dotnet
# A Node.js of another origin will do.
command -v npm >/dev/null || RUN_PACKAGES+=(nodejs npm)
need_packages "${RUN_PACKAGES[@]}" \
    graphviz libopenblas0-pthread python3-graphviz python3-hypothesis python3-ipykernel python3-pandas python3-pytest \
    ${DASK_SRC:+python3-importlib-metadata}
build "$root/DaskVine.sln"
dotnet test "$root/DaskVine.sln" -c Release --no-build --nologo
cd "$root"
PYTHONPATH="${DASK_SRC:+$DASK_SRC:}$root/interop/python" /usr/bin/python3 -m pytest "$root/tests/python" -q -p no:cacheprovider "$@"
# Once more what has workers, as if they had no disk in common: what one reads of another is then moved. Not what is about memory and slots.
DASKVINE_HARD_LINKS=0 PYTHONPATH="${DASK_SRC:+$DASK_SRC:}$root/interop/python" \
    /usr/bin/python3 -m pytest "$root"/tests/python/test_vine_*.py -q -p no:cacheprovider \
    -k 'not (session_memory or library_limits or shared_arguments)' "$@"
if [ -z "${DASK_SRC:-}" ]; then
    # The list is one of tests that Debian's Dask has.
    "$root/tests/conformance/run.sh" --chosen -- -q
fi
