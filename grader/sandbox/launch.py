"""The command line that starts a warm parent, in bubblewrap or without."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from glob import glob
from importlib.resources import files
from pathlib import Path

from grader.sandbox.level import Level

NOBODY = 65534
AGENT, SITE = "/agent", "/site"
# Folders of the system that programs need. Those that this system lacks are left out.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime", "fonts")
DEVICES = ("null", "zero", "full", "random", "urandom")
_PASSWD = f"student:x:{NOBODY}:{NOBODY}:student:/tmp/home:/usr/sbin/nologin\n"


def bubblewrap() -> str | None:
    """The path of bubblewrap, or None."""
    return shutil.which("bwrap")


def python() -> str:
    """The path of the interpreter itself, where a virtual environment has a link to it."""
    return os.path.realpath(sys.executable)


def site_packages() -> list[str]:
    return list(dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib")))


def readable() -> list[str]:
    """The paths that a kernel may read at level `landlock`: system, interpreter and packages."""
    settings = [f"/etc/{name}" for name in SETTINGS]
    return [*SYSTEM, *settings, sys.base_prefix, *site_packages()]


def lay_out_agent(folder: Path) -> None:
    """Copy to a folder what runs inside the sandbox.

    Copies, because the path of an original would tell student code where fairgrade lies.
    """
    package = files("grader")
    for source in package.joinpath("sandbox", "inside").iterdir():
        if source.name.endswith(".py"):
            (folder / source.name).write_bytes(source.read_bytes())
    (folder / "values").mkdir()
    for source in package.joinpath("values").iterdir():
        if source.name.endswith(".py"):
            (folder / "values" / source.name).write_bytes(source.read_bytes())
    (folder / "passwd").write_text(_PASSWD)
    (folder / "empty").touch()


def command(level: Level, folder: Path, control: int) -> list[str]:
    """The command line of a warm parent that has its files and sockets below `folder`.

    `control` is the descriptor of the socket over which it is given requests.
    """
    if level is not Level.NAMESPACES:
        return [*_python(str(folder / "agent")), str(control), level.word, *site_packages()]
    site = [f"{SITE}/{number}" for number, _ in enumerate(site_packages())]
    inner = [*_python(AGENT), str(control), level.word, *site]
    return [*_bubblewrap(folder), "--", *inner]


def _python(agent: str) -> list[str]:
    return [python(), "-s", "-P", "-S", f"{agent}/warm.py"]


def _names_of_sources(site: str) -> list[str]:
    """The files in a site-packages folder in which editable installs name their source folders.

    They are hidden from kernels: an empty file is mounted over each.
    """
    patterns = ("*.pth", "*.dist-info/direct_url.json", "*.egg-link", "__editable__*")
    return [path for pattern in patterns for path in glob(pattern, root_dir=site)]


def _bubblewrap(folder: Path) -> Iterator[str]:
    yield bubblewrap() or "bwrap"
    yield from ("--unshare-all", "--unshare-user", "--die-with-parent", "--new-session")
    yield from ("--cap-drop", "ALL", "--uid", str(NOBODY), "--gid", str(NOBODY))
    yield from ("--hostname", "kernel", "--proc", "/proc", "--tmpfs", "/tmp")
    for path in SYSTEM:
        if os.path.islink(path):
            yield from ("--symlink", os.readlink(path), path)
        else:
            yield from ("--ro-bind-try", path, path)
    for name in SETTINGS:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    yield from ("--ro-bind", str(folder / "agent" / "passwd"), "/etc/passwd")
    for name in DEVICES:
        yield from ("--dev-bind", f"/dev/{name}", f"/dev/{name}")
    yield from ("--symlink", "/tmp", "/dev/shm", "--symlink", "/proc/self/fd", "/dev/fd")
    if not Path(sys.base_prefix).is_relative_to("/usr"):
        yield from ("--ro-bind", sys.base_prefix, sys.base_prefix)
    for number, path in enumerate(site_packages()):
        yield from ("--ro-bind", path, f"{SITE}/{number}")
        for name in _names_of_sources(path):
            yield from ("--ro-bind", str(folder / "agent" / "empty"), f"{SITE}/{number}/{name}")
    yield from ("--ro-bind", str(folder / "agent"), AGENT)
    yield from ("--dir", "/run/own", "--bind", str(folder / "sockets"), "/run/all")
    yield from ("--remount-ro", "/", "--chdir", "/tmp")
