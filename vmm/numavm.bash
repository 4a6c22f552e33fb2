# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# numavm.bash: bash's completion of numavm's command line. What verbs and options there are, and what
# each takes, is what the program's own --help says.

# "--kernel =FILE -k" for each option of verb $2 of $1, "--populate [=yes|no]", "--json -". All verbs
# take what run takes.
_numavm_options() {
	{ "$1" "$2" -h; "$1" run -h; } 2>/dev/null | awk '/^  (-., |    )--/ {
		match($0, /--[a-z-]+/)
		value = substr($0, RSTART + RLENGTH)
		sub(/ .*/, "", value)
		option = substr($0, RSTART, RLENGTH)
		if (!seen[option]++)
			print option, value ? value : "-", substr($0, 3, 2)
	}'
}

# What a value can be, for its beginning $2: names, or what is on this host.
_numavm_values() {
	case $1 in
	=DIR) compgen -d -- "$2" ;;
	=FILE | =HOST*) compgen -f -- "$2" ;;
	=NAME\[*) compgen -e -- "$2" ;;
	=USER) compgen -u -- "$2" ;;
	=MODE) compgen -W 'packed unpacked' -- "$2" ;;
	*) compgen -W "$(tr '[]=|' '\n' <<<"$1" | grep -v '[^a-z]')" -- "$2" ;;
	esac
}

_numavm() {
	local words=("${COMP_WORDS[@]:0:COMP_CWORD}") word=${COMP_WORDS[COMP_CWORD]} verb='' option value='' i

	for ((i = 1; i < COMP_CWORD; i++)); do
		if [ "${words[i]}" = -- ]; then # a command follows
			compopt -o filenames 2>/dev/null
			if ((i == COMP_CWORD - 1)); then
				mapfile -t COMPREPLY < <(compgen -c -- "$word")
			else
				mapfile -t COMPREPLY < <(compgen -f -- "$word")
			fi
			return
		fi
		[ -n "$verb" ] || [[ ${words[i]} = -* ]] || verb=${words[i]}
	done
	if [ -z "$verb" ]; then
		mapfile -t COMPREPLY < <(compgen -W "$("$1" -h 2>/dev/null |
			sed -n 's/^  \([a-z]\{1,\}\)  .*/\1/p; s/^ .* \(--[a-z]*\)  .*/\1/p')" -- "$word")
		return
	fi
	# Bash's words part at "=".
	option=${words[COMP_CWORD - 1]}
	if [ "$word" = = ]; then
		word=''
	elif [ "$option" = = ]; then
		option=${words[COMP_CWORD - 2]}
	fi
	[[ $option != -* ]] ||
		value=$(_numavm_options "$1" "$verb" | awk -v o="$option" '$1 == o || $3 == o { print $2 }')
	[ "$option" != --dir ] || value='=DIR'
	case $value in
	'' | -) value='' ;;
	\[*) [ "${words[COMP_CWORD - 1]}" != "$option" ] || [ "${COMP_WORDS[COMP_CWORD]}" = = ] || value='' ;;
	=FILE | =HOST* | =DIR) compopt -o filenames 2>/dev/null ;;
	esac
	if [ -n "$value" ]; then
		mapfile -t COMPREPLY < <(_numavm_values "$value" "$word")
	else
		mapfile -t COMPREPLY < <(compgen -W "-- $(_numavm_options "$1" "$verb" | cut -d ' ' -f 1)" -- "$word")
	fi
} && complete -F _numavm numavm
