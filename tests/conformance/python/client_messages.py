"""Writes what a client sends, up to the tag."""

from datagram import begin_datagram
from handshake import HELLO_BYTES, JOIN_BYTES, VERSION
from in_connection import NOTHING_HELD

CREDENTIAL_KINDS = {"guest": 0, "token": 1, "resume": 2}


def _write_hello(writer, message):
    writer.u8(VERSION)
    writer.bytes(bytes.fromhex(message["client_nonce"]))
    writer.pad_to(HELLO_BYTES)


def _write_credential(writer, credential):
    writer.u8(CREDENTIAL_KINDS[credential["kind"]])
    if credential["kind"] == "token":
        writer.text(credential["token"])
    elif credential["kind"] == "resume":
        writer.bytes(bytes.fromhex(credential["resume_token"]))


def _write_join(writer, message):
    writer.u8(VERSION)
    for name in ("client_nonce", "challenge_token", "client_public_key"):
        writer.bytes(bytes.fromhex(message[name]))
    _write_credential(writer, message["credential"])
    for name in ("player_id", "match_id", "mode"):
        writer.text(message[name])
    writer.pad_to(JOIN_BYTES)


def _write_input(writer, message):
    writer.varint(message["newest_seq"])
    writer.varint(message["snapshot_tick"])
    writer.u8(message["view_age_ticks"])
    writer.u8(len(message["inputs"]))
    previous = NOTHING_HELD
    for current in message["inputs"]:
        is_same = current == previous
        writer.bits(is_same, 1)
        if not is_same:
            writer.bits(current["throttle"], 8)
            writer.bits(current["turn"], 8)
            writer.bits(current["turret"], 16)
            writer.bits(current["fire"], 1)
        previous = current


def _write_message(writer, message):
    writer.varint(message["number"])
    writer.text(message["text"])


WRITERS = {
    "hello": _write_hello,
    "join": _write_join,
    "arena_request": lambda writer, message: writer.u16(message["offset"]),
    "input": _write_input,
    "message": _write_message,
    "ping": lambda writer, message: writer.u32(message["time"]),
    "leave": lambda writer, message: None,
    "path_response": lambda writer, message: writer.bytes(bytes.fromhex(message["data"])),
}


def answer_encode(request):
    """What the request `encode` asks."""
    writer = begin_datagram(request["type"], request.get("header"))
    WRITERS[request["type"]](writer, request["message"])
    return {"datagram": writer.finish().hex()}
