"""The swap: how one publication takes the place of another, whole, and what is left of killed ones.

Belongs here: folders, symbolic link, names, retention, syncing to disk. Does not: what is in them.

``published`` is a symbolic link to ``publications/<id>``. A new publication is made in
``published.<id>.tmp``, synced, renamed to ``publications/<id>``, and then the link is replaced by
``os.replace``, which is atomic: a reader opens the old file or the new one. A reader that has the old file
open keeps reading it, even after its folder was removed (on Windows, where open files cannot be removed, the
folder stays until nobody reads it).

Where the file system or the user's rights allow no symbolic links, ``published`` is a folder instead: the
old one is renamed into ``publications/`` and the new one takes its name. Between these two renames, a few
microseconds, there is no ``published``; a process killed just there is made good by the next publication.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

LINK = "published"
FOLDER = "publications"
KEPT = 3
"""Publications that stay, the current one among them."""
_ID = re.compile(r"(\d{6,})-[0-9A-Za-z]+")


def publications(data_dir: Path) -> list[Path]:
    """Whole publications, oldest first; the current one may stand apart as the folder ``published``."""
    folder = data_dir / FOLDER
    found = [p for p in folder.iterdir() if _ID.fullmatch(p.name)] if folder.is_dir() else []
    return sorted(found, key=lambda p: int(p.name.split("-")[0]))


def current(data_dir: Path) -> Path | None:
    """The publication that readers see, or None before the first."""
    link = data_dir / LINK
    return link.resolve() if link.is_dir() else None


def next_id(data_dir: Path, run_id: str) -> str:
    """A name above all earlier ones; a counter, because clocks go back."""
    numbers = [int(p.name.split("-")[0]) for p in publications(data_dir)]
    here = data_dir / LINK / ".publication_id"
    if here.is_file() and (found := _ID.fullmatch(here.read_text(encoding="utf-8").strip())):
        numbers.append(int(found.group(1)))
    tail = re.sub(r"[^0-9A-Za-z]", "", run_id)[:8] or "run"
    return f"{max(numbers, default=0) + 1:06d}-{tail}"


def work_folder(data_dir: Path, publication_id: str) -> Path:
    """An empty folder to make the publication in; what killed publications left is removed first."""
    clear_leftovers(data_dir)
    folder = data_dir / f"{LINK}.{publication_id}.tmp"
    folder.mkdir(parents=True)
    (folder / ".publication_id").write_text(publication_id, encoding="utf-8")
    return folder


def clear_leftovers(data_dir: Path) -> None:
    """Remove unfinished folders and links of publications that were killed."""
    for path in data_dir.glob(f"{LINK}.*.tmp"):
        if path.is_symlink() or path.is_file():
            path.unlink()
        else:
            remove(path)


def swap_in(data_dir: Path, work: Path, publication_id: str) -> Path:
    """Make the finished ``work`` folder the publication that readers see; returns its place."""
    _sync_tree(work)
    place = data_dir / FOLDER / publication_id
    place.parent.mkdir(exist_ok=True)
    link = data_dir / LINK
    if link.is_dir() and not link.is_symlink():
        return _swap_folders(data_dir, work)
    work.replace(place)
    _sync(place.parent)
    fresh = data_dir / f"{LINK}.link.tmp"
    fresh.unlink(missing_ok=True)
    try:
        # Relative, so that the data folder can be moved.
        fresh.symlink_to(Path(FOLDER) / publication_id, target_is_directory=True)
    except OSError:
        return _swap_folders(data_dir, place)
    fresh.replace(link)
    _sync(data_dir)
    return place


def _swap_folders(data_dir: Path, work: Path) -> Path:
    """The way without symbolic links."""
    link = data_dir / LINK
    if link.is_dir():
        marker = link / ".publication_id"
        name = marker.read_text(encoding="utf-8").strip() if marker.is_file() else "000000-before"
        link.replace(data_dir / FOLDER / name)
    work.replace(link)
    _sync(data_dir)
    return link


def repair(data_dir: Path) -> None:
    """Put the newest publication back in its place when a kill between two renames left none."""
    link = data_dir / LINK
    if link.is_symlink() and not link.exists():
        link.unlink()
    kept = publications(data_dir)
    if kept and not link.exists():
        swap_in(data_dir, kept[-1], kept[-1].name)


def forget_old(data_dir: Path, keep: int = KEPT) -> None:
    """Remove all but the newest ``keep`` publications, and never the current one."""
    now = current(data_dir)
    apart = 1 if now is not None and now.parent.name != FOLDER else 0
    for path in publications(data_dir)[: -(keep - apart) or None]:
        if path.resolve() != now:
            remove(path)


def remove(folder: Path) -> None:
    """Remove a folder with read-only files; one that a reader holds open on Windows stays for later."""

    def retry(function: Callable[[str], object], name: str, _: object) -> None:
        Path(name).chmod(stat.S_IWRITE | stat.S_IREAD)
        function(name)

    try:
        shutil.rmtree(folder, onerror=retry)
    except PermissionError:
        return


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    """Bring a file or folder to the disk; folders cannot be synced on Windows."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def link_or_copy(source: Path, target: Path) -> None:
    """The same file under a second name, or a copy where the file system has no hard links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
