#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Builds every guest into a folder, one file each, and onpty, the host's part; only what is older
# than what it is made of.
#
#   tests/guest/build.sh OUTDIR [ARCH]
#
# A guest is one .c file here or in its architecture's folder, x86/ or arm64/, beside the library:
# an ELF file for x86-64, an Image for arm64. x86/onebyte.S is linked alone. ARCH is x86_64 or
# aarch64, this machine's own if it is not said; CC chooses this machine's compiler.
set -eu -o pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/host/arch.sh
. "$here/../host/arch.sh"
warnings="-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla"

arch_x86_64() {
	folder=$here/x86
	library=(guest storm frames x86/start x86/machine x86/cpus x86/acpi x86/memory_map x86/serial)
	flags="-m64 -mno-red-zone -fno-pie -fcf-protection=none"
	link_flags=(-n -static)
}

# Nothing is aligned by luck with the MMU off, and no loop may become a call of a C library.
arch_aarch64() {
	folder=$here/arm64
	library=(guest storm frames arm64/start arm64/machine arm64/fdt arm64/gic)
	flags="-mstrict-align -fpie -fno-tree-loop-distribute-patterns"
	link_flags=(-pie --no-dynamic-linker -z text)
}

# newer FILE DEPENDENCY...: is FILE there, and none of the others newer?
newer() {
	local file=$1 dependency
	shift
	[ -e "$file" ] || return 1
	for dependency; do
		[ "$dependency" -nt "$file" ] && return 1
	done
	return 0
}

# compile NAME: an object of the source of that name; leaves its file's name in $object.
compile() {
	local source=$here/$1.c

	[ -e "$source" ] || source=$here/$1.S
	object=$out/obj/${1##*/}.o
	newer "$object" "$source" "$here/guest.h" "$here/session.h" "$folder/machine.h" "$here/build.sh" && return
	echo "CC $object"
	# shellcheck disable=SC2086 # the flags are words
	"$cc" -std=gnu11 -O2 -ffreestanding -nostdlib -mgeneral-regs-only -fno-stack-protector \
		-fno-asynchronous-unwind-tables $flags $warnings -I "$here" -I "$folder" \
		-c -o "$object" "$source"
}

# link OUTPUT OBJECT...
link() {
	local output=$1
	shift
	newer "$output" "$folder/guest.ld" "$@" && return
	echo "LD $output"
	"${tools}ld" "${link_flags[@]}" ${base:+--defsym=guest_base=$base} -no-warn-rwx-segments -T "$folder/guest.ld" -o "$output" "$@"
	[ "$arch" != aarch64 ] || "${tools}objcopy" -O binary "$output"
}

[ $# = 1 ] || [ $# = 2 ] || { echo "usage: build.sh OUTDIR [ARCH]" >&2; exit 2; }
out=$1
arch=${2-$(uname -m)}
declare -F "arch_$arch" >/dev/null || { echo "build.sh: no guests for '$arch'" >&2; exit 2; }
"arch_$arch"
cc=$(compiler_of "$arch")
tools=''
! is_foreign "$arch" || tools=$arch-linux-gnu-
mkdir -p "$out/obj"

objects=()
for name in "${library[@]}"; do
	compile "$name"
	objects+=("$object")
done
for source in "$here"/*.c "$folder"/*.c; do
	name=${source#"$here"/}
	name=${name%.c}
	case " ${library[*]} " in *" $name "*) continue ;; esac
	compile "$name"
	link "$out/${name##*/}" "$object" "${objects[@]}"
done
if [ "$arch" = x86_64 ]; then
	compile x86/onebyte
	link "$out/onebyte" "$object"
	# Where small kernels are: the first address that a kernel may have.
	compile x86/tables
	base=0x100000 link "$out/tables_at_1m" "$object" "${objects[@]}"
fi

# One of the guests in every way that a kernel may be compressed, for hosts that can only unpack.
if [ "$arch" = aarch64 ]; then
	for program in gzip xz lz4 zstd; do
		newer "$out/poweroff.$program" "$out/poweroff" ||
			"$program" -q <"$out/poweroff" >"$out/poweroff.$program"
	done
fi

# In a simulated host there are no libraries.
if ! newer "$out/onpty" "$here/host/onpty.c" "$here/build.sh"; then
	echo "CC $out/onpty"
	# shellcheck disable=SC2086 # the warnings are words
	"$cc" -std=gnu11 -O2 $warnings -static -o "$out/onpty" "$here/host/onpty.c"
fi
