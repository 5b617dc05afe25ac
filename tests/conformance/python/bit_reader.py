"""Reads what the conventions of the specification describe, from the lowest bit of each byte up."""

from refusal import Refusal, require, require_range

VARINT_BYTES_MAX = 5
VARINT_MAX = 0xFFFFFFFF


class BitReader:
    """A place in some bytes. Whole bytes may be read from any bit on: a body's texts are not aligned."""

    def __init__(self, data):
        self._number = int.from_bytes(data, "little")
        self._bit = 0
        self._end = len(data) * 8

    def bits(self, width):
        """An unsigned field of `width` bits."""
        require(self._bit + width <= self._end, "truncated")
        value = (self._number >> self._bit) & ((1 << width) - 1)
        self._bit += width
        return value

    def signed(self, width):
        """A field of `width` bits in two's complement."""
        value = self.bits(width)
        return value - (1 << width) if value >> (width - 1) else value

    def flag(self):
        """One bit, as a truth value."""
        return self.bits(1) == 1

    def u8(self):
        """One byte."""
        return self.bits(8)

    def u16(self):
        """Two bytes, little-endian."""
        return self.bits(16)

    def u32(self):
        """Four bytes, little-endian."""
        return self.bits(32)

    def bytes(self, count):
        """So many bytes as they are."""
        return self.bits(count * 8).to_bytes(count, "little")

    def rest(self):
        """All bytes that are left; only where a byte begins."""
        return self.bytes((self._end - self._bit) // 8)

    def varint(self):
        """LEB128 of at most 32 bits, as short as it can be."""
        value = 0
        for index in range(VARINT_BYTES_MAX):
            byte = self.bits(8)
            value |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:
                is_short = byte != 0 or index == 0
                require(is_short and value <= VARINT_MAX, "bad_varint")
                return value
        raise Refusal("bad_varint")

    def text(self, bytes_max, bytes_min=0):
        """A varint with the number of bytes, and so many bytes of UTF-8."""
        count = require_range(self.varint(), bytes_min, bytes_max)
        data = self.bytes(count)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            raise Refusal("bad_text") from None

    def align(self):
        """Zero bits up to the next whole byte."""
        require(self.bits(-self._bit % 8) == 0, "bad_padding")

    def end(self):
        """Refuses what is left."""
        require(self._bit == self._end, "trailing_bytes")
