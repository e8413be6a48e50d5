"""What happens between an issue and its twin on GitHub, told in the issue's timeline."""

import pytest

from incidents.actions.history import record
from incidents.actors import Actor
from tests.admin.pages import page_of, text
from tests.admin.test_hostile_text import EVIL, assert_harmless
from tests.factories import somebody

TWIN = {"repository": "acme/shop", "number": 12, "url": "https://github.example/12"}
TOLD = {
    "github_asked": ({"repository": "acme/shop"}, "asked for a twin in acme/shop"),
    "github_link_asked": ({"repository": "acme/shop", "number": 12}, "asked to link it to acme/shop#12"),
    "github_created": (TWIN, "created its twin acme/shop#12"),
    "github_linked": (TWIN, "linked it to acme/shop#12"),
    "github_closed": ({"number": 12}, "closed its twin #12: the fix is proven"),
    "github_reopened": ({"number": 12}, "reopened #12 on GitHub"),
    "github_closed_unproven": (
        {"number": 12, "state_reason": "completed"},
        "closed #12 on GitHub as completed, without proof: here it stays open",
    ),
    "github_title_overruled": ({"ours": "Slow", "theirs": "Very slow"}, "“Very slow” took the place of “Slow”"),
    "github_evidence_arrived": ({"number": 12}, "has the evidence now, in #12"),
    "github_refused": ({"what": "comment", "text": "No rights"}, "(comment): it is a dead letter, and waits for a person No rights"),
    "github_replayed": ({"what": "comment"}, "had a dead letter tried again (comment)"),
    "github_discarded": ({"what": "comment", "reason": "Said elsewhere"}, "discarded a dead letter (comment) Said elsewhere"),
    "github_followed": ({"was": "acme/shop#12", "now": "acme/till#3"}, "moved its twin from acme/shop#12 to acme/till#3"),
    "github_moved_away": ({"was": "acme/shop#12", "now": "evil/x#1"}, "to evil/x#1, which is none of the project’s repositories"),
    "github_deleted": ({"was": "acme/shop#12"}, "lost its twin acme/shop#12: it was deleted there"),
    "github_commit_fixes": ({"commit": "b" * 40, "branch": "main"}, f"saw commit {'b' * 12} on main, which says that it fixes this"),
    "github_pull_request_fixes": (
        {"number": 7, "state": "merged", "url": "https://github.example/7"},
        "saw pull request #7 (merged), which says that it fixes this",
    ),
    "commented": ({"text": "Me too", "url": "https://github.example/12#1"}, "commented Me too"),
    "comment_edited": ({"text": "Me three", "url": "https://github.example/12#1"}, "edited a comment Me three"),
    "comment_deleted": ({"comment": 1}, "deleted a comment on GitHub; here it is kept"),
}  # fmt: skip


@pytest.mark.parametrize("verb", TOLD)
def test_what_happens_between_the_two_stands_in_the_timeline(viewer, shop, verb):
    data, sentence = TOLD[verb]
    record(shop.issue, Actor.machine("octocat on GitHub"), verb, data)

    page = viewer.get(page_of(shop.issue))

    assert sentence in text(page)


@pytest.mark.parametrize("verb", [verb for verb, (data, _) in TOLD.items() if "url" in data])
def test_what_has_an_address_there_leads_to_it(viewer, shop, verb):
    data, sentence = TOLD[verb]
    record(shop.issue, somebody(), verb, data)

    page = viewer.get(page_of(shop.issue)).content.decode()

    assert f'<a class="fx-link" href="{data["url"]}" rel="noreferrer">{sentence.split(" Me ")[0]}</a>' in page


def test_an_address_that_is_none_of_the_web_is_no_link_in_the_timeline(viewer, shop):
    record(shop.issue, somebody(), "commented", {"text": "Me too", "url": "javascript:alert(1)"})

    assert "javascript:alert" not in viewer.get(page_of(shop.issue)).content.decode()


@pytest.mark.parametrize("verb", TOLD)
def test_no_event_runs_what_it_tells(viewer, shop, verb):
    record(shop.issue, Actor.machine(EVIL[:200]), verb, dict.fromkeys(TOLD[verb][0], EVIL) | {"url": f"https://{EVIL}"})

    assert_harmless(viewer, page_of(shop.issue))
