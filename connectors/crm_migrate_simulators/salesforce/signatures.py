"""Whether the key of a certificate signed a JSON Web Token: RS256 with no library (RFC 7518 3.3, RFC 8017 8.2.2)."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
_RSA = bytes.fromhex("06092a864886f70d010101")  # the object identifier rsaEncryption


class BadToken(ValueError):
    """What was sent is no token that this key has signed."""


def claims(token: str, certificate: Path) -> dict[str, Any]:
    """The claims of a token. Raises BadToken."""
    try:
        head, body, signature = token.split(".")
        algorithm = json.loads(_decoded(head)).get("alg")
        told = json.loads(_decoded(body))
        signed = _decoded(signature)
    except (ValueError, AttributeError):
        raise BadToken("this is no token") from None
    if algorithm != "RS256" or not isinstance(told, dict):
        raise BadToken("the algorithm has to be RS256")
    if not _signed(f"{head}.{body}".encode(), signed, *_key(certificate.read_text("ascii"))):
        raise BadToken("the signature is wrong")
    return told


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _signed(message: bytes, signature: bytes, modulus: int, exponent: int) -> bool:
    size = (modulus.bit_length() + 7) // 8
    block = pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(size, "big")
    digest = _SHA256 + hashlib.sha256(message).digest()
    return len(signature) == size and block == b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest


def _key(pem: str) -> tuple[int, int]:
    """Modulus and exponent of a certificate or key in PEM: behind rsaEncryption stands a bit string of both."""
    lines = [line for line in pem.splitlines() if line and not line.startswith("-----")]
    der = base64.b64decode("".join(lines))
    at = der.find(_RSA)
    if at < 0:
        raise BadToken("the certificate holds no RSA key")
    at += len(_RSA)
    at += 2 if der[at : at + 2] == b"\x05\x00" else 0
    bits, _ = _element(der, at)
    both, _ = _element(bits[1:], 0)
    modulus, end = _element(both, 0)
    exponent, _ = _element(both, end)
    return int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")


def _element(der: bytes, at: int) -> tuple[bytes, int]:
    """The content of a DER element, and where the next begins."""
    size, at = der[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        size, at = int.from_bytes(der[at : at + count], "big"), at + count
    return der[at : at + size], at + size
