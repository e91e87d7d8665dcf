#!/bin/sh
# Installs a Vulkan driver that computes on the CPU, for tests on machines without a GPU.
# Takes a Mesa without the cap on loop iterations (23 or later) where the distribution has one. Never fails: tests that need a
# device say by themselves that they were skipped.

say() { echo "install-vulkan: $*"; }

give_up() {
    say "$*; tests on a GPU will be skipped"
    exit 0
}

driver() { dpkg-query -W -f '${Status} ${Version}' mesa-vulkan-drivers 2>/dev/null | sed -n 's/^install ok installed //p'; }

command -v apt-get >/dev/null 2>&1 || give_up "there is no apt-get here"
[ "$(id -u)" = 0 ] || give_up "this user may not install packages"

# Debian 12 has Mesa 22, which stops loops after 65 535 iterations without a word; its backports have Mesa 25.
suite=""
version=$(. /etc/os-release 2>/dev/null && echo "$ID $VERSION_ID")
if [ "$version" = "debian 12" ]; then
    sources=/etc/apt/sources.list.d/bookworm-backports.sources
    # From the mirror this machine already uses.
    mirror=$(cat /etc/apt/sources.list.d/*.sources 2>/dev/null | sed -n 's/^URIs: *\([^ ]*\).*/\1/p' | head -n 1)
    [ -n "$mirror" ] || mirror=$(sed -n 's/^deb \(\[.*\] \)\{0,1\}\([^ ]*\) .*/\2/p' /etc/apt/sources.list 2>/dev/null | head -n 1)
    if [ ! -e "$sources" ] && [ -n "$mirror" ]; then
        say "adding the suite bookworm-backports"
        cat >"$sources" <<SOURCES || give_up "$sources cannot be written"
Types: deb
URIs: $mirror
Suites: bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
    fi
    [ -e "$sources" ] && suite=bookworm-backports
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || say "the package lists cannot be brought up to date"

install() { apt-get install -y -qq --no-install-recommends "$@" libvulkan1 mesa-vulkan-drivers >/dev/null; }

if [ -n "$suite" ] && install -t "$suite"; then
    say "installed Mesa $(driver) from $suite"
elif install; then
    say "installed Mesa $(driver)"
else
    give_up "libvulkan1 and mesa-vulkan-drivers cannot be installed"
fi
