#!/usr/bin/env bash
# Runs Dask's own tests with vine.get as their scheduler, in a checkout that is built (tests/run.sh builds).
#   run.sh [--chosen | --plain] [SUITE | PATH]... [-- PYTEST-ARGUMENT...]
# SUITE is delayed, bag, array or dataframe (default: all four), PATH is under the directory that holds `dask`.
# --chosen: those of chosen.txt, which are of the Dask that Debian 12 has; --plain: without DaskVine, to see what fails anyway.
# DASK_SRC: a checkout of Dask to use in place of the installed one; a distributed that cannot be imported with it is hidden.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=/usr/bin/python3
export PYTHONPATH="${DASK_SRC:+$(cd "$DASK_SRC" && pwd):}$here/../../interop/python:$here"

declare -A files=(
    [delayed]="dask/tests/test_delayed.py"
    [bag]="dask/bag/tests"
    [array]="dask/array/tests"
    [dataframe]="dask/dataframe"
)
plugin=(-p vine_plugin) chosen= wanted=()
while [ $# -gt 0 ]; do
    case $1 in
        --chosen) chosen=1 ;;
        --plain) plugin=() ;;
        --) shift; break ;;
        -*) echo "unknown option: $1; what is for pytest comes after --" >&2; exit 2 ;;
        *) wanted+=("$1") ;;
    esac
    shift
done
[ ${#wanted[@]} -gt 0 ] || wanted=(delayed bag array dataframe)

# Some tests write into the working directory.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
if [ -n "${DASK_SRC:-}" ] && ! "$python" -c 'import distributed' 2>/dev/null; then
    PYTHONPATH=$here/without_distributed:$PYTHONPATH
fi
root=$("$python" -c 'import os, dask; print(os.path.dirname(os.path.dirname(os.path.abspath(dask.__file__))))')

tests=()
for name in "${wanted[@]}"; do
    path=${files[$name]:-$name}
    if [[ $path == dask/dataframe* ]] && ! why=$("$python" -c 'import dask.dataframe' 2>&1); then
        echo "skipping $name, which cannot be imported here: ${why##*$'\n'}" >&2
        continue
    fi
    if [ -n "$chosen" ]; then
        while read -r id; do tests+=("$root/$id"); done < <(grep "^$path" "$here/chosen.txt")
    else
        tests+=("$root/$path")
    fi
done
[ ${#tests[@]} -gt 0 ] || { echo "there is nothing to run" >&2; exit 2; }

# The configuration is ours, as Dask's own asks for plugins; -B leaves the installed Dask as it is.
"$python" -B -m pytest -c "$here/pytest.ini" --rootdir "$root" -p dask_fixtures "${plugin[@]}" "${tests[@]}" "$@"
