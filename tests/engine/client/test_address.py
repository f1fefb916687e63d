import pytest

from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.errors import ServerError

DIGEST = "ab" * 32


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.8.9.10:8080/", "http://127.8.9.10:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://disco.example.org", "https://disco.example.org"),
        ("https://disco.example.org:8443/hospital/", "https://disco.example.org:8443/hospital"),
        ("HTTPS://Disco.Example.ORG", "https://disco.example.org"),
    ],
)
def test_good_addresses_take_their_normal_form(given, url):
    assert ServerAddress(given).url == url


@pytest.mark.parametrize(
    "given",
    [
        "http://disco.example.org",
        "http://192.168.1.4:8080",
        "http://0.0.0.0:8080",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "http://[2001:db8::1]:8080",
        "http://2130706433",
    ],
)
def test_plain_http_is_for_this_computer_alone(given):
    with pytest.raises(ServerError) as told:
        ServerAddress(given)
    assert told.value.code == "server_address_plain"


@pytest.mark.parametrize(
    "given",
    [
        "",
        "disco.example.org",
        "localhost:8080",
        "ftp://127.0.0.1",
        "https://",
        "https://:8080",
        "https://name:password@disco.example.org",
        "https://disco.example.org?room=1",
        "https://disco.example.org#room",
        "https://disco.example.org:99999",
        "https://disco.example.org:0",
        "https://disco.exam\nple.org",
        "https://" + "a" * 5000,
        "file:///etc/passwd",
    ],
)
def test_what_is_no_server_address_is_refused(given):
    with pytest.raises(ServerError) as told:
        ServerAddress(given)
    assert told.value.code == "server_address_invalid"
    assert len(str(told.value.arguments["address"])) <= 200


@pytest.mark.parametrize("given", [DIGEST, DIGEST.upper(), ":".join(["AB"] * 32), f" {DIGEST}\n"])
def test_a_fingerprint_may_be_written_in_the_usual_ways(given):
    address = ServerAddress("https://disco.example.org", given)
    assert address.fingerprint == DIGEST
    assert address.ssl().fingerprint == bytes.fromhex(DIGEST)


@pytest.mark.parametrize("given", ["", "ab", DIGEST[:-2], DIGEST + "ab", "zz" * 32])
def test_what_is_no_fingerprint_is_refused(given):
    with pytest.raises(ServerError) as told:
        ServerAddress("https://disco.example.org", given)
    assert told.value.code == "server_fingerprint_invalid"


def test_a_pin_without_tls_is_refused_since_it_would_not_be_checked():
    with pytest.raises(ServerError) as told:
        ServerAddress("http://127.0.0.1:8080", DIGEST)
    assert told.value.code == "server_fingerprint_plain"


def test_without_a_pin_the_usual_certificate_checks_apply():
    assert ServerAddress("https://disco.example.org").ssl() is True


def test_endpoints_stand_below_the_address():
    address = ServerAddress("https://disco.example.org/hospital/")
    assert str(address.endpoint("/tasks/a")) == "https://disco.example.org/hospital/tasks/a"
