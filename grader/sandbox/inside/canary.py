"""The canary: functions that try to break out of the sandbox, run in a kernel like a submission.

Each is given the bait, a dictionary that says what lies outside (see `execution/protection.py`). It
returns in words how it got out, or an empty string if it could not.
"""

import ctypes
import os
import socket


def read_outside(bait):
    marks = {
        f"{bait['folder']}/secret": b"",
        "/etc/shadow": b"",
        # In a namespace of its own the number may be another process's: only a file with the
        # bait's mark in it counts.
        f"/proc/{bait['pid']}/environ": bait["name"].encode(),
    }
    for path, mark in marks.items():
        try:
            with open(path, "rb") as file:
                if (content := file.read()) and mark in content:
                    return f"read {os.path.basename(path)}"
        except OSError:
            pass
    return ""


def write_outside(bait):
    for folder in (bait["folder"], os.path.dirname(os.__file__), "/var/tmp", "/dev/shm/.."):
        path = os.path.join(folder, "canary")
        try:
            with open(path, "w") as file:
                file.write("was here")
            os.unlink(path)
        except OSError:
            continue
        return "wrote a file outside"
    return ""


def see_processes(bait):
    own = {os.getpid(), os.getppid()}
    try:
        others = [name for name in os.listdir("/proc") if name.isdigit() and int(name) not in own]
    except OSError:
        others = []
    return f"saw {len(others)} other processes" if others else ""


def signal_process(bait):
    try:
        os.kill(bait["pid"], 0)
    except OSError:
        return ""
    return "signalled a process"


def connect_tcp(bait):
    return _connects(socket.AF_INET, ("127.0.0.1", bait["port"]), "a TCP port")


def connect_unix(bait):
    return _connects(socket.AF_UNIX, bait["socket"], "a UNIX socket") or _connects(
        socket.AF_UNIX, f"\0{bait['name']}", "an abstract UNIX socket"
    )


def _connects(family, address, what):
    try:
        with socket.socket(family) as one:
            one.settimeout(1)
            one.connect(address)
    except OSError:
        return ""
    return f"connected to {what} outside"


def call_system(bait):
    libc = ctypes.CDLL(None, use_errno=True)
    attempts = {
        "new user namespaces": lambda: libc.unshare(0x10000000),
        "ptrace": lambda: libc.ptrace(0, 0, 0, 0),
        "mount": lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, b""),
        "io_uring": lambda: libc.syscall(425, 1, ctypes.create_string_buffer(120)),
        "keyctl": lambda: libc.syscall({"x86_64": 250}.get(os.uname().machine, 219), 0, -3, 1),
    }
    for name, attempt in attempts.items():
        child = os.fork()
        if child == 0:
            os._exit(int(attempt() >= 0))
        if os.waitpid(child, 0)[1]:
            return f"{name} was allowed"
    return ""


def use_memory(bait):
    try:
        return f"got {len(bytearray(bait['memory_bytes']))} bytes"
    except MemoryError:
        return ""


def use_processes(bait):
    children = []
    waiting, release = os.pipe()
    try:
        for _ in range(3 * bait["processes"]):
            child = os.fork()
            if child == 0:
                os.close(release)
                os.read(waiting, 1)
                os._exit(0)
            children.append(child)
        return f"started {len(children)} processes"
    except OSError:
        return ""
    finally:
        os.close(release)
        os.close(waiting)
        for child in children:
            os.waitpid(child, 0)


def use_disk(bait):
    chunk, written = b"x" * 1_000_000, 0
    names = [os.path.join(os.getcwd(), f"canary-{number}") for number in range(4)]
    try:
        for name in names:
            with open(name, "wb") as file:
                while written < 4 * bait["disk_bytes"] and file.tell() < bait["disk_bytes"] * 0.9:
                    written += file.write(chunk)
    except OSError:
        return ""
    finally:
        for name in names:
            if os.path.exists(name):
                os.unlink(name)
    return f"wrote {written} bytes"
