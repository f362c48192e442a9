#!/bin/sh
# Times pyperformance's standard-library benchmarks on Krait and on the other Pythons of this machine.
#     pyperformance.sh KRAIT [ARGUMENT OF compare.py...]
set -eu
krait=$1
shift
compare=$(cd "$(dirname "$0")/../../.." && pwd)/shared/bench/compare.py
[ -f "$compare" ] || compare=${KRAIT_COMPARE:?no compare.py beside the project: set KRAIT_COMPARE to it}
python3 -c 'import pyperformance' 2>/dev/null || python3 -m pip install --quiet pyperformance
benchmarks=$(python3 -c 'import os, pyperformance; print(os.path.join(os.path.dirname(pyperformance.__file__), "data-files", "benchmarks"))')
# Of the benchmarks that need nothing but the standard library, those that this release of pyperformance has.
case " $* " in
    *" --only "*) ;;
    *)
        only=$(python3 - "$compare" "$benchmarks" <<'END'
import importlib.util, os, sys
spec = importlib.util.spec_from_file_location("compare", sys.argv[1])
compare = importlib.util.module_from_spec(spec)
spec.loader.exec_module(compare)
print(",".join(name for name in compare.STANDARD if os.path.isdir(os.path.join(sys.argv[2], "bm_" + name))))
END
)
        set -- --only "$only" "$@"
        ;;
esac
set -- --benchmarks "$benchmarks" --interpreter "krait=$krait" "$@"
for version in 3.9 3.13; do
    for python in "$(command -v "python$version" || true)" "$HOME"/.pyenv/versions/"$version".*/bin/python"$version"; do
        # A shim of pyenv's may stand for a version that is not chosen.
        if [ -x "$python" ] && "$python" -c pass 2>/dev/null; then
            set -- "$@" --interpreter "cpython$(echo "$version" | tr -d .)=$python"
            break
        fi
    done
done
exec python3 "$compare" "$@"
