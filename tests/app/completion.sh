#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The completion of `heartline ctl`, by bash itself.
#
# usage: bash tests/app/completion.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
DIR=$(mktemp -d "/tmp/$ID.XXXXXX")
trap 'rm -rf "$DIR"' EXIT

"$HEARTLINE" ctl --list bash >"$DIR/completion" || bail "the script is printed" "exit $?"
# shellcheck disable=SC1091
. "$DIR/completion"
check "bash knows what completes heartline" "complete -F _heartline heartline" "$(complete -p heartline)"

# completes NAME WANTED WORD...: the last word is being typed
completes() {
	local name=$1 wanted=$2
	shift 2
	COMP_WORDS=("$HEARTLINE" "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_heartline
	check "$name" "$wanted" "${COMPREPLY[*]}"
}

completes "the program's commands" "ctl check" c
completes "options of the live screen" "--rate-scale" top --r
completes "the first words" "status lines line server profile port events reload rate pause resume drain registrar" ctl ""
completes "the first words that begin so" "reload rate resume registrar" ctl r
completes "the second word" "show trace force" ctl line ""
completes "a second word behind what is a command by itself" "add remove" ctl lines ""
completes "its options, without those of the shorter one" "--profile" ctl lines add 6000 --p
completes "the options of the shorter one" "--limit" ctl lines --lim
completes "behind an option with a value" "show trace force" ctl --socket /tmp/x line ""
completes "behind one without" "show trace force" ctl --json line ""
completes "an argument that is a choice" "P B lock unlock disable enable" ctl line force ""
completes "a server" "P B" ctl server drain ""
completes "the options of a command" "--spread" ctl line force B --sp
completes "not those of another" "" ctl status --st
completes "the values of an option" "down" ctl lines --state d
completes "and once they are there, nothing" "" ctl line show 6000 --domain down ""
: >"$DIR/lab.yaml"
completes "files for other commands" "$DIR/lab.yaml" run -c "$DIR/lab"
completes "the options of other commands" "--top-flapping" history --top
completes "all that begin so" "--history --history-age --history-size" run --hi
completes "a file of a history" "$DIR/lab.yaml" history "$DIR/lab"
completes "a file to reload" "$DIR/lab.yaml" ctl reload "$DIR/lab"
completes "a file of lines" "$DIR/lab.yaml" ctl lines add "$DIR/lab"
completes "a socket" "$DIR/lab.yaml" ctl --socket "$DIR/l"
finish
