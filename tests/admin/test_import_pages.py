"""Audit logs that were kept elsewhere: taking them in, and what their pages show."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audits.actions.imports import LARGEST, import_log
from audits.models import Import, Iteration
from tests.admin.pages import adding, list_of, messages, page_of, text
from tests.browser.demonstration_audit import LOG
from tests.factories import somebody

ADDING = "audits_import"


def a_log_form(shop, **given: object) -> dict[str, object]:
    return {"project": shop.project.pk, **given}


@pytest.mark.parametrize("how", ["file", "text"])
def test_a_log_is_imported_as_a_file_or_as_text(engineer, shop, how):
    given = {"file": SimpleUploadedFile("log.md", LOG.encode())} if how == "file" else {"text": LOG.replace("\n", "\r\n")}

    answer = engineer.post(adding(ADDING), a_log_form(shop, **given), follow=True)

    made = Import.objects.order_by("-pk").first()
    assert answer.redirect_chain == [(page_of(made), 302)]
    assert messages(answer) == ["The log is imported."]
    assert (made.actor_name, made.iterations.get().state) == ("Engineer", "imported")


def test_pasted_and_uploaded_it_is_the_same_log(engineer, shop):
    engineer.post(adding(ADDING), a_log_form(shop, file=SimpleUploadedFile("log.md", LOG.encode())))

    answer = engineer.post(adding(ADDING), a_log_form(shop, text=LOG.replace("\n", "\r\n")), follow=True)

    assert messages(answer)[-1] == "This log was imported before; nothing has changed."
    assert Import.objects.filter(project=shop.project).count() == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Choose a file, or paste its text below."),
        ({"text": " \n"}, "Choose a file, or paste its text below."),
        ({"text": "# A log", "file": SimpleUploadedFile("log.md", b"# A log")}, "Give one of the two"),
        ({"file": SimpleUploadedFile("log.md", b"\xff\xfe\xff")}, "not UTF-8"),
        ({"file": SimpleUploadedFile("log.md", b"a\0b")}, "NUL"),
        ({"file": SimpleUploadedFile("log.md", b" \n ")}, "empty"),
        ({"file": SimpleUploadedFile("log.md", b"x" * (LARGEST + 1))}, "at most"),
    ],
)
def test_what_is_no_log_is_refused_with_a_reason(engineer, shop, given, said):
    answer = engineer.post(adding(ADDING), a_log_form(shop, **given))

    assert answer.status_code == 200
    assert said in text(answer)
    assert Import.objects.filter(project=shop.project).count() == 1


def test_a_log_cannot_be_imported_into_another_project(engineer, shop, rival):
    answer = engineer.post(adding(ADDING), {"project": rival.project.pk, "text": LOG})

    assert list(answer.context["form"].errors) == ["project"]
    assert "rival" not in text(answer)


def test_a_viewer_imports_nothing(viewer, shop):
    answers = [viewer.get(adding(ADDING)), viewer.post(adding(ADDING), a_log_form(shop, text=LOG))]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert Import.objects.filter(project=shop.project).count() == 1


@pytest.fixture
def made(shop) -> Import:
    return import_log(shop.project, actor=somebody(), raw=LOG.encode())[0]


def test_the_list_tells_what_was_imported_by_whom(viewer, made):
    said = text(viewer.get(list_of("audits_import"), {"q": "Redis"}))

    assert "Audit log: Redis does not answer" in said
    assert "a test" in said


def test_the_page_shows_iterations_contradictions_and_how_each_section_was_read(viewer, made):
    page = viewer.get(page_of(made))

    said = text(page)
    assert page_of(made.iterations.get()) in page.content.decode()
    for part in ("planned_count", "still_red_called_fixed", "The connector was moved, and the address was not.", "kept word by word"):
        assert part in said


def test_sections_of_a_long_log_come_in_pages(viewer, shop):
    log = "# Long\n\n" + "".join(f"## Section {number}\n\nWords of {number}.\n\n" for number in range(120))
    made, _ = import_log(shop.project, actor=somebody(), raw=log.encode())

    pages = [viewer.get(page_of(made), {"page": page}) for page in ("1", "3", "nonsense")]

    assert [len(page.context["sections"]) for page in pages] == [50, 21, 50]
    assert "Words of 119." in text(pages[1])


def test_a_large_log_makes_no_large_page(viewer, shop, django_assert_max_num_queries):
    lines = "".join(f"- `test_{number}` PASSED and more words about it\n" for number in range(15_000))
    made, _ = import_log(shop.project, actor=somebody(), raw=f"# Long\n\n## Results\n\n{lines}".encode())
    iteration = made.iterations.get()

    for row in (made, iteration):
        with django_assert_max_num_queries(60):
            assert len(viewer.get(page_of(row)).content) < 600_000


def test_the_claims_of_an_iteration_stand_with_their_lines(viewer, made):
    said = text(viewer.get(page_of(made.iterations.get())))

    assert "Result (2)" in said
    assert "name test_timeout_is_reported · outcome failed" in said
    assert "contradictions" in said


def test_what_was_imported_cannot_be_walked(engineer, made):
    iteration = made.iterations.get()

    answer = engineer.post(page_of(iteration, "advance"))

    assert "is imported; nothing can be added to it" in text(answer)
    assert Iteration.objects.get(pk=iteration.pk).state == "imported"


@pytest.mark.parametrize("verb", ["log_markdown", "log_json"])
def test_an_imported_iteration_can_be_taken_out_again(viewer, made, verb):
    answer = viewer.get(page_of(made.iterations.get(), verb))

    assert answer["Content-Disposition"].startswith("attachment")
    assert "test_timeout_is_reported" in answer.content.decode()
