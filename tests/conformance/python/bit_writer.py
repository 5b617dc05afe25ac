"""Writes what `bit_reader.py` reads."""


class BitWriter:
    """Bytes that grow at their end, from the lowest bit of each byte up."""

    def __init__(self):
        self._number = 0
        self._bit = 0

    def bits(self, value, width):
        """A field of `width` bits; a negative value in two's complement."""
        self._number |= (value & ((1 << width) - 1)) << self._bit
        self._bit += width

    def u8(self, value):
        """One byte."""
        self.bits(value, 8)

    def u16(self, value):
        """Two bytes, little-endian."""
        self.bits(value, 16)

    def u32(self, value):
        """Four bytes, little-endian."""
        self.bits(value, 32)

    def bytes(self, data):
        """Bytes as they are."""
        self.bits(int.from_bytes(data, "little"), len(data) * 8)

    def varint(self, value):
        """LEB128, as short as it can be."""
        while value >= 0x80:
            self.u8(value & 0x7F | 0x80)
            value >>= 7
        self.u8(value)

    def text(self, text):
        """A varint with the number of bytes, and the text in UTF-8."""
        data = text.encode("utf-8")
        self.varint(len(data))
        self.bytes(data)

    def pad_to(self, size_bytes):
        """Zeros up to a size of the whole."""
        self._bit = size_bytes * 8

    def finish(self):
        """All bytes; the last one is filled up with zero bits."""
        return self._number.to_bytes((self._bit + 7) // 8, "little")
