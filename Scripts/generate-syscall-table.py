#!/usr/bin/env python3
"""Writes the names of system calls and their numbers on every architecture of the runtime-spec, to
Sources/RuntimeSpec/SyscallNameData.swift and Sources/Seccomp/SyscallTableData.swift.

Usage: Scripts/generate-syscall-table.py --linux DIR

The numbers come from the tables of a Linux source tree (the package linux-source-6.12 of Debian will do). LATER lists the
calls that are newer than that tree, PRIVATE those that stand in a header of their own.
"""

import argparse
import os
import sys

# Every architecture has the same number (plus its base) for a call of this list.
LATER = {
    463: "setxattrat",
    464: "getxattrat",
    465: "listxattrat",
    466: "removexattrat",
    467: "open_tree_attr",
    468: "file_getattr",
    469: "file_setattr",
    470: "listns",
    471: "rseq_slice_yield",
}
LATER_OF_ONE = {"x86_64": {"uprobe": 336}}
# arch/arm/include/uapi/asm/unistd.h, __ARM_NR_*; and a call that profiles name on parisc64 though its table has it for
# 32 bits alone.
PRIVATE = {
    "arm": {
        "breakpoint": 0x0F0001, "cacheflush": 0x0F0002, "usr26": 0x0F0003, "usr32": 0x0F0004, "set_tls": 0x0F0005,
        "get_tls": 0x0F0006,
    },
    "parisc64": {"_llseek": 140},
}  # fmt: skip

GENERIC_64 = ["common", "64", "rlimit", "memfd_secret"]
# column: table below the source tree, its ABI columns
COLUMNS = {
    "x86": ("arch/x86/entry/syscalls/syscall_32.tbl", ["i386"]),
    "x86_64": ("arch/x86/entry/syscalls/syscall_64.tbl", ["common", "64"]),
    "x32": ("arch/x86/entry/syscalls/syscall_64.tbl", ["common", "x32"]),
    "arm": ("arch/arm/tools/syscall.tbl", ["common"]),
    "aarch64": ("arch/arm64/tools/syscall_64.tbl", GENERIC_64 + ["renameat"]),
    "mips": ("arch/mips/kernel/syscalls/syscall_o32.tbl", ["o32"]),
    "mips64": ("arch/mips/kernel/syscalls/syscall_n64.tbl", ["n64", "common"]),
    "mips64n32": ("arch/mips/kernel/syscalls/syscall_n32.tbl", ["n32"]),
    "ppc": ("arch/powerpc/kernel/syscalls/syscall.tbl", ["common", "32", "nospu"]),
    "ppc64": ("arch/powerpc/kernel/syscalls/syscall.tbl", ["common", "64", "nospu"]),
    "s390": ("arch/s390/kernel/syscalls/syscall.tbl", ["common", "32"]),
    "s390x": ("arch/s390/kernel/syscalls/syscall.tbl", ["common", "64"]),
    "parisc": ("arch/parisc/kernel/syscalls/syscall.tbl", ["common", "32"]),
    "parisc64": ("arch/parisc/kernel/syscalls/syscall.tbl", ["common", "64"]),
    "riscv64": ("scripts/syscall.tbl", GENERIC_64 + ["riscv"]),
    "loongarch64": ("scripts/syscall.tbl", ["common", "64"]),
    "m68k": ("arch/m68k/kernel/syscalls/syscall.tbl", ["common"]),
    "sh": ("arch/sh/kernel/syscalls/syscall.tbl", ["common"]),
}

# The calls that old 32-bit interfaces hide behind socketcall(2) and ipc(2), in the order of their codes there.
SOCKETCALL = (
    "socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom shutdown setsockopt"
    " getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg"
).split()
IPC = {
    "semop": 1, "semget": 2, "semctl": 3, "semtimedop": 4, "msgsnd": 11, "msgrcv": 12, "msgget": 13, "msgctl": 14,
    "shmat": 21, "shmdt": 22, "shmget": 23, "shmctl": 24,
}  # fmt: skip

# The private calls of arm start here; they are stored from PRIVATE_SLOT on.
PRIVATE_BASE = 0x0F0000
PRIVATE_SLOT = 576
ABSENT = 4095
HASH_SLOTS = 1024


def from_kernel(path, abis):
    numbers = {}
    with open(path) as table:
        for line in table:
            fields = line.split()
            if not fields or fields[0].startswith("#") or fields[1] not in abis:
                continue
            name = fields[2]
            if not name.startswith(("unused", "reserved")):
                numbers[name] = int(fields[0])
    return numbers


def column(name, linux):
    table, abis = COLUMNS[name]
    numbers = from_kernel(os.path.join(linux, table), abis)
    for number, call in LATER.items():
        if numbers.setdefault(call, number) != number:
            sys.exit(f"{name}: {call} is {numbers[call]} in the kernel and {number} here")
    numbers.update(LATER_OF_ONE.get(name, {}))
    numbers.update(PRIVATE.get(name, {}))
    slots = {}
    for call, number in numbers.items():
        slot = number if number < PRIVATE_SLOT else number - PRIVATE_BASE + PRIVATE_SLOT
        if not 0 <= slot < PRIVATE_SLOT + 64:
            sys.exit(f"{name}: no place for {call} = {number}")
        slots[call] = slot
    return slots


def digits(value, count):
    """Six bits a character, the low ones first."""
    return "".join(chr(48 + (value >> (6 * index) & 63)) for index in range(count))


def hash_of(name):
    """Of the first and the last eight bytes: longer names that differ only between them share a slot."""
    text = name.encode()
    if len(text) >= 8:
        head, tail = text[:8], text[-8:]
    elif len(text) >= 4:
        head, tail = text[:4], text[-4:]
    else:
        head, tail = bytes([text[0], text[len(text) // 2], text[-1]]), b""
    head, tail = int.from_bytes(head, "little"), int.from_bytes(tail, "little")
    turned = (tail << 23 | tail >> 41) & 0xFFFFFFFFFFFFFFFF
    return ((head ^ turned ^ len(text)) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF) >> 54


def literal(text, comment, name):
    lines = [text[start : start + 110] for start in range(0, len(text), 110)]
    body = "\\#\n        ".join(lines)
    head = f"    /// {comment}\n" if comment else ""
    return f'{head}    static var {name}: StaticString {{\n        #"""\n        {body}\n        """#\n    }}\n'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--linux", required=True, help="a Linux source tree")
    linux = parser.parse_args().linux

    columns = {name: column(name, linux) for name in COLUMNS}
    calls = sorted(set().union(*columns.values()))
    slots = [0] * HASH_SLOTS
    for index, call in enumerate(calls):
        slot = hash_of(call)
        while slots[slot]:
            slot = (slot + 1) % HASH_SLOTS
        slots[slot] = index + 1
    offsets = [0]
    for call in calls:
        offsets.append(offsets[-1] + len(call))

    names = [
        "    /// How many names there are.",
        f"    static var count: Int {{ {len(calls)} }}\n",
        literal("".join(calls), "All names in their order, without a separator.", "names"),
        literal("".join(digits(o, 3) for o in offsets), "Where each name starts and the last one ends, three digits each.", "offsets"),
        literal(
            "".join(digits(s, 2) for s in slots),
            "The hash table: one more than the index of the name, or 0 where a search ends; two digits each.",
            "slots",
        ),
    ]
    write("RuntimeSpec/SyscallNameData.swift", "enum SyscallNameData", names)

    out = []
    codes = {call: code + 1 for code, call in enumerate(SOCKETCALL)}
    codes.update({call: code + 64 for call, code in IPC.items()})
    out.append(
        literal(
            "".join(digits(codes.get(call, 0), 2) for call in calls),
            "The code of each name for socketcall(2), or 64 more than that for ipc(2), or 0; two digits each.",
            "codes",
        )
    )
    out.append("    // The numbers on each architecture, two digits for each name.\n")
    for name, numbers in columns.items():
        text = "".join(digits(numbers.get(call, ABSENT), 2) for call in calls)
        out.append(literal(text, None, name.replace("64n32", "64N32")))
    write("Seccomp/SyscallTableData.swift", "enum SyscallTableData", out)


def write(path, declaration, body):
    head = [
        "// Written by Scripts/generate-syscall-table.py; change that instead.\n",
        "// Numbers are digits of base 64, the low one first, from \"0\" on. Being literals, they lie in read-only memory and",
        "// cost nothing until a page of them is read.\n",
        declaration + " {",
    ]
    project = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with open(f"{project}/Sources/{path}", "w") as file:
        file.write("\n".join(head + body).rstrip() + "\n}\n")


if __name__ == "__main__":
    main()
