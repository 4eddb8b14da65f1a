"""Run a seccomp filter without a kernel, to see what it answers to any call on any machine."""

from __future__ import annotations

import struct

ALLOWED = "allowed"
KILLED = "killed"


def answer(program: bytes, machine: int, number: int, *arguments: int) -> str | int:
    """What the filter answers: ALLOWED, KILLED, or the error with which the call fails.

    `machine` is the number that Linux' audit has for it. An error of 0 reports success.
    """
    data = struct.pack("<IIQ", number, machine, 0)
    data += struct.pack("<6Q", *(each % (1 << 64) for each in (*arguments, *[0] * 6)[:6]))
    value = at = 0
    while True:
        code, if_true, if_false, operand = struct.unpack_from("HBBI", program, 8 * at)
        at += 1
        match code:
            case 0x20:
                (value,) = struct.unpack_from("<I", data, operand)
            case 0x54:
                value &= operand
            case 0x15:
                at += if_true if value == operand else if_false
            case 0x35:
                at += if_true if value >= operand else if_false
            case 0x06:
                return _word(operand)
            case _:
                raise ValueError(f"instruction {code:#x}")


def _word(operand: int) -> str | int:
    if operand == 0x7FFF0000:
        return ALLOWED
    return KILLED if operand == 0x80000000 else operand & 0xFFFF
