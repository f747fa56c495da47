"""The disk of forgetful.c: what it would hold after a power loss."""

import os
import pathlib
import random
import shutil

PAGE = 4096


class ForgetfulDisk:
    """Watches the folder `root`, all of which counts as durable now; keeps its books in `shadow`."""

    def __init__(self, library, root, shadow):
        self.library = str(pathlib.Path(library).resolve())
        self.root = pathlib.Path(root).resolve()
        self.shadow = pathlib.Path(shadow).resolve()
        (self.shadow / "inodes").mkdir(parents=True)
        (self.shadow / "folders").mkdir()
        for folder, folders, files in os.walk(self.root):
            kept = self._kept_folder(os.stat(folder).st_ino)
            kept.mkdir()
            for name in folders:
                (kept / name).symlink_to(f"folder {os.lstat(os.path.join(folder, name)).st_ino}")
            for name in files:
                inode = os.lstat(os.path.join(folder, name)).st_ino
                (kept / name).symlink_to(f"file {inode}")
                shutil.copyfile(os.path.join(folder, name), self.shadow / "inodes" / str(inode))

    def environment(self, kill=None, trace=None):
        env = {"LD_PRELOAD": self.library, "FORGETFUL_ROOT": str(self.root),
               "FORGETFUL_SHADOW": str(self.shadow)}
        if kill is not None:
            env["FORGETFUL_KILL"] = str(kill)
        if trace is not None:
            env["FORGETFUL_TRACE"] = str(trace)
        return env

    def after_power_loss(self, to):
        """Lays down in `to` what was synced, and nothing else."""
        self._lay(os.stat(self.root).st_ino, pathlib.Path(to))
        return pathlib.Path(to)

    def after_messy_power_loss(self, to, pick=random):
        """The same, with some of what was not synced: a disk may well have written it. Of each name that
        differs either state, of each file that differs the old, the new, or pages of both."""
        self._lay_mixed(os.stat(self.root).st_ino, self.root, pathlib.Path(to), pick)
        return pathlib.Path(to)

    def _kept_folder(self, inode):
        return self.shadow / "folders" / str(inode)

    def _durable_entries(self, inode):
        kept = self._kept_folder(inode)
        if not kept.exists():
            return {}
        entries = {}
        for name in os.listdir(kept):
            kind, number = os.readlink(kept / name).split()
            entries[name] = (kind, int(number))
        return entries

    def _durable_contents(self, inode):
        path = self.shadow / "inodes" / str(inode)
        return path.read_bytes() if path.exists() else b""

    def _lay(self, inode, to):
        to.mkdir(parents=True)
        for name, (kind, number) in self._durable_entries(inode).items():
            if kind == "folder":
                self._lay(number, to / name)
            else:
                (to / name).write_bytes(self._durable_contents(number))

    def _lay_mixed(self, inode, real, to, pick):
        to.mkdir(parents=True)
        durable = self._durable_entries(inode)
        present = {}
        if real is not None:
            for entry in os.scandir(real):
                kind = "folder" if entry.is_dir(follow_symlinks=False) else "file"
                present[entry.name] = (kind, entry.inode())
        for name in sorted(durable.keys() | present.keys()):
            now, then = present.get(name), durable.get(name)
            chosen = pick.choice([now, then])
            if chosen is None:
                continue
            kind, number = chosen
            path = real / name if chosen == now else None
            if kind == "folder":
                self._lay_mixed(number, path, to / name, pick)
            else:
                old = self._durable_contents(number)
                new = path.read_bytes() if path else old
                (to / name).write_bytes(mixed_pages(old, new, pick))


def mixed_pages(old, new, pick):
    """What a file may hold between two syncs; pages that no side has are zeros."""
    if old == new:
        return old
    chosen = pick.choice(["old", "new", "pages"])
    if chosen != "pages":
        return old if chosen == "old" else new
    size = pick.choice([len(old), len(new)])
    mixed = bytearray()
    for at in range(0, size, PAGE):
        page = pick.choice([old, new])[at:at + PAGE]
        mixed += page + bytes(PAGE - len(page))
    return bytes(mixed[:size])
