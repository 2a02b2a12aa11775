# Sourced by examples/run.sh and tests/run.sh: installs what this machine lacks, then builds.

need_dotnet() {
    if ! command -v dotnet >/dev/null || ! dotnet --list-sdks | grep -q '^10\.'; then
        echo "DaskVine is built with the .NET 10 SDK, which is not on this machine: see https://dotnet.microsoft.com/download/dotnet/10.0" >&2
        exit 1
    fi
}

# Installs those of the given Debian packages that are missing; needs root only if there are any.
need_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    echo "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

RUN_PACKAGES=(libzmq5 python3 python3-cloudpickle python3-dask python3-msgpack python3-numpy python3-rich python3-zmq)

# Builds what is given (a solution or a project) and makes the program that Python starts.
build() {
    dotnet build "$1" -c Release --nologo -v quiet
    dotnet publish "$root/src/DaskVine.Cli" -c Release --no-build --nologo -v quiet
}
