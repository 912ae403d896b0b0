#!/bin/sh
# Times our programs beside their peers, in turns, and prints a table.
#
#     Benchmarks/run.sh                 every workload of Benchmarks/workloads
#     Benchmarks/run.sh mlp-400 conv    these
#
# PYTHON names the interpreter that has the peers (default: python3), REPETITIONS how often each program runs (default 5,
# not fewer), BENCH our program (default: .build/release/bench). Only ratios within one run mean anything: the speed of a machine drifts.
#
# Every program, ours too, does one timed repetition for each line "go" that it reads, and answers with a line of JSON:
#     {"program": "PyTorch eager", "version": "2.4", "seconds": 1.35, "peak_mb": 885}
# It gets itself warm before the first. So each round asks all of them once, one after the other, while the rest sleep.

set -eu
LC_ALL=C
export LC_ALL

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
PYTHON=${PYTHON:-python3}
BENCH=${BENCH:-.build/release/bench}
REPETITIONS=${REPETITIONS:-5}
case $REPETITIONS in '' | *[!0-9]*) echo "REPETITIONS is to be a number, not '$REPETITIONS'." >&2; exit 2 ;; esac
[ "$REPETITIONS" -ge 5 ] || REPETITIONS=5

known=$(sed -n 's/^\([a-z0-9-]*\) |.*/\1/p' "$here/workloads" | uniq)
for name in "$@"; do
    echo "$known" | grep -qx -e "$name" || { echo "There is no workload '$name'. There are:" $known >&2; exit 2; }
done

scratch=$(mktemp -d)
stop_all() {
    for file in "$scratch"/*.pid "$scratch"/*.keeper; do
        if [ -e "$file" ]; then kill "$(cat "$file")" 2>/dev/null || true; fi
    done
}
# A second signal, from make beside the terminal's, must not cut the tidying short.
trap 'trap "" INT TERM; stop_all; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

# A program talks through two named pipes, PROGRAM.in and PROGRAM.out. Its keeper holds both open until it is told "bye",
# so that nothing written is lost, no one waits for a reader, and the program's end arrives as a line, "exit STATUS".
start() {
    program=$1
    shift
    mkfifo "$scratch/$program.in" "$scratch/$program.out"
    (
        "$@" <>"$scratch/$program.in" 2>"$scratch/$program.err" &
        echo $! >"$scratch/$program.pid"
        status=0
        wait $! || status=$?
        rm -f "$scratch/$program.pid"
        echo "exit $status"
        while read -r word && [ "$word" != bye ]; do :; done
    ) <>"$scratch/$program.in" 1<>"$scratch/$program.out" &
    echo $! >"$scratch/$program.keeper"
}

tell() { echo "$2" >"$scratch/$1.in"; }

# Reads on to the next line that is an answer or the end; a program may print other lines.
hear() {
    while read -r line <"$scratch/$1.out"; do
        case $line in '{'* | 'exit '*) return ;; esac
    done
}

dismiss() {
    tell "$1" bye
    wait "$(cat "$scratch/$1.keeper")" || true
    rm -f "$scratch/$1.keeper"
}

# One repetition: its line of JSON is kept; an early end is told, and is the last that is asked of the program.
ask() {
    tell "$1" go
    hear "$1"
    case $line in
    '{'*) echo "$line" >>"$scratch/$1.results" ;;
    *)
        echo "$(cat "$scratch/$1.command") ended early, $line: $(tail -n 1 "$scratch/$1.err")" >&2
        dismiss "$1"
        failed=1
        return 1
        ;;
    esac
}

finish() {
    tell "$1" end
    line=
    while case $line in exit*) false ;; esac do hear "$1"; done
    dismiss "$1"
}

# Minimum, median, peak memory, name and version of the answers in a file, separated by tabs.
summary() {
    sed -n 's/.*"program": *"\([^"]*\)".*"version": *"\([^"]*\)".*"seconds": *\([-+.0-9eE]*\).*"peak_mb": *\([.0-9]*\).*/\3\t\4\t\1\t\2/p' "$1" | sort -g | awk -F '\t' '
        { seconds[NR] = $1; if ($2 > peak) peak = $2; name = $3; version = $4 }
        END { if (NR) printf "%s\t%s\t%s\t%s\t%s\n", seconds[1], NR % 2 ? seconds[(NR + 1) / 2] : (seconds[NR / 2] + seconds[NR / 2 + 1]) / 2, peak, name, version }'
}

module_of() { case $1 in *torch*) echo torch ;; *jax*) echo jax ;; esac; }
has_module() { "$PYTHON" -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('$1') is None)" 2>/dev/null; }

have_ours=yes
[ -x "$BENCH" ] || { have_ours=; echo "Our own program, $BENCH, has not been built: peers alone."; }
have=
if ! command -v "$PYTHON" >/dev/null 2>&1; then
    echo "There is no $PYTHON here: ours alone. (PYTHON=... names the interpreter that has PyTorch and JAX.)"
else
    for module in torch jax; do
        if has_module $module; then have="$have $module"; else echo "$PYTHON has no module $module: without that peer."; fi
    done
fi

measure() {
    name=$1
    programs=
    if [ -n "$have_ours" ]; then
        programs=ours
        echo "$BENCH $name" >"$scratch/ours.command"
    fi
    count=0
    grep "^$name |" "$here/workloads" | cut -d '|' -f 3 >"$scratch/peers"
    while read -r peer options; do
        count=$((count + 1))
        if [ "$peer" = ours ]; then
            [ -n "$have_ours" ] || continue
            echo "$BENCH $options" >"$scratch/peer$count.command"
        else
            case " $have " in *" $(module_of "$peer") "*) ;; *) continue ;; esac
            echo "$PYTHON Benchmarks/$peer $options" >"$scratch/peer$count.command"
        fi
        programs="$programs peer$count"
    done <"$scratch/peers"

    round=1
    while [ "$round" -le "$REPETITIONS" ]; do
        running=
        for program in $programs; do
            # Started at its first turn, so that no one's warm-up falls into another's repetition.
            if [ "$round" = 1 ]; then
                # shellcheck disable=SC2046  # a command and its options
                start "$program" $(cat "$scratch/$program.command")
            fi
            if ask "$program"; then running="$running $program"; fi
        done
        programs=$running
        round=$((round + 1))
    done
    for program in $programs; do finish "$program"; done

    has_ours=0
    if [ -s "$scratch/ours.results" ]; then has_ours=1; fi
    {
        if [ $has_ours = 1 ]; then summary "$scratch/ours.results"; fi
        for file in "$scratch"/peer*.results; do
            if [ -e "$file" ]; then summary "$file"; fi
        done
    } | awk -F '\t' -v workload="$name" -v has_ours=$has_ours '
        function span(s) { return s < 1e-3 ? sprintf("%.2f us", s * 1e6) : s < 1 ? sprintf("%.2f ms", s * 1e3) : sprintf("%.3f s", s) }
        NR == 1 && has_ours { least = $1 }
        { ratio = !has_ours || NR == 1 ? "" : sprintf("%.2f", $1 / least)
          printf "%-18s  %-30s %11s %11s %8s %7.0f MB\n", workload, $4 " " $5, span($1), span($2), ratio, $3; workload = "" }'
    rm -f "$scratch"/*.results "$scratch"/*.command "$scratch"/*.err "$scratch"/*.in "$scratch"/*.out
}

failed=0
echo
grep -m 1 'model name' /proc/cpuinfo 2>/dev/null | sed 's/.*: //' || true
echo "$(getconf _NPROCESSORS_ONLN) processors; $REPETITIONS repetitions in turns; ratio: the peer's minimum over ours, so above 1 ours is faster"
echo
printf '%-18s  %-30s %11s %11s %8s %10s\n' workload program minimum median ratio 'peak memory'
for name in ${*:-$known}; do
    measure "$name"
done
exit $failed
