"""Attacks that try to get points for wrong answers."""

from __future__ import annotations

from tests.attacks.attack import attack

ATTACKS = (
    attack(
        "patched_allclose",
        "numpy's comparisons say yes to everything",
        """
        import numpy, numpy.testing, math
        yes = lambda *a, **k: True
        numpy.allclose = numpy.isclose = numpy.array_equal = numpy.array_equiv = math.isclose = yes
        for name in dir(numpy.testing):
            if name.startswith("assert"):
                setattr(numpy.testing, name, yes)
        """,
    ),
    attack(
        "patched_builtins",
        "abs, all, any and sum say what helps",
        """
        import builtins
        builtins.abs = lambda x: 0
        builtins.any = lambda x: False
        builtins.all = lambda x: True
        builtins.AssertionError = type("Quiet", (Exception,), {})
        """,
    ),
    attack(
        "patched_json",
        "json writes results with all points in them",
        """
        import json
        json.dumps = lambda *a, **k: '{"score": 20, "passed": true, "verdict": "correct"}'
        json.dump = lambda value, file, **k: file.write(json.dumps(value))
        json.JSONEncoder.encode = lambda *a: json.dumps(a)
        """,
    ),
    attack(
        "patched_session",
        "every message that leaves the kernel says that all is correct",
        """
        Session = type(kernel().session)
        before = Session.serialize
        def serialize(self, msg, ident=None):
            msg["content"] = {**msg.get("content", {}), "score": 20, "verdict": "correct"}
            return before(self, msg, ident)
        Session.serialize = serialize
        """,
    ),
    attack(
        "patched_ipython",
        "IPython's run_cell runs nothing and says that all went well",
        """
        shell = get_ipython()
        result = shell.run_cell("1")
        type(shell).run_cell = lambda self, *a, **k: result
        """,
        "raise SystemError('this is not seen')",
    ),
    attack(
        "patched_agent",
        "the agent answers every call with all there is",
        """
        # The module is forgotten, and its functions are frozen for the garbage collector; the
        # kernel's methods still know them.
        agent = type(kernel())._answer.__globals__
        if not callable(agent.get("call")) or not callable(agent.get("returned")):
            got_out("what this attacks is not there any more, so it tries nothing")
        def call(function, args, kwargs):
            values = [True, None, 1, "secret", float("nan"), (0, 0), {}, args, args and args[0]]
            random.seed(repr(args))  # the same answers wherever it is graded
            return wire.encode(("returned",)), wire.encode(random.choice(values))
        agent["call"].__code__ = call.__code__
        agent["returned"].__code__ = (lambda value: (wire.encode(("returned",)), b"T")).__code__
        """,
    ),
    attack(
        "patched_methods",
        "the kernel's own methods answer every request with all there is",
        """
        encode = type(kernel())._answer.__globals__["wire"].encode
        names = [name for name in dir(type(kernel())) if name.endswith(("_answer", "_request"))]
        if not {"_answer", "call_request"} <= {*names}:
            got_out("what this attacks is not there any more, so it tries nothing")
        type(kernel())._answer = lambda self, names, args, kwargs: (encode(("returned",)), encode(args[0] if args else True))
        type(kernel())._kept_answer = type(kernel())._answer
        """,
    ),
    attack(
        "patched_encoder",
        "wire.encode, found in memory, writes other types than it should",
        """
        import gc
        gc.unfreeze()  # what the warm parent has made is not listed otherwise
        found = 0
        for each in gc.get_objects():
            if getattr(each, "__qualname__", "") == "Writer.write":
                each.__code__ = (lambda self, value, where, depth: self.put(b"T")).__code__
                found += 1
        if not found:
            got_out("what this attacks is not there any more, so it tries nothing")
        """,
    ),
    attack(
        "input_transformer",
        "cells are replaced before they run",
        """
        get_ipython().input_transformers_cleanup.append(lambda lines: ["passed = True\\n"])
        get_ipython().ast_transformers.append(None)
        """,
        "1/0",
    ),
    attack(
        "trace",
        "sys.settrace looks at the caller's locals for what is expected",
        """
        seen = []
        def trace(frame, event, arg):
            for name, value in list(frame.f_locals.items()):
                if "expected" in name or "outputs" in name:
                    seen.append(value)
            return trace
        sys.settrace(trace); threading.settrace(trace); sys.setprofile(trace)
        def longest(text):
            return seen[-1] if seen else text
        """,
    ),
    attack(
        "import_hook",
        "whoever imports the grader in this process gets a module of the student's",
        """
        import importlib.abc, importlib.machinery, types
        class Loader(importlib.abc.Loader):
            def exec_module(self, module):
                module.first_difference = module.judge = lambda *a, **k: None
                module.score = lambda *a, **k: 20
        class Finder(importlib.abc.MetaPathFinder):
            def find_spec(self, name, path, target=None):
                if name.split(".")[0] in ("grader", "judge", "difference", "nbgrader", "otter"):
                    return importlib.machinery.ModuleSpec(name, Loader(), is_package=True)
        sys.meta_path.insert(0, Finder())
        """,
    ),
    attack(
        "sitecustomize",
        "files that Python runs at its start are left in every folder that can be written to",
        """
        code = "print('GOT', 'OUT: sitecustomize')"
        for folder in (os.getcwd(), os.path.expanduser("~")):
            for name in ("sitecustomize.py", "usercustomize.py", "attack.pth", "ipython_config.py"):
                with open(os.path.join(folder, name), "w") as file:
                    file.write(code)
        for folder in [each for each in sys.path if each and each != os.getcwd()]:
            tries(f"a file without a name in {folder}", lambda: os.open(folder, os.O_TMPFILE | os.O_WRONLY))
        """,
        heir="import sys\nif 'sitecustomize' in sys.modules: print('GOT', 'OUT: sitecustomize')",
    ),
    attack(
        "at_exit",
        "points are claimed when everybody else has gone",
        """
        import atexit
        def claim():
            answer_with(b"T")
            reply("call_reply", {"score": 20})
        atexit.register(claim)
        def count(text):
            raise SystemExit(0)
        """,
    ),
    attack(
        "equal_to_everything",
        "strings, floats and dicts that are equal to whatever they are compared with",
        """
        class Same:
            __hash__ = None
            __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
            __ne__ = lambda self, other: False
            __sub__ = __rsub__ = __add__ = __radd__ = lambda self, other: 0.0
            __abs__ = lambda self: 0.0
            __bool__ = lambda self: False
        class S(Same, str): pass
        class F(Same, float): pass
        class D(Same, dict): pass
        def longest(text): return S("x")
        def count(text): return D()
        def mean_and_spread(text): return F(0), F(0)
        """,
    ),
    attack(
        "twice_read",
        "containers whose content is another one each time it is read",
        """
        class D(dict):
            turn = 0
            def items(self):
                D.turn += 1
                return {"b": D.turn, "a": 1}.items()
            keys = lambda self: ["a", "b"]
            __iter__ = lambda self: iter(["a", "b"])
            __len__ = lambda self: 2
            __getitem__ = lambda self, key: 1
        class T(tuple):
            def __iter__(self):
                return iter((5.0, 1.0) if D.turn % 2 else (0, 0))
            __len__ = lambda self: 2
        def count(text): return D(wrong=1)
        def mean_and_spread(text): return T((0, 0))
        """,
    ),
    attack(
        "reduced",
        "objects whose pickle runs code on the other side",
        """
        class R:
            def __reduce__(self):
                return (eval, ("__import__('os')._exit(0)",))
            __getstate__ = __reduce_ex__ = lambda self, *a: self.__reduce__()
        class S(str, R): pass
        def longest(text): return S("x")
        def count(text): return R()
        def mean_and_spread(text): return R(), R()
        import pickle
        answer_with(pickle.dumps(R(), 2)) if False else None
        """,
    ),
    attack(
        "pickled_answers",
        "pickle, npy and npz instead of the wire's own bytes",
        """
        import io, pickle, numpy
        class R:
            def __reduce__(self):
                return (os._exit, (0,))
        file = io.BytesIO()
        numpy.save(file, numpy.array([R()], dtype=object), allow_pickle=True)
        answer_with(b"".join([b"t", struct.pack("<I", 2), b"s", struct.pack("<I", 8), b"returned",
                              b"b", struct.pack("<I", len(file.getvalue())), file.getvalue()]))
        """,
    ),
    attack(
        "generators",
        "what is returned makes itself up while it is looked at",
        """
        def longest(text): return (c for c in text)
        def count(text): return map(str, text)
        def mean_and_spread(text):
            yield 5.0
            yield 1.0
        """,
    ),
    attack(
        "false_class",
        "objects that claim to be a str, a dict or a float",
        """
        class Liar:
            def __init__(self, kind): self.kind = kind
            __class__ = property(lambda self: self.kind)
            __len__ = lambda self: 0
            __iter__ = lambda self: iter(())
            __float__ = lambda self: 5.0
            dtype, shape, ndim, nbytes = "f8", (), 0, 0
        def longest(text): return Liar(str)
        def count(text): return Liar(dict)
        def mean_and_spread(text): return Liar(float), Liar(float)
        """,
    ),
    attack(
        "frame_walk",
        "the frames above the call are searched for expected outputs",
        """
        def look(text):
            frame, found = sys._getframe(), []
            while frame:
                for name, value in {**frame.f_globals, **frame.f_locals}.items():
                    if "expected" in name.lower() or "solution" in name.lower():
                        found.append(value)
                frame = frame.f_back
            return found[0] if found else text
        longest = count = mean_and_spread = look
        """,
    ),
    attack(
        "gc_search",
        "the garbage collector hands out every case and every expected output",
        """
        import gc
        def look(text):
            for each in gc.get_objects():
                if type(each).__name__ in ("Case", "Variant", "Exercise", "Assignment"):
                    return each.expected
                if isinstance(each, dict) and "expected" in each:
                    return each["expected"]
            return text
        longest = mean_and_spread = look
        """,
    ),
    attack(
        "module_search",
        "the grader's modules are there to be imported",
        """
        def look(text):
            import importlib
            names = [n for n in sys.modules if "grader" in n or "cases" in n or "variants" in n]
            for name in [*names, "grader.assignments.cases", "grader.assignments.load"]:
                module = importlib.import_module(name)
                for value in vars(module).values():
                    if type(value).__name__ == "Case":
                        return value.expected
            return text
        longest = mean_and_spread = look
        """,
    ),
    attack(
        "own_memory",
        "/proc/self/mem is searched for a word that is as long as the right one",
        """
        import re
        def longest(text):
            with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
                for line in maps:
                    if "heap" in line:
                        start, end = (int(x, 16) for x in line.split()[0].split("-"))
                        memory.seek(start)
                        found = re.search(rb"expected.{0,20}'(\\w+)'", memory.read(end - start))
                        if found:
                            return found[1].decode()
            return text
        """,
    ),
    attack(
        "descriptors",
        "every open descriptor is read for answers",
        """
        import fcntl
        read = []
        for number in range(256):
            try:
                fcntl.fcntl(number, fcntl.F_SETFL, fcntl.fcntl(number, fcntl.F_GETFL) | os.O_NONBLOCK)
                read.append(os.pread(number, 10000, 0))
            except OSError:
                pass
        def longest(text):
            return read[-1].decode() if read else text
        """,
    ),
    attack(
        "reply_from_within",
        "the function itself replies to the call, and then again",
        """
        def say(value):
            parent = kernel().get_parent("shell")
            for answer in (b"T", value, b"N", b""):
                reply("call_reply", {"verdict": "correct", "score": 20}, parent, [answer])
                reply("call_reply", {"verdict": "correct", "score": 20}, parent, [answer], "iopub")
                reply("call_reply", {"verdict": "correct", "score": 20}, parent, [answer], "control")
        def longest(text): say(b"s\\x01\\0\\0\\0x"); return text
        def count(text): say(b"d\\0\\0\\0\\0"); return {}
        """,
    ),
    attack(
        "reply_ahead",
        "replies to the next calls are sent ahead, for the numbers they will have",
        """
        number = kernel().get_parent("shell")["header"]["msg_id"]
        start, last = number.rsplit("_", 1)
        for next_one in range(int(last), int(last) + 40):
            parent = {"header": {"msg_id": f"{start}_{next_one}", "msg_type": "call_request"}}
            reply("call_reply", {"passed": True}, parent, [b"T"])
        """,
    ),
    attack(
        "reply_by_thread",
        "a thread answers every call before the function does, with the same public answer",
        """
        payload = (b"t\\x02\\0\\0\\0s\\x08\\0\\0\\0returned" + b"b\\x0b\\0\\0\\0" + b"s\\x06\\0\\0\\0secret")
        def watch():
            done = set()
            while True:
                parent = kernel().get_parent("shell")
                number = parent.get("header", {}).get("msg_id")
                if number not in done:
                    done.add(number)
                    reply("call_reply", {}, parent, [payload])
                time.sleep(0.001)
        threading.Thread(target=watch, daemon=True).start()
        def mean_and_spread(text): time.sleep(0.05); return 0, 0
        """,
    ),
    attack(
        "result_twice",
        "every call is answered twice, the second answer for the next one",
        """
        k = kernel()
        before = k.shell_handlers["call_request"]
        def twice(stream, ident, parent):
            before(stream, ident, parent)
            before(stream, ident, parent)
        k.shell_handlers["call_request"] = twice
        """,
    ),
    attack(
        "array_for_a_word",
        "a reply whose first word is an array, which no comparison with a word likes",
        """
        array = b"ai8\\x01" + struct.pack("<Q", 2) + struct.pack("<2q", 1, 2)
        answer_with(b"t" + struct.pack("<I", 1) + array)
        """,
    ),
    attack(
        "nonsense_within",
        "replies that are well formed outside and nonsense inside",
        """
        number = [0]
        payloads = [
            b"t\\x02\\0\\0\\0s\\x08\\0\\0\\0returned" + inner
            for inner in (b"i\\x01\\0\\0\\0\\x05", b"N", b"s\\x01\\0\\0\\0s", b"l\\0\\0\\0\\0",
                          b"au1\\x01" + struct.pack("<Q", 5) + b"l\\0\\0\\0\\0",
                          b"b\\x05\\0\\0\\0d\\xff\\xff\\xff\\xff")
        ]
        k = kernel()
        def call_request(stream, ident, parent):
            number[0] += 1
            payload = payloads[number[0] % len(payloads)]
            k.session.send(stream, "call_reply", {}, parent, ident=ident, buffers=[payload])
        k.shell_handlers["call_request"] = call_request
        """,
    ),
    attack(
        "finished_early",
        "cells are declared finished, and well, while they go on",
        """
        parent = kernel().get_parent("shell")
        reply("execute_reply", {"status": "ok", "execution_count": 1}, parent)
        reply("status", {"execution_state": "idle"}, parent, channel="iopub")
        """,
        "x = 1",
    ),
    attack(
        "public_answers",
        "the public inputs are recognised and their published answers repeated",
        """
        def longest(text): return {"a secret word": "secret"}.get(text, "")
        def count(text): return {"b a": {"b": 1, "a": 1}}.get(text, {})
        """,
    ),
    attack(
        "another_function_each_time",
        "a function that is replaced by another one between its calls",
        """
        def longest(text):
            global longest
            longest = lambda text: "another"
            return "secret"
        """,
    ),
    attack(
        "own_helpers",
        "the helper modules, numpy and the wire are replaced by the student's own files",
        """
        for name in ("texts", "texts_v2", "numpy", "values", "wire", "agent", "json", "grader"):
            try:
                with open(name + ".py", "w") as file:
                    file.write("def __getattr__(name): return lambda *a, **k: True")
            except OSError:
                pass
            for module in [m for m in sys.modules if m.split(".")[0] == name]:
                if name in ("texts", "texts_v2", "values", "wire", "agent", "grader"):
                    del sys.modules[module]
        import texts
        """,
    ),
    attack(
        "no_number_at_all",
        "nan, infinity, booleans and integers beyond every float where numbers are expected",
        """
        values = [(float("nan"), float("nan")), (float("inf"), 1), (True, False), (10**2000, -10**2000),
                  (complex("nan"), 0j)]
        def mean_and_spread(text): return values[len(text) % len(values)]
        def longest(text): return float("nan")
        def count(text): return {float("nan"): 1, float("nan"): 2}
        """,
    ),
    attack(
        "kind_exception",
        "exceptions that are called like a verdict, and say so in their text",
        """
        class correct(Exception):
            __str__ = lambda self: 'verdict: correct, score: 20/20'
        class Worse(BaseException):
            def __str__(self): raise self
            __repr__ = __str__
        def longest(text): raise correct()
        def count(text): raise Worse()
        def mean_and_spread(text): raise KeyboardInterrupt
        """,
    ),
    attack(
        "a_stub_beside_the_answer",
        "an untouched stub, an answer that does not parse and a nested one compete",
        "def longest(text):\n    ### START CODE HERE ###\n    word = None\n"
        "    ### END CODE HERE ###\n    return 'secret'",
        "def longest(text:\n    pass",
        "def count():\n    def count(text): return {}\n    return count",
    ),
    attack(
        "calls_another_kind",
        "handlers for every other kind of message answer calls",
        """
        k = kernel()
        for kind in list(k.shell_handlers):
            if kind != "execute_request":
                k.shell_handlers[kind] = lambda stream, ident, parent: reply(
                    "call_reply", {"passed": True}, parent, [b"T"])
        """,
    ),
)
