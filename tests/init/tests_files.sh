# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2154 # the command's shell expands, and run sets the rest
#
# Files that are sent back; run sources it.

# ---- files ----

# Leaves what came in $tmp/files.
files() { # OPTION... -- COMMAND...
	rm -rf "$tmp/files"
	drives -o "$tmp/archive" "$@"
	mkdir "$tmp/files"
	(cd "$tmp/files" && cpio -idm --quiet --no-absolute-filenames <"$tmp/archive") 2>&1
}

t_files() {
	files -j o/tmp/a -j o/etc -j o/tmp/none -- sh -c 'echo x >/tmp/a; exit 3'
	says 'end stdout' 'exit 3 signal 0' 'warning --out /tmp/none: No such file or directory' 'end files' 'done'
	[ "$(cat "$tmp/files/0")" = x ] || echo 'no file'
	grep -q eve "$tmp/files/1/passwd" || echo 'no file in a folder'
}

t_files_2000() {
	files -j o/tmp/many -- sh -c 'mkdir /tmp/many && cd /tmp/many && for i in $(seq 2000); do echo $i >$i; done'
	[ "$(cat "$tmp/files/0/"* | sort -n)" = "$(seq 2000)" ] || echo 'not all of them'
}

t_files_links() {
	files -j o/tmp/a -- sh -c 'mkdir /tmp/a; cd /tmp/a; ln -s /etc/shadow out; ln -s . in; echo x >$(printf %0255d 7)'
	[ "$(readlink "$tmp/files/0/out")" = /etc/shadow ] || echo 'a link is no link'
	[ "$(cat "$tmp/files/0/$(printf %0255d 7)")" = x ] || echo 'no long name'
}

t_files_of_a_link() {
	files -j o/tmp/a -- ln -s /etc/passwd /tmp/a
	grep -q eve "$tmp/files/0" || echo 'the file that it names is not there'
}

t_files_special() {
	files -j o/tmp/a -- sh -c 'mkdir /tmp/a; cd /tmp/a; mkfifo pipe; echo x >y'
	says 'warning --out /tmp/a/pipe: not sent: .*' 'done'
	[ "$(cat "$tmp/files/0/y")" = x ] || echo 'no file'
}

t_files_large() {
	random 3000001
	files -i "$tmp/random" -j o/tmp/a -- sh -c 'cat >/tmp/a'
	cmp "$tmp/random" "$tmp/files/0"
}

t_files_without_size() {
	files -j o/proc/self/status -j o/proc/kallsyms -j o/sys/class/net/lo/flags -- cat /proc/kallsyms
	grep -q '^Pid:.1$' "$tmp/files/0" || echo 'not init'
	[ "$(cat "$tmp/files/2")" = 0x9 ] || echo 'not its size'
	[ "$(wc -l <"$tmp/files/1")" = "$(wc -l <"$tmp/out")" ] || echo 'not all of it'
	silent warning
}

t_files_deep() {
	files -j o/tmp/a -- sh -c 'mkdir /tmp/a; cd /tmp/a; for i in $(seq 100); do mkdir d; cd d; done'
	says 'warning --out .*: not sent: too deep in the folder' 'done'
}

t_files_relative() {
	files -j oa -j d/tmp -- sh -c 'echo x >a'
	[ "$(cat "$tmp/files/0")" = x ] || echo 'no file'
}

t_files_after_finish() {
	files -j o/tmp/a -w ready finish -- sh -c 'echo x >/tmp/a; echo ready; sleep 1000'
	says finish 'exit 0 signal 9' 'end files' 'done'
	[ "$(cat "$tmp/files/0")" = x ] || echo 'no file'
}

t_module_missing() {
	drives -j mnone -- true
	says 'error module none: No such file or directory.*' 'done'
}

t_module_optional() {
	drives -j Mnone -- true
	says 'warning module none: No such file or directory.*' 'exit 0 signal 0' 'done'
}

# The driver holds the first file back, for longer than it takes to die.
t_files_of_none_that_runs() {
	files -h -j o/tmp/a -j o/proc/3/cmdline -- sh -c \
		'sleep 1000 & echo $!; until grep -q 1000 /proc/3/cmdline; do :; done
		tr "\0" " " </proc/3/cmdline; head -c 100000 /dev/zero >/tmp/a'
	says 'exit 0 signal 0' held 'done'
	out_is "3${newline}sleep 1000 "
	[ ! -s "$tmp/files/1" ] || echo 'it runs on'
}
