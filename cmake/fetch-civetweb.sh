#!/bin/sh
# Downloads the distribution's own source package of civetweb with apt, without touching the
# machine's apt state: lists, cache and sources are private to FOLDER, and only the distribution's
# archive key is accepted. Needs no root, no deb-src line and no dpkg-dev.
#
# usage: fetch-civetweb.sh CODENAME VERSION FOLDER
#   VERSION  exact version, or "any" for whatever the signed lists name
# The tarballs land in FOLDER; the last line on stdout is the version.
set -eu

codename=$1
version=$2
folder=$3

fail() {
    echo "civetweb: $*" >&2
    exit 1
}

# The sources line of one mirror, signed by the key of the distribution that its address names.
source_line() {
    case $1 in
    *ubuntu*) name=ubuntu components="main universe" ;;
    *raspbian*) name=raspbian components=main ;;
    *) name=debian components=main ;;
    esac
    for ending in gpg pgp; do
        key=/usr/share/keyrings/$name-archive-keyring.$ending
        [ -r "$key" ] || continue
        echo "deb-src [signed-by=$key] $1 $2 $components"
        return
    done
    return 1
}

# The mirrors that this machine's apt uses for CODENAME and its updates, as "URI SUITE" lines.
mirrors() {
    apt-get -o Dir::State::Lists="$folder/lists" -o Dir::Cache="$folder/cache" --print-uris update |
        sed -n "s|^'\([^']*\)/dists/\($codename[a-z-]*\)/InRelease'.*|\1 \2|p" |
        grep -E '(debian|ubuntu|raspbian)[^/]* ' | sort -u
}

private_apt() {
    sources=$1
    shift
    apt-get -qq \
        -o Dir::Etc::SourceList="$folder/$sources" -o Dir::Etc::SourceParts="$folder/empty" \
        -o Dir::State::Lists="$folder/lists" -o Dir::Cache="$folder/cache" \
        -o APT::Sandbox::User="$(id -un)" -o Acquire::AllowInsecureRepositories=false \
        -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Get::List-Cleanup=false \
        -o APT::Update::Error-Mode=any -o Acquire::http::Timeout=30 "$@"
}

command -v apt-get >/dev/null || fail "apt-get is not here; only Debian and its kin have it"
mkdir -p "$folder/lists/partial" "$folder/cache" "$folder/empty"
mirrors >"$folder/mirrors" || fail "apt knows no mirror of $codename on this machine"

# A repository of somebody else may carry the same suite name: it is not signed by the key that we
# ask for, and is left out.
: >"$folder/verified.list"
while read -r uri suite; do
    source_line "$uri" "$suite" >"$folder/one.list" || continue
    private_apt one.list update >&2 || continue
    cat "$folder/one.list" >>"$folder/verified.list"
done <"$folder/mirrors"
[ -s "$folder/verified.list" ] || fail "no mirror of $codename answered with a valid signature"

wanted=civetweb
[ "$version" = any ] || wanted=civetweb=$version
cd "$folder"
for part in --tar-only --diff-only; do
    private_apt verified.list source --download-only "$part" "$wanted" >&2 ||
        fail "$wanted is not in the signed lists of $codename"
done
ls ./*.debian.tar.* | sed 's/.*civetweb_\(.*\)\.debian\.tar\..*/\1/' | tail -n 1
