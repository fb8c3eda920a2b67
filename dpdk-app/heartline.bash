# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash disable=SC2207
# Completion of heartline for bash, as heartline ctl --list bash prints it.

_heartline() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local words=() skip='' next='' options='' word
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		next=$("${COMP_WORDS[0]}" help | sed -n 's/^  \([a-z]*\) .*/\1/p')
		COMPREPLY=($(compgen -W "$next" -- "$cur"))
		return
	fi
	if [[ ${COMP_WORDS[1]} == top && $cur == -* ]]; then
		COMPREPLY=($(compgen -W '--socket --instance --rate-scale --help' -- "$cur"))
		return
	fi
	if [[ ${COMP_WORDS[1]} != ctl ]]; then
		if [[ $cur == -* && ${COMP_WORDS[1]} =~ ^[a-z]+$ ]]; then
			options=$("${COMP_WORDS[0]}" "${COMP_WORDS[1]}" --help 2>/dev/null |
				sed -n 's/^  [-, a-zA-Z]\{4\}\(--[a-z-]*\).*/\1/p')
			COMPREPLY=($(compgen -W "$options" -- "$cur"))
			return
		fi
		COMPREPLY=($(compgen -f -- "$cur"))
		return
	fi
	# The words of the command so far, without options and their values.
	for word in "${COMP_WORDS[@]:2:COMP_CWORD-2}"; do
		if [[ -n $skip ]]; then
			skip=
			continue
		fi
		case $word in
		-h | --json | --help | --all) ;;
		-*) skip=1 ;;
		*) words+=("$word") ;;
		esac
	done
	case $prev in
	--socket)
		COMPREPLY=($(compgen -f -- "$cur"))
		return
		;;
	--state)
		COMPREPLY=($(compgen -W 'off reg_p on_p sw_b on_b hold_b sw_p down park registered unregistered' -- "$cur"))
		return
		;;
	--server)
		COMPREPLY=($(compgen -W 'P B' -- "$cur"))
		return
		;;
	--sort)
		COMPREPLY=($(compgen -W 'line since oldest' -- "$cur"))
		return
		;;
	esac
	case "${words[*]}" in
	'') next='status lines line server profile port events reload rate pause resume drain registrar' ;;
	lines) next='add remove' ;;
	line) next='show trace force' ;;
	server) next='list drain restore force' ;;
	profile) next='list' ;;
	'line force') next='P B lock unlock disable enable' ;;
	'server drain') next='P B' ;;
	'server restore') next='P B' ;;
	'server force') next='P B' ;;
	'lines add')
		[[ $cur == -* ]] || { COMPREPLY=($(compgen -f -- "$cur")) && return; }
		;;
	'reload')
		[[ $cur == -* ]] || { COMPREPLY=($(compgen -f -- "$cur")) && return; }
		;;
	esac
	options='--socket --instance --json --list --help'
	case "${words[*]} " in
	'lines add '*) options+=' --profile --spread' ;;
	'lines remove '*) options+=' --state --server --profile --domain --all --spread' ;;
	'lines '*) options+=' --state --server --profile --domain --number --sort --limit --after' ;;
	'line show '*) options+=' --domain' ;;
	'line trace '*) options+=' --domain --after' ;;
	'events '*) options+=' --limit --after' ;;
	'line force '*) options+=' --state --server --profile --domain --all --spread' ;;
	'server drain '*) options+=' --profile --spread' ;;
	'server restore '*) options+=' --profile --spread' ;;
	'server force '*) options+=' --profile --spread' ;;
	esac
	[[ $cur != -* ]] || next=$options
	COMPREPLY=($(compgen -W "$next" -- "$cur"))
}
complete -F _heartline heartline
