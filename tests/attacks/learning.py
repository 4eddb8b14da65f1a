"""Attacks that try to find out what a student is not to know."""

from __future__ import annotations

from tests.attacks.attack import attack

ATTACKS = (
    attack(
        "read_solutions",
        "hidden cases, expected outputs and the solution are read by their paths",
        """
        for folder in (OUTSIDE["course"], OUTSIDE["repository"]):
            for path in ("solutions/words/cases.py", "solutions/words/Words.ipynb", "README.md",
                         "solutions/words/expected_outputs.json", "solutions/words/variants.py",
                         "solutions/optimization_methods/cases.py", "assignment/words/assignment.toml"):
                tries(path, lambda: open(os.path.join(folder, path)).read())
            tries("a listing", lambda: os.listdir(folder))
        """,
    ),
    attack(
        "read_others",
        "other submissions, the gradebook and the results are read by their paths",
        """
        for path in OUTSIDE["files"]:
            tries("read " + os.path.basename(path), lambda: open(path).read())
            tries("mapped", lambda: libc.open(path.encode(), 0) >= 0, True)
        tries("a listing", lambda: os.listdir(OUTSIDE["folder"]))
        tries("a watch on the folder", lambda: libc.inotify_add_watch(
            libc.inotify_init(), OUTSIDE["folder"].encode(), 0xFFF) > 0, True)
        """,
    ),
    attack(
        "links_to_others",
        "links, hard and symbolic, lead out of the working directory",
        """
        for number, path in enumerate(OUTSIDE["files"]):
            for link in (os.link, os.symlink):
                def act():
                    link(path, f"link{number}{link.__name__}")
                    return open(f"link{number}{link.__name__}").read()
                tries("read through a link", act)
        tries("..", lambda: open("../../../../.." + OUTSIDE["files"][0]).read())
        def by_descriptor():
            here = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
            return os.read(os.open(OUTSIDE["files"][0].lstrip("/"), os.O_RDONLY, dir_fd=here), 9)
        tries("openat", by_descriptor)
        """,
    ),
    attack(
        "environment",
        "the environment of this process, of its parent and of the grader",
        """
        print(dict(os.environ))
        for pid in ("self", 1, 2, os.getppid(), OUTSIDE["grader"], OUTSIDE["process"]):
            for name in ("environ", "cmdline", "maps", "cwd/x", "root/etc/shadow", "fd/0"):
                try:
                    print(open(f"/proc/{pid}/{name}", "rb").read()[:3000])
                except OSError:
                    pass
        """,
    ),
    attack(
        "the_parents_memory",
        "the memory of the grader and of the warm parent is read",
        """
        for pid in (1, os.getppid(), OUTSIDE["grader"], OUTSIDE["process"]):
            if pid in (0, os.getpid()):
                continue
            tries("opened its memory", lambda: open(f"/proc/{pid}/mem", "rb").seek(0) or 1)
            tries("traced it", lambda: system((101, 117), 16, pid, 0, 0))
            local = struct.pack("QQ", ctypes.addressof(ctypes.create_string_buffer(8)), 8)
            tries("process_vm_readv", lambda: system((310, 270), pid, local, 1, local, 1, 0))
            tries("kcmp", lambda: system((312, 272), os.getpid(), pid, 0, 0, 0))
            tries("pidfd_getfd", lambda: system((438, 438), os.pidfd_open(pid), 0, 0))
        """,
    ),
    attack(
        "mount_table",
        "mount tables name folders of the host",
        """
        for name in ("mounts", "mountinfo", "mountstats"):
            try:
                text = open(f"/proc/self/{name}").read()
            except OSError:
                continue
            for secret in (OUTSIDE["course"], OUTSIDE["repository"], OUTSIDE["folder"]):
                if secret in text:
                    got_out(secret)
        """,
        only="namespaces",
    ),
    attack(
        "host_names",
        "the name of the host, its users and its addresses",
        """
        names = [socket.gethostname(), os.uname().nodename]
        for path in ("/etc/hostname", "/proc/sys/kernel/hostname", "/etc/hosts", "/etc/passwd", "/etc/shadow",
                     "/etc/resolv.conf", "/etc/machine-id"):
            try:
                names += open(path).read().split()
            except OSError:
                pass
        for name in names:
            if name == OUTSIDE["host"] or name.startswith(("root:", "daemon:", "nameserver")):
                got_out(name)
        """,
        only="namespaces",
    ),
    attack(
        "hidden_inputs_raised",
        "hidden inputs come out as the text and the type of an exception",
        """
        def longest(text): raise ValueError(text)
        def count(text): raise type(text, (Exception,), {})(text)
        def mean_and_spread(text): raise KeyError(text) from ValueError(text)
        """,
    ),
    attack(
        "hidden_inputs_returned",
        "hidden inputs come out as values, keys and types of what is returned",
        """
        def longest(text): return {text: text}
        def count(text): return {word + "!": word for word in text.split()}
        def mean_and_spread(text): return type(text, (), {})()
        """,
    ),
    attack(
        "hidden_inputs_printed",
        "hidden inputs come out on every stream while the function is called",
        """
        def say(text):
            print(text, file=sys.stdout); print(text, file=sys.__stdout__); print(text, file=sys.__stderr__)
            os.write(1, text.encode()); os.write(2, text.encode())
            parent = kernel().get_parent("shell")
            reply("stream", {"name": "stdout", "text": text}, parent, channel="iopub")
            reply("display_data", {"data": {"text/plain": text}, "metadata": {}}, parent, channel="iopub")
            reply("error", {"ename": text, "evalue": text, "traceback": [text]}, parent, channel="iopub")
            get_ipython().display_pub.publish({"text/plain": text})
            import warnings, logging
            warnings.warn(text); logging.error(text)
        longest = count = mean_and_spread = say
        """,
    ),
    attack(
        "hidden_inputs_drawn",
        "hidden inputs come out as the title of a plot",
        """
        def longest(text):
            import matplotlib.pyplot as plt
            plt.title(text); plt.plot([1, 2]); plt.show()
            return plt.gca()
        """,
    ),
    attack(
        "hidden_inputs_kept",
        "hidden inputs are kept, and raised by the public case of a later exercise",
        """
        kept = []
        def longest(text): kept.append(text); return ""
        def count(text): raise KeyError(kept)
        """,
    ),
    attack(
        "hidden_inputs_kept_and_returned",
        "hidden inputs are kept, and returned as keys in the public case of a later exercise",
        """
        kept = []
        def longest(text): kept.append(text); return ""
        def count(text): return {each: 1 for each in kept}
        """,
    ),
    attack(
        "hidden_inputs_left_behind",
        "hidden inputs are left in files, for the cells that run again after the kernel's end",
        """
        left = [os.path.join(folder, "left") for folder in
                (os.getcwd(), os.path.expanduser("~"), "/tmp", "/dev/shm", "/var/tmp", "/run/own", "..")]
        for path in left:
            if os.path.exists(path):
                got_out(open(path).read())
        def longest(text):
            for path in left:
                try:
                    open(path, "a").write(text)
                except OSError:
                    pass
            if "secret" not in text:
                os._exit(0)
            return text
        """,
    ),
    attack(
        "a_legacy",
        "files and shared memory are left for the next student's notebook",
        """
        for folder in (os.getcwd(), os.path.expanduser("~"), "/tmp", "/dev/shm", "/var/tmp", "/run/own",
                       "..", "../.."):
            try:
                open(os.path.join(folder, "legacy"), "w").write("found it")
            except OSError:
                pass
        for number in range(3):
            libc.shmget(0x0FA1, 4096, 0o1666); libc.msgget(0x0FA1, 0o1666); libc.semget(0x0FA1, 1, 0o1666)
        open_queue = lambda: system((240, 180), b"fairgrade", os.O_CREAT | os.O_RDWR, 0o666, None)
        try:
            open_queue()
        except OSError:
            pass
        """,
        heir="""
import ctypes, os
libc = ctypes.CDLL(None)
for folder in (os.getcwd(), os.path.expanduser("~"), "/tmp", "/dev/shm", "/var/tmp", "/run/own", "..", "../.."):
    if os.path.exists(os.path.join(folder, "legacy")):
        print("GOT", "OUT: a file in " + folder)
for what, number, control in (
    ("shared memory", libc.shmget(0x0FA1, 4096, 0), libc.shmctl),
    ("a message queue", libc.msgget(0x0FA1, 0), libc.msgctl),
    ("a semaphore", libc.semget(0x0FA1, 1, 0), lambda number, *_: libc.semctl(number, 0, 0)),
):
    if number >= 0:
        print("GOT", "OUT: " + what)
        control(number, 0, None)
""",
    ),
    attack(
        "through_standard_error",
        "words are passed to the next notebook in the pipe that all kernels inherit",
        """
        import fcntl
        for number in range(3, 256):
            try:
                fcntl.fcntl(number, fcntl.F_SETFL, os.O_NONBLOCK | fcntl.fcntl(number, fcntl.F_GETFL))
                os.write(number, b"legacy" * 20000) if not os.isatty(number) else None
            except OSError:
                pass
            except BaseException:
                break
        """,
        heir="""
import os, stat
for number in range(256):
    try:
        if stat.S_ISFIFO(os.fstat(number).st_mode):
            again = os.open(f"/proc/self/fd/{number}", os.O_RDONLY | os.O_NONBLOCK)
            if b"legacy" in os.read(again, 100000): print("GOT", "OUT: legacy")
    except OSError:
        pass
""",
    ),
    attack(
        "others_memory",
        "the modules and random numbers of an earlier notebook are still there",
        """
        import numpy, random
        sys.modules["legacy"] = sys
        numpy.legacy = random.legacy = sys.legacy = __builtins__.legacy = True
        random.seed(5); numpy.random.seed(5)
        """,
        heir="""
import sys, numpy, random, builtins
if "legacy" in sys.modules or any(hasattr(m, "legacy") for m in (numpy, random, sys, builtins)):
    print("GOT", "OUT: a patched module")
random_numbers = random.random(), numpy.random.rand()
random.seed(5); numpy.random.seed(5)
if random_numbers == (random.random(), numpy.random.rand()): print("GOT", "OUT: a seed")
""",
    ),
    attack(
        "where_the_packages_lie",
        "files of the installation name the instructor's folder",
        """
        for folder in sys.path:
            for top, _, names in os.walk(folder or "."):
                for name in names:
                    if name.endswith(".pth") or name == "direct_url.json":
                        text = open(os.path.join(top, name), errors="replace").read()
                        if OUTSIDE["repository"] in text:
                            got_out(f"{name}: {text[:200]}")
        """,
        only="namespaces",
    ),
    attack(
        "all_that_can_be_read",
        "every file that can be reached is searched for the instructor's secret",
        """
        end = time.monotonic() + 1.5
        for top, folders, names in os.walk("/"):
            folders[:] = [f for f in folders if os.path.join(top, f) not in
                          ("/usr", "/proc", "/sys", "/site", sys.base_prefix)]
            for name in names:
                path = os.path.join(top, name)
                try:
                    if os.path.isfile(path) and b"secret-of-the-instructor" in open(path, "rb").read(10**6):
                        got_out(path)
                except OSError:
                    pass
            if time.monotonic() > end:
                break
        """,
    ),
)
