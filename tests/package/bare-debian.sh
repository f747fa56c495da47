#!/bin/bash
# The installed tree works on a Debian 12 that has nothing installed but the base system.
#   bare-debian.sh BUILD_DIR
# Skipped (77) where there is no debootstrap or no right to chroot.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if ((EUID != 0)) || ! command -v debootstrap >/dev/null || ! chroot / true 2>/dev/null; then
  echo "skipped: needs root, chroot and debootstrap (tools/bootstrap --full)"
  exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
debootstrap --variant=minbase bookworm "$scratch/root" >"$scratch/log" 2>&1 || { tail -n 20 "$scratch/log"; exit 1; }
cmake --install "$1" --prefix "$scratch/root/opt/clicklake" >/dev/null
cp "$here/smoke.sh" "$scratch/root/smoke.sh"
mkdir "$scratch/root/scratch"
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$scratch/root" /bin/sh /smoke.sh /opt/clicklake /scratch
