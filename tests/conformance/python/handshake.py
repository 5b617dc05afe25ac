"""Reads HELLO, CHALLENGE, JOIN, WELCOME and REFUSED (section 3)."""

from refusal import Refusal, require, require_range

VERSION = 1
HELLO_BYTES = 512
JOIN_BYTES = 1200
NONCE_BYTES = 8
TOKEN_BYTES = 16
KEY_BYTES = 32
ARENA_BYTES_MAX = 20_480
PLAYER_CHARACTERS_MAX = 64
REFUSED_REASONS = (
    "unsupported_version",
    "challenge_expired",
    "authentication_required",
    "no_tanks_available",
    "no_such_match",
    "no_such_mode",
    "resume_expired",
    "server_busy",
    "player_id_taken",
    "rate_limited",
    "bad_key",
)


def _read_padding(reader):
    """Zeros to the end; what they must come to is checked by their count before."""
    require(not any(reader.rest()), "bad_padding")


def _require_size(payload_size, datagram_size):
    """A datagram of one size only; without its header of 14 bytes."""
    require(payload_size >= datagram_size - 14, "truncated")
    require(payload_size <= datagram_size - 14, "trailing_bytes")


def read_hello(reader, size):
    """HELLO."""
    _require_size(size, HELLO_BYTES)
    require(reader.u8() == VERSION, "unsupported_version")
    nonce = reader.bytes(NONCE_BYTES)
    _read_padding(reader)
    return {"client_nonce": nonce.hex()}


def read_challenge(reader, _size):
    """CHALLENGE."""
    return {
        "client_nonce": reader.bytes(NONCE_BYTES).hex(),
        "challenge_token": reader.bytes(TOKEN_BYTES).hex(),
    }


def _read_credential(reader):
    kind = reader.u8()
    if kind == 0:
        return {"kind": "guest"}
    if kind == 1:
        return {"kind": "token", "token": reader.text(900, bytes_min=1)}
    if kind == 2:
        return {"kind": "resume", "resume_token": reader.bytes(TOKEN_BYTES).hex()}
    raise Refusal("out_of_range")


def _read_player_id(reader):
    player_id = reader.text(256)
    require_range(len(player_id), 1, PLAYER_CHARACTERS_MAX)
    return player_id


def read_join(reader, size):
    """JOIN."""
    _require_size(size, JOIN_BYTES)
    require(reader.u8() == VERSION, "unsupported_version")
    message = {
        "client_nonce": reader.bytes(NONCE_BYTES).hex(),
        "challenge_token": reader.bytes(TOKEN_BYTES).hex(),
        "client_public_key": reader.bytes(KEY_BYTES).hex(),
        "credential": _read_credential(reader),
        "player_id": _read_player_id(reader),
        "match_id": reader.text(64),
        "mode": reader.text(32),
    }
    _read_padding(reader)
    return message


def _read_place(reader):
    """Slot, slot count and highest team."""
    slot = reader.u8()
    slot_count = require_range(reader.u8(), 1, 100)
    require_range(slot, 0, slot_count - 1)
    return {
        "slot": slot,
        "slot_count": slot_count,
        "team_max": require_range(reader.u8(), 1, 100),
    }


def _read_is_resumed(reader):
    flags = reader.u8()
    require(flags <= 1, "unknown_flags")
    return flags == 1


def _read_arena_start(reader):
    size = require_range(reader.u16(), 0, ARENA_BYTES_MAX)
    count = require_range(reader.varint(), 0, size)
    return {"arena_bytes": size, "arena_start": reader.bytes(count).hex()}


def read_welcome(reader, _size):
    """WELCOME."""
    return {
        "client_nonce": reader.bytes(NONCE_BYTES).hex(),
        "server_nonce": reader.bytes(NONCE_BYTES).hex(),
        "server_public_key": reader.bytes(KEY_BYTES).hex(),
        "resume_token": reader.bytes(TOKEN_BYTES).hex(),
        "tick": reader.u32(),
        "tick_rate": require_range(reader.u8(), 10, 60),
        "snapshot_rate": require_range(reader.u8(), 1, 60),
        "time_limit_ticks": reader.u32(),
        **_read_place(reader),
        "is_resumed": _read_is_resumed(reader),
        "input_seq": reader.varint(),
        "tank_id": reader.text(64, bytes_min=1),
        "match_id": reader.text(64, bytes_min=1),
        **_read_arena_start(reader),
    }


def read_refused(reader, _size):
    """REFUSED."""
    return {
        "client_nonce": reader.bytes(NONCE_BYTES).hex(),
        "server_version": reader.u8(),
        "reason": REFUSED_REASONS[require_range(reader.u8(), 0, len(REFUSED_REASONS) - 1)],
        "retry_after_ms": reader.u16(),
    }
