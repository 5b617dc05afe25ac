"""What every datagram begins and ends with (section 1)."""

from bit_reader import BitReader
from bit_writer import BitWriter
from refusal import require
from siphash import TAG_BYTES

DATAGRAM_BYTES_MAX = 1200
HEADER_BYTES = 14
MARK = 0xB1

# Name: type byte, who sends it, whether it is within a connection.
TYPES = {
    "hello": (0x01, ("client",), False),
    "challenge": (0x02, ("server",), False),
    "join": (0x03, ("client",), False),
    "welcome": (0x04, ("server",), True),
    "refused": (0x05, ("server",), False),
    "arena_request": (0x06, ("client",), True),
    "arena": (0x07, ("server",), True),
    "input": (0x10, ("client",), True),
    "snapshot": (0x11, ("server",), True),
    "message": (0x12, ("client", "server"), True),
    "ping": (0x13, ("client",), True),
    "pong": (0x14, ("server",), True),
    "leave": (0x15, ("client",), True),
    "left": (0x16, ("server",), True),
    "path_challenge": (0x17, ("server",), True),
    "path_response": (0x18, ("client",), True),
    "moved": (0x19, ("server",), True),
}

NAMES = {(code, sender): name for name, (code, senders, _) in TYPES.items() for sender in senders}


def open_datagram(sender, datagram):
    """Its type's name, its header (None before a connection) and its payload. Raises Refusal."""
    require(len(datagram) <= DATAGRAM_BYTES_MAX, "too_long")
    require(len(datagram) >= 1, "truncated")
    require(datagram[0] == MARK, "bad_mark")
    require(len(datagram) >= HEADER_BYTES, "truncated")
    name = NAMES.get((datagram[1], sender))
    require(name is not None, "unknown_type")
    if not TYPES[name][2]:
        require(not any(datagram[2:HEADER_BYTES]), "bad_connection")
        return name, None, datagram[HEADER_BYTES:]
    header = _read_header(datagram)
    require(header["connection_id"] != 0, "bad_connection")
    require(len(datagram) >= HEADER_BYTES + TAG_BYTES, "truncated")
    return name, header, datagram[HEADER_BYTES:-TAG_BYTES]


def _read_header(datagram):
    reader = BitReader(datagram[2:HEADER_BYTES])
    return {
        "connection_id": reader.u32(),
        "sequence": reader.u16(),
        "ack": reader.u16(),
        "ack_bits": reader.u32(),
    }


def begin_datagram(name, header):
    """A writer that has the header; None: before a connection."""
    writer = BitWriter()
    writer.u8(MARK)
    writer.u8(TYPES[name][0])
    fields = header or {"connection_id": 0, "sequence": 0, "ack": 0, "ack_bits": 0}
    writer.u32(fields["connection_id"])
    writer.u16(fields["sequence"])
    writer.u16(fields["ack"])
    writer.u32(fields["ack_bits"])
    return writer
