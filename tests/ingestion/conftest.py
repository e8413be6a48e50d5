import pytest

from incidents.models import Pattern, Project, Source
from ingestion import miners
from tests.factories import a_project, a_source, ingest
from tests.ingestion.parted import PEOPLE, login


@pytest.fixture
def project(db: None) -> Project:
    return a_project()


@pytest.fixture
def source(project: Project) -> Source:
    return a_source(project)


@pytest.fixture(autouse=True)
def forgetful() -> None:
    """No miner is left from another test's database."""
    miners._kept.clear()


@pytest.fixture
def logins(source: Source) -> Pattern:
    """One pattern of ten messages, that of `root` twice, half an hour apart."""
    ingest(source, [*(login(name, number) for number, name in enumerate(PEOPLE)), login("root", 1800)])
    return Pattern.objects.standing().get()
