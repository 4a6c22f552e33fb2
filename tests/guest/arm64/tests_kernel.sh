# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # dir, status, pid, out and numavm are of run and lib.sh, which source it
#
# Kernels as arm64 has them: an Image, compressed as a whole or inside an EFI zboot image, and what
# is wrong with those that are refused.

# starts KERNEL [ARG...]
starts() {
	run_file "$@" && expect_end 0 poweroff && expect_stdout 'poweroff\n'
}

t_image_gzip() { starts "$out/poweroff.gzip"; }
t_image_xz() { starts "$out/poweroff.xz"; }
t_image_lz4() { starts "$out/poweroff.lz4"; }
t_image_zstd() { starts "$out/poweroff.zstd"; }

# A kept copy that was cut is made anew.
t_image_cut_copy() {
	local kept
	export XDG_CACHE_HOME=$dir/cache
	starts "$out/poweroff.gzip" || return 1
	kept=("$dir"/cache/numavm/*)
	truncate -s 60 "${kept[0]}"
	starts "$out/poweroff.gzip" || return 1
	cmp -s "${kept[0]}" "$out/poweroff" || { echo "the copy is still cut"; return 1; }
}

# The header's fields are those of Documentation/arm64/booting.rst.
copy_image() {
	cp "$out/poweroff" "$dir/Image"
}

t_image_text_offset() {
	copy_image
	patch "$dir/Image" 8 "$(little 0x80000)"
	starts "$dir/Image"
}

# bad_image TEXT OFFSET BYTES
bad_image() {
	copy_image
	patch "$dir/Image" "$2" "$3"
	refused "$dir/Image" "$1"
}

t_image_size_zero() { bad_image 'image_size is 0' 16 '\0\0\0\0\0\0\0\0'; }
t_image_size_huge() { bad_image 'more memory' 22 '\x01'; }
t_image_size_most() { bad_image 'image_size' 16 '\xff\xff\xff\xff\xff\xff\xff\xff'; }
t_image_text_offset_unaligned() { bad_image 'text_offset' 8 '\x01'; }
t_image_text_offset_huge() { bad_image 'text_offset' 15 '\x80'; }
t_image_big_endian() { bad_image 'big-endian' 24 '\x0b'; }

t_image_truncated() {
	head -c 63 "$out/poweroff" >"$dir/Image"
	refused "$dir/Image" 'truncated'
}

t_image_compressed_packed() {
	run_file "$out/poweroff.gzip" --boot packed
	expect_end 125 error
}

t_image_compressed_damaged() {
	cp "$out/poweroff.gzip" "$dir/Image"
	patch "$dir/Image" $(($(stat -c %s "$dir/Image") / 2)) '\xff\x00\xff\x00\xff\x00\xff\x00'
	refused "$dir/Image" 'cannot be unpacked'
}

# Shorter than the checksum at a gzip stream's end.
t_image_seven_bytes() {
	printf '\x1f\x8b\xfd\x34\x00\x28\xb5' >"$dir/Image"
	refused "$dir/Image" 'cannot be unpacked'
}

# make_zboot PAYLOAD SIZE: drivers/firmware/efi/libstub/zboot-header.S around it.
make_zboot() {
	head -c 4096 /dev/zero >"$dir/zboot"
	cat "$1" >>"$dir/zboot"
	patch "$dir/zboot" 0 'MZ\0\0zimg'
	patch "$dir/zboot" 8 "$(little 4096)"
	patch "$dir/zboot" 12 "$(little "$2")"
}

# zboot PROGRAM
zboot() {
	make_zboot "$out/poweroff.$1" "$(stat -c %s "$out/poweroff.$1")"
	starts "$dir/zboot"
}

t_zboot_gzip() { zboot gzip; }
t_zboot_zstd() { zboot zstd; }

t_zboot_truncated() {
	make_zboot "$out/poweroff.gzip" 0x10000000
	refused "$dir/zboot" 'truncated'
}

t_zboot_other_format() {
	make_zboot "$out/poweroff" 4096
	refused "$dir/zboot" 'compressed neither with'
}

t_kernel_of_x86() {
	head -c 4096 /dev/zero >"$dir/bzImage"
	patch "$dir/bzImage" 0x1fe '\x55\xaa\xeb\x66HdrS\x0f\x02'
	refused "$dir/bzImage" 'an x86 bzImage'
}

t_kernel_elf() {
	head -c 4096 /dev/zero >"$dir/vmlinux"
	patch "$dir/vmlinux" 0 '\x7fELF'
	refused "$dir/vmlinux" 'an ELF file'
}
