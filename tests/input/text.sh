# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # tmp and numavm are run's, which sources this
# text.sh: the cases of tests/input/run on command lines and configuration files, to be sourced.

# The command line.
refuse nothing 'run, plan or tables' --
refuse verb 'no verb "boot"' boot
refuse option 'no option --nope' run --nope
refuse run-as '--run-as nobody here: no such user in /etc/passwd: use UID:GID' run --run-as 'nobody here'
refuse option-letter 'no option -z' run -z
refuse option-value 'option -k needs a value' run -k
refuse extra-word 'unexpected argument "extra"' plan extra
refuse command-without-dashes 'unexpected argument "true": see numavm run -h, or put -- before' run true
refuse command-none 'no command after --: add one, or take -- away' run --
refuse command-twice '--shell and -- COMMAND are both commands: give one' run --shell -- true
for flag in '--file=a' '--dir=a' '--root=a' '--modules=a' '--module-dir=a' '--env=A' '--chdir=/' '--user=a' \
	'--out=/a:b' '--poweroff' '--boot-timeout=1s' '-v'; do
	refuse "command-of${flag%%=*}" "${flag%%=*} needs a command: add -- COMMAND" run "$flag"
done
refuse module-dir '--module-dir is where --modules looks: add --modules NAME' run --module-dir a -- true
for value in '' :/x x:; do
	refuse "file-$value" "--file: \"$value\": must be HOST or HOST:GUEST" run --file "$value" -- true
	refuse "dir-$value" "--dir: \"$value\": must be HOST or HOST:GUEST" run --dir "$value" -- true
done
for value in '' ',' a,,b; do
	refuse "modules-$value" "--modules: \"$value\": must be names of modules" run --modules "$value" -- true
done
for value in '' =x; do
	refuse "env-$value" "--env: \"$value\": must be NAME=VALUE, or the NAME of" run --env "$value" -- true
done
refuse chdir '--chdir: "tmp": must be a folder of the guest'\''s, from / on' run --chdir tmp -- true
for value in '' :1 a: a:b; do
	refuse "user-$value" "--user: \"$value\": must be NAME or UID, or either with :GID" run --user "$value" -- true
done
for value in '' /a /a: a:b; do
	refuse "out-$value" "--out: \"$value\": must be GUEST:HOST, GUEST from / on" run --out "$value" -- true
done
refuse boot-timeout 'must be from 1ms to 10000d' run --boot-timeout 0 -- true
refuse fail-on '--fail-on: "oops": must be warning' run --fail-on oops
refuse reboot-is '--reboot-is: "good": must be failure or success' run --reboot-is good
refuse reboot-of-a-command '--reboot-is is for a run without a command' run --reboot-is failure -- true
refuse console-of-a-command "--console -: stdout is the command's: name a file, or add -v" run --console - -- true
refuse tables-folder 'add -o DIR' tables
refuse boot-mode 'must be packed or unpacked' run --boot fast
refuse timeout-zero 'must be from 1ms to 10000d' run --timeout 0s
refuse timeout-unit 'must be from 1ms to 10000d' run --timeout 5y
refuse timeout-nan 'must be from 1ms to 10000d' run --timeout nan
refuse timeout-long 'must be from 1ms to 10000d' run --timeout 999999999h
for size in '' 5 0 0M 1.3G 1K -1G 0x10M 5MM ' 1G' 1E; do
	refuse "memory-size-$size" "-m: size \"$size\": must" plan -m "$size"
done
refuse memory-unit 'GB can mean a power of ten: write G or GiB' plan -m 1GB
refuse memory-overflow 'more than 64 bits hold' plan -m 17592186044416G
refuse memory-too-high 'use less memory' plan -m 4000000T
refuse memory-of-host 'more than' run -k "$tmp/kernel" -m 512G
refuse memory-long '0x": must end in K, M' plan -m "$(printf '%0100000dx' 0)"
for shape in '' 2n 2n2l 2n2l2c 2n2l2c2 0n1l1c1t 2n2l0c1t 2n2l2c2tx -1n1l1c1t 99999999999999999999n1l1c1t; do
	refuse "topology-$shape" 'must be NnNlNcNt' plan --topology "$shape"
done
refuse topology-nodes 'more than the 1024' plan --topology 1025n1025l1c1t
refuse topology-cpus 'more CPUs than the 8192' plan --topology 1n8192l8192c8192t
refuse topology-uneven 'cannot be shared evenly by 3 nodes' plan --topology 3n4l1c1t
refuse topology-memory 'each node needs 1 MiB' plan --topology 3n3l1c1t -m 2M
refuse topology-and-node 'give either it or these' plan --topology 1n1l1c1t --node memory=1G,llcs=1
refuse node-key 'no key "colour"' plan --node memory=1G,colour=red
refuse node-no-value 'must be KEY=VALUE' plan --node memory
refuse node-memory-zero 'no node has memory' plan --node memory=0,llcs=1
refuse node-memory-zero-alone 'node 1 has neither memory nor CPUs' plan --node memory=1G,llcs=1 --node memory=0
refuse node-wrong-size '--node: memory = size "1X"' plan --node memory=1X,llcs=1
refuse node-empty 'give it memory, llcs, or both' plan --node host=0
refuse node-no-cpus 'no node has CPUs' plan --node memory=1G
refuse node-no-memory 'no node has memory' plan --node llcs=1
refuse node-policy 'policy "magic"' plan --node memory=1G,llcs=1,host=0,policy=magic
refuse node-bind-nowhere 'needs host nodes' plan --node memory=1G,llcs=1,policy=bind
refuse node-sum '1024 MiB, must equal memory, 2048 MiB' plan --node memory=1G,llcs=1 -m 2G
refuse node-sum-overflow 'adds up to more' plan --node memory=4194304T,llcs=1 --node memory=4194304T
refuse distance-form 'must be A,B=N' plan --distance 0-1=20
refuse distance-negative 'must be A,B=N' plan --topology 2n2l1c1t --distance 0,1=-1
refuse distance-no-node 'there is no node 1' plan --distance 0,1=20
for value in 10 256 0 65556 4294967317; do
	refuse "distance-$value" 'must be 11 to 254, or 255' plan --topology 2n2l1c1t --distance "0,1=$value"
done
refuse distance-diagonal 'must be 10' plan --topology 2n2l1c1t --distance 1,1=20
refuse packages 'cannot be shared evenly' plan --topology 3n3l1c1t --packages 2

# All verbs take the same command line, and the machine of a command has a device more.
"$numavm" tables -o "$tmp/alone" 2>"$tmp/err"
"$numavm" tables -o "$tmp/commanded" -v --env A -- true x 2>>"$tmp/err"
"$numavm" tables -o "$tmp/shell" --shell 2>>"$tmp/err"
judge tables-of-a-command "$({ diff -rq "$tmp/commanded" "$tmp/shell" && ! diff -rq "$tmp/alone" "$tmp/shell" &&
	"$numavm" plan -v --env A -- true x; } >/dev/null 2>&1 || echo "not one machine")"

# The config file.
config unknown-key "$at:1: no key \"colour\": use kernel, initrd," 'colour = red'
config unknown-node-key "$at:2: no key \"colour\": use memory, llcs," 'node 0 {' 'colour = red' '}'
config no-number "$at:1: node has no number: write node 0 { ... }" 'node { memory = 1G }'
config bad-number "$at:1: node \"one\"" 'node one { memory = 1G }'
config gap 'there is no node 1' 'node 0 { memory = 1G llcs = 1 }' 'node 2 { memory = 1G }'
config node-twice "$at:2: node 0 is given twice, first on line 1" 'node 0 { memory = 1G llcs = 1 }' 'node 0 { memory = 1G }'
config key-twice "$at:2: memory is given twice, first on line 1" 'memory = 1G' 'memory = 2G'
config node-key-twice "$at:3: memory is given twice, first on line 2" 'node 0 {' 'memory = 1G' 'memory = 2G' '}'
config size "$at:2: memory = size \"1X\"" 'cores = 1' 'memory = 1X'
config memory-zero "$at:1: memory = size \"0\": must be 1M at least" 'memory = 0'
config node-memory-zero "$at:1: no node has memory" 'node 0 { memory = 0 llcs = 1 }'
config count "$at:1: cores = \"-2\"" 'cores = -2'
config sum "$at:1: the nodes' memory, 1024 MiB, must equal memory, 2048 MiB" 'memory = 2G' 'node 0 { memory = 1G llcs = 1 }'
config matrix-size "$at:2: distances has 3 numbers: 2 nodes need 4" 'topology = 2n2l1c1t' 'distances = { 10, 20, 20 }'
config matrix-diagonal "$at:2: distance of node 1 to itself is 11" 'topology = 2n2l1c1t' 'distances = { 10, 20, 20, 11 }'
config matrix-range "$at:2: distance of node 0 to node 1 is 300" 'topology = 2n2l1c1t' 'distances = { 10, 300, 20, 10 }'
config matrix-word "$at:2: " 'topology = 2n2l1c1t' 'distances = { ten, 20, 20, 10 }'
config both "$at:2: topology says the nodes" 'topology = 2n2l1c1t' 'cores = 2'
config uneven "$at:1: topology: 3 last-level caches cannot" 'topology = 2n3l1c1t'
config policy "$at:1: policy \"magic\"" 'node 0 { memory = 1G llcs = 1 host = 0 policy = magic }'
config host-without-bind "$at:1: host = \"0\" has no meaning with policy = default" 'node 0 { memory = 1G llcs = 1 host = 0 policy = default }'
config empty-node "$at:2: node 1 has neither memory nor CPUs" 'node 0 { memory = 1G llcs = 1 }' 'node 1 { }'
config not-closed "$at:1: \"{\" is never closed" 'node 0 { memory = 1G'
config comment-lines "$at:4: no key \"colour\"" '# one' '// two' '/* three */' 'colour = red'
config matrix-empty "$at:1: distances is empty" 'distances = { }'
config matrix-empty-late "$at:4: distances is empty" 'cmdline = "distances"' '' '' 'distances = { }'
config words "$at:1: no key \"quiet\" (a value with blanks is in quotes)" 'cmdline = panic quiet'
config node-open "$at:2: no key \"node\" of a node, which \"}\" ends" 'node 0 { memory = 1G' 'node 1 { memory = 1G }'
config matrix-twice "$at:2: distances is given twice" 'distances = { 10 }' 'distances = { 10 }'
config garbage "$at:1: \"}\" closes nothing" '}}}{{{'
printf 'memory = 1G\n\0\n' >"$tmp/zero.conf"
refuse config-binary "$tmp/zero.conf:2: a zero byte" plan -c "$tmp/zero.conf"
refuse config-program ': a zero byte' plan -c "$numavm"
refuse config-folder 'Is a directory: give a file' plan -c "$tmp"
refuse config-missing "config $tmp/none.conf: No such file or directory: give a file as numavm.conf(5)" plan -c "$tmp/none.conf"
: >"$tmp/empty.conf"
refuse config-empty "config $tmp/empty.conf: empty: give a file as numavm.conf(5)" plan -c "$tmp/empty.conf"
truncate -s 100M "$tmp/large.conf"
refuse config-large 'at most 8 MiB' plan -c "$tmp/large.conf"
printf '\377\376m\0' >"$tmp/utf16.conf"
refuse config-utf16 "$tmp/utf16.conf:1: UTF-16: save it as UTF-8" plan -c "$tmp/utf16.conf"
refuse config-stdin-empty 'config stdin: empty' plan -c -

# What is no regular file is read all the same: 3 CPUs each.
three='topology = 1n3l1c1t'
taken() { # NAME ARGUMENT...
	local name=$1 reason='no plan of 3 CPUs'
	shift
	timeout 60 "$numavm" plan "$@" >"$tmp/out" 2>"$tmp/err" && grep -q ' 0-2 ' "$tmp/out" && reason=''
	judge "taken-$name" "$reason"
}
mkfifo "$tmp/fifo.conf"
echo "$three" >"$tmp/fifo.conf" &
taken fifo -c "$tmp/fifo.conf"
wait $!
taken stdin -c - <<<"$three"
taken stdin-pipe -c /dev/stdin < <(echo "$three")
taken substitution -c <(echo "$three")
taken byte-order-mark -c - <<<$'\357\273\277'"$three"
