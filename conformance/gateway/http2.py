"""Just enough of HTTP/2 to ask for something, and to ask for it wrongly."""

import asyncio
import re
from collections.abc import Sequence

from conformance.gateway.client import PATIENCE, connection, ports, trusting
from conformance.gateway.nginx import HOST_NAME
from conformance.shop import Shop

SETTINGS, HEADERS, RST_STREAM, GOAWAY = 4, 1, 3, 7
END_OF_STREAM, END_OF_HEADERS, ACKNOWLEDGED = 1, 4, 1
_STATUSES = {0x88: 200, 0x89: 204, 0x8C: 400, 0x8D: 404, 0x8E: 500}
"""What HPACK has a byte for."""
_WRITTEN_OUT = re.compile(rb"^[\x20-\x3f]*[\x08\x48]\x03(\d{3})")
"""All others, after a change of the table's size, if there is one."""


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return (
        len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload
    )


def _text(value: bytes) -> bytes:
    return bytes([len(value)]) + value


async def ask(
    shop: Shop,
    method: str,
    path: str,
    fields: Sequence[tuple[bytes, bytes]] = (),
    body: bytes = b"",
) -> int:
    """Send one request over TLS; return its status, 0 for one that is reset.

    Raises AssertionError if HTTP/2 is not spoken. `fields` go out as they are; none may be longer than 126 bytes.
    """
    context = trusting(shop)
    context.set_alpn_protocols(["h2", "http/1.1"])
    head = b"\x02" + _text(method.encode()) + b"\x87"  # :method, and ":scheme: https"
    head += b"\x04" + _text(path.encode()) + b"\x01" + _text(HOST_NAME.encode())
    head += b"".join(b"\x00" + _text(name) + _text(value) for name, value in fields)
    flags = END_OF_HEADERS | (0 if body else END_OF_STREAM)
    async with connection(ports(shop).tls, tls=context) as (reader, writer):
        agreed = writer.get_extra_info("ssl_object").selected_alpn_protocol()
        assert agreed == "h2", f"ALPN: {agreed}"
        writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(SETTINGS, 0, 0, b""))
        writer.write(_frame(HEADERS, flags, 1, head))
        if body:
            writer.write(_frame(0, END_OF_STREAM, 1, body))
        async with asyncio.timeout(PATIENCE):
            return await _status(reader)


async def _status(reader: asyncio.StreamReader) -> int:
    while True:
        try:
            start = await reader.readexactly(9)
            payload = await reader.readexactly(int.from_bytes(start[:3], "big"))
        except (asyncio.IncompleteReadError, ConnectionError):
            return 0
        if start[3] in {RST_STREAM, GOAWAY}:
            return 0
        if start[3] == HEADERS:
            if written := _WRITTEN_OUT.match(payload):
                return int(written[1])
            # A change of the table's size may come first.
            return next(_STATUSES[byte] for byte in payload[:2] if byte in _STATUSES)
