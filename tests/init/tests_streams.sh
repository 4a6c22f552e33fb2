# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2154 # the command's shell expands, and run sets the rest
#
# The command's streams, its terminal, and one that does what it likes; run sources it.

# ---- streams ----

t_apart() {
	drives -- sh -c 'echo a; echo b >&2; echo c'
	out_is "a${newline}c"
	err_is b
	says 'end stdout' 'exit 0 signal 0'
}

random() { # BYTES
	head -c "$1" /dev/urandom >"$tmp/random"
}

t_through() {
	random 65536
	drives -i "$tmp/random" -- cat
	cmp "$tmp/random" "$tmp/out"
	says 'end stdout' 'exit 0 signal 0' 'done'
}

t_through_4_mib() {
	random 4194304
	drives -i "$tmp/random" -- cat
	cmp "$tmp/random" "$tmp/out"
}

t_through_garbage() {
	random 65536
	drives -g -i "$tmp/random" -- cat
	cmp "$tmp/random" "$tmp/out"
	silent warning
}

t_closed_stdin() { drives -- cat; out_is ''; says 'exit 0 signal 0'; }
t_unread_stdin() { drives -i /dev/zero -- true; says 'exit 0 signal 0' 'done'; }
t_unread_stdin_slow() { drives -i /dev/zero -- sh -c 'for i in 1 2 3; do ls /usr/bin; done | wc -l | grep -c .'; out_is 1; }

t_stdin_closed_by_command() {
	drives -i /dev/zero -- sh -c 'exec <&-; while read -r a <&3; do :; done 3</etc/passwd; sleep 0.1; echo x'
	out_is x
	says 'closed stdin' 'exit 0 signal 0'
}

t_all_output() {
	drives -- sh -c 'seq 300000; seq 100000 >&2'
	seq 300000 | cmp - "$tmp/out"
	seq 100000 | cmp - "$tmp/err"
}

t_held_back() {
	drives -h -- seq 100000
	seq 100000 | cmp - "$tmp/out"
	says held 'exit 0 signal 0'
}

t_reader_gone() {
	drives -w y close -- yes
	says start close 'exit 0 signal 13' 'done'
}

t_grandchild() {
	drives -- sh -c 'sleep 1000 & echo started'
	out_is started
	says 'exit 0 signal 0' 'done'
}

t_last_words() {
	drives -- sh -c 'sleep 1000 & seq 9000; kill -KILL $$'
	seq 9000 | cmp - "$tmp/out"
	says 'end stdout' 'exit 0 signal 9'
}

# ---- a command that does what it likes ----

t_writes_to_channel() {
	drives -- sh -c 'echo begin; head -c 30000 /dev/urandom >/dev/ttyS1; echo end'
	out_is "begin${newline}end"
	says 'exit 0 signal 0' 'done' 'garbage .*'
}

t_kills_init() {
	drives -- sh -c 'kill -KILL 1; kill -TERM 1; kill -SEGV 1; kill -STOP 1; kill -INT 1; kill -CHLD 1; echo on'
	out_is on
	says 'exit 0 signal 0' 'done'
}

t_kills_all() { drives -- sh -c 'sleep 1000 & kill -KILL -1; echo on'; out_is on; }

t_fork_bomb() {
	drives -- sh -c 'ulimit -u 300 2>/dev/null; bomb() { bomb | bomb & }; bomb 2>/dev/null; exit 3'
	says 'exit 3 signal 0' 'done'
}

t_closes_all() { drives -- sh -c 'exec <&- >&- 2>&-; exit 4'; says 'exit 4 signal 0'; }

# ---- a terminal ----

t_terminal() {
	drives -j 't24 80' -i - -- sh -c 'tty; stty size; echo $TERM; [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo all >/dev/tty'
	out_is $'/dev/pts/0\r\n24 80\r\nlinux\r\nall\r'
	says 'exit 0 signal 0' 'done'
}

t_terminal_user() {
	drives -j 't24 80' -j ueve -i - -- sh -c 'echo a >/dev/stdout; echo b >$(tty)'
	out_is $'a\r\nb\r'
}

t_terminal_size() {
	drives -j 't24 80' -i - -w ready 'size 50 132' -- bash -c \
		'trap "stty size; exit 5" WINCH; echo ready; while :; do sleep 0.01; done'
	out_is $'ready\r\n50 132\r'
	says 'exit 5 signal 0'
}

t_terminal_interrupt() {
	drives -j 't24 80' -i - -w ready $'type \x03' -- perl -e '$|=1; print "ready\n"; sleep 1000'
	says 'exit 0 signal 2' 'done'
}

t_terminal_line() {
	drives -j 't24 80' -i - -w ready $'type one two\n' -- sh -c 'echo ready; read a; echo "<$a>"'
	out_is $'ready\r\none two\r\n<one two>\r'
}

t_terminal_end() {
	drives -j 't24 80' -i - -w ready end -- sh -c 'echo ready; cat; exit 6'
	says 'exit 6 signal 0'
}

t_terminal_hangup() {
	drives -j 't24 80' -i - -w ready close -- sh -c 'echo ready; sleep 1000'
	says 'exit 0 signal 1' 'done'
}

t_terminal_all_output() {
	drives -j 't24 80' -i - -- seq 20000
	seq 20000 | sed 's/$/\r/' | cmp - "$tmp/out"
}

t_terminal_closed_by_command() {
	drives -j 't24 80' -i - -- sh -c 'exec <&- >&- 2>&-; sleep 0.1; echo on >/dev/tty; exit 8'
	out_is $'on\r'
	says 'exit 8 signal 0'
}
