"""The command line that starts a warm parent, in bubblewrap or without."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from functools import cache
from glob import glob
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from grader.errors import KernelFailure
from grader.sandbox.level import Level
from grader.sandbox.private import lies_in, private_places

NOBODY = 65534
AGENT, SITE = "/agent", "/site"
# What programs need of the system's folders and of Python's own. Nothing else of them is shown,
# because people keep courses there (/usr/src/app, /opt/python/course). What this system lacks is
# left out.
ROOTS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_PROGRAMS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "libexec", "ssl", "etc/fonts")
_DATA = (
    *("X11", "awk", "ca-certificates", "dict", "file", "fontconfig", "fonts", "git-core", "i18n"),
    *("icu", "locale", "mime", "misc", "nltk_data", "perl", "perl5", "proj", "terminfo"),
    *("tesseract-ocr", "texmf", "zoneinfo"),
)
SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime", "fonts")
DEVICES = ("null", "zero", "full", "random", "urandom")
_PASSWD = f"student:x:{NOBODY}:{NOBODY}:student:/tmp/home:/usr/sbin/nologin\n"


def bubblewrap() -> str | None:
    """The path of bubblewrap, or None."""
    return shutil.which("bwrap")


def python() -> str:
    """The path of the interpreter itself, where a virtual environment has a link to it."""
    return os.path.realpath(sys.executable)


@cache
def site_packages() -> tuple[str, ...]:
    """The folders of installed packages, which kernels can import."""
    return tuple(dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib")))


@cache
def _real_site_packages() -> tuple[str, ...]:
    return tuple(map(os.path.realpath, site_packages()))


@cache
def shown() -> tuple[str, ...]:
    """The real paths of the folders of system and interpreter that a kernel may read."""
    prefixes = dict.fromkeys(("/usr", "/usr/local", sys.base_prefix))
    parts = (*_PROGRAMS, *(f"share/{name}" for name in _DATA))
    paths = [*ROOTS, *(os.path.join(prefix, part) for prefix in prefixes for part in parts)]
    return tuple(dict.fromkeys(os.path.realpath(path) for path in paths if os.path.exists(path)))


def may_be_read(place: str) -> bool:
    """Whether a kernel could read what has this real path, if it were not hidden."""
    folders = (*shown(), *_real_site_packages())
    return any(lies_in(place, folder) for folder in folders)


def hidden() -> tuple[str, ...]:
    """Those private places that lie in something that a kernel may read, and have to be hidden.

    Raises KernelFailure where that cannot be done.
    """
    found = []
    for place in private_places():
        for folder in (*shown(), *_real_site_packages()):
            if not lies_in(place, folder):
                continue
            if place == folder or not os.path.exists(place):
                raise KernelFailure(
                    f"{place} lies in {folder}, which kernels have to read; it belongs elsewhere"
                )
            found.append(place)
    return tuple(
        place
        for place in dict.fromkeys(found)
        if not any(lies_in(place, other) for other in found if other != place)
    )


def readable(secret: Sequence[str]) -> list[str]:
    """The paths that a kernel may read at level `landlock`: system, interpreter and packages.

    Landlock allows folders with all that is in them. So of a folder with something `secret` in it,
    all other entries are allowed one by one, and the folder itself cannot be listed.
    """
    settings = [f"/etc/{name}" for name in SETTINGS]
    packages = _real_site_packages()
    for place in secret:
        if any(lies_in(place, folder) for folder in (*packages, sysconfig.get_path("stdlib"))):
            raise KernelFailure(f"{place} lies among Python's packages; it belongs elsewhere")
    return [*settings, *(each for path in (*shown(), *packages) for each in _without(path, secret))]


def _without(path: str, secret: Sequence[str]) -> Iterator[str]:
    """The path, or what is left of it without what is secret."""
    if path in secret:
        return
    if not any(lies_in(place, path) for place in secret):
        yield path
        return
    for name in os.listdir(path):
        below = os.path.join(path, name)
        if not os.path.islink(below):
            yield from _without(below, secret)


def lay_out_agent(folder: Path) -> None:
    """Copy to a folder what runs inside the sandbox.

    Copies, because the path of an original would tell student code where fairgrade lies.
    """
    package = files("grader")
    for source in package.joinpath("sandbox", "inside").iterdir():
        if source.name.endswith(".py"):
            (folder / source.name).write_bytes(source.read_bytes())
    _copy_package(package.joinpath("values"), folder / "values")
    (folder / "passwd").write_text(_PASSWD)
    (folder / "empty").touch()


def _copy_package(package: Traversable, folder: Path) -> None:
    """Copy the modules of a package, and of the packages in it."""
    folder.mkdir()
    for source in package.iterdir():
        if source.name.endswith(".py"):
            (folder / source.name).write_bytes(source.read_bytes())
        elif source.is_dir() and source.name != "__pycache__":
            _copy_package(source, folder / source.name)


def command(level: Level, folder: Path, control: int, secret: Sequence[str]) -> list[str]:
    """The command line of a warm parent that has its files and sockets below `folder`.

    `control` is the descriptor of the socket over which it is given requests. What is `secret` is
    hidden at level `namespaces`; at `landlock` it is not among what is `readable`.
    """
    if level is not Level.NAMESPACES:
        return [*_python(str(folder / "agent")), str(control), level.word, *site_packages()]
    site = [f"{SITE}/{number}" for number, _ in enumerate(site_packages())]
    inner = [*_python(AGENT), str(control), level.word, *site]
    return [*_bubblewrap(folder, secret), "--", *inner]


def _python(agent: str) -> list[str]:
    return [python(), "-s", "-P", "-S", f"{agent}/warm.py"]


def _names_of_sources(site: str) -> list[str]:
    """The files in a site-packages folder in which editable installs name their source folders.

    They are hidden from kernels: an empty file is mounted over each.
    """
    patterns = ("*.pth", "*.dist-info/direct_url.json", "*.egg-link", "__editable__*")
    return [path for pattern in patterns for path in glob(pattern, root_dir=site)]


def _bubblewrap(folder: Path, secret: Sequence[str]) -> Iterator[str]:
    yield bubblewrap() or "bwrap"
    yield from ("--unshare-all", "--unshare-user", "--die-with-parent", "--new-session")
    yield from ("--cap-drop", "ALL", "--uid", str(NOBODY), "--gid", str(NOBODY))
    yield from ("--hostname", "kernel", "--proc", "/proc", "--tmpfs", "/tmp")
    yield from _system(folder, secret)
    for name in SETTINGS:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    yield from ("--ro-bind", str(folder / "agent" / "passwd"), "/etc/passwd")
    for name in DEVICES:
        yield from ("--dev-bind", f"/dev/{name}", f"/dev/{name}")
    yield from ("--symlink", "/tmp", "/dev/shm", "--symlink", "/proc/self/fd", "/dev/fd")
    yield from _packages(folder, secret)
    yield from ("--ro-bind", str(folder / "agent"), AGENT)
    yield from ("--bind", str(folder / "sockets"), "/run/all")
    yield from ("--remount-ro", "/", "--chdir", "/tmp")


def _system(folder: Path, secret: Sequence[str]) -> Iterator[str]:
    """Mount what is shown of system and interpreter, without what is secret."""
    for path in ROOTS:
        if os.path.islink(path):
            yield from ("--symlink", os.readlink(path), path)
    hide = [place for place in secret if any(lies_in(place, path) for path in shown())]
    # Parents come first, so that what a kernel needs may lie below what is hidden from it.
    for path in sorted({*shown(), *hide}):
        yield from _hiding(path, path, folder) if path in hide else ("--ro-bind", path, path)
    for place in filter(os.path.isdir, hide):
        yield from ("--remount-ro", place)


def _packages(folder: Path, secret: Sequence[str]) -> Iterator[str]:
    """Mount the packages, without what is secret and what names folders of the host."""
    for number, path in enumerate(site_packages()):
        site, real = f"{SITE}/{number}", os.path.realpath(path)
        yield from ("--ro-bind", path, site)
        for place in secret:
            if lies_in(place, real):
                inside = site + place.removeprefix(real)
                yield from _hiding(place, inside, folder)
                if os.path.isdir(place):
                    yield from ("--remount-ro", inside)
        for name in _names_of_sources(path):
            yield from ("--ro-bind", str(folder / "agent" / "empty"), f"{SITE}/{number}/{name}")


def _hiding(place: str, shown_at: str, folder: Path) -> Iterator[str]:
    """Mount something empty over a place, which the kernel sees at `shown_at`."""
    if os.path.isdir(place):
        yield from ("--perms", "0555", "--tmpfs", shown_at)
    else:
        yield from ("--ro-bind", str(folder / "agent" / "empty"), shown_at)
