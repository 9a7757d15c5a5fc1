"""Reading a stream in blocks of whole lines, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

BLOCK: Final = 1 << 17
LONGEST: Final = 8 << 20
"""The longest record that is read as one.

An item has at most 409,600 bytes, and JSON that is written without needless white space or zeros has at most
20 bytes for each of them: an empty string in a list, `{"\\u0053":""},`, is 14 bytes of text for 1 byte of
size.
"""


def blocks(stream: BinaryIO, progress: Callable[[int], None] | None = None) -> Iterator[bytes]:
    """Yield the stream in blocks that end at a line end: but for the last, and lines longer than `LONGEST`.

    Args:
        stream: The decompressed bytes.
        progress: Is told how many bytes were read.
    """
    parts: list[bytes] = []
    held = 0
    while block := stream.read(BLOCK):
        if progress is not None:
            progress(len(block))
        end = block.rfind(b"\n") + 1
        if end:
            parts.append(block[:end])
            yield b"".join(parts)
            parts = [block[end:]]
            held = len(block) - end
        else:
            parts.append(block)
            held += len(block)
            if held > LONGEST:
                yield b"".join(parts)
                parts, held = [], 0
    if held:
        yield b"".join(parts)
