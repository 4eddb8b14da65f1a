"""Attacks that try to break out, to break things, to use everything up or never to end.

Any of them may win one day, on somebody's own machine. So what they try to break is laid out for
them (`Outside`), lies in the sandbox itself, or is asked for in a way that changes nothing: signal
0, a file opened and not written to, a mode set to what it is, a system call without its arguments.
"""

from __future__ import annotations

from tests.attacks.attack import attack

DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"

ENDLESS = (
    attack("deaf_cell", "an endless cell that ignores interrupts", f"{DEAF}\nwhile True: pass"),
    attack(
        "deaf_call",
        "an endless call that ignores interrupts, in every exercise",
        DEAF,
        """
        def longest(text):
            while True:
                try:
                    while True: pass
                except BaseException:
                    pass
        count = mean_and_spread = longest
        """,
    ),
    attack(
        "endless_c",
        "a call that never comes back from C, where no interrupt is looked at",
        "def longest(text): return sum(range(10**13))\nimport re\n"
        "def count(text): return re.match(r'(a|a|b?)*c', 'a' * 60)",
    ),
    attack(
        "endless_thread",
        "threads that go on for ever, one of them no daemon",
        """
        def spin():
            while True: pass
        for daemon in (True, False):
            threading.Thread(target=spin, daemon=daemon).start()
        """,
    ),
    attack(
        "endless_del",
        "objects that never finish being deleted",
        """
        class D:
            def __del__(self):
                while True: pass
        def longest(text): return [D()] and text
        """,
    ),
    attack(
        "endless_exit",
        "exit handlers that never end, and an exit",
        """
        import atexit
        def spin():
            while True: pass
        atexit.register(spin); threading._register_atexit(spin)
        def longest(text):
            kernel().do_shutdown(False)
            sys.exit()
        """,
    ),
    attack(
        "never_idle",
        "the cell ends, but the kernel never says so",
        """
        kernel().session.send = lambda *a, **k: None
        kernel().shell_stream.send_multipart = lambda *a, **k: None
        """,
        "1",
    ),
    attack(
        "stopped",
        "the kernel stops itself, as Ctrl-Z would",
        "def longest(text): os.kill(os.getpid(), signal.SIGSTOP)",
    ),
    attack(
        "endless_repr",
        "a repr that never ends",
        "class R:\n    def __repr__(self):\n        while True: pass\nR()",
    ),
    attack(
        "endless_parse",
        "a cell of magics that costs minutes only to be read",
        "\n".join(["!ls"] * 150 + ["x = (1, 2, 3, 4, 5)"] * 3000),
    ),
    attack(
        "blank_lines",
        "a cell of so many blank lines that a regular expression never ends",
        "\n" * 12_000 + "x = = 1",
    ),
    attack(
        "spaces",
        "a cell of spaces and a magic, of which no line begins a statement",
        " " * 100 + "!",
        "    )",
    ),
    attack(
        "endless_syntax",
        "a cell nested too deeply to be read",
        "x = " + "(" * 5000 + ")" * 5000,
        "y = " + "-" * 50000 + "1",
        "z = a" + ".b" * 50000,
    ),
    attack(
        "endless_trees",
        "cells of which the syntax trees fill the memory of whoever reads them",
        *(f"u{n} = 1;" + "a=1;" * 24_700 for n in range(9)),
        "u9 = 1;" + "a=1;" * 247_000,
    ),
    attack(
        "endless_spaces",
        "a line of spaces, on which a pattern for magics goes back and forth",
        " " * 900_000 + "#\n!",
    ),
    attack(
        "endless_hint",
        "errors of which the explanation never ends",
        """
        def longest(text): raise ValueError("broadcast (" + "1" * 60 + "x")
        def count(text): raise NameError("name '" + "ab" * 900 + "' is not defined")
        def mean_and_spread(text): raise KeyError([text, 1])
        """,
    ),
    attack(
        "endless_search",
        "wrong functions that have thousands of edits",
        "def count(text):\n"
        + "".join(f"    x{n} = {n}\n" for n in range(180))
        + "    return {"
        + ", ".join(f"'k{n}': x{n}" for n in range(180))
        + "}",
        "def longest(text):\n    return [" + "len(text), " * 400 + "]",
        'def mean_and_spread(text):\n    """'
        + ", ".join(f"'k{n}'" for n in range(5_000))
        + '"""\n    return text'
        + "[0]" * 45,
    ),
    attack(
        "endless_stub",
        "lines of a stub that Python can parse, or print, only by giving up",
        *(
            f"def {name}(text):\n    ### START CODE HERE ###\n    x = {value}\n"
            "    ### END CODE HERE ###\n    return x"
            for name, value in (
                ("longest", "-" * 50_000 + "1"),
                ("count", "0x" + "f" * 5_000),
                ("mean_and_spread", "text" + " + text" * 450),
            )
        ),
    ),
    attack(
        "output_without_end",
        "output in small pieces that never stops, from a cell and from a call",
        """
        def count(text):
            while True: reply("stream", {"name": "stdout", "text": "x"}, kernel().get_parent("shell"), channel="iopub")
        def longest(text):
            while True: reply("call_reply", {}, {}, [b"N"])
        """,
        "while True: print('x', flush=True)",
    ),
)

ENDINGS = (
    attack(
        "exit_call",
        "the function ends its process, as if all were well",
        "def longest(text): os._exit(0)\ndef count(text): raise SystemExit(0)",
    ),
    attack(
        "abort",
        "the process is aborted, in a cell and in a call",
        "def longest(text): os.abort()",
        "os.abort()",
    ),
    attack(
        "segfault",
        "the process reads where there is nothing",
        "def longest(text): ctypes.string_at(8)",
        "ctypes.string_at(8)",
    ),
    attack(
        "stack",
        "the C stack is used up",
        "sys.setrecursionlimit(10**9)\ndef longest(text):\n    f = lambda: f()\n    return f()",
    ),
    attack(
        "kill_everyone",
        "every process that can be named is sent a signal",
        """
        for pid in (OUTSIDE["process"], OUTSIDE["grader"], os.getppid(), 1):
            if pid in (0, os.getpid()):
                continue
            number = signal.SIGTERM if pid == OUTSIDE["process"] else 0
            tries("kill", lambda: os.kill(pid, number))
            tries("killpg", lambda: os.killpg(pid, 0))
            info = struct.pack("iii", number, 0, -1) + bytes(116)
            tries("sigqueue", lambda: system((129, 138), pid, number, info))
            tries("tgsigqueue", lambda: system((297, 240), pid, pid, number, info))
            def by_descriptor():
                os.dup2(os.pidfd_open(pid), 0)
                return system((424, 424), 0, number, None, 0)
            tries("pidfd as descriptor 0", by_descriptor)
        if OUTSIDE["level"] != "namespaces":
            tries("everyone", lambda: os.kill(-1, 0))
        elif os.getpid() == 1:
            def longest(text): os.kill(-1, signal.SIGKILL); os.kill(0, signal.SIGKILL)
        """,
    ),
    attack(
        "limits_of_others",
        "the limits, priority and cores of others are changed, those of the grader asked for",
        """
        pid = OUTSIDE["process"]
        tries("prlimit", lambda: resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0)))
        tries("priority", lambda: os.setpriority(os.PRIO_PROCESS, pid, 19))
        tries("cores", lambda: os.sched_setaffinity(pid, {0}))
        tries("I/O priority", lambda: system((251, 30), 1, pid, 3 << 13))
        try:
            os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))  # or so it seems
        except OSError:
            pass
        tries("limits of the grader", lambda: resource.prlimit(OUTSIDE["grader"], resource.RLIMIT_NOFILE))
        """,
    ),
    attack(
        "the_warm_parent",
        "the warm parent, of which the next kernel is to come, is left no descriptors",
        """
        if os.getppid() > 1:
            try:
                resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (4, 4))
            except OSError:
                pass
        """,
    ),
    attack(
        "its_folders",
        "the folders that the next kernel needs are closed to it",
        """
        here = os.getcwd()
        for path in (os.path.dirname(os.path.dirname(here)), os.path.dirname(here), here, "/run/own"):
            if "/fg-" in path or path in ("/run/own", "/tmp/work"):
                try:
                    os.chmod(path, 0)
                except OSError:
                    pass
        """,
    ),
    attack(
        "all_descriptors_closed",
        "every descriptor of the kernel is closed, those of its sockets too",
        "def longest(text): os.closerange(0, 300)",
    ),
    attack(
        "sockets_closed",
        "the kernel closes its sockets and goes on",
        "def longest(text): kernel().shell_stream.close(); kernel().iopub_socket.close()",
    ),
    attack(
        "handlers_gone",
        "the kernel forgets how to answer anything",
        "kernel().shell_handlers.clear()",
        "x = 1",
    ),
    attack(
        "alarm",
        "signals arrive for ever",
        "signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)",
        "x = 1",
    ),
)

RESOURCES = (
    attack(
        "fork_bomb",
        "processes that start processes",
        """
        def bomb(count):
            for _ in range(count):
                try:
                    os.fork()
                except OSError:
                    pass
        children = 0
        try:
            for _ in range(150):
                if os.fork() == 0:
                    time.sleep(600); os._exit(0)
                children += 1
        except OSError:
            pass
        if children >= 150:
            got_out(f"{children} processes")
        """,
    ),
    attack(
        "thread_bomb",
        "threads without end",
        """
        try:
            for count in range(500):
                threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
            got_out("500 threads")
        except RuntimeError:
            pass
        """,
    ),
    attack(
        "memory_at_once",
        "one array as large as it gets",
        "def longest(text): return bytes(3_000_000_000)\nx = bytearray(3_000_000_000)",
    ),
    attack(
        "memory_by_pieces",
        "many small pieces of memory",
        "x = []\nwhile True: x.append(bytes(1_000_000))",
    ),
    attack(
        "memory_by_processes",
        "many processes that take a part of the memory each",
        """
        holding, done = os.pipe(), os.pipe()
        children = 0
        try:
            for _ in range(12):
                if os.fork() == 0:
                    os.close(done[1])
                    piece = bytearray(200_000_000)
                    for at in range(0, len(piece), 4096):
                        piece[at] = 1
                    os.write(holding[1], b"1")
                    os.read(done[0], 1)
                    os._exit(0)
                children += 1
        except OSError:
            pass
        os.set_blocking(holding[0], False)
        held, end = 0, time.monotonic() + 1.5
        while held < children and time.monotonic() < end:
            try:
                held += len(os.read(holding[0], 1))
            except BlockingIOError:
                time.sleep(0.01)
        while held and os.waitpid(-1, os.WNOHANG)[0]:
            held -= 1  # one that had its share, and has been ended for it
        os.close(done[1])
        if held * 200_000_000 > OUTSIDE["group_bytes"]:
            got_out(f"{held} times 200 MB")
        """,
        needs_group=True,
    ),
    attack(
        "memory_in_files",
        "files in memory, which no limit on addresses counts",
        """
        files = [os.memfd_create("x") for _ in range(130)]
        size = 0
        while size < OUTSIDE["memory_bytes"] + 200_000_000:
            size += os.write(files[size // 15_000_000], b"x" * 5_000_000)
        got_out(f"{size} bytes in memory files")
        """,
    ),
    attack(
        "memory_shared",
        "shared memory, which outlives its process",
        """
        libc.shmat.restype, libc.shmat.argtypes = ctypes.c_void_p, (ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
        libc.shmdt.argtypes = (ctypes.c_void_p,)
        for number in range(3):
            segment = libc.shmget(0, 10_000_000, 0o1600)
            if segment < 0:
                break
            place = libc.shmat(segment, None, 0)
            ctypes.memset(place, 1, 10_000_000); libc.shmdt(place)
            if OUTSIDE["level"] == "landlock":
                got_out("shared memory that nobody counts, and that stays when the kernel has gone")
            libc.shmctl(segment, 0, None)
        """,
    ),
    attack(
        "disk",
        "one large file and many, wherever files can be",
        """
        written = 0
        for number in range(40):
            for folder in (os.getcwd(), os.path.expanduser("~"), "/run/own", ".."):
                try:
                    with open(os.path.join(folder, f"large{number}"), "wb") as file:
                        written += file.write(b"x" * 5_000_000)
                except OSError:
                    pass
        if written > 1.5 * OUTSIDE["disk_bytes"] and OUTSIDE["level"] == "namespaces":
            got_out(f"{written} bytes")
        """,
    ),
    attack(
        "inodes",
        "empty files without end",
        """
        try:
            for number in range(30_000):
                os.close(os.open(f"f{number}", os.O_CREAT | os.O_WRONLY))
            if OUTSIDE["level"] == "namespaces":
                got_out("30,000 files")
        except OSError:
            pass
        """,
    ),
    attack(
        "sockets_without_end",
        "the socket folder, which lies on the host's disk, is filled with sockets",
        """
        made = 0
        for folder in (os.path.dirname(os.getcwd()), "/run/own", "/run/all"):
            for number in range(1000):
                try:
                    with socket.socket(socket.AF_UNIX) as each:
                        each.bind(f"{folder}/{number}")
                    made += 1
                except OSError:
                    break
        if made > 10:
            got_out(f"{made} sockets")
        """,
    ),
    attack(
        "socket_folder",
        "the kernel's own sockets are replaced, linked elsewhere and closed off",
        """
        # At namespaces nothing of the folder is left to be seen.
        for folder in (os.path.dirname(os.getcwd()), "/run/own", "/run/all"):
            if folder == "/tmp":
                continue
            tries("unlink", lambda: os.unlink(folder + "/k-1"))
            tries("rename", lambda: os.rename(folder + "/k-1", folder + "/k-9"))
            tries("symlink", lambda: os.symlink(OUTSIDE["socket"], folder + "/link"))
            tries("a file", lambda: open(folder + "/file", "w"))
            tries("a folder", lambda: os.mkdir(folder + "/folder"))
            tries("a pipe", lambda: os.mkfifo(folder + "/pipe"))
            tries("its content", lambda: os.listdir(folder))
        if OUTSIDE["level"] != "namespaces":
            tries("all folders", lambda: os.listdir(os.getcwd() + "/../.."))
        os.makedirs("a/b")
        for path in ("a/b", "a", os.path.dirname(os.getcwd())):
            try:
                os.chmod(path, 0)
            except OSError:
                pass
        """,
    ),
    attack(
        "every_folder",
        "large files are written wherever a folder can be written to",
        """
        written = 0
        for folder, folders, _ in os.walk("/"):
            if folder.count("/") > 3 or folder.startswith(("/usr", "/site", "/agent", "/proc", "/sys")):
                folders.clear()
                continue
            for number in range(20):
                try:
                    with open(f"{folder}/large{number}", "wb") as file:
                        written += file.write(b"x" * 5_000_000)
                except OSError:
                    break
        if written > 2 * OUTSIDE["disk_bytes"]:
            got_out(f"{written} bytes")
        """,
        only="namespaces",
    ),
    attack(
        "processor_time",
        "limits that were set are raised again",
        """
        for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE", "RLIMIT_NPROC"):
            kind = getattr(resource, name)
            soft, hard = resource.getrlimit(kind)
            if hard != resource.RLIM_INFINITY:
                tries("raised " + name, lambda: resource.setrlimit(kind, (hard + 1, hard + 1)))
        """,
    ),
)

OUTPUT = (
    attack("one_long_line", "1 GB on one line", "print('x' * 1_000_000_000)"),
    attack(
        "long_line_past_python",
        "much on one line, past Python's streams",
        "for _ in range(50): os.write(1, b'x' * 1_000_000)",
    ),
    attack(
        "many_outputs",
        "small outputs without number",
        "for n in range(30_000): print(n, flush=n % 10 == 0)",
        "for n in range(3000): display(n)",
    ),
    attack(
        "huge_repr",
        "a repr of 500 MB",
        "class R:\n    def __repr__(self): return 'x' * 500_000_000\nR()",
    ),
    attack(
        "huge_message",
        "an exception with 500 MB to say",
        "def longest(text): raise ValueError('x' * 500_000_000)",
        "raise ValueError('x' * 500_000_000)",
    ),
    attack(
        "huge_values",
        "values as large as they may be sent, and larger",
        """
        import numpy
        def longest(text): return "x" * 33_000_000
        def count(text): return {str(n): n for n in range(10_000_000)}
        def mean_and_spread(text): return numpy.zeros(2_000_000), numpy.zeros(2_000_000)
        """,
        floods=True,
    ),
    attack(
        "deep_values",
        "values nested without end, and inside themselves",
        """
        def longest(text):
            x = []
            for _ in range(100_000): x = [x]
            return x
        def count(text):
            x = {}; x["x"] = x
            return x
        """,
    ),
    attack(
        "frames_without_end",
        "a message to the grader of ever more frames",
        """
        def longest(text):
            raw(b"x" * 30_000_000, copies=30)
            return text
        """,
        floods=True,
    ),
    attack(
        "frames_on_iopub",
        "output to the grader of ever more frames",
        """
        thread = kernel().iopub_socket.io_thread if hasattr(kernel().iopub_socket, "io_thread") else kernel().iopub_thread
        thread.schedule(lambda: thread.socket.send_multipart([b"stream"] + [b"x" * 30_000_000] * 30, copy=False))
        time.sleep(1)
        """,
    ),
    attack(
        "messages_waiting",
        "large messages wait on every channel for a grader that does not read them",
        """
        def longest(text):
            for _ in range(15):
                raw(*signed(content=b'{"x": "' + b"x" * 50_000_000 + b'"}'))
            return text
        """,
    ),
    attack(
        "frame_too_large",
        "a frame larger than any message may be",
        "def longest(text):\n    raw(b'x' * 200_000_000)\n    return text",
    ),
    attack(
        "large_json",
        "JSON that takes twenty times its size once it is read",
        """
        header = kernel().session.pack(kernel().session.msg_header("execute_reply"))
        raw(*signed(header=header, content=b'{"x": [' + b"[]," * 10_000_000 + b"[]]}"))
        """,
        "x = 1",
    ),
    attack(
        "hostile_json",
        "JSON that is nested, no dict, no JSON or no number",
        """
        header = kernel().session.pack(kernel().session.msg_header("call_reply"))
        parent = kernel().session.pack(kernel().get_parent("shell").get("header", {}))
        contents = [b"[" * 100_000, b"[]", b"null", b'"x"', b"NaN", b"1e999", b"9" * 10_000, b"\\xff", b"",
                    b'{"x": ' * 5000 + b"1" + b"}" * 5000]
        turn = [0]
        def longest(text):
            turn[0] += 1
            raw(*signed(header, parent, content=contents[turn[0] % len(contents)]))
            return text
        def count(text):
            for content in contents:
                raw(*signed(content, content, content, content))
            return {}
        def mean_and_spread(text):
            raw(b"<IDS|>"); raw(b""); raw(b"<IDS|>", b"no signature", b"{}", b"{}", b"{}", b"{}")
            return 0, 0
        """,
    ),
    attack(
        "hostile_output",
        "output messages whose content is not what it should be",
        """
        parent = kernel().get_parent("shell")
        for kind in ("stream", "status", "error", "execute_result", "display_data", "clear_output", "comm_open",
                     "update_display_data", "execute_input", "x" * 1000):
            for content in ({}, [], None, {"data": 1}, {"text": 5}, {"ename": {}, "evalue": []}, {"data": {"text/plain": {}}},
                            {"data": {"image/png": {}}}, {"data": {"image/png": "x" * 9, "image/jpeg": 5}}):
                reply(kind, content, parent, channel="iopub")
        """,
        "x = 1",
    ),
    attack(
        "messages_without_parent",
        "messages with no header, a strange parent and strange types",
        """
        strange = [{}, {"header": None}, {"header": {"msg_id": ["x"]}}, {"header": {"msg_id": 5, "date": "0000-99"}}]
        for parent in strange:
            for kind in ("execute_reply", "call_reply", "status", "input_request", "shutdown_reply", ""):
                try:
                    reply(kind, {"status": "ok", "execution_state": "dead"}, parent)
                    reply(kind, {"status": "ok", "execution_state": "dead"}, parent, channel="iopub")
                except Exception:
                    pass
        """,
        "x = 1",
    ),
    attack(
        "active_content",
        "HTML, SVG, Markdown, scripts and terminal codes in everything that is shown",
        """
        from IPython.display import HTML, Javascript, Markdown, SVG, display
        script = "<script>alert(1)</script><img src=x onerror=alert(1)></pre></code><a href='javascript:alert(1)'>"
        display(HTML(script), Javascript("alert(1)"), Markdown("[x](javascript:alert(1)) " + script))
        display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>1</script></svg>"))
        print(script, "\\x1b[31m\\x1b]0;title\\x07\\x1b[2J\\u202e", "=cmd|'/c calc'!A1")
        def longest(text):
            raise ValueError(script)
        def count(text):
            return {script: script}
        """,
        "raise type('<b onclick=alert(1)>', (Exception,), {})(script)",
        student='=1+1<script>alert(1)</script>"onload="x',
    ),
    attack(
        "formula_name",
        "a student whose name is a spreadsheet's formula",
        "x = 1",
        student='@SUM(1)|"=cmd|calc!A1',
    ),
)

REACHING = (
    attack(
        "change_outside",
        "files outside are written, deleted, renamed, linked, emptied",
        """
        for path in [*OUTSIDE["files"], OUTSIDE["folder"] + "/locked"]:
            for what, act in {
                "write": lambda: open(path, "a").write("x"),
                "truncate": lambda: os.truncate(path, 0),
                "unlink": lambda: os.unlink(path),
                "rmdir": lambda: os.rmdir(path),
                "rename": lambda: os.rename(path, path + "2"),
                "link": lambda: os.link(path, "linked"),
                "symlink": lambda: os.symlink("x", path + "2"),
                "new": lambda: open(path + "/new", "w"),
                "mkdir": lambda: os.mkdir(path + "/new"),
                "mkfifo": lambda: os.mkfifo(path + "2"),
                "socket": lambda: socket.socket(socket.AF_UNIX).bind(path[:90] + "3"),
            }.items():
                tries(f"{what} {os.path.basename(path)}", act)
        for path in ("/etc/passwd", "/usr/bin/env", os.__file__, "/agent/values/wire.py", "/proc/sys/kernel/hostname",
                     "/proc/sysrq-trigger", "/sys/kernel/uevent_helper"):
            tries(f"opened {path}", lambda: os.open(path, os.O_WRONLY))
        """,
    ),
    attack(
        "change_who_may",
        "modes, owners, times and attributes of files outside are changed",
        """
        for path in [*OUTSIDE["files"], OUTSIDE["folder"]]:
            for what, act in {
                "chmod": lambda: os.chmod(path, 0o777),
                "fchmodat": lambda: system((268, 53), -100, path.encode(), 0o777),
                "fchmodat2": lambda: system((452, 452), -100, path.encode(), 0o777, 0),
                "chown": lambda: os.chown(path, os.getuid(), os.getgid()),
                "utime": lambda: os.utime(path, (1, 1)),
                "setxattr": lambda: os.setxattr(path, "user.x", b"x"),
            }.items():
                try:
                    act()  # the canaries tell whether it was done: it may only seem so
                except OSError:
                    pass
        """,
    ),
    attack(
        "devices",
        "the machine's devices are changed for everybody, and others opened",
        """
        for name in ("null", "zero", "full", "random", "urandom"):
            before = os.stat("/dev/" + name)
            try:
                os.chmod("/dev/" + name, before.st_mode & 0o7777)
            except OSError:
                pass
            if os.stat("/dev/" + name).st_ctime_ns != before.st_ctime_ns:
                got_out(f"chmod /dev/{name}")
        for name in ("tty", "console", "mem", "kmsg", "vda", "sda", "fuse", "kvm", "net/tun", "ptmx", "loop0"):
            tries(f"open /dev/{name}", lambda: os.open("/dev/" + name, os.O_RDWR))
        tries("mknod", lambda: os.mknod("disk", 0o60666, os.makedev(254, 0)))
        """,
    ),
    attack(
        "terminal",
        "characters are typed into terminals",
        """
        import fcntl
        for number in range(256):
            if os.isatty(number):
                got_out("a terminal is open")
            tries("TIOCSTI", lambda: fcntl.ioctl(number, 0x5412, b"x"))
        """,
    ),
    attack(
        "connect",
        "listeners outside are reached: TCP, UNIX, abstract",
        """
        for family, address in ((socket.AF_INET, ("127.0.0.1", OUTSIDE["port"])), (socket.AF_UNIX, OUTSIDE["socket"]),
                                (socket.AF_UNIX, chr(0) + OUTSIDE["abstract"])):
            tries(f"connect {address}", lambda: socket.socket(family).connect(address))
        tries("sendto", lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).sendto(b"x", OUTSIDE["socket"]))
        tries("datagram", lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"x", OUTSIDE["socket"]))
        tries("seqpacket", lambda: socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect(OUTSIDE["socket"]))
        """,
    ),
    attack(
        "families",
        "sockets of every family and kind",
        """
        for family in range(0, 50):
            for kind in (1, 2, 3, 4, 5, 10, 1 | 0o4000, 2 | 0o2000000):
                if family == 1 and kind & 0xF == 1:
                    continue
                tries(f"socket {family} {kind}", lambda: system((41, 198), family, kind, 0)) if kind < 3 else None
            tries(f"socketpair {family}", lambda: system((53, 199), family, 2, 0, ctypes.create_string_buffer(8)))
        """,
    ),
    attack(
        "refused_calls",
        "system calls that open the kernel's back rooms, asked for without their arguments",
        """
        calls = {
            "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
            "pidfd_getfd": (438, 438), "kcmp": (312, 272), "io_uring_setup": (425, 425),
            "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "add_key": (248, 217),
            "request_key": (249, 218), "keyctl": (250, 219), "bpf": (321, 280), "perf": (298, 241),
            "userfaultfd": (323, 282), "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40),
            "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428),
            "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432),
            "fspick": (433, 433), "mount_setattr": (442, 442), "name_to_handle_at": (303, 264),
            "open_by_handle_at": (304, 265), "init_module": (175, 105), "finit_module": (313, 273),
            "delete_module": (176, 106), "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60),
            "syslog": (103, 116), "settimeofday": (164, 170), "clock_settime": (227, 112),
            "adjtimex": (159, 171), "sethostname": (170, 161), "personality": (135, 92), "iopl": (172, None),
            "ioperm": (173, None), "vmsplice": (278, 75), "memfd_secret": (447, 447), "clone3": (435, 435),
        }
        for name, number in calls.items():
            def act():
                try:
                    return system(number, -1, -1, -1, -1, -1, -1) or 1
                except OSError as error:
                    return error.errno or 1
            # Refused by the filter (EPERM; clone3 ENOSYS), before the kernel looks at anything.
            tries(name, lambda: act() not in (1, 38), True)
        for name, flag in {"users": 0x10000000, "mounts": 0x20000, "processes": 0x20000000, "network": 0x40000000,
                           "ipc": 0x08000000, "uts": 0x04000000, "cgroups": 0x02000000}.items():
            tries(f"clone with new {name}", lambda: system((56, 220), flag | 17, 0, 0, 0, 0))
            tries(f"unshare {name}", lambda: system((272, 97), flag))
        """,
    ),
    attack(
        "other_doors",
        "system calls by the doors of other machines: 32 bits, and x32",
        """
        import mmap, platform
        def run(code):
            page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
            page.write(code)
            address = ctypes.addressof(ctypes.c_char.from_buffer(page))
            return ctypes.CFUNCTYPE(ctypes.c_long)(address)()
        if platform.machine() == "x86_64":
            # getpid by int 0x80, socket(AF_INET) by socketcall, and getpid of x32.
            tries("int 0x80", lambda: run(bytes.fromhex("b814000000cd80c3")) > 0, True)
            tries("x32", lambda: system((0x40000000 + 39, None)))
        """,
    ),
    attack(
        "capabilities",
        "capabilities, in any thread, and new ones by running another program",
        """
        import subprocess
        def capabilities(tid):
            header, data = (ctypes.c_uint32 * 2)(0x20080522, tid), (ctypes.c_uint32 * 6)()
            system((125, 90), ctypes.byref(header), ctypes.byref(data))
            return any(data)
        first = os.getpid()
        for tid in range(first, first + 60):
            try:
                system((234, 131), first, tid, 0)  # tgkill: is it a thread of this process?
            except OSError as error:
                if tid != first and error.errno != 1:
                    continue
            try:
                if (tid == first or OUTSIDE["level"] == "namespaces") and capabilities(tid):
                    got_out(f"capabilities of {tid}")
            except OSError:
                pass
        own = []
        threads = [threading.Thread(target=lambda: own.append(capabilities(0))) for _ in range(3)]
        kernel().control_thread.io_loop.add_callback(lambda: own.append(capabilities(0)))
        kernel().iopub_thread.schedule(lambda: own.append(capabilities(0))) if hasattr(kernel(), "iopub_thread") else None
        for each in threads: each.start()
        for each in threads: each.join()
        time.sleep(0.1)
        if any(own):
            got_out("capabilities of a thread")
        if libc.prctl(39, 0, 0, 0, 0) != 1:
            got_out("new privileges are allowed")
        tries("setuid", lambda: os.setuid(1 if os.getuid() != 1 else 2))
        tries("setgroups", lambda: os.setgroups([0]))
        for program in ("/bin/su", "/usr/bin/passwd", "/bin/mount", "/usr/bin/newuidmap"):
            if os.path.exists(program):
                tries("a setuid program", lambda: b"uid=0(root)" in subprocess.run(
                    [program, "-c", "id"], capture_output=True, timeout=1, stdin=subprocess.DEVNULL).stdout, True)
        tries("a child with capabilities", lambda: "0000000000000000" not in subprocess.run(
            ["grep", "CapEff", "/proc/self/status"], capture_output=True, text=True, check=True).stdout, True)
        """,
    ),
    attack(
        "memory_program",
        "a program from memory, run by execveat, tries what the notebook may not",
        """
        def act():
            with open("/bin/sh", "rb") as file:
                program = os.memfd_create("program")
                os.write(program, file.read())
            arguments = (ctypes.c_char_p * 4)(b"sh", b"-c", f"cat {OUTSIDE['files'][0]} > stolen || exit 1".encode(), None)
            if os.fork() == 0:
                libc.syscall(322 if os.uname().machine == "x86_64" else 281, program, b"", arguments, None, 0x1000)
                os._exit(1)
            return os.wait()[1] == 0
        tries("execveat", act, True)
        """,
    ),
    attack(
        "descriptors_from_outside",
        "descriptors that were left open lead outside",
        """
        import stat
        for number in range(256):
            try:
                mode = os.fstat(number).st_mode
            except OSError:
                continue
            if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
                got_out(f"descriptor {number} is a file")
            if stat.S_ISSOCK(mode):
                with socket.socket(fileno=os.dup(number)) as each:
                    if each.family != socket.AF_UNIX:
                        got_out(f"descriptor {number} is of family {each.family}")
                    # The warm parent's control socket would speak to a peer and have no name.
                    peer = struct.unpack("3i", each.getsockopt(socket.SOL_SOCKET, 17, 12))[0]
                    name = each.getsockname()
                    if not name and peer not in (0, os.getpid()):
                        got_out(f"descriptor {number} speaks to process {peer}")
        """,
    ),
    attack(
        "background",
        "processes that outlive the cell, the kernel and the notebook",
        """
        for number in range(3):
            if os.fork() == 0:
                for act in (os.setsid, lambda: os.setpgid(0, 0), lambda: libc.prctl(1, 0, 0, 0, 0)):
                    try:
                        act()
                    except OSError:
                        pass
                if os.fork():
                    os._exit(0)
                signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGHUP, signal.SIG_IGN)
                os.closerange(0, 300)
                time.sleep(600)
                os._exit(0)
        flags = 0x8000 | 17  # CLONE_PARENT
        try:
            if system((56, 220), flags, 0, 0, 0, 0) == 0:
                time.sleep(600); os._exit(0)
        except OSError:
            pass
        """,
    ),
    attack(
        "background_after_the_end",
        "processes that go on with the kernel's sockets once it has ended itself",
        """
        def longest(text):
            if os.fork() == 0:
                while True: time.sleep(600)
            os._exit(0)
        """,
    ),
    attack(
        "owner_of_signals",
        "the kernel is asked to send its signals to somebody else",
        """
        import fcntl
        pid = OUTSIDE["process"]
        ways = {
            "F_SETOWN": lambda one: fcntl.fcntl(one, fcntl.F_SETOWN, pid),
            "F_SETOWN_EX": lambda one: fcntl.fcntl(one, 15, struct.pack("ii", 1, pid)),
            "FIOSETOWN": lambda one: fcntl.ioctl(one, 0x8901, struct.pack("i", pid)),
            "SIOCSPGRP": lambda one: fcntl.ioctl(one, 0x8902, struct.pack("i", pid)),
        }
        for name, act in ways.items():
            one, other = socket.socketpair()
            if OUTSIDE["level"] != "namespaces":  # where the number may be another process's
                tries(name, lambda: act(one))
            for step in (lambda: act(one), lambda: fcntl.fcntl(one, fcntl.F_SETSIG, signal.SIGKILL),
                         lambda: fcntl.ioctl(one, 0x5452, struct.pack("i", 1)),
                         lambda: fcntl.fcntl(one, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)):
                try:
                    step()
                except OSError:
                    pass
            other.send(b"x")
        one, other = socket.socketpair()
        tries("FIOASYNC", lambda: fcntl.ioctl(one, 0x5452, struct.pack("i", 1)))
        tries("O_ASYNC", lambda: fcntl.fcntl(one, fcntl.F_SETFL, os.O_ASYNC))
        tries("F_SETSIG", lambda: fcntl.fcntl(one, fcntl.F_SETSIG, signal.SIGKILL))
        """,
    ),
    attack(
        "marks_for_the_next",
        "modes, attributes, flags, locks and leases by calls old and new leave a mark that lasts",
        """
        import fcntl
        def act(number, *arguments):
            system(number, *arguments)
        for path in [*OUTSIDE["files"], OUTSIDE["folder"], os.__file__]:
            name = path.encode()
            value = ctypes.create_string_buffer(b"x")
            given = struct.pack("QII", ctypes.addressof(value), 1, 0)
            tries("setxattrat", lambda: act((463, 463), -100, name, 0, b"user.x", given, ctypes.c_size_t(16)))
            tries("removexattrat", lambda: act((466, 466), -100, name, 0, b"user.x"))
            tries("file_getattr", lambda: act((468, 468), -100, name, bytes(24), ctypes.c_size_t(24), 0))
            tries("file_setattr", lambda: act((469, 469), -100, name, bytes(24), ctypes.c_size_t(24), 0))
            tries("attributes", lambda: os.listxattr(path))
        file = open(os.__file__)
        for command, given in ((fcntl.F_SETLEASE, fcntl.F_RDLCK), (fcntl.F_NOTIFY, 1), (1036, bytes(8)), (1038, bytes(8))):
            tries(f"fcntl {command}", lambda: fcntl.fcntl(file, command, given))
        for command in (0x40086602, 0x80086601, 0x401c5820, 0x801c581f, 0x40049409, 0xc0185879):
            tries(f"ioctl {command:x}", lambda: fcntl.ioctl(file, command, bytes(64)))
        again = open(os.__file__)
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            got_out("locks that another kernel sees")
        """,
    ),
    attack(
        "questions",
        "other processes, the host's mounts and places that all share are asked about",
        """
        pid = OUTSIDE["process"]
        if OUTSIDE["level"] != "namespaces":  # where the number may be another process's
            import time
            for what, act in {
                "getpgid": lambda: os.getpgid(pid), "getsid": lambda: os.getsid(pid),
                "cores": lambda: os.sched_getaffinity(pid), "priority": lambda: os.getpriority(0, pid),
                "pidfd": lambda: os.pidfd_open(pid),
                "processor time": lambda: time.clock_gettime(~pid << 3 | 2),
                "robust list": lambda: system((274, 100), pid, ctypes.byref(ctypes.c_void_p()), ctypes.byref(ctypes.c_size_t())),
                "capabilities": lambda: system((125, 90), struct.pack("Ii", 0x20080522, pid), bytes(24)),
                "I/O priority": lambda: system((252, 31), 1, pid),
            }.items():
                tries(what, act)
            tries("scheduler", lambda: os.sched_getscheduler(pid), os.SCHED_BATCH)
        tries("listmount", lambda: system((458, 458), struct.pack("IIQQQ", 24, 0, 2**64 - 1, 0, 0), bytes(80), 8, 0))
        tries("statmount", lambda: system((457, 457), struct.pack("IIQQQ", 24, 0, 1, 1, 0), bytes(800), 800, 0))
        tries("io_setup", lambda: system((206, 0), 1, ctypes.byref(ctypes.c_ulong())))
        tries("message queues", lambda: system((240, 180), b"x", 0o102, 0o600, None))
        tries("pages of files", lambda: system((451, 451), 0, bytes(16), bytes(40), 0))
        """,
    ),
    attack(
        "calls_to_come",
        "every number that has no call yet, and those of groups that nobody here needs",
        """
        for number in (*range(335, 424), 440, *range(442, 451), *range(453, 1024)):
            try:
                system((number, number if number > 423 else 500), 0, 0, 0, 0, 0, 0)
            except OSError as error:
                if error.errno == 38:
                    continue
            got_out(f"call {number}")
        """,
    ),
    attack(
        "shell_commands",
        "commands change the machine",
        """
        !touch {OUTSIDE["folder"]}/touched
        %pip install nothing
        """,
        "import subprocess\n"
        "subprocess.run(['sh', '-c', f'echo x > {OUTSIDE[\"folder\"]}/touched; rm -rf {OUTSIDE[\"folder\"]}'],"
        " stderr=subprocess.DEVNULL)\n"
        "!touch {OUTSIDE['folder']}/touched",
    ),
)

ATTACKS = (*ENDLESS, *ENDINGS, *RESOURCES, *OUTPUT, *REACHING)
