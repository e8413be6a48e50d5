import pytest


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """A slow hash would be most of what these tests do."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
