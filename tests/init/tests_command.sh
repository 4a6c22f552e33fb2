# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2154 # the command's shell expands, and run sets the rest
#
# What the command is told, where it runs, and what becomes of it; run sources it.

# ---- what becomes of a command ----

t_true() { drives -- true; says start 'exit 0 signal 0' 'done'; }
t_false() { drives -- false; says start 'exit 1 signal 0' 'done'; }
t_exit_7() { drives -- sh -c 'exit 7'; says start 'exit 7 signal 0' 'done'; }
t_exit_125() { drives -- sh -c 'exit 125'; says start 'exit 125 signal 0' 'done'; }
t_exit_126() { drives -- sh -c 'exit 126'; says start 'exit 126 signal 0' 'done'; }
t_exit_127() { drives -- sh -c 'exit 127'; says start 'exit 127 signal 0' 'done'; }
t_exit_255() { drives -- sh -c 'exit 255'; says start 'exit 255 signal 0' 'done'; }
t_signal() { drives -- sh -c 'kill -SEGV $$'; says start 'exit 0 signal 11' 'done'; }
t_killed() { drives -- sh -c 'kill -KILL $$'; says start 'exit 0 signal 9' 'done'; }

t_missing() {
	drives -- /bin/nothing
	says 'exit 127 signal 0 /bin/nothing: No such file or directory' 'done'
	silent start
}

t_missing_in_path() {
	drives -- nothing
	says 'exit 127 signal 0 nothing: No such file or directory' 'done'
}

t_missing_interpreter() {
	drives -- /script
	says 'exit 127 signal 0 /script: the interpreter that it names is not there' 'done'
	silent start
}

t_empty_name() { drives -- ''; says 'exit 127 signal 0 : No such file or directory' 'done'; }

t_no_program() {
	drives -- /etc/passwd
	says 'exit 126 signal 0 /etc/passwd: Permission denied' 'done'
	silent start
}

t_folder() { drives -- /usr; says 'exit 126 signal 0 /usr: Permission denied' 'done'; }

# ---- what it is told ----

t_arguments() {
	drives -- printf '<%s>' a ' b  c ' "d\"e'f\\" "g${newline}h" $'\xff\x80' '' "\$HOME * ;" "$tab"
	out_is "<a>< b  c ><d\"e'f\\><g${newline}h><"$'\xff\x80'"><><\$HOME * ;><$tab>"
	says 'exit 0 signal 0' 'done'
}

t_argument_of_100_kib() {
	drives -- sh -c 'printf %s "$1" | wc -c' sh "$(head -c 102400 /dev/zero | tr '\0' x)"
	out_is 102400
}

t_many_arguments() {
	# shellcheck disable=SC2046 # words
	drives -- sh -c 'echo $#' sh $(seq 20000)
	out_is 20000
}

t_environment() {
	drives -j 'eA=b c' -j e_= -j 'eHOME=/home' -- sh -c 'env | sort; echo "$PATH" | wc -c'
	out_is "A=b c${newline}HOME=/home${newline}PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${newline}PWD=/${newline}_=${newline}61"
}

t_path() { drives -j ePATH=/usr/bin -- sh -c 'echo $PATH'; out_is /usr/bin; }
t_chdir() { drives -j d/usr/bin -- pwd; out_is /usr/bin; }
t_root_folder() { drives -- pwd; out_is /; }

t_chdir_missing() {
	drives -j d/nothing -- pwd
	says 'error chdir /nothing: No such file or directory' 'done'
	silent 'exit|start'
}

t_hostname() { drives -j hbox -- hostname; out_is box; }

who='id -u; id -g; id -G; echo $HOME'
t_root() { drives -- sh -c "$who"; out_is "0${newline}0${newline}0${newline}/root"; }
t_user() { drives -j ueve -- sh -c "$who"; out_is "1000${newline}1001${newline}1001 6${newline}/home/eve"; }
t_user_by_number() { drives -j u1000 -- sh -c "$who"; out_is "1000${newline}1001${newline}1001 6${newline}/home/eve"; }
t_user_group() { drives -j ueve:audio -- sh -c "$who"; out_is "1000${newline}29${newline}29${newline}/home/eve"; }
t_user_unknown_number() { drives -j u77:8 -- sh -c "$who"; out_is "77${newline}8${newline}8${newline}/"; }
t_user_number_alone() { drives -j u77 -- sh -c "$who"; out_is "77${newline}77${newline}77${newline}/"; }

t_user_unknown() {
	drives -j ubob -- true
	says "error user bob: not in the guest's /etc/passwd: .*" 'done'
	silent 'exit|start'
}

t_group_unknown() {
	drives -j ueve:bobs -- true
	says "error group bobs: not in the guest's /etc/group" 'done'
}

t_user_standard_streams() {
	drives -j ueve -- sh -c 'echo a >/dev/stdout; echo b >/dev/stderr; cat /dev/stdin'
	out_is a
	err_is b
}

# ---- where it runs ----

t_mounts() {
	drives -- sh -c 'for i in /proc /sys /dev/pts /dev/shm /run /tmp; do mountpoint -q $i && echo $i; done
		ls /.numavm; stat -c %a / /tmp /dev/shm /run; touch /tmp/a /run/a /dev/shm/a'
	out_is "/proc${newline}/sys${newline}/dev/pts${newline}/dev/shm${newline}/run${newline}/tmp${newline}755${newline}1777${newline}1777${newline}755"
	err_is ''
	silent warning
}

t_links() {
	drives -- sh -c 'cd /dev; readlink fd stdin stdout stderr'
	out_is "/proc/self/fd${newline}/proc/self/fd/0${newline}/proc/self/fd/1${newline}/proc/self/fd/2"
}

t_loopback() { drives -- cat /sys/class/net/lo/flags; out_is 0x9; }
t_session() { drives -- sh -c 'set -- $(cat /proc/self/stat); [ "$5" = "$6" ] && [ "$6" = $$ ] && echo its own'; out_is 'its own'; }
t_descriptors() { drives -- sh -c 'ls /proc/$$/fd'; out_is "0${newline}1${newline}2"; }
t_signals() { drives -- sh -c 'exec cat /proc/self/status | grep -E "^Sig(Blk|Ign|Cgt)"'; out_is "SigBlk:${tab}0000000000000000${newline}SigIgn:${tab}0000000000000000${newline}SigCgt:${tab}0000000000000000"; }

t_orphans() {
	drives -- sh -c 'i=0; while [ $i -lt 50 ]; do (true & true) & i=$((i + 1)); done; wait
		until [ "$(grep -l "(zombie)" /proc/[0-9]*/status 2>/dev/null | wc -l)" = 0 ]; do :; done; echo none'
	out_is none
}

# ---- the end ----

t_finish() {
	drives -w ready finish -- sh -c 'trap "" TERM INT; sleep 1000 & echo ready; wait'
	says start finish 'exit 0 signal 9' 'done'
}

t_finish_held_back() {
	drives -w 30000 stop -w 31000 finish -- sh -c 'yes "$(seq 29990 31010)"'
	says start stop finish 'exit 0 signal 9' 'done'
}

t_poweroff() { drives -q -j q -- true; says 'done' 'power off'; }

t_no_tty() {
	"$drive" "$init" -n -- true >"$tmp/out" 2>"$tmp/err" 3>"$tmp/said"
	says '<3>numavm init: /dev/ttyS1, the way to the host: No such file or directory; the kernel needs CONFIG_SERIAL_8250, with 8250.nr_uarts=2 or more' 'power off'
	silent hello
}
