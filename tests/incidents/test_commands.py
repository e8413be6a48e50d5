import pytest
from django.core.management import CommandError, call_command

from incidents.models import Project, Source, Token
from tests.factories import a_project, a_user

pytestmark = pytest.mark.django_db


def test_create_token_prints_the_secret_alone(capsys):
    call_command("create_token", "CI", "--scope", "ingest", "--scope", "read")

    secret = capsys.readouterr().out.removesuffix("\n")
    assert Token.objects.find(secret).scopes == ["ingest", "read"]
    assert secret not in str(Token.objects.values_list("digest", "prefix", "name").get())


def test_create_token_bounds_by_project_user_and_days(capsys):
    project, user = a_project(), a_user()

    call_command("create_token", "CI", "--scope", "review", "--project", "shop", "--user", "ada", "--expires", "3")

    token = Token.objects.get()
    assert (token.project, token.user) == (project, user)
    assert (token.expires_at - token.created_at).days in (2, 3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--scope", "read", "--project", "typo"], "There are: shop"),
        (["--scope", "read", "--user", "nobody"], "There is no user 'nobody'"),
        (["--scope", "review"], "must belong to a user"),
        (["--scope", "read", "--expires", "0"], "expired already"),
    ],
)
def test_create_token_refuses_what_makes_no_sense(words, said):
    a_project()

    with pytest.raises(CommandError, match=said):
        call_command("create_token", "CI", *words)


def test_a_project_and_a_source_are_made_by_command(capsys):
    call_command("create_project", "shop", "--name", "Web shop", "--github-repository", "example/shop")
    call_command("create_source", "shop-logs", "--project", "shop", "--kind", "file")

    assert (Project.objects.get().name, Source.objects.get().kind) == ("Web shop", "file")


@pytest.mark.parametrize("slug", ["Shop", "shop_1", "-shop", "", "shop\n", "a" * 51])
def test_a_slug_that_would_make_a_bad_address_is_refused(slug):
    with pytest.raises(CommandError, match="slug"):
        call_command("create_project", slug)


def test_a_slug_is_taken_once():
    a_project()

    with pytest.raises(CommandError, match="already exists"):
        call_command("create_project", "shop")
