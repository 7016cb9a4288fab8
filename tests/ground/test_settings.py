"""A wrong setting is one clear line with a code, and never shows a secret."""

import os
from pathlib import Path

import pytest

from chancery.settings import Settings, SettingsRefused, load


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("CHANCERY_", "DATABASE_", "TEMPORAL_")):
            monkeypatch.delenv(name)


def test_without_anything_the_embedded_servers_are_meant(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load()
    assert settings.data_dir == tmp_path / ".chancery"
    assert settings.keys == tmp_path / ".chancery" / "keys"
    assert (settings.database_url, settings.temporal_address) == (None, None)
    assert (settings.temporal_namespace, settings.language, settings.uses_tls) == ("chancery", "en", False)


def test_everything_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("the key\n")
    chosen = {
        "CHANCERY_DATA_DIR": str(tmp_path / "d"),
        "CHANCERY_KEY_DIR": str(tmp_path / "k"),
        "CHANCERY_LANGUAGE": "fr",
        "DATABASE_URL": "postgresql://app:word@db.example.org/chancery",
        "DATABASE_ADMIN_URL": "postgresql+psycopg://owner:word@db.example.org/chancery",
        "TEMPORAL_ADDRESS": "[::1]:7233",
        "TEMPORAL_NAMESPACE": "hrd",
        "TEMPORAL_API_KEY_FILE": str(secret),
    }
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    settings = load()
    assert settings.data_dir == tmp_path / "d"
    assert settings.keys == tmp_path / "k"
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == chosen["DATABASE_URL"]
    assert settings.temporal_api_key is not None
    assert settings.temporal_api_key.get_secret_value() == "the key"
    assert settings.uses_tls  # an API key is never sent in the clear
    assert "word" not in repr(settings)
    assert "the key" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "code", "says"),
    [
        ("CHANCERY_LANGUAGE", "de", "settings.language", "must be 'en' or 'fr'"),
        ("CHANCERY_LOG_LEVEL", "loud", "settings.log_level", "must be 'debug'"),
        ("CHANCERY_DATADIR", "x", "settings.unknown", "did you mean CHANCERY_DATA_DIR?"),
        ("CHANCERY_QQ", "x", "settings.unknown", "no setting CHANCERY_QQ"),
        (
            "DATABASE_URL",
            "mysql://u:canary-7f3a@db",
            "settings.database_url",
            "must begin with postgresql://",
        ),
        ("DATABASE_ADMIN_URL", "canary-7f3a", "settings.database_admin_url", "must begin with postgresql://"),
        (
            "DATABASE_URL_FILE",
            "/nowhere/canary",
            "settings.secret_file",
            "/nowhere/canary, which cannot be read",
        ),
        ("TEMPORAL_ADDRESS", "temporal.example.org", "settings.temporal_address", "must be host:port"),
        ("TEMPORAL_ADDRESS", "temporal.example.org:99999", "settings.temporal_address", "must be host:port"),
        ("TEMPORAL_TLS", "perhaps", "settings.temporal_tls", "must be true or false"),
        ("TEMPORAL_TLS_CA_FILE", "/nowhere", "settings.temporal_tls_ca_file", "must name a file that exists"),
        ("CHANCERY_TEMPORAL_PROGRAM", "/etc", "settings.temporal_program", "must name a program"),
    ],
)
def test_a_wrong_value_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: str, says: str
) -> None:
    load()  # control: what follows is refused for this one value
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsRefused) as refused:
        load()
    assert refused.value.code == code
    assert says in refused.value.message
    assert name in refused.value.message
    assert "\n" not in str(refused.value)
    assert "canary-7f3a" not in str(refused.value)


def test_a_certificate_needs_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_TLS_CERT_FILE", __file__)
    with pytest.raises(SettingsRefused, match="go together"):
        load()
    monkeypatch.setenv("TEMPORAL_TLS_KEY_FILE", __file__)
    assert load().uses_tls


def test_a_secret_stands_in_one_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql:///chancery\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(secret))
    assert load().database_url is not None
    monkeypatch.setenv("DATABASE_URL", "postgresql:///chancery")
    with pytest.raises(SettingsRefused, match="not both"):
        load()


def test_every_setting_says_what_it_is() -> None:
    assert not [name for name, field in Settings.model_fields.items() if not field.description]
