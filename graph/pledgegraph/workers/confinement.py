"""What a worker process cannot do: use more memory than it may, or reach the network.

The engine follows SERVICE and LOAD wherever they lead and has no switch against it. The words of
a query are looked through before; this is the wall behind that.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_CHILD_SUBREAPER: Final = 36
_SECCOMP_MODE_FILTER: Final = 2

# Classic BPF, as linux/filter.h and linux/seccomp.h name it.
_LOAD_WORD: Final = 0x20
_JUMP_IF_EQUAL: Final = 0x15
_RETURN: Final = 0x06
_OFFSET_OF_NUMBER: Final = 0
_OFFSET_OF_ARCHITECTURE: Final = 4
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EACCES
_KILL: Final = 0x80000000

_SOCKET_CALLS: Final[dict[str, tuple[int, tuple[int, ...]]]] = {
    # AUDIT_ARCH, then the numbers of socket, socketpair, connect, io_uring_setup, execve, execveat
    "x86_64": (0xC000003E, (41, 53, 42, 425, 59, 322)),
    "aarch64": (0xC00000B7, (198, 199, 203, 425, 221, 281)),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def limit_memory(extra: int) -> None:
    """Allow this process ``extra`` bytes of address space more than it has now."""
    limit = _address_space() + extra
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    # A worker that is killed is no reason to write its memory to the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class QueryMemory:
    """The address space that queries may use, ``extra`` bytes beyond what the process needs.

    The limit can be moved again, which no query can do: what is opened or taken in between
    queries counts towards none.
    """

    def __init__(self, extra: int) -> None:
        self._extra = extra
        self._limit: int | None = None

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Count what the block takes as what the process needs."""
        before = _address_space()
        if self._limit is not None:
            self._set(resource.RLIM_INFINITY)
        try:
            yield
        finally:
            begin = before + self._extra if self._limit is None else self._limit
            self._limit = begin + max(0, _address_space() - before)
            self._set(self._limit)

    @staticmethod
    def _set(soft: int) -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard != resource.RLIM_INFINITY:
            soft = hard if soft == resource.RLIM_INFINITY else min(soft, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def adopt_orphans() -> bool:
    """Make this process the parent of what its children start and leave behind.

    False where the system cannot.
    """
    try:
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    except (OSError, AttributeError):
        return False
    return True


def _address_space() -> int:
    """Bytes of address space that this process has."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def end_with_parent(parent: int) -> None:
    """Have the kernel kill this process when ``parent``, which started it, dies.

    Where that one has died already, the process ends here.
    """
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def forbid_network() -> bool:
    """Make the kernel refuse sockets and new programs to this process, for good.

    False on a processor for which the numbers of the calls are not known here; nothing is
    forbidden then, and the lexical check is the only one.

    Raises:
        OSError: the kernel does not take the filter.
    """
    known = _SOCKET_CALLS.get(platform.machine())
    if known is None:
        return False
    architecture, calls = known
    program = [
        _step(_LOAD_WORD, 0, 0, _OFFSET_OF_ARCHITECTURE),
        _step(_JUMP_IF_EQUAL, 1, 0, architecture),
        _step(_RETURN, 0, 0, _KILL),
        _step(_LOAD_WORD, 0, 0, _OFFSET_OF_NUMBER),
    ]
    for index, number in enumerate(calls):
        program.append(_step(_JUMP_IF_EQUAL, len(calls) - index, 0, number))
    program += [_step(_RETURN, 0, 0, _ALLOW), _step(_RETURN, 0, 0, _REFUSE)]
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    filled = _Program(len(program), b"".join(program))
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(filled))
    return True


def _step(code: int, if_true: int, if_false: int, operand: int) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, operand)


def _prctl(option: int, argument: int, further: int = 0) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_ulong(value) for value in (argument, further, 0, 0)]
    if library.prctl(ctypes.c_int(option), *words) != 0:
        code = ctypes.get_errno()
        raise OSError(code, "the kernel refused to confine the process")
