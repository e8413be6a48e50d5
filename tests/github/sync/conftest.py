from __future__ import annotations

import pytest

from tests.conftest import LiveStack
from tests.github.proxy import Proxy
from tests.github.relay import Relay
from tests.github.stand_in import GitHub
from tests.github.sync.stack import Synced, settings_for


@pytest.fixture
def synced(live_stack: LiveStack, github: GitHub, proxy: Proxy, relay: Relay) -> Synced:
    """Everything runs; the project `shop` names the repository `acme/shop`, and nothing has been asked for yet."""
    settings = settings_for(proxy, github)
    if not settings.items() <= live_stack.env.items():
        live_stack.env.update(settings)
        live_stack.start_web()
        live_stack.start_worker()
    return Synced(live_stack, github, proxy, relay)
