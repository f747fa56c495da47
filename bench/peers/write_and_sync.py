#!/usr/bin/env python3
"""write_and_sync.py IN OUT: the bytes of every file of IN into files of 128 MB in OUT, each synced: what the disk gives, with nothing done to the bytes."""
import os
import pathlib
import sys

FILE_BYTES = 128 << 20
BLOCK_BYTES = 4 << 20


def main():
    source, out = map(pathlib.Path, sys.argv[1:3])
    out.mkdir(parents=True)
    buffer = memoryview(bytearray(BLOCK_BYTES))
    target, room, number = None, 0, 0
    for path in sorted(source.rglob("*.json")):
        with open(path, "rb", buffering=0) as file:
            while count := file.readinto(buffer):
                if room <= 0:
                    if target is not None:
                        os.fsync(target)
                        os.close(target)
                    target = os.open(out / f"{number:05}", os.O_WRONLY | os.O_CREAT | os.O_EXCL)
                    room, number = FILE_BYTES, number + 1
                view = buffer[:count]
                while view:
                    view = view[os.write(target, view):]
                room -= count
    if target is not None:
        os.fsync(target)
        os.close(target)
    folder = os.open(out, os.O_RDONLY)
    os.fsync(folder)


if __name__ == "__main__":
    main()
