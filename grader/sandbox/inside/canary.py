"""The canary: functions that try to break out of the sandbox, run in a kernel like a submission.

Each is given the bait, a dictionary that says what lies outside (see `execution/protection.py`). It
returns in words how it got out, or an empty string if it could not.
"""

import ctypes
import errno
import fcntl
import itertools
import os
import socket
import struct
import tempfile
import threading

# Ways to have the system send signals, which the module `fcntl` does not name on every version.
FIOSETOWN, SIOCSPGRP, FIOASYNC = 0x8901, 0x8902, 0x5452
F_SETSIG, F_SETOWN_EX = 10, 15
# How the filter refuses a call, whatever its arguments.
REFUSALS = (errno.ENOSYS, errno.EPERM)


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
    for place, device, number in bait["private"]:
        if _is_open(place, device, number):
            return f"opened {os.path.basename(place)}, which is hidden from kernels"
    return ""


def _is_open(place, device, number):
    try:
        descriptor = os.open(place, os.O_RDONLY)
    except OSError:
        return False
    status = os.fstat(descriptor)
    os.close(descriptor)
    # Something else may be mounted there, such as an empty folder.
    return (status.st_dev, status.st_ino) == (device, number)


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
    number = bait["pid"]
    one, other = socket.socketpair()
    ways = {
        "signalled a process": lambda: os.kill(number, 0),
        "asked for the group of a process": lambda: os.getpgid(number),
        "asked for the session of a process": lambda: os.getsid(number),
        # Signals could then be sent to it, by the system (SIGIO).
        "named a process for signals": lambda: fcntl.ioctl(
            one, FIOSETOWN, struct.pack("i", number)
        ),
        "named a process for signals, by fcntl": lambda: fcntl.fcntl(one, fcntl.F_SETOWN, number),
    }
    with one, other:
        for how, act in ways.items():
            if not _fails(act):
                return how
    return ""


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
    """Try dangerous system calls upon a child of the canary, where they do no harm.

    The child makes one after the other, each after it has told the name. It ends with the first
    that is allowed, or by it. A refused one has changed nothing, so it needs no child of its own:
    a fork of a large kernel takes ten milliseconds.
    """
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        allowed = True
        try:
            allowed = _makes_one(tell)
        finally:
            os._exit(int(allowed))
    os.close(tell)
    with open(told, encoding="utf-8") as file:
        *_, last = "nothing", *file.read().splitlines()
    return f"{last} was allowed" if os.waitpid(child, 0)[1] else ""


def _makes_one(tell):
    """Whether one of the system calls is allowed; the name of each is written to the pipe."""
    for name, attempt in itertools.chain(_calls_by_number(), _ways_to_leave_word()):
        os.write(tell, f"{name}\n".encode())
        if not _fails(attempt):
            return True
    return False


def _calls_by_number():
    libc = ctypes.CDLL(None, use_errno=True)
    x86 = os.uname().machine == "x86_64"

    def called(numbers, *arguments):
        # A call that fails for its arguments has been let through.
        number = numbers[not x86]
        if libc.syscall(number, *arguments) < 0 and ctypes.get_errno() in REFUSALS:
            raise OSError("refused")

    room = ctypes.create_string_buffer(256)
    attempts = {
        "new user namespaces": ((272, 97), 0x10000000),
        "ptrace": ((101, 117), 0, 0, 0, 0),
        "mount": ((165, 40), b"none", b"/tmp", b"tmpfs", 0, b""),
        "io_uring": ((425, 425), 1, room),
        "keyctl": ((250, 219), 0, -3, 1),
        "io_setup": ((206, 0), 1, room),
        "statmount": ((457, 457), None, None, 0, 0),
        "listmount": ((458, 458), None, None, 0, 0),
        "setxattrat": ((463, 463), -1, None, 0, None, None, 0),
        "file_setattr": ((469, 469), -1, None, None, 0, 0),
        "mq_open": ((240, 180), None, 0, 0, None),
    }
    for name, (numbers, *arguments) in attempts.items():
        yield name, lambda numbers=numbers, given=arguments: called(numbers, *given)


def _ways_to_leave_word():
    """Ways to have signals sent, and to leave a mark that another kernel can see."""
    one, other = socket.socketpair()
    own, on = struct.pack("i", os.getpid()), struct.pack("i", 1)
    with one, other, tempfile.NamedTemporaryFile() as file:
        yield "FIOSETOWN", lambda: fcntl.ioctl(one, FIOSETOWN, own)
        yield "SIOCSPGRP", lambda: fcntl.ioctl(one, SIOCSPGRP, own)
        yield "FIOASYNC", lambda: fcntl.ioctl(one, FIOASYNC, on)
        yield "F_SETOWN", lambda: fcntl.fcntl(one, fcntl.F_SETOWN, os.getpid())
        yield (
            "F_SETOWN_EX",
            lambda: fcntl.fcntl(one, F_SETOWN_EX, struct.pack("ii", 1, os.getpid())),
        )
        yield "F_SETSIG", lambda: fcntl.fcntl(one, F_SETSIG, 29)
        yield "O_ASYNC", lambda: fcntl.fcntl(one, fcntl.F_SETFL, os.O_ASYNC)
        yield "F_NOTIFY", lambda: fcntl.fcntl(os.open(".", os.O_RDONLY), fcntl.F_NOTIFY, 1)
        yield "F_SETLEASE", lambda: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        yield "flock", lambda: _locks(file)


def _locks(file):
    """Lock a file that is opened twice; raises OSError where locks do nothing."""
    fcntl.flock(file, fcntl.LOCK_EX)
    again = os.open(file.name, os.O_RDWR)
    if not _fails(lambda: fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)):
        raise OSError("no lock")


def _fails(act):
    try:
        act()
    except (OSError, AttributeError):  # not on every system there is such a call
        return True
    return False


def use_memory(bait):
    try:
        return f"got {len(bytearray(bait['memory_bytes']))} bytes"
    except MemoryError:
        return ""


def use_processes(bait):
    """Start threads, which count as processes do, and cost less than forks of a large kernel."""
    release = threading.Event()
    before = threading.stack_size(256 * 1024)  # so that they do not end at the limit of memory
    threads = []
    try:
        for _ in range(3 * bait["processes"]):
            threads.append(threading.Thread(target=release.wait))
            threads[-1].start()
        return f"started {len(threads)} processes"
    except RuntimeError:
        return ""
    finally:
        release.set()
        threading.stack_size(before)
        for thread in threads:
            if thread.ident:  # it was started
                thread.join()


def use_disk(bait):
    """Write files of almost the size that one may have, in every folder that may be written to."""
    chunk, written, names = b"x" * 1_000_000, 0, []
    try:
        for folder in _perhaps_writable():
            for number in range(4):
                names.append(os.path.join(folder, f"canary-{os.getpid()}-{number}"))
                written += _written(names[-1], chunk, bait["disk_bytes"] * 0.9)
                if written > 2 * bait["disk_bytes"]:
                    return f"wrote {written} bytes"
        return ""
    finally:
        for name in names:
            if os.path.exists(name):
                os.unlink(name)


def _perhaps_writable():
    here = os.getcwd()
    above = [os.path.dirname(here), os.path.dirname(os.path.dirname(here))]
    try:
        below = [f"/run/{name}" for name in os.listdir("/run")]
    except OSError:
        below = []
    found = [here, os.path.expanduser("~"), *above, "/tmp", "/var/tmp", "/dev/shm", "/run", *below]
    return list(dict.fromkeys(map(os.path.realpath, found)))


def _written(name, chunk, limit):
    try:
        with open(name, "wb", 0) as file:
            while file.tell() < limit:
                file.write(chunk)
            return file.tell()
    except OSError:
        return os.path.getsize(name) if os.path.exists(name) else 0
