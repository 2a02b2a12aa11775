#!/usr/bin/env bash
# Installs what is missing, builds, and fills a histogram of dimuon masses on an embedded cluster. Arguments go to z_mass.py.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/src/setup.sh"

need_dotnet
need_packages "${RUN_PACKAGES[@]}"
build "$root/src/DaskVine.Cli"
mkdir -p "$root/examples/out"
PYTHONPATH="$root/interop/python" exec /usr/bin/python3 "$root/examples/z_mass.py" --output "$root/examples/out/z_mass.svg" "$@"
