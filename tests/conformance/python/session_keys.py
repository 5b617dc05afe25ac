"""The two keys of a connection (section 4)."""

import hashlib
import hmac

from x25519 import public_key_of, x25519

INFO = b"tanks-blitz wire 1"
KEY_BYTES = 16


def hkdf_sha256(ikm, salt, info, length):
    """HKDF with SHA-256 (RFC 5869); all as bytes, the length in bytes."""
    key = hmac.digest(salt, ikm, hashlib.sha256)
    okm = block = b""
    counter = 0
    while len(okm) < length:
        counter += 1
        block = hmac.digest(key, block + info + bytes([counter]), hashlib.sha256)
        okm += block
    return okm[:length]


def answer_keys(request):
    """What the request `keys` asks: own is the public key that belongs to the secret."""
    names = ("secret", "client_nonce", "server_nonce", "client_public_key", "server_public_key")
    secret, client_nonce, server_nonce, client, server = (bytes.fromhex(request[n]) for n in names)
    own = public_key_of(secret)
    shared = x25519(secret, server if own == client else client)
    if not any(shared):
        return {"public_key": own.hex(), "ok": False}
    info = INFO + client + server
    okm = hkdf_sha256(shared, client_nonce + server_nonce, info, 2 * KEY_BYTES)
    return {
        "public_key": own.hex(),
        "ok": True,
        "client_to_server": okm[:KEY_BYTES].hex(),
        "server_to_client": okm[KEY_BYTES:].hex(),
    }
