# Sourced by ./run and ./test: names the Debian packages of each purpose and installs what is
# missing, after saying so.

build_packages="gcc libc6-dev make cmake ninja-build pkg-config patch xz-utils ca-certificates
    libssl-dev libjansson-dev libsqlite3-dev libmosquitto-dev libcurl4-openssl-dev libzip-dev
    libexpat1-dev libqrencode-dev libinih-dev"
demo_packages="mosquitto curl openssl libcmocka-dev python3"
test_packages="$demo_packages mosquitto-clients clang clang-format clang-tidy sqlite3 vsftpd systemd
    nghttp2-proxy exim4-daemon-light git wrk apache2-utils zbar-tools librsvg2-bin python3-jinja2
    python3-yaml python3-jsonschema avahi-daemon avahi-utils dbus iproute2 util-linux"
# Node.js from elsewhere brings npm along, and Debian's would not go beside it.
command -v node >/dev/null && command -v npm >/dev/null || test_packages="$test_packages nodejs npm"

missing_packages() {
    local name
    for name in "$@"; do
        dpkg-query -W -f '${Status}\n' "$name" 2>/dev/null | grep -q ' installed$' || echo "$name"
    done
}

# Tell what is needed on a system that we cannot install on, and end.
refuse_to_install() {
    printf '%s\n' "$1" "Needed, by their Debian names:" >&2
    shift
    printf '  %s\n' "$@" >&2
    exit 1
}

install_packages() {
    local missing as_root=()
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        command -v cmake >/dev/null && command -v pkg-config >/dev/null &&
            pkg-config --exists openssl jansson sqlite3 libmosquitto libcurl libzip expat libqrencode inih &&
            return
        refuse_to_install "This is no Debian-like system: please install the tools and libraries yourself." "$@"
    fi
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            refuse_to_install "Some packages are missing, and neither root nor sudo is at hand." "${missing[@]}"
        as_root=(sudo)
    fi
    echo "These packages are missing and will be installed with '${as_root[*]:+sudo }apt-get install':"
    printf '  %s\n' "${missing[@]}"
    "${as_root[@]}" apt-get -qq update
    # Whoever has another mail server than the one that the tests need keeps it.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -y -o Dpkg::Use-Pty=0 install --no-remove --no-install-recommends "${missing[@]}" >/dev/null ||
        refuse_to_install "apt-get did not install them, and nothing was removed (Debian allows one mail server at a time)." \
            "${missing[@]}"
}

# quietly LOG COMMAND...: run it into LOG, and show the end of LOG if it fails.
quietly() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    "$@" >"$log" 2>&1 || {
        grep -E -A5 'error|Error|FAILED' "$log" | tail -n 60 >&2
        echo "failed: $* (all of it is in $log)" >&2
        return 1
    }
}

# Options for a configure step: the compiler cache where there is one.
cache_options=()
! command -v ccache >/dev/null || cache_options=(-DCMAKE_C_COMPILER_LAUNCHER=ccache)
