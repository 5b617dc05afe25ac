"""Reads a whole datagram of any type."""

import handshake
import in_connection
from bit_reader import BitReader
from datagram import open_datagram
from snapshot_prefix import read_snapshot

READERS = {
    "hello": handshake.read_hello,
    "challenge": handshake.read_challenge,
    "join": handshake.read_join,
    "welcome": handshake.read_welcome,
    "refused": handshake.read_refused,
    "arena_request": in_connection.read_arena_request,
    "arena": in_connection.read_arena_part,
    "input": in_connection.read_input,
    "snapshot": read_snapshot,
    "message": in_connection.read_message,
    "ping": in_connection.read_ping,
    "pong": in_connection.read_pong,
    "leave": in_connection.read_leave,
    "left": in_connection.read_left,
    "path_challenge": in_connection.read_path,
    "path_response": in_connection.read_path,
    "moved": in_connection.read_moved,
}


def decode_datagram(sender, datagram):
    """The type's name, the header (None before a connection) and the message. Raises Refusal."""
    name, header, payload = open_datagram(sender, datagram)
    reader = BitReader(payload)
    message = READERS[name](reader, len(payload))
    reader.end()
    return name, header, message
