"""Attacks on our own side of the connection: on what waits, reads, decodes and keeps.

None of them leaves the kernel. They try to make our process wait without end, work for minutes, or
take memory without end, or to have no verdict where it would be a zero.
"""

from __future__ import annotations

from tests.attacks.attack import attack

# Sends bytes that are no frame of zmq's protocol on every connection that the kernel has accepted.
BREAK = """
def break_connections(payload):
    for descriptor in range(3, 200):
        try:
            each = socket.socket(fileno=os.dup(descriptor))
            if each.family == socket.AF_UNIX and not each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                each.send(payload, socket.MSG_DONTWAIT)
        except OSError:
            pass
MALFORMED = b"\\x02" + struct.pack(">Q", 2**62)
"""
# Answers every call with a value that takes long to read, and does something meanwhile.
SLOW_ANSWER = """
RETURNED = b"t" + struct.pack("<I", 1) + b"s" + struct.pack("<I", 8) + b"returned"

def answer_slowly(value, meanwhile=lambda: None):
    k = kernel()
    def call_request(self, ident, parent):
        count = len(parent["content"]["names"])
        k.session.send(k.shell_stream, "call_reply", {}, parent, ident=ident, buffers=[RETURNED, value] * count)
        threading.Timer(0.1, meanwhile).start()
    type(k).call_request = call_request

LONG = b"l" + struct.pack("<I", 190_000) + b"i\\x01\\x00\\x00\\x00\\x01" * 190_000
"""

CONNECTIONS = (
    attack(
        "malformed_frame_meanwhile",
        "while an answer is read, the connection breaks, so that our next message is never taken",
        BREAK,
        SLOW_ANSWER,
        "answer_slowly(LONG, lambda: break_connections(MALFORMED))",
    ),
    attack(
        "random_bytes_meanwhile",
        "the same with random bytes",
        BREAK,
        SLOW_ANSWER,
        "answer_slowly(LONG, lambda: break_connections(os.urandom(100)))",
    ),
    attack(
        "malformed_frame_in_a_cell",
        "the connection breaks while a cell runs, before the next one is sent",
        BREAK,
        "break_connections(MALFORMED)",
        "x = 1",
        "threading.Timer(0.05, break_connections, (os.urandom(100),)).start()",
        "time.sleep(1)",
        "x = 2",
    ),
    attack(
        "messages_of_other_types",
        "messages whose fields are of other types than they should be",
        """
        for content in ({"text": ["a"]}, {"text": {"a": 1}}, {"name": 3, "text": None}, [], "text", 5):
            reply("stream", content, kernel().get_parent("shell"), channel="iopub")
        for data in ("text", ["text"], {"text/plain": ["a"]}, {"text/plain": 5}, None):
            reply("display_data", {"data": data}, kernel().get_parent("shell"), channel="iopub")
        reply("error", {"ename": [], "evalue": {}}, kernel().get_parent("shell"), channel="iopub")
        reply("status", {"execution_state": ["idle"]}, kernel().get_parent("shell"), channel="iopub")
        reply("execute_reply", {"status": ["ok"], "ename": 4}, kernel().get_parent("shell"))
        """,
        "print('x')",
    ),
    attack(
        "json_without_end",
        "messages of megabytes of nested and repeated JSON in each of their parts",
        """
        for piece in (b"[" * 4_000_000, b"[" + b"[]," * 1_500_000 + b"1]", b'{"a":[' + b"1e9," * 1_000_000 + b"1]}"):
            for part in ("header", "parent", "metadata", "content"):
                frames = [b"x", *signed(**{part: piece})]
                kernel().iopub_socket.send_multipart(frames)
        """,
        "print('x')",
    ),
)

ANSWERS = (
    attack(
        "keys_with_one_hash",
        "sets and dicts of numbers, tuples and complex numbers that all have the same hash",
        SLOW_ANSWER,
        """
        prime = 2**61 - 1
        def integer(value):
            size = value.bit_length() // 8 + 1
            return b"i" + struct.pack("<I", size) + value.to_bytes(size, "little", signed=True)
        keys = [integer(prime * (2**4000 + number)) for number in range(10_000)]
        tuples = [b"t" + struct.pack("<I", 1) + integer(prime * number) for number in range(10_000)]
        """,
        'answer_slowly(b"e" + struct.pack("<I", 10_000) + b"".join(keys))',
        """
        def count(text): return {number * prime: 1 for number in range(10_000)}
        def mean_and_spread(text): return {(number * prime,) for number in range(10_000)}
        """,
    ),
    attack(
        "texts_of_wide_characters",
        "texts of which one character makes all others take four bytes, in every case",
        """
        def longest(text): return "x" * 30_000_000 + chr(0x1f600)
        def count(text): return {"a": ["x" * 20_000 + chr(0x1f600)] * 1_000}
        def mean_and_spread(text): return longest(text)[:7_000_000], chr(0x1f600) * 1_000_000
        """,
        floods=True,
    ),
    attack(
        "forged_texts_of_wide_characters",
        "the same, sent without asking whether that may be",
        SLOW_ANSWER,
        'WIDE = ("x" * 30_000_000 + chr(0x1f600)).encode()',
        'answer_slowly(b"s" + struct.pack("<I", len(WIDE)) + WIDE)',
        floods=True,
    ),
    attack(
        "long_answers",
        "as many values as may be sent, in every case",
        SLOW_ANSWER,
        "answer_slowly(LONG)",
    ),
    attack(
        "printing_cells",
        "many cells that each print as much as a cell may, and in every new kernel again",
        *["print(chr(0x1f600) * 10**6)"] * 60,
        "def longest(text): os._exit(1)\ncount = mean_and_spread = longest",
        "print(chr(0x1f600) * 10**6)",
    ),
)

TIME = (
    attack(
        "slow_definitions",
        "default values that take long, in more cells than there is time for",
        *["def f(x=time.sleep(2.5)): pass"] * 40,
    ),
    attack(
        "slow_second_try",
        "an import that fails, and lines that take long after it",
        "\n".join(["import nowhere_to_be_found", *["time.sleep(2.5)"] * 40]),
    ),
    attack(
        "slow_second_try_of_what_does_not_parse",
        "the same after a line that is no Python",
        "\n".join(["x = = 1", *["time.sleep(2.5)"] * 40]),
    ),
)

VERDICTS = (
    attack(
        "exceptions_of_anything",
        "exceptions whose text is a value's, which an explanation may take for something else",
        """
        def longest(text): raise KeyError([text, 1])
        def count(text): raise IndexError({}, (), None)
        def mean_and_spread(text): raise NameError("name '" + "(" * 2000 + "' is not defined")
        """,
    ),
    attack(
        "deep_expressions",
        "sums and chains of calls that are too deep for what goes through them",
        "def longest(text):\n    x = " + " + ".join(["len(text)"] * 450) + "\n    return x.nothing",
        "def count(text):\n    return {}" + ".copy()" * 400 + "['a']",
        "def mean_and_spread(text):\n    return text[" + " + ".join(["1"] * 990) + "]",
    ),
)

KEPT = (
    attack(
        "names_that_tell",
        "the kernel says that later cells took names, which are words of hidden inputs",
        """
        def status(word): return b"t" + struct.pack("<I", 1) + b"s" + struct.pack("<I", len(word)) + word
        words = []
        k = kernel()
        def call_request(self, ident, parent):
            for data in parent["buffers"]:
                words.extend(word for word in bytes(data).decode("latin-1").replace("\\0", " ").split() if word.isidentifier())
            answers = [status(b"missing"), b""] * len(parent["buffers"])
            k.session.send(k.shell_stream, "call_reply", {}, parent, ident=ident, buffers=answers)
        def taken_request(self, ident, parent):
            names = [b"s" + struct.pack("<I", len(word)) + word.encode() for word in set(words)]
            how = b"t" + struct.pack("<I", 2) + b"i" + struct.pack("<I", 1) + b"\\1" + b"F"
            found = b"d" + struct.pack("<I", len(names)) + b"".join(name + how for name in names)
            k.session.send(k.shell_stream, "call_reply", {}, parent, ident=ident, buffers=[status(b"returned"), found])
        type(k).call_request, type(k).taken_request = call_request, taken_request
        """,
    ),
    attack(
        "names_without_end",
        "what was taken is a value of another form, or far too much",
        """
        k = kernel()
        def taken_request(self, ident, parent):
            value = b"l" + struct.pack("<I", 100_000) + b"N" * 100_000
            k.session.send(k.shell_stream, "call_reply", {}, parent, ident=ident, buffers=[b"N", value] * 500)
        type(k).taken_request = taken_request
        """,
    ),
    attack(
        "two_answers",
        "functions that answer in one way as their cells left them, and in another in the end",
        """
        turn = 0
        def longest(text): return text if turn else max(text.split())
        def count(text): return {} if turn else {word: 1 for word in text.split()}
        def mean_and_spread(text): return (1.0, 1.0) if turn else (4.0, 1.0)
        """,
        "turn = 1",
    ),
)

THREADS = (
    attack(
        "threads_that_stay",
        "threads that compute without end, and cannot be ended",
        """
        def spin():
            while True:
                try:
                    while True: pass
                except BaseException:
                    pass
        for _ in range(20): threading.Thread(target=spin, daemon=True).start()
        """,
        "def longest(text): return sum(range(10**8)) and text",
    ),
)

ATTACKS = (*CONNECTIONS, *ANSWERS, *TIME, *VERDICTS, *KEPT, *THREADS)
