# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # dir, status, pid, out and numavm are of run and lib.sh, which source it
#
# Kernels in a bzImage: one made here around a guest, compressed in every way that the host unpacks.

# make_bzimage PAYLOAD OUT: the header of boot.rst in front of it; one setup sector, protocol 2.15, 64-bit.
make_bzimage() {
	local size
	size=$(stat -c %s "$1")
	head -c 1024 /dev/zero >"$2"
	cat "$1" >>"$2"
	truncate -s %16 "$2"
	patch "$2" 0x1f1 '\x01'
	patch "$2" 0x1f4 "$(little $(((size + 15) / 16)))"
	patch "$2" 0x1fe '\x55\xaa\xeb\x66HdrS\x0f\x02'
	patch "$2" 0x211 '\x01'
	patch "$2" 0x22c "$(little 0x7fffffff)"
	patch "$2" 0x236 '\x01'
	patch "$2" 0x238 "$(little 2047)"
	patch "$2" 0x24c "$(little "$size")"
	patch "$2" 0x258 '\x00\x00\x00\x01'
	patch "$2" 0x260 "$(little 0x100000)"
}

# with_size STREAM FILE: what the kernel's build appends to each stream but gzip's.
with_size() {
	patch "$1" "$(stat -c %s "$1")" "$(little "$(stat -c %s "$2")")"
}

# unpacks COMPRESS...: a guest compressed so starts, and the second time from the kept copy.
unpacks() {
	local guest=$out/poweroff kept
	export XDG_CACHE_HOME=$dir/cache
	command -v "$1" >/dev/null || { echo "no $1"; return 2; }
	"$@" <"$guest" >"$dir/payload" || return 1
	[ "$1" = gzip ] || with_size "$dir/payload" "$guest"
	make_bzimage "$dir/payload" "$dir/bzImage"
	run_file "$dir/bzImage" --boot unpacked && expect_end 0 poweroff && expect_stdout 'poweroff\n' || return 1
	kept=("$dir"/cache/numavm/*)
	if [ ${#kept[@]} != 1 ] || ! cmp -s "${kept[0]}" "$guest"; then
		echo "kept: ${kept[*]}"
		return 1
	fi

	# A copy that is another guest tells where the second start came from.
	cat "$out/crash" >"${kept[0]}"
	run_file "$dir/bzImage" && expect_end 123 crash
}

t_unpack_gzip() { unpacks gzip -9; }
t_unpack_xz() { unpacks xz --check=crc32 --x86 --lzma2=dict=1MiB; }
t_unpack_lz4() { unpacks lz4 -9; }
t_unpack_lz4_legacy() { unpacks lz4 -l -9; }
t_unpack_zstd() { unpacks zstd -19; }

# A compressed kernel boots, and what it was unpacked to is kept, in $kept (an array).
keeps_copy() {
	export XDG_CACHE_HOME=$dir/cache
	gzip <"$out/poweroff" >"$dir/payload"
	make_bzimage "$dir/payload" "$dir/bzImage"
	run_file "$dir/bzImage" && expect_end 0 poweroff || return 1
	kept=("$dir"/cache/numavm/*)
}

# A kept copy that was cut is made anew.
t_unpack_cut_copy() {
	keeps_copy || return 1
	truncate -s 60 "${kept[0]}"
	run_file "$dir/bzImage" && expect_end 0 poweroff && expect_stdout 'poweroff\n' || return 1
	cmp -s "${kept[0]}" "$out/poweroff" || { echo "the copy is still cut"; return 1; }
}

# Neither a damaged stream nor a cut one may start, nor be kept.
t_unpack_damaged() {
	export XDG_CACHE_HOME=$dir/cache
	gzip <"$out/poweroff" >"$dir/payload"
	make_bzimage "$dir/payload" "$dir/bzImage"
	patch "$dir/bzImage" $((1024 + $(stat -c %s "$dir/payload") / 2)) '\xff\x00\xff\x00\xff\x00\xff\x00'
	refused "$dir/bzImage" 'cannot be unpacked' || return 1
	nothing_kept
}

nothing_kept() {
	local left
	left=$(find "$dir/cache" -type f ! -name .key)
	[ -z "$left" ] || { echo "left behind: $left"; return 1; }
}

# What unpacks, and large, but to no kernel.
t_unpack_no_kernel() {
	export XDG_CACHE_HOME=$dir/cache
	head -c 100M /dev/zero | gzip >"$dir/payload"
	make_bzimage "$dir/payload" "$dir/bzImage"
	refused "$dir/bzImage" 'not an x86-64 kernel (104857600 bytes)' || return 1
	nothing_kept
}

# 1.1 MB that unpack to more than a kernel may have.
t_unpack_too_much() {
	local doubled
	export XDG_CACHE_HOME=$dir/cache
	head -c 16M /dev/zero | gzip -n >"$dir/payload"
	for doubled in {1..7}; do
		cat "$dir/payload" "$dir/payload" >"$dir/twice" && mv "$dir/twice" "$dir/payload"
	done
	make_bzimage "$dir/payload" "$dir/bzImage"
	refused "$dir/bzImage" 'unpacks to more than 1024 MiB' || return 1
	nothing_kept
}

# Its first bytes are a kernel's, but RAM cannot take it.
t_unpack_not_loaded() {
	export XDG_CACHE_HOME=$dir/cache
	cp "$out/poweroff" "$dir/kernel"
	patch "$dir/kernel" 88 "$(little 0x10000000)"
	gzip <"$dir/kernel" >"$dir/payload"
	make_bzimage "$dir/payload" "$dir/bzImage"
	refused "$dir/bzImage" 'needs RAM from 0x10000000' || return 1
	nothing_kept
}

# Shorter than the checksum at a gzip stream's end.
t_unpack_seven_bytes() {
	printf '\x1f\x8b\xfd\x34\x00\x28\xb5' >"$dir/payload"
	make_bzimage "$dir/payload" "$dir/bzImage"
	refused "$dir/bzImage" 'cannot be unpacked'
}

# 20 GB of packed nothing, packed: unpacked to their end they would take more than a minute.
t_unpack_nested() {
	local member
	head -c 0 /dev/zero | gzip -n >"$dir/empty"
	for member in {1..16}; do
		cat "$dir/empty" "$dir/empty" >"$dir/twice" && mv "$dir/twice" "$dir/empty"
	done
	gzip -9n <"$dir/empty" >"$dir/twice"
	for member in {1..14}; do
		cat "$dir/twice" "$dir/twice" >"$dir/empty" && mv "$dir/empty" "$dir/twice"
	done
	gzip -9n <"$dir/twice" >"$dir/payload"
	make_bzimage "$dir/payload" "$dir/bzImage"
	refused "$dir/bzImage" 'a compressed file'
}

# In its place is what could hang, or what others have put there: it is made anew.
t_unpack_planted() {
	keeps_copy || return 1
	rm "${kept[0]}" && mkfifo "${kept[0]}"
	run_file "$dir/bzImage" && expect_end 0 poweroff || return 1
	cp "$out/crash" "$dir/planted"
	ln -sf "$dir/planted" "${kept[0]}"
	run_file "$dir/bzImage" && expect_end 0 poweroff || return 1
	cat "$out/crash" >"${kept[0]}"
	chmod 666 "${kept[0]}"
	run_file "$dir/bzImage" && expect_end 0 poweroff
}

# A folder that others can write to is not used.
t_unpack_open_folder() {
	keeps_copy || return 1
	cat "$out/crash" >"${kept[0]}"
	chmod 777 "$dir/cache/numavm"
	run_file "$dir/bzImage" && expect_end 0 poweroff || return 1
	grep -q 'warning: kernels are not kept in .*: remove it, or give it mode 700' "$dir/stderr" ||
		wrong "no warning"
}

# Its program headers may be anywhere in the file.
t_elf_headers_at_its_end() {
	cp "$out/poweroff" "$dir/kernel"
	dd if="$out/poweroff" bs=1 skip=64 count=$((56 * 2)) status=none >>"$dir/kernel"
	patch "$dir/kernel" 32 "$(little "$(stat -c %s "$out/poweroff")")"
	dd if=/dev/zero of="$dir/kernel" bs=1 seek=64 count=$((56 * 2)) conv=notrunc status=none
	run_file "$dir/kernel"
	expect_end 0 poweroff && expect_stdout 'poweroff\n'
}

# 32 segments of 80 MiB over one another would be read one by one.
t_elf_overlapping() {
	local segment
	cp "$out/poweroff" "$dir/kernel"
	patch "$dir/kernel" 56 '\x20\x00'
	for segment in {0..31}; do
		patch "$dir/kernel" $((64 + 56 * segment)) '\x01\x00\x00\x00\x07\x00\x00\x00'
		patch "$dir/kernel" $((72 + 56 * segment)) '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
		patch "$dir/kernel" $((88 + 56 * segment)) '\0\0\0\x01\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x05\0\0\0\0'
	done
	truncate -s 200M "$dir/kernel"
	refused "$dir/kernel" 'damaged: segment at 0x1000000 overlaps the one at 0x1000000'
}

t_unpack_other_format() {
	head -c 4096 /dev/zero | tr '\0' B >"$dir/payload"
	make_bzimage "$dir/payload" "$dir/bzImage"
	refused "$dir/bzImage" 'use --boot packed' --boot unpacked
}

t_unpack_nowhere_to_keep() {
	gzip <"$out/poweroff" >"$dir/payload"
	make_bzimage "$dir/payload" "$dir/bzImage"
	XDG_CACHE_HOME=/proc/none run_file "$dir/bzImage"
	expect_end 0 poweroff && expect_stdout 'poweroff\n'
}

# The kernel's own code begins at its load address, its 64-bit entry is 512 bytes above.
t_packed() {
	command -v objcopy >/dev/null || { echo "no objcopy"; return 2; }
	objcopy -O binary "$out/onebyte" "$dir/flat" || return 1
	{ head -c 512 /dev/zero; cat "$dir/flat"; } >"$dir/payload"
	make_bzimage "$dir/payload" "$dir/bzImage"
	run_file "$dir/bzImage" --boot packed
	expect_end 0 reboot && expect_stdout 'x'
}

# make_packed: a bzImage whose own code prints and resets.
make_packed() {
	command -v objcopy >/dev/null || { echo "no objcopy"; return 2; }
	objcopy -O binary "$out/onebyte" "$dir/flat" || return 1
	{ head -c 512 /dev/zero; cat "$dir/flat"; } >"$dir/payload"
	make_bzimage "$dir/payload" "$dir/bzImage"
}

# A relocatable kernel is moved up to the next multiple of its alignment from what is not to be had.
t_bzimage_moved() {
	make_packed || return
	patch "$dir/bzImage" 0x258 "$(little 0x1000)"
	patch "$dir/bzImage" 0x230 "$(little 0x200000)"
	refused "$dir/bzImage" 'wants address 0x1000' || return 1
	patch "$dir/bzImage" 0x234 '\x01'
	run_file "$dir/bzImage" && expect_end 0 reboot && expect_stdout 'x' || return 1
	# There it must have room.
	patch "$dir/bzImage" 0x230 "$(little 0x8000000)"
	refused "$dir/bzImage" 'needs RAM from 0x8000000'
}

# What it needs up to the tables it gets, and no byte more.
t_bzimage_below_the_tables() {
	make_packed || return
	patch "$dir/bzImage" 0x260 "$(little $((0x7000000 - 4096)))"
	run_file "$dir/bzImage" && expect_end 0 reboot || return 1
	patch "$dir/bzImage" 0x260 "$(little $((0x7000000 - 4095)))"
	refused "$dir/bzImage" 'needs RAM from 0x1000000 to 0x7fff001'
}

t_bzimage_truncated() {
	gzip <"$out/poweroff" >"$dir/payload"
	make_bzimage "$dir/payload" "$dir/whole"
	head -c 1500 "$dir/whole" >"$dir/bzImage"
	refused "$dir/bzImage" 'truncated'
}

t_bzimage_32_bit() {
	gzip <"$out/poweroff" >"$dir/payload"
	make_bzimage "$dir/payload" "$dir/bzImage"
	patch "$dir/bzImage" 0x236 '\x00'
	refused "$dir/bzImage" 'a 32-bit kernel'
}

t_bzimage_old() {
	gzip <"$out/poweroff" >"$dir/payload"
	make_bzimage "$dir/payload" "$dir/bzImage"
	patch "$dir/bzImage" 0x206 '\x0b\x02'
	refused "$dir/bzImage" 'is too old'
}

# cmdline_is LINE ARG...: a guest prints that as its command line, wherever its console goes.
cmdline_is() {
	local line="cmdline=$1"
	shift
	rm -f "$dir/console"
	run_guest cmdline -m 64M "$@"
	tr -d '\r' <"$dir/stdout" | cat - "$dir/stderr" | sed 's/^numavm:   //' | grep -qx "$line" ||
		wrong "with $*: no $line"
}

# A command's console is dear, and the kernel's log has all of it; who asks for it gets it.
t_quiet_with_a_command() {
	cmdline_is 'console=ttyS0 panic=-1' &&
		cmdline_is 'console=ttyS0 panic=-1 quiet' -- true &&
		cmdline_is 'console=ttyS0 panic=-1 quiet loglevel=7' -a loglevel=7 -- true &&
		cmdline_is 'console=ttyS0 panic=-1' -v -- true &&
		cmdline_is 'console=ttyS0 panic=-1' --console "$dir/console" -- true || return 1
	printf 'cmdline = "console=ttyS0"\n' >"$dir/config"
	cmdline_is 'console=ttyS0' -c "$dir/config" -- true
}
