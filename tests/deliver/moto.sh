#!/usr/bin/env bash
# Runs moto_test.py with the packages that it needs; ends with 77 (skipped) where they cannot be had.
#
#   tests/deliver/moto.sh BINARY SCRATCH
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=$("$here/../venv.sh" "$2/venv-requirements-aws" "$here/../requirements-aws.txt")
exec "$python" "$here/moto_test.py" --binary "$1"
