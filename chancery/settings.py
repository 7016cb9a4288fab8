"""What an installation may choose, from environment variables; a wrong value is one clear line.

Our own variables begin with ``CHANCERY_``; ``DATABASE_…`` and ``TEMPORAL_…`` have the names that other tools use too.
A secret may stand in a file instead: ``DATABASE_URL_FILE=/run/secrets/database-url``.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

PREFIX: Final = "CHANCERY_"
RESERVED: Final = frozenset({"CHANCERY_TRIALS", "CHANCERY_AS", "CHANCERY_PICTURES"})
"""Names with our prefix that are no settings of an installation: how often the long fault tests kill; who acts; where tests put pictures of pages."""


class SettingsRefused(Exception):
    """A setting cannot be used: a stable code and one clear sentence, without the value of a secret."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def _database_url(url: SecretStr) -> SecretStr:
    if not re.match(r"postgres(ql)?(\+psycopg)?://", url.get_secret_value()):
        raise ValueError("must begin with postgresql://; PostgreSQL is the only database")
    return url


def _readable(path: Path) -> Path:
    if not path.is_file():
        raise ValueError("must name a file that exists")
    return path


def _program(path: Path) -> Path:
    if not os.access(path, os.X_OK) or path.is_dir():
        raise ValueError("must name a program that can be run")
    return path


DatabaseUrl = Annotated[SecretStr, AfterValidator(_database_url)]
ReadableFile = Annotated[Path, AfterValidator(_readable)]
Program = Annotated[Path, AfterValidator(_program)]


class Settings(BaseSettings):
    """The choices of one installation. Without DATABASE_URL and TEMPORAL_ADDRESS the embedded servers are used."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    data_dir: Path = Field(
        default=Path(".chancery"),
        description="Where the embedded servers, keys and evidence live: .chancery below the current directory, "
        "so that a trial leaves nothing elsewhere. A real installation names a folder.",
    )
    key_dir: Path | None = Field(
        default=None, description="The key store, apart from the database; else `keys` in the data directory."
    )
    language: Literal["en", "fr"] = Field(
        default="en", description="The language of pages, notices and reports."
    )
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="How our own log is written; auto: console on a terminal, else JSON."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="From which level on."
    )

    database_url: DatabaseUrl | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL, as the application's own role.",
    )
    database_admin_url: DatabaseUrl | None = Field(
        default=None,
        validation_alias="DATABASE_ADMIN_URL",
        description="PostgreSQL, as the owner: migrations only.",
    )

    database_reader_url: DatabaseUrl | None = Field(
        default=None,
        validation_alias="DATABASE_READER_URL",
        description="PostgreSQL, as a role that may only read: for the signer.",
    )

    checkpoint_dir: Path | None = Field(
        default=None,
        description="Where the signer keeps checkpoints and the hashes of the tree; else `checkpoints` in the data directory.",
    )
    signer_key_dir: Path | None = Field(
        default=None, description="The signer's keys; else `signer` in the data directory."
    )
    policy: ReadableFile | None = Field(
        default=None,
        description="Whose checkpoints to believe: keys of the log and of witnesses, where these listen, how many are enough "
        "(C2SP tlog-policy); else `policy` in the data directory, if there is one.",
    )
    witness_dir: Path | None = Field(
        default=None,
        description="A witness's key, its file and the keys of the logs it watches; else `witness` in the data directory.",
    )
    witness_host: str = Field(default="127.0.0.1", description="Where a witness listens.")
    witness_port: int = Field(default=8090, ge=0, le=65535, description="On which port; 0 takes a free one.")

    temporal_address: str | None = Field(
        default=None,
        validation_alias="TEMPORAL_ADDRESS",
        description="host:port of a cluster or Temporal Cloud.",
    )
    temporal_namespace: str = Field(
        default="chancery",
        min_length=1,
        validation_alias="TEMPORAL_NAMESPACE",
        description="The namespace of the workflows.",
    )
    temporal_api_key: SecretStr | None = Field(
        default=None, validation_alias="TEMPORAL_API_KEY", description="For Temporal Cloud."
    )
    temporal_tls: bool = Field(
        default=False,
        validation_alias="TEMPORAL_TLS",
        description="Speak TLS; an API key or a certificate switches it on.",
    )
    temporal_tls_ca_file: ReadableFile | None = Field(
        default=None,
        validation_alias="TEMPORAL_TLS_CA_FILE",
        description="Whom to trust, if not the system's list.",
    )
    temporal_tls_cert_file: ReadableFile | None = Field(
        default=None,
        validation_alias="TEMPORAL_TLS_CERT_FILE",
        description="Our certificate, for mutual TLS.",
    )
    temporal_tls_key_file: ReadableFile | None = Field(
        default=None, validation_alias="TEMPORAL_TLS_KEY_FILE", description="Its key."
    )

    web_host: str = Field(default="127.0.0.1", description="Where the pages listen.")
    web_port: int = Field(default=8080, ge=0, le=65535, description="On which port; 0 takes a free one.")
    web_url: str | None = Field(
        default=None,
        description="The address that people type, such as https://chancery.example.org, if a proxy stands before the pages.",
    )
    web_requests_per_minute: int = Field(
        default=600,
        ge=0,
        description="So many requests a minute from one browser or token (five times as many from one address); 0: no limit.",
    )
    oidc_issuer: str | None = Field(
        default=None,
        description="An OpenID Connect provider for sign-in; without one, local accounts are used.",
    )
    oidc_client_id: str | None = Field(default=None, description="What the provider calls Chancery.")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="The secret agreed with the provider."
    )
    oidc_claim: str = Field(
        default="employee_id",
        description="The provider's claim that holds the officer's code, such as Q-103.",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="The mail server for digests: smtp://host:port, smtps:// or smtp+starttls://, with user and password if it asks.",
    )
    mail_from: str | None = Field(default=None, description="The sender of digests.")

    temporal_program: Program | None = Field(
        default=None, description="Another `temporal` program than that of the extra `embedded`."
    )
    test_server_program: Program | None = Field(
        default=None, description="Another `temporal-test-server` program, for rehearsals."
    )

    @field_validator("temporal_address")
    @classmethod
    def _host_and_port(cls, address: str | None) -> str | None:
        if address is not None:
            found = re.fullmatch(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):(\d{1,5})", address)
            if found is None or not 0 < int(found[1]) < 65536:
                raise ValueError("must be host:port, for example temporal.example.org:7233")
        return address

    @field_validator("web_url", "oidc_issuer")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        found = re.fullmatch(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(/[A-Za-z0-9._~/-]*)?", url)
        local = re.match(r"http://(localhost|127\.0\.0\.1)(:|/|$)", url)
        if found is None or not (url.startswith("https://") or local):
            raise ValueError(
                "must be an address such as https://chancery.example.org (http only on this machine)"
            )
        return url.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not re.match(r"smtp(s|\+starttls)?://[^/]+$", url.get_secret_value()):
            raise ValueError("must be smtp://host:port, smtps://host:port or smtp+starttls://host:port")
        return url

    @field_validator("data_dir", "key_dir", "checkpoint_dir", "signer_key_dir", "witness_dir")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return None if path is None else path.expanduser().absolute()

    @model_validator(mode="after")
    def _certificate_and_key(self) -> Self:
        if (self.temporal_tls_cert_file is None) != (self.temporal_tls_key_file is None):
            raise ValueError(
                "TEMPORAL_TLS_CERT_FILE and TEMPORAL_TLS_KEY_FILE go together; set both or neither"
            )
        return self

    @model_validator(mode="after")
    def _provider_whole(self) -> Self:
        if (self.oidc_issuer is None) != (self.oidc_client_id is None):
            raise ValueError(
                "CHANCERY_OIDC_ISSUER and CHANCERY_OIDC_CLIENT_ID go together; set both or neither"
            )
        return self

    @property
    def keys(self) -> Path:
        """The folder of the key store."""
        return self.key_dir or self.data_dir.absolute() / "keys"

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints, with one in it for each log that is signed."""
        return self.checkpoint_dir or self.data_dir.absolute() / "checkpoints"

    @property
    def signer_keys(self) -> Path:
        """The folder of the signer's keys."""
        return self.signer_key_dir or self.data_dir.absolute() / "signer"

    @property
    def policy_file(self) -> Path:
        """The file that says whose checkpoints to believe; it need not be there."""
        return self.policy or self.data_dir.absolute() / "policy"

    @property
    def witness(self) -> Path:
        """The folder of a witness."""
        return self.witness_dir or self.data_dir.absolute() / "witness"

    @property
    def uses_tls(self) -> bool:
        """Whether to speak TLS to Temporal."""
        return (
            self.temporal_tls
            or self.temporal_api_key is not None
            or self.temporal_tls_cert_file is not None
            or self.temporal_tls_ca_file is not None
        )

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """From the caller, the environment, and files that the environment names; no hidden `.env`."""
        return init_settings, env_settings, _SecretFiles(settings_cls)


def load() -> Settings:
    """The settings that the environment gives.

    Raises SettingsRefused: ``settings.unknown``, ``settings.secret_file``, or ``settings.<name>`` for a wrong value.
    """
    known = {variable for _, field, variable in _variables() if not _is_secret(field)}
    known |= {name for _, field, v in _variables() if _is_secret(field) for name in (v, f"{v}_FILE")}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known | RESERVED:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else "see `chancery doctor` for those there are."
            raise SettingsRefused("settings.unknown", f"There is no setting {name}; {hint}")
    try:
        return Settings()
    except ValidationError as error:
        first, *others = error.errors(include_input=False, include_url=False)
        raise _refused(first, len(others)) from None


def _refused(error: Any, others: int) -> SettingsRefused:
    names = {key: (name, v) for name, field, v in _variables() for key in (name, v, field.validation_alias)}
    where = names.get(error["loc"][0]) if error["loc"] else None
    what = re.sub(r"^(Value error|Assertion failed), ", "", error["msg"])
    what = re.sub(r"^(Input|String) should ", "must ", what)
    what = re.sub(r"^must be a valid boolean.*", "must be true or false", what)
    more = f" ({others} more to put right after that.)" if others else ""
    if where is None:
        part = "oidc_issuer" if "OIDC" in what else "temporal_tls"
        return SettingsRefused(f"settings.{part}", f"{what}.{more}")
    name, variable = where
    return SettingsRefused(f"settings.{name}", f"{variable} {what}.{more}")


def _variables() -> Iterator[tuple[str, FieldInfo, str]]:
    """Each field with its name and its environment variable."""
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        yield name, field, alias if isinstance(alias, str) else f"{PREFIX}{name.upper()}"


def _is_secret(field: FieldInfo) -> bool:
    return "SecretStr" in str(field.annotation)


class _SecretFiles(PydanticBaseSettingsSource):
    """Secrets out of files: ``NAME_FILE`` for ``NAME``."""

    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = str(field.validation_alias)
        named = os.environ.get(f"{variable}_FILE")
        if not _is_secret(field) or not named:
            return None, variable, False
        if os.environ.get(variable):
            raise SettingsRefused("settings.secret_file", f"Set {variable} or {variable}_FILE, not both.")
        try:
            return Path(named).read_text().strip(), variable, False
        except (OSError, UnicodeDecodeError):
            raise SettingsRefused(
                "settings.secret_file", f"{variable}_FILE names {named}, which cannot be read."
            ) from None

    @override
    def __call__(self) -> dict[str, Any]:
        values = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                values[key] = value
        return values
