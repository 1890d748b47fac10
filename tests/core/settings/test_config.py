import secrets
import tomllib

import pytest

from app.core.settings import DEVELOPMENT_FILE, Settings, SettingsError, load_settings
from app.core.settings.values import CURRENCIES

URL = "postgresql://app:fLq29xkw@db:5432/shop?sslmode=require"
SECRET = secrets.token_urlsafe(48)

pytestmark = pytest.mark.usefixtures("no_settings")


@pytest.fixture
def env(monkeypatch):
    def set_all(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(f"OGS_{name}", value)

    return set_all


@pytest.fixture
def toml(monkeypatch, tmp_path):
    def write(text):
        (tmp_path / "config.toml").write_text(text)
        monkeypatch.setenv("OGS_CONFIG", str(tmp_path / "config.toml"))

    return write


@pytest.fixture
def secret_files(monkeypatch, tmp_path):
    folder = tmp_path / "secrets"
    folder.mkdir()
    monkeypatch.setenv("OGS_SECRETS_DIR", str(folder))

    def write(**files):
        for name, text in files.items():
            (folder / name).write_text(text)
        return folder

    return write


def load(**overrides) -> Settings:
    return load_settings(**{"env": "test", "secret": "s", "database": {"url": URL}, **overrides})


def refusal(**overrides) -> str:
    with pytest.raises(SettingsError) as caught:
        load(**overrides)
    text = str(caught.value)
    assert text.endswith(".")
    assert "\n" not in text
    return text


class TestSources:
    def test_each_wins_over_the_one_before(self, toml, env, secret_files):
        toml(f'env="test"\nsecret="toml"\n[database]\nurl="{URL}"\npool_size=1\n[shop]\nname="T"')
        assert load_settings().secret.get_secret_value() == "toml"
        env(SECRET="env", DATABASE__POOL_SIZE="2")
        assert load_settings().secret.get_secret_value() == "env"
        secret_files(OGS_SECRET="file\n")
        settings = load_settings()
        assert settings.secret.get_secret_value() == "file"
        assert (settings.database.pool_size, settings.shop.name) == (2, "T")
        assert load_settings(secret="given").secret.get_secret_value() == "given"

    @pytest.mark.parametrize(
        ("text", "networks"),
        [
            ('["10.0.0.0/8","127.0.0.1"]', ["10.0.0.0/8", "127.0.0.1/32"]),
            ("10.0.0.0/8, 127.0.0.1", ["10.0.0.0/8", "127.0.0.1/32"]),
            ("unix", ["unix"]),
            ('["::1"]', ["::1/128"]),
            ("[]", []),
            ("", []),
        ],
    )
    def test_a_variable_holds_a_list_of_gateways(self, env, text, networks):
        env(HTTP__GATEWAYS=text)
        assert [str(each) for each in load().http.gateways] == networks

    def test_a_variable_without_networks_is_refused_in_a_sentence(self, env):
        env(HTTP__GATEWAYS="10.0.0.0/8 and more")
        assert "http.gateways (OGS_HTTP__GATEWAYS) must be a list" in refusal()

    def test_a_file_holds_a_list_of_gateways(self, toml):
        toml('[http]\ngateways = ["10.0.0.0/8", "unix"]')
        assert [str(each) for each in load().http.gateways] == ["10.0.0.0/8", "unix"]

    def test_names_of_variables_are_read_in_any_case(self, monkeypatch):
        monkeypatch.setenv("ogs_Shop__Name", "Corner")
        assert load().shop.name == "Corner"

    def test_without_a_file_production_takes_nothing_of_developments(self, monkeypatch, env):
        monkeypatch.delenv("OGS_CONFIG")
        env(ENV="production", SECRET=SECRET, DATABASE__URL=URL)
        settings = load_settings()
        assert settings.production
        assert (settings.http.docs, settings.logging.format) == (False, "json")

    def test_without_any_word_it_is_production(self, env):
        env(SECRET=SECRET, DATABASE__URL=URL)
        assert load_settings().production

    def test_the_development_file_is_what_development_starts_from(self, monkeypatch, env):
        monkeypatch.delenv("OGS_CONFIG")
        env(ENV="development", DATABASE__URL="postgresql:///shop?host=/tmp/socket")
        settings = load_settings()
        assert settings.env == "development"
        assert settings.http.docs

    def test_without_any_word_nothing_is_developments(self, monkeypatch, env):
        monkeypatch.delenv("OGS_CONFIG")
        env(DATABASE__URL=URL)
        with pytest.raises(SettingsError) as caught:
            load_settings()
        assert "secret (OGS_SECRET) is missing (this is production" in str(caught.value)
        env(SECRET=SECRET)
        settings = load_settings()
        assert settings.production
        assert not settings.http.docs

    def test_the_development_file_sets_what_exists(self):
        found = tomllib.loads(DEVELOPMENT_FILE.read_text())
        for section, values in found.items():
            kind = Settings.model_fields[section].annotation
            if isinstance(values, dict):
                assert values.keys() <= kind.model_fields.keys()

    def test_a_file_that_is_not_there_is_named(self, env):
        env(CONFIG="/nowhere/a.toml")
        assert "OGS_CONFIG names /nowhere/a.toml" in refusal()

    def test_a_broken_file_says_where(self, toml):
        toml("env = ")
        assert "not valid TOML" in refusal()

    def test_secret_files_may_lack_the_prefix_and_have_strangers_beside_them(self, secret_files):
        folder = secret_files(database__url=URL, postgres_password="x", OGS_SECRET=" two words \n")
        (folder / "..data").mkdir()
        settings = load_settings(env="test")
        assert settings.database.url == URL
        assert settings.secret.get_secret_value() == " two words "

    def test_a_folder_of_secrets_that_is_not_there(self, env):
        env(SECRETS_DIR="/nowhere")
        assert "OGS_SECRETS_DIR cannot be read" in refusal()


class TestMistakes:
    @pytest.mark.parametrize(
        ("overrides", "named"),
        [
            ({"database": {}}, "database.url (OGS_DATABASE__URL) is missing"),
            ({"database": {"url": "mysql://x/y"}}, "database.url (OGS_DATABASE__URL) must start"),
            ({"database": {"url": "postgresql://host"}}, "must name a database"),
            ({"database": {"url": "postgresql://[x/y"}}, "must be a URL"),
            ({"database": {"url": "postgresql://h/d?colour=red"}}, "must be a URL that libpq"),
            ({"database": {"url": URL, "poolsize": 1}}, "OGS_DATABASE__POOLSIZE) is not a setting"),
            ({"database": {"url": URL, "pool_size": 0}}, "OGS_DATABASE__POOL_SIZE) input should"),
            ({"shop": {"currency": "JPY"}}, "OGS_SHOP__CURRENCY) must be the ISO 4217 code"),
            ({"shop": {"currency": "pln"}}, "OGS_SHOP__CURRENCY)"),
            ({"shop": {"time_zone": "Mars/Base"}}, "OGS_SHOP__TIME_ZONE) must be a time zone"),
            ({"shop": {"time_zone": "../../etc/passwd"}}, "OGS_SHOP__TIME_ZONE)"),
            ({"shop": {"max_quantity": "1.0001"}}, "OGS_SHOP__MAX_QUANTITY)"),
            ({"http": {"gateways": ["10.0.0.1/8"]}}, "(OGS_HTTP__GATEWAYS) must be a list of netw"),
            ({"http": {"gateways": ["gateway"]}}, "http.gateways (OGS_HTTP__GATEWAYS) must be"),
            ({"http": {"gateways": "[1"}}, "http.gateways (OGS_HTTP__GATEWAYS) must be"),
            ({"http": {"gateways": [1]}}, "http.gateways (OGS_HTTP__GATEWAYS) must be"),
            ({"http": {"gateways": 1}}, "http.gateways (OGS_HTTP__GATEWAYS) must be"),
            ({"http": {"drain_seconds": -1}}, "OGS_HTTP__DRAIN_SECONDS) input should be"),
            ({"database": {"url": URL, "pooler": "bouncer"}}, "OGS_DATABASE__POOLER) input should"),
            ({"logging": {"format": "xml"}}, "OGS_LOGGING__FORMAT)"),
            ({"env": "staging"}, "env (OGS_ENV)"),
            ({"secret": ""}, "secret (OGS_SECRET)"),
            ({"colour": "red"}, "colour (OGS_COLOUR) is not a setting"),
        ],
    )
    def test_are_named_with_their_variable(self, overrides, named):
        assert named in refusal(**overrides)

    def test_are_all_named_at_once(self):
        text = refusal(shop={"currency": "JPY"}, logging={"level": "LOUD"})
        assert "OGS_SHOP__CURRENCY" in text
        assert "OGS_LOGGING__LEVEL" in text

    def test_misspelt_variables_are_named(self, env):
        env(DATABSE__URL=URL)
        assert "OGS_DATABSE__URL is not a setting" in refusal()

    def test_variables_of_kubernetes_are_none_of_ours(self, env):
        env(PORT="tcp://10.0.0.1:8000", SERVICE_HOST="10.0.0.1", PORT_8000_TCP_ADDR="10.0.0.1")
        assert load().env == "test"

    def test_values_are_never_shown(self):
        for overrides in (
            {"database": {"url": "mysql://u:hunter2@h/d"}},
            {"database": {"url": "postgresql://u:hunter2@h"}},
            {"secret": ["hunter2"]},
            {"env": "production", "secret": "hunter2"},
        ):
            assert "hunter2" not in refusal(**overrides)

    def test_settings_do_not_print_secrets(self):
        settings = load(secret="hunter2", database={"url": "postgresql://u:hunter2@h/d"})
        assert "hunter2" not in repr(settings)
        assert "hunter2" not in str(settings)


class TestFields:
    def test_all_are_described(self):
        for name, field in Settings.model_fields.items():
            inner = getattr(field.annotation, "model_fields", None)
            described = inner.values() if inner else [field]
            assert all(one.description for one in described), name

    def test_do_not_change(self):
        with pytest.raises(ValueError, match="frozen"):
            load().debug = True

    def test_currencies_have_two_decimals(self):
        assert {"PLN", "EUR", "USD"} <= CURRENCIES
        assert not {"JPY", "KWD", "XAU", "XXX", "CLP"} & CURRENCIES
