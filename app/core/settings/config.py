"""Settings: a TOML file, then environment variables, then files of secrets; the later wins."""

import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import click
import pydantic_settings
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from app.core.settings.production import faults
from app.core.settings.sections import (
    DatabaseSettings,
    HttpSettings,
    LoggingSettings,
    PagesSettings,
    SecuritySettings,
)
from app.core.settings.shop import ShopSettings
from app.core.settings.stock import StockSettings

PREFIX = "OGS_"
DEVELOPMENT_FILE = Path(__file__).parents[3] / "config_dev.toml"

_UNSAID = " (this is production, as nothing says otherwise: OGS_ENV=development starts from config_dev.toml)"


class SettingsError(click.ClickException):
    """Wrong settings; its text is one sentence for whoever starts the application.

    `missing` names those that are not there, if nothing else is wrong. It is one of click's, because
    the `flask` command loads the application and would show a traceback of any other.
    """

    def __init__(self, sentence: str, missing: Iterable[str] = ()) -> None:
        super().__init__(sentence)
        self.missing = frozenset(missing)


class SecretFiles(EnvSettingsSource):
    """The files of OGS_SECRETS_DIR, named like the variables, with or without their prefix."""

    def _load_env_vars(self) -> dict[str, str | None]:
        directory = os.environ.get(f"{PREFIX}SECRETS_DIR")
        if not directory:
            return {}
        found: dict[str, str | None] = {}
        try:
            # Kubernetes keeps directories of its own in there, whose names start with a dot.
            files = [f for f in Path(directory).iterdir() if f.name[0] != "." and f.is_file()]
            for file in files:
                name = file.name.lower().removeprefix(PREFIX.lower())
                found[PREFIX.lower() + name] = file.read_text("utf-8").rstrip("\r\n")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8"
            raise SettingsError(f"OGS_SECRETS_DIR cannot be read: {reason}.") from None
        return found


class Settings(BaseSettings):
    """All settings of one application."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    env: Literal["development", "test", "production"] = Field(
        default="production", description="Where this runs; production refuses weak settings."
    )
    debug: bool = Field(default=False, description="Flask's debug mode.")
    secret: SecretStr = Field(
        min_length=1,
        description="The key that signs cursors and hides addresses: 32 random characters or more.",
    )
    database: DatabaseSettings
    http: HttpSettings = HttpSettings()
    shop: ShopSettings = ShopSettings()
    stock: StockSettings = StockSettings()
    pages: PagesSettings = PagesSettings()
    security: SecuritySettings = SecuritySettings()
    logging: LoggingSettings = LoggingSettings()

    @property
    def production(self) -> bool:
        """Whether this is the real shop."""
        return self.env == "production"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the interface's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - SecretFiles instead
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the sources in order, the strongest first."""
        files = SecretFiles(settings_cls)
        toml = TomlConfigSettingsSource(settings_cls, _toml_file())
        return init_settings, files, env_settings, toml


def _toml_file() -> Path | None:
    named = os.environ.get(f"{PREFIX}CONFIG")
    if named:
        if not Path(named).is_file():
            raise SettingsError(f"OGS_CONFIG names {named}, which is not a file.")
        return Path(named)
    # Said, not guessed: the real shop never takes a developer's settings because its own were forgotten.
    is_developers = os.environ.get(f"{PREFIX}ENV") in {"development", "test"}
    return DEVELOPMENT_FILE if is_developers and DEVELOPMENT_FILE.is_file() else None


def load_settings(**overrides: Any) -> Settings:
    """Return the settings of this process; `overrides`, by section, win over all sources.

    Raises SettingsError, one sentence that names each wrong setting and never shows its value.
    """
    try:
        _refuse_unknown_variables()
        settings = Settings(**overrides)
    except ValidationError as error:
        details = error.errors(include_input=False)
        only_missing = all(detail["type"] == "missing" for detail in details)
        unsaid = "" if {f"{PREFIX}ENV", f"{PREFIX}CONFIG"} & os.environ.keys() else _UNSAID
        raise SettingsError(
            f"The settings are wrong: {'; '.join(map(_fault, details))}{unsaid}.",
            missing=[".".join(_path(detail)) for detail in details] if only_missing else (),
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The settings file is not valid TOML: {error}.") from None
    except pydantic_settings.SettingsError as error:
        raise SettingsError(f"The settings cannot be read: {error}.") from None
    if settings.production and (
        found := faults(settings.secret.get_secret_value(), settings.database, debug=settings.debug)
    ):
        raise SettingsError(f"Production refuses these settings: {'; '.join(found)}.")
    return settings


def _refuse_unknown_variables() -> None:
    # Misspelt members of a section are found by validation, sections are not. Names without the
    # delimiter may be others': Kubernetes sets OGS_PORT for a service that is called ogs.
    for name in os.environ:
        section, delimiter, _ = name.lower().removeprefix(PREFIX.lower()).partition("__")
        if name.upper().startswith(PREFIX) and delimiter and section not in Settings.model_fields:
            raise SettingsError(f"{name.upper()} is not a setting.")


def _path(details: Any) -> list[str]:
    path = [str(step) for step in details["loc"]]
    # The one section that has no defaults; of its settings, this is the one to give.
    return ["database", "url"] if path == ["database"] and details["type"] == "missing" else path


def _fault(details: Any) -> str:
    path = _path(details)
    message = details["msg"].removeprefix("Value error, ")
    if details["type"] == "missing":
        message = "is missing"
    elif details["type"] == "extra_forbidden":
        message = "is not a setting"
    return f"{'.'.join(path)} ({PREFIX}{'__'.join(path).upper()}) {message[0].lower()}{message[1:]}"
