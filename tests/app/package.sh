#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The Debian package: it is built, lintian has nothing to say, and what is in it runs.
#
# usage: bash tests/app/package.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
reaper_start
for tool in dh lintian dpkg-buildpackage; do
	command -v $tool >/dev/null || skip "the package" "needs the program $tool"
done

OUT=$(timeout 280 "$NET_DIR/../../dpdk-app/package/build" "$DIR" 2>&1)
check "it is built, and lintian is silent" "0 heartline_0.1.0-1_amd64.deb" "$? $(tail -n 1 <<<"$OUT")"
deb=$DIR/heartline_0.1.0-1_amd64.deb
[[ -e $deb ]] || bail "there is a package" "$OUT"
dpkg-deb -x "$deb" "$DIR/root"
dpkg-deb -e "$deb" "$DIR/root/DEBIAN"
own() { "$DIR/root/usr/bin/heartline" "$@" 2>&1; }
check "its program runs on any processor that DPDK runs on" 1 "$(own version | grep -c 'built for x86-64-v2')"
OUT=$(timeout 100 "$DIR/root/usr/bin/heartline" demo --lines 100 -q 2>&1)
check "and does its work" 0 "$?"
for file in usr/share/man/man1/heartline.1.gz usr/share/man/man1/heartline-ctl.1.gz usr/share/man/man5/heartline.yaml.5.gz \
	usr/share/bash-completion/completions/heartline lib/systemd/system/heartline@.service usr/lib/sysusers.d/heartline.conf; do
	check "it has $file" yes "$([[ -s $DIR/root/$file ]] && echo yes)"
done
check "it makes its user" 1 "$(grep -cE '^ *systemd-sysusers ' "$DIR/root/DEBIAN/postinst")"
check "it starts nothing by itself" 0 "$(grep -c 'deb-systemd-invoke start\|deb-systemd-helper enable' "$DIR/root/DEBIAN/postinst")"
check "no path of the machine that built it" 0 "$(grep -ac "$DIR\|/tmp/tmp\." "$DIR/root/usr/bin/heartline")"
finish
