import pytest

from incidents.models import Project, Source
from tests.factories import a_project, a_source


@pytest.fixture
def project(db: None) -> Project:
    return a_project()


@pytest.fixture
def source(project: Project) -> Source:
    return a_source(project)
