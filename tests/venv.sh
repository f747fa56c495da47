#!/usr/bin/env bash
# Makes a Python environment with exactly what a requirements file pins, and prints its interpreter.
#
#   tests/venv.sh FOLDER REQUIREMENTS
#
# Does nothing where FOLDER holds that already (a few milliseconds). Ends with 77, which ctest takes as "skipped", where Python cannot make
# environments or the packages cannot be had, and says why.
set -euo pipefail
folder=$1
requirements=$2
mkdir -p "$(dirname "$folder")"
exec 9>"$folder.lock"
flock 9
wanted=$(cd "$(dirname "$requirements")" && sha256sum requirements*.txt "$(basename "$requirements")" | sha256sum)
if [[ -x $folder/bin/python && $(cat "$folder/.wanted" 2>/dev/null) == "$wanted" ]]; then
  echo "$folder/bin/python"
  exit 0
fi
log=$folder.log
if ! python3 -m venv --clear "$folder" >"$log" 2>&1; then
  echo "no Python environment in $folder (on Debian: apt-get install python3-venv): $(tail -n 1 "$log")" >&2
  exit 77
fi
if ! "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >>"$log" 2>&1; then
  echo "the packages of $requirements could not be installed: $(tail -n 1 "$log") (see $log)" >&2
  exit 77
fi
echo "$wanted" >"$folder/.wanted"
echo "$folder/bin/python"
