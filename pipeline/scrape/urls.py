"""Canonical addresses: one form for every address under which the same page is linked.

Belongs here: what of an address does not tell pages apart (tracking, AMP, mobile hosts, fragments).
Does not: which addresses may be fetched (``pipeline.resources.http_address``). The result is a key
that page ids depend on, so it is computed here by fixed rules and not by a library whose lists change.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

MAX_URL_CHARS = 2000
"""Longer addresses are refused: browsers and servers stop at about this, and traps grow without end."""

_MAX_ROUNDS = 8
"""One step may uncover the next (an AMP cache in an AMP cache); real addresses settle in two."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MOBILE_LABELS = frozenset({"m", "mobile", "amp", "touch", "wap"})
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "nom", "or", "org"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
_TRAILING = " \u00a0\"'<>`,;|\\“”‘’«»"
_PATH_SAFE = "/:@!$&'()*+,;=~-._%"
_QUERY_SAFE = "/:@!$'()*,;~-._?"
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_AMP_SUFFIX = re.compile(r"\.amp(?=\.html?$|$)")
_INDEX_PAGE = re.compile(r"/index\.html?$")
_GOOGLE_AMP = re.compile(r"^/amp/(s/)?(?=[^/]+\.[^/]+)")
_AMP_CACHE = re.compile(r"^/[acirv]/(?:s/)?(?=[^/]+\.[^/]+)")
_HOST = re.compile(
    r"^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$"
)


def canonical_url(url: str) -> str:
    """The one address that stands for every way to link the same page.

    Drops tracking parameters, AMP and mobile forms, fragments, user names, default ports, trailing
    slashes and junk; sorts parameters; takes ``https`` for ``http`` on its default port. Applying it
    twice changes nothing. Good as a key and in nearly all cases as a link; fetch the address given.

    Args:
        url: An http(s) address as found in a feed, list, index or page.

    Returns:
        The canonical address, in ASCII.

    Raises:
        ValueError: Not an http(s) address with a host, or longer than MAX_URL_CHARS.
    """
    for _ in range(_MAX_ROUNDS):
        before, url = url, _canonical_once(url)
        if url == before:
            break
    if len(url) > MAX_URL_CHARS:
        raise ValueError(f"address longer than {MAX_URL_CHARS} characters")
    return url


def _canonical_once(url: str) -> str:
    parts = _split(url)
    wrapped = _unwrap_amp(parts)
    if wrapped is not None:
        parts = _split(wrapped)
    host = _desktop_host(_host(parts))
    port = _port(parts)
    scheme = "https" if port is None else parts.scheme.lower()
    netloc = host if port is None else f"{host}:{port}"
    query = _query(parts.query)
    return f"{scheme}://{netloc}{_path(parts.path)}" + (f"?{query}" if query else "")


def clean_address(url: str) -> str:
    """An address as written, without the white space and marks that lists and feeds leave around it.

    Raises:
        ValueError: Not an http(s) address with a host.
    """
    text = _trim(url)
    parts = _split(text)
    _host(parts)
    _port(parts)
    return f"https:{text}" if text.startswith("//") else text


def same_site(url: str) -> str:
    """The host of an address without ``www.`` and mobile labels, for grouping by site.

    Raises:
        ValueError: Not an http(s) address with a host.
    """
    return _desktop_host(_host(_split(url))).removeprefix("www.")


def _trim(url: str) -> str:
    text = _CONTROL.sub("", url).strip(_TRAILING)
    while text.endswith((")", "]", "}")) and text.count(text[-1]) > text.count("([{"[")]}".index(text[-1])]):
        text = text[:-1].rstrip(_TRAILING)
    return text


def _split(url: str) -> SplitResult:
    if len(url) > 2 * MAX_URL_CHARS:
        raise ValueError(f"address longer than {MAX_URL_CHARS} characters")
    text = _trim(url)
    if text.startswith("//"):
        text = f"https:{text}"
    parts = urlsplit(text)
    if parts.scheme.lower() not in _DEFAULT_PORTS:
        raise ValueError(f"not an http(s) address: {text[:80]}")
    return parts


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        return f"[{host}]"
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            host = ""
    if not _HOST.match(host):
        raise ValueError(f"no usable host in address: {parts.netloc[:80]}")
    return host


def _port(parts: SplitResult) -> int | None:
    port = parts.port  # raises ValueError for anything that is no port
    return None if port == _DEFAULT_PORTS[parts.scheme.lower()] else port


def _desktop_host(host: str) -> str:
    if host.startswith("["):
        return host
    labels = host.split(".")
    if labels[-1].isdigit():  # an IPv4 address
        return host
    while len(labels) > 2 and labels[0] in _MOBILE_LABELS:
        rest = labels[1:]
        labels = ["www", *rest] if _is_registrable(rest) else rest
    while len(labels) > 3 and labels[1] == "m" and not _is_registrable(labels[1:]):
        labels = [labels[0], *labels[2:]]
    return ".".join(labels)


def _is_registrable(labels: list[str]) -> bool:
    """Whether ``labels`` look like a domain as registered; fixed rule, so that ids never change."""
    if len(labels) == 2:
        return True
    return len(labels) == 3 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL


def _unwrap_amp(parts: SplitResult) -> str | None:
    host = parts.hostname or ""
    pattern = None
    if host.removeprefix("www.").startswith("google.") or host.startswith("amp.google."):
        pattern = _GOOGLE_AMP
    elif host.endswith(".ampproject.org") or host.endswith(".bing-amp.com"):
        pattern = _AMP_CACHE
    match = pattern.match(parts.path) if pattern else None
    if match is None:
        return None
    rest = parts.path[match.end() :]
    return f"https://{rest}" + (f"?{parts.query}" if parts.query else "")


def _path(path: str) -> str:
    path = quote(_normal_escapes(path), safe=_PATH_SAFE)
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    kept = [s for s in segments if s.lower() != "amp"]
    if kept:
        kept[-1] = _AMP_SUFFIX.sub("", kept[-1]) or kept[-1]
    joined = "/" + "/".join(kept)
    return _INDEX_PAGE.sub("", joined) or "/"


def _normal_escapes(text: str) -> str:
    """Percent escapes in capitals, those of plain letters undone, stray percent signs escaped."""

    def one(match: re.Match[str]) -> str:
        char = chr(int(match[1], 16))
        return char if char in _UNRESERVED else f"%{match[1].upper()}"

    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", _ESCAPE.sub(one, text))


def _query(query: str) -> str:
    escaped = quote(query.replace("&amp;", "&"), safe=_QUERY_SAFE + "%&=+")
    # Latin-1 maps every byte to one character, so escapes of any encoding come out as they went in.
    pairs = parse_qsl(escaped, keep_blank_values=True, max_num_fields=200, encoding="latin-1")
    kept = sorted((name, value) for name, value in pairs if not _is_tracking(name, value))
    return "&".join(f"{_quoted(n)}={_quoted(v)}" if v else _quoted(n) for n, v in kept if n)


def _quoted(text: str) -> str:
    return quote(text, safe=_QUERY_SAFE, encoding="latin-1")


@cache
def _tracking() -> tuple[frozenset[str], tuple[str, ...], frozenset[str]]:
    text = (files("pipeline.scrape") / "lexicons" / "tracking_parameters.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))

    def names(match: str) -> list[str]:
        return [row["name"] for row in rows if row["match"] == match]

    return frozenset(names("exact")), tuple(names("prefix")), frozenset(names("value"))


def _is_tracking(name: str, value: str) -> bool:
    exact, prefixes, values = _tracking()
    key = unquote(name).lower()
    return key in exact or key.startswith(prefixes) or f"{key}={value.lower()}" in values
