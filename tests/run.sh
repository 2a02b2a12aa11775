#!/usr/bin/env bash
# Installs what is missing, builds everything, and runs every test. Arguments go to pytest.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/src/setup.sh"

need_dotnet
need_packages "${RUN_PACKAGES[@]}" \
    graphviz python3-graphviz python3-hypothesis python3-ipykernel python3-pandas python3-pytest \
    ${DASK_SRC:+python3-importlib-metadata}
build "$root/DaskVine.sln"
dotnet test "$root/DaskVine.sln" -c Release --no-build --nologo
cd "$root"
PYTHONPATH="${DASK_SRC:+$DASK_SRC:}$root/interop/python" /usr/bin/python3 -m pytest "$root/tests/python" -q -p no:cacheprovider "$@"
