"""What comes before a snapshot's body (section 7)."""

from refusal import require, require_range

IN_PARTS = 1
PARTS_MIN = 2
PARTS_MAX = 64
OWN_SPEED_CODE_MAX = 65_534
U32_MAX = 0xFFFFFFFF


def _read_part(reader, flags):
    if flags & IN_PARTS == 0:
        return {"part_index": 0, "part_count": 1}
    index = reader.u8()
    count = require_range(reader.u8(), 0, PARTS_MAX)
    require(count >= PARTS_MIN, "not_canonical")
    require_range(index, 0, count - 1)
    return {"part_index": index, "part_count": count}


def _read_own_speed(reader):
    code = require_range(reader.varint(), 0, OWN_SPEED_CODE_MAX)
    return (code >> 1) ^ -(code & 1)


def read_snapshot(reader, _size):
    """SNAPSHOT: the fields of its prefix, and `body`, which is a part of it where it is in parts."""
    flags = reader.u8()
    require(flags <= IN_PARTS, "unknown_flags")
    tick = require_range(reader.varint(), 1, U32_MAX)
    prefix = {
        "tick": tick,
        "baseline_ticks": require_range(reader.u8(), 0, tick - 1),
        **_read_part(reader, flags),
        "input_seq": reader.varint(),
        "input_wait_ticks": reader.signed(8),
        "own_speed_mm": _read_own_speed(reader),
    }
    body = reader.rest()
    require(len(body) > 0, "truncated")
    return {**prefix, "body": body.hex()}
