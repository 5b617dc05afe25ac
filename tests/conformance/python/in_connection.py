"""Reads what is sent within a connection besides SNAPSHOT (sections 5, 6, 10 and 11)."""

from refusal import require, require_range

ARENA_BYTES_MAX = 20_480
ARENA_OFFSET_MAX = ARENA_BYTES_MAX - 1
ARENA_PART_BYTES_MAX = 1024
INPUTS_MAX = 32
NOTHING_HELD = {"throttle": 0, "turn": 0, "turret": 0, "fire": False}
LEFT_REASONS = ("asked", "idle", "match_over", "server_stopping", "superseded", "kicked")


def read_arena_request(reader, _size):
    """ARENA_REQUEST."""
    return {"offset": require_range(reader.u16(), 0, ARENA_OFFSET_MAX)}


def read_arena_part(reader, _size):
    """ARENA."""
    offset = require_range(reader.u16(), 0, ARENA_OFFSET_MAX)
    data = reader.rest()
    require(len(data) > 0, "truncated")
    require_range(len(data), 1, min(ARENA_PART_BYTES_MAX, ARENA_BYTES_MAX - offset))
    return {"offset": offset, "bytes": data.hex()}


def _read_inputs(reader, count):
    """Inputs, oldest first, in bits."""
    inputs = []
    previous = NOTHING_HELD
    for _ in range(count):
        if not reader.flag():
            current = {
                "throttle": require_range(reader.signed(8), -127, 127),
                "turn": require_range(reader.signed(8), -127, 127),
                "turret": reader.bits(16),
                "fire": reader.flag(),
            }
            require(current != previous, "not_canonical")
            previous = current
        inputs.append(previous)
    reader.align()
    return inputs


def read_input(reader, _size):
    """INPUT."""
    newest = reader.varint()
    tick = reader.varint()
    view_age = require_range(reader.u8(), 0, tick)
    count = require_range(reader.u8(), 0, min(INPUTS_MAX, newest))
    return {
        "newest_seq": newest,
        "snapshot_tick": tick,
        "view_age_ticks": view_age,
        "inputs": _read_inputs(reader, count),
    }


def read_message(reader, _size):
    """MESSAGE; that its text is JSON is for whoever handles it."""
    return {
        "number": require_range(reader.varint(), 1, 0xFFFFFFFF),
        "text": reader.text(1100, bytes_min=1),
    }


def read_ping(reader, _size):
    """PING."""
    return {"time": reader.u32()}


def read_pong(reader, _size):
    """PONG."""
    return {"time": reader.u32(), "tick": reader.u32(), "tick_part": reader.u8()}


def read_leave(_reader, _size):
    """LEAVE."""
    return {}


def read_left(reader, _size):
    """LEFT."""
    return {"reason": LEFT_REASONS[require_range(reader.u8(), 0, len(LEFT_REASONS) - 1)]}


def read_path(reader, _size):
    """PATH_CHALLENGE and PATH_RESPONSE."""
    return {"data": reader.bytes(8).hex()}


def read_moved(reader, _size):
    """MOVED."""
    return {
        "host": reader.text(128, bytes_min=1),
        "port": require_range(reader.u16(), 1, 65535),
        "match_id": reader.text(64, bytes_min=1),
        "token": reader.text(900, bytes_min=1),
    }
