"""Advice in one line on how this machine could protect better, for example a command to paste."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from grader.sandbox.launch import bubblewrap

# Kernel settings that keep ordinary users from making namespaces: the file below /proc/sys, the
# value that forbids it, and the value that allows it.
_SETTINGS = (
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),
    ("kernel/unprivileged_userns_clone", "0", "1"),
    ("user/max_user_namespaces", "0", "10000"),
)


def advice(settings: Path = Path("/proc/sys")) -> str:
    """The command that makes the strongest level available; other advice where no command would.

    `settings` is the folder in which Linux shows its settings, each as a file.
    """
    if sys.platform != "linux":
        return "run fairgrade on Linux, in a virtual machine for example"
    as_root = "" if os.getuid() == 0 else "sudo "
    if bubblewrap() is None:
        return f"{as_root}apt-get install bubblewrap"
    for name, hinders, mends in _SETTINGS:
        if _content(settings / name) == hinders:
            return f"{as_root}sysctl -w {name.replace('/', '.')}={mends}"
    return (
        "allow this container new user namespaces, and /proc in them, with --security-opt "
        "seccomp=unconfined and, for podman, --security-opt unmask=ALL; for docker, --security-opt "
        "systempaths=unconfined and, where AppArmor is on, --security-opt apparmor=unconfined"
    )


def _content(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
