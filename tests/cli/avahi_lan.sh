#!/bin/bash
# Two hosts on a LAN of their own, in namespaces that end with this script: one runs filamentd and
# announces it by avahi, as the package does, the other looks for it. Prints what that one finds.
#
# usage: unshare --net --mount --pid --fork --kill-child --mount-proc avahi_lan.sh FOLDER FILAMENTD ANNOUNCE WITHDRAW
# FOLDER: for files, with a state directory "state". ANNOUNCE, WITHDRAW: commands of the service.
set -eu
folder=$1 filamentd=$2 announce=$3 withdraw=$4 port=18443
bus=unix:path=/run/bus
export DBUS_SYSTEM_BUS_ADDRESS=$bus

# The address of a host: a bus and an avahi-daemon of its own, under a /run of its own.
become() {
    local name=$1 address=$2
    mount -t tmpfs tmpfs /run
    ip link set lo up
    ip address add "$address/24" dev lan
    ip link set lan up
    ip route add 224.0.0.0/4 dev lan
    cat >"$folder/$name.bus" <<END
<busconfig><type>system</type><listen>$bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy></busconfig>
END
    dbus-daemon --config-file="$folder/$name.bus" --nofork --nopidfile &
    printf '[server]\nhost-name=%s\nallow-interfaces=lan\nuse-ipv6=no\n[wide-area]\nenable-wide-area=no\n' \
        "$name" >"$folder/$name.conf"
    until [ -S /run/bus ]; do sleep 0.05; done
    avahi-daemon --no-drop-root --no-chroot --no-rlimits --file="$folder/$name.conf" &
    until avahi-browse --version >/dev/null && [ -S /run/avahi-daemon/socket ]; do sleep 0.05; done
}

found() { avahi-browse --resolve --parsable --terminate _filament-track._tcp; }

# Wait until avahi-browse finds so many, and show them. The caller bounds the time.
find_it() {
    local wanted=$1 rows
    until rows=$(found | grep '^=' || true) && [ "$(grep -c . <<<"$rows")" = "$wanted" ]; do sleep 0.2; done
    printf 'found %s\n%s\n' "$wanted" "$rows"
}

if [ "${5:-}" = seeker ]; then
    until ip link show lan >/dev/null 2>&1; do sleep 0.05; done
    mount -t tmpfs tmpfs /etc/avahi/services # it announces nothing itself
    become seeker 10.77.0.2
    find_it 1
    address=$(found | grep '^=' | cut -d';' -f8) at=$(found | grep '^=' | cut -d';' -f9)
    printf 'version %s\n' "$(curl --silent --show-error --insecure --max-time 10 "https://$address:$at/api/version")"
    touch "$folder/seen"
    find_it 0
    exit
fi

ip link add lan type veth peer name far
mkdir "$folder/services"
mount --bind "$folder/services" /etc/avahi/services
unshare --net --mount "$0" "$folder" "$filamentd" "$announce" "$withdraw" seeker &
seeker=$!
# until it is in a network of its own
until [ "$(readlink "/proc/$seeker/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link set far netns "$seeker" name lan
become workshop 10.77.0.1
"$filamentd" --state-dir "$folder/state" --https-listen "0.0.0.0:$port" serve >"$folder/ready" 2>"$folder/log" &
until grep -q '^ready ' "$folder/ready"; do sleep 0.05; done
$announce
until [ -e "$folder/seen" ]; do sleep 0.05; done
$withdraw
wait "$seeker"
