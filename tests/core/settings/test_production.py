"""Settings that production refuses, whoever wrote them."""

import secrets
import tomllib

import pytest

from app.core.settings import DEVELOPMENT_FILE, Settings, SettingsError, load_settings

URL = "postgresql://app:fLq29xkw@db:5432/shop?sslmode=require"
SECRET = secrets.token_urlsafe(48)

pytestmark = pytest.mark.usefixtures("no_settings")


def load(**overrides) -> Settings:
    strong = {"env": "production", "secret": SECRET, "database": {"url": URL}}
    return load_settings(**{**strong, **overrides})


def refusal(**overrides) -> str:
    with pytest.raises(SettingsError) as caught:
        load(**overrides)
    text = str(caught.value)
    assert text.endswith(".")
    assert "\n" not in text
    return text


def test_takes_strong_settings():
    assert load().production


@pytest.mark.parametrize(
    "secret",
    [
        "x",
        "short-but-random-9f2k",
        "development-only, production refuses this",
        "changeme" * 5,
        "a" * 64,
        "0123" * 16,
    ],
)
def test_refuses_weak_secrets(secret):
    assert "secret (OGS_SECRET)" in refusal(secret=secret)


def test_refuses_the_development_files_secret():
    secret = tomllib.loads(DEVELOPMENT_FILE.read_text())["secret"]
    assert "secret (OGS_SECRET)" in refusal(secret=secret)


def test_refuses_debug():
    assert "debug (OGS_DEBUG) is on" in refusal(debug=True)


@pytest.mark.parametrize(
    "password", ["postgres", "Password", "changeme", "app", "ogs%5Fapp", "%61pp", "%70ostgres"]
)
def test_refuses_known_passwords(password):
    url = f"postgresql://app:{password}@db/shop?sslmode=require"
    assert "database.url (OGS_DATABASE__URL) has a known" in refusal(database={"url": url})
    owner = {"url": URL, "owner_url": url}
    assert "OGS_DATABASE__OWNER_URL) has a known" in refusal(database=owner)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///shop?host=db&user=app&password=postgres&sslmode=require",
        "postgresql://gr%6fcer:GROC%65R@db/shop?sslmode=require",
    ],
)
def test_refuses_a_known_password_however_it_is_written(url):
    assert "has a known password" in refusal(database={"url": url})


def test_refuses_a_url_that_leaves_sslmode_open():
    url = "postgresql://app:fLq29xkw@db/shop"
    assert "does not say which sslmode" in refusal(database={"url": url})


@pytest.mark.parametrize("mode", ["prefer", "allow", "Require", "off", ""])
@pytest.mark.parametrize("host", ["db", "localhost"])
def test_refuses_a_mode_that_may_leave_it_unencrypted(host, mode):
    url = f"postgresql://app:fLq29xkw@{host}/shop?sslmode={mode}"
    for database in ({"url": url, "trusted_network": True}, {"url": URL, "owner_url": url}):
        assert "leaves it open whether it is encrypted" in refusal(database=database)


@pytest.mark.parametrize(
    "place",
    ["db/shop?", "10.0.0.5/shop?", "localhost/shop?hostaddr=10.0.0.5&", "localhost,db/shop?"],
)
def test_refuses_to_speak_plainly_with_another_host(place):
    url = f"postgresql://app:fLq29xkw@{place}sslmode=disable"
    assert "OGS_DATABASE__URL) sends everything unencrypted" in refusal(database={"url": url})
    owner = url.replace("app:", "boss:")
    assert "OGS_DATABASE__OWNER_URL) sends everything unencrypted" in refusal(
        database={"url": URL, "owner_url": owner}
    )
    assert load(database={"url": url, "owner_url": owner, "trusted_network": True})


@pytest.mark.parametrize(
    "place",
    ["/shop?host=/run/postgresql&", "/shop?", "localhost/shop?", "127.0.0.1/shop?", "[::1]/s?"],
)
def test_lets_this_host_be_spoken_to_plainly(place):
    load(database={"url": f"postgresql://app:fLq29xkw@{place}sslmode=disable"})


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_takes_what_is_always_encrypted(mode):
    load(database={"url": f"postgresql://app:fLq29xkw@db/shop?sslmode={mode}"})


@pytest.mark.parametrize("owner", ["app", "%61pp"])
def test_refuses_the_owners_role_for_the_application(owner):
    owner_url = f"postgresql://{owner}:a9xkw2fLq@db:5432/shop?sslmode=require"
    assert "database.url (OGS_DATABASE__URL) has the owner's role" in refusal(
        database={"url": URL, "owner_url": owner_url}
    )


def test_development_may_be_weak():
    load(env="development", secret="x", debug=True, database={"url": "postgresql:///shop"})
