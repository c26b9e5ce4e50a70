"""A webhook goes to public addresses alone, by any spelling of its URL and any answer of DNS."""

from collections.abc import Sequence

import pytest

from booking.domain.errors import InvalidInput
from booking.outbound_http.ssrf_guard import is_public
from booking.webhooks.client import WebhookClient
from tests.booking.webhooks.receiver import response, running_receiver


class ScriptedResolver:
    """A name server: one result after the other, the last one again and again."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.hosts: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.hosts.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


PUBLIC = "93.184.215.14"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255",
        "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1",
        "192.88.99.1", "198.18.0.1", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.255",
        "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", f"::ffff:{PUBLIC}", "fe80::1",
        "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "100::1", "2001::1", "2001:db8::1",
        "2002:7f00:1::", "2002:a00:1::", "3fff::1", "5f00::1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254", "64:ff9b:1::1",
    ],
)  # fmt: skip
async def test_an_address_that_is_not_public_is_refused_by_number_and_by_name(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(InvalidInput, match="private network"):
        await WebhookClient(resolve=ScriptedResolver([address])).check("https://partner.example/hook")
    with pytest.raises(InvalidInput, match="private network"):
        await WebhookClient(resolve=ScriptedResolver([PUBLIC, address])).check("https://partner.example/hook")


@pytest.mark.parametrize(
    "address",
    [
        PUBLIC, "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.32.0.1", "223.255.255.255",
        "2606:4700:4700::1111", "2a00:1450::1", f"64:ff9b::{PUBLIC}",
    ],
)  # fmt: skip
async def test_a_public_address_is_accepted(address: str) -> None:
    assert is_public(address)
    await WebhookClient(resolve=ScriptedResolver([address])).check("https://partner.example/hook")


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
        "https://0177.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::]/",
        "https://0/", "https://0.0.0.0/", "https://169.254.169.254/latest/", "https://[::ffff:7f00:1]:8443/",
        "https://localhost/", "https://LOCALHOST./", "https://10.0.0.1:443/", "https://192.168.0.1/",
    ],
)  # fmt: skip
async def test_no_spelling_of_a_private_address_is_accepted(url: str) -> None:
    with pytest.raises(InvalidInput, match=r"private network|can't be found|not a URL"):
        await WebhookClient().check(url)
    assert (await WebhookClient().post(url, b"{}", {})).status is None


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.example/hook", "ftp://partner.example/", "file:///etc/passwd",
        "https://user:secret@partner.example/", "https://user@partner.example/",
        "https://partner.example/#part",
        "https:///hook", "https://", "//partner.example/", "partner.example", "", "https://[::1/",
        "https://partner.example:99999/", "https://partner.example:0/", "https://partner.example:port/",
        "https://part ner.example/", "https://partner.example/\r\nhost: other",
        f"https://partner.example/{'x' * 2000}", "https://\0/",
        "https://☃️.example:x/",
    ],
)  # fmt: skip
async def test_only_a_plain_https_url_is_accepted(url: str) -> None:
    resolver = ScriptedResolver([PUBLIC])
    with pytest.raises(InvalidInput, match=r"https://partner\.example/hook"):
        await WebhookClient(resolve=resolver).check(url)
    assert (await WebhookClient(resolve=resolver).post(url, b"{}", {})).status is None
    assert resolver.hosts == []


@pytest.mark.parametrize("host", ["nowhere.invalid", f"{'x' * 64}.example", "xn--0.example"])
async def test_a_host_without_an_address_is_refused(host: str) -> None:
    async def no_address(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    with pytest.raises(InvalidInput, match=r"can't be|not a URL"):
        await WebhookClient(resolve=no_address).check(f"https://{host}/")


async def test_a_host_that_moved_to_a_private_address_is_not_connected_to() -> None:
    resolver = ScriptedResolver([PUBLIC], ["127.0.0.1"])
    client = WebhookClient(resolve=resolver)
    async with running_receiver() as receiver:
        url = f"https://partner.example:{receiver.port}/hook"
        await client.check(url)

        result = await client.post(url, b"{}", {})

    assert result.problem == (
        "partner.example is in a private network; it must look like https://partner.example/hook"
    )
    assert receiver.requests == []


async def test_the_checked_address_is_the_one_that_is_connected_to() -> None:
    resolver = ScriptedResolver(["127.0.0.1"], ["0.0.0.0"])
    async with running_receiver() as receiver:
        url = f"http://partner.example:{receiver.port}/hook?key=1"
        result = await WebhookClient(to_private=True, resolve=resolver).post(url, b"{}", {})

    assert (result.status, result.problem) == (204, None)
    assert resolver.hosts == ["partner.example"]
    (request,) = receiver.requests
    assert request.line == "POST /hook?key=1 HTTP/1.1"
    assert request.headers["host"] == f"partner.example:{receiver.port}"


async def test_a_second_address_is_tried_if_the_first_refuses() -> None:
    async with running_receiver() as receiver:
        resolver = ScriptedResolver(["::1", "127.0.0.1"])
        url = f"http://partner.example:{receiver.port}/"
        assert (await WebhookClient(to_private=True, resolve=resolver).post(url, b"{}", {})).status == 204


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(status: int) -> None:
    async with running_receiver() as receiver, running_receiver() as inside:
        receiver.responses = [response(status, f"location: {inside.url}\r\n")]
        result = await WebhookClient(to_private=True).post(receiver.url, b"{}", {})

    assert (result.status, result.problem) == (status, f"answered {status}")
    assert inside.requests == []


async def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_receiver() as receiver, running_receiver() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert (await WebhookClient(to_private=True).post(receiver.url, b"{}", {})).status == 204

    assert proxy.requests == []
