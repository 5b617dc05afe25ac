"""The tag of a datagram: SipHash-2-4 (section 2)."""

import hmac

MASK = 0xFFFFFFFFFFFFFFFF
TAG_BYTES = 8


def _rotate(value, count):
    return ((value << count) | (value >> (64 - count))) & MASK


def _rounds(state, count):
    v0, v1, v2, v3 = state
    for _ in range(count):
        v0 = (v0 + v1) & MASK
        v1 = _rotate(v1, 13) ^ v0
        v0 = _rotate(v0, 32)
        v2 = (v2 + v3) & MASK
        v3 = _rotate(v3, 16) ^ v2
        v0 = (v0 + v3) & MASK
        v3 = _rotate(v3, 21) ^ v0
        v2 = (v2 + v1) & MASK
        v1 = _rotate(v1, 17) ^ v2
        v2 = _rotate(v2, 32)
    return v0, v1, v2, v3


def siphash(key, data):
    """SipHash-2-4 of the data under 16 bytes of key, as 8 bytes, little-endian."""
    k0, k1 = (int.from_bytes(half, "little") for half in (key[:8], key[8:]))
    state = (
        k0 ^ 0x736F6D6570736575,
        k1 ^ 0x646F72616E646F6D,
        k0 ^ 0x6C7967656E657261,
        k1 ^ 0x7465646279746573,
    )
    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 0xFF])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at : at + 8], "little")
        v0, v1, v2, v3 = _rounds((*state[:3], state[3] ^ word), 2)
        state = (v0 ^ word, v1, v2, v3)
    v0, v1, v2, v3 = _rounds((state[0], state[1], state[2] ^ 0xFF, state[3]), 4)
    return (v0 ^ v1 ^ v2 ^ v3).to_bytes(8, "little")


def tag_of(key, epoch, data):
    """The tag of a datagram's bytes before the tag."""
    return siphash(key, epoch.to_bytes(8, "little") + data)


def has_good_tag(key, epoch, datagram):
    """Whether a datagram ends with its tag; in constant time."""
    if len(datagram) < TAG_BYTES:
        return False
    expected = tag_of(key, epoch, datagram[:-TAG_BYTES])
    return hmac.compare_digest(expected, datagram[-TAG_BYTES:])
