# Sets $python to a Python that is new enough, or ends with a sentence. For the scripts beside it, which source it.
python=
for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Fantasy F1 needs Python 3.11 or newer; found: $(python3 --version 2>/dev/null || echo none)." >&2
    exit 1
fi
