"""Which addresses are refused, and that a connection goes to the address that was checked."""

from __future__ import annotations

import asyncio
import ipaddress

import httpcore
import pytest

from pipeline.resources.http_address import AddressGuard, AddressRefusedError, CheckedBackend

NEVER = """
127.0.0.1 127.8.8.8 10.1.2.3 172.16.0.1 192.168.1.1 169.254.1.1 0.0.0.0 100.64.0.1 192.0.2.1 198.18.0.1
224.0.0.251 240.0.0.1 255.255.255.255 ::1 :: fe80::1 fc00::1 fd12::1 ff02::1 fec0::1 2001:db8::1
::ffff:127.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 2002:7f00:1:: 2001:0:7f00:1::1
"""


@pytest.mark.parametrize("text", NEVER.split())
def test_addresses_that_are_never_fetched(text):
    with pytest.raises(AddressRefusedError):
        AddressGuard().check_ip(ipaddress.ip_address(text), "host")


@pytest.mark.parametrize(
    "text", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_pass(text):
    AddressGuard().check_ip(ipaddress.ip_address(text), "host")


def test_private_addresses_may_be_allowed_but_not_multicast():
    guard = AddressGuard(allow_private=True)
    guard.check_ip(ipaddress.ip_address("10.0.0.1"), "host")
    with pytest.raises(AddressRefusedError, match="multicast"):
        guard.check_ip(ipaddress.ip_address("224.0.0.1"), "host")


def test_a_single_network_may_be_allowed():
    guard = AddressGuard(allow_networks=["127.0.0.0/8"])
    guard.check_ip(ipaddress.ip_address("127.0.0.2"), "host")
    guard.check_ip(ipaddress.ip_address("::ffff:127.0.0.2"), "host")
    with pytest.raises(AddressRefusedError, match="loopback"):
        guard.check_ip(ipaddress.ip_address("::1"), "host")


class Recorder(httpcore.AsyncNetworkBackend):
    """Notes where it is told to connect; the first ``fail`` addresses do not answer."""

    def __init__(self, fail: int = 0) -> None:
        self.asked: list[str] = []
        self.fail = fail

    async def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        self.asked.append(host)
        if len(self.asked) <= self.fail:
            raise httpcore.ConnectError("no")
        return httpcore.AsyncMockStream([])


class Names(AddressGuard):
    """A guard whose name server answers what the test says, something else each time."""

    def __init__(self, *answers: list[str]) -> None:
        super().__init__()
        self.answers = list(answers)

    async def resolve(self, host, port):
        found = self.answers.pop(0)
        for text in found:
            self.check_ip(ipaddress.ip_address(text), host)
        return found


def connect(guard, recorder, host="news.example"):
    return asyncio.run(CheckedBackend(guard, recorder).connect_tcp(host, 80))


def test_the_connection_goes_to_the_checked_number_not_to_the_name_again():
    recorder = Recorder()
    connect(Names(["93.184.216.34"], ["127.0.0.1"]), recorder)
    assert recorder.asked == ["93.184.216.34"]


def test_a_name_with_one_private_address_is_refused():
    recorder = Recorder()
    with pytest.raises(AddressRefusedError):
        connect(Names(["93.184.216.34", "127.0.0.1"]), recorder)
    assert recorder.asked == []


def test_the_next_address_is_tried_when_one_does_not_answer():
    recorder = Recorder(fail=1)
    connect(Names(["93.184.216.34", "93.184.216.35"]), recorder)
    assert recorder.asked == ["93.184.216.34", "93.184.216.35"]


def test_no_address_that_answers_is_told():
    with pytest.raises(httpcore.ConnectError):
        connect(Names(["93.184.216.34"]), Recorder(fail=1))


def test_names_of_this_machine_are_refused():
    with pytest.raises(AddressRefusedError, match="loopback"):
        connect(AddressGuard(), Recorder(), "localhost")


def test_local_sockets_are_refused():
    with pytest.raises(AddressRefusedError):
        asyncio.run(CheckedBackend(AddressGuard(), Recorder()).connect_unix_socket("/run/x"))
