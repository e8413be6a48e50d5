"""Where the real logs stand: beside the checkout, on the machines that have them."""

from tests.servers import REPOSITORY

SHARED_DATA = REPOSITORY.parent / "shared" / "data"
