"""The pages that `grade review` serves: who gets them, what is saved, and what is refused."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.gradebook.store import Gradebook
from grader.model import Status
from tests.review.conftest import ANSWERS, HOSTILE, PICTURES, Review, answered, recorded
from tests.written import NAME

Serve = Callable[..., Review]


def _page_of(review: Review, student: str) -> str:
    return review.pages()[sorted(name for name in ANSWERS if name != "di").index(student)]


def test_the_list_has_everybody_and_what_is_left_to_do(serve: Serve) -> None:
    text = serve().ask().text
    assert "0 of 3 reviewed" in text
    assert [text.index(f"<bdi>{name}</bdi>") for name in ANSWERS] == sorted(
        text.index(f"<bdi>{name}</bdi>") for name in ANSWERS
    )
    assert text.count("to review</td>") == 3
    assert text.count("nothing was written") == 1


def test_a_decision_is_in_the_gradebook_at_once_with_who_and_what(serve: Serve) -> None:
    review = serve()
    saved = review.send(_page_of(review, "ann"), item=["0"], points="", remark="Look at the last.")
    assert (saved.status, saved.headers["location"]) == (
        303,
        f"{review.base}{_page_of(review, 'ann')}",
    )
    number, made = review.standing()["ann"]
    assert (made.score, made.by, made.reason) == (3, "Bo", "Look at the last.")
    assert [(each.text, each.points) for each in made.items] == [("says that they grow", 3)]
    text = review.ask(_page_of(review, "ann")).text
    assert "Saved: 3 of 5 points, by Bo" in text
    assert re.search(r'value="0" data-points="3" data-key="1" checked', text)
    assert f'name="instead_of" value="{number}"' in text


def test_the_next_one_to_review_follows(serve: Serve) -> None:
    review = serve()
    pages = review.pages()
    assert review.send(pages[0], points="1", then="next").headers["location"].endswith(pages[1])
    review.send(pages[2], points="1")
    assert review.send(pages[1], points="1", then="next").headers["location"] == f"{review.base}/"
    assert "Everything is reviewed" in review.ask().text


def test_points_may_be_given_for_what_is_unanswered_too(serve: Serve) -> None:
    review = serve()
    assert review.send(review.pages()[3], points="0,5").status == 303
    assert review.standing()["di"][1].score == 0.5
    assert "0 of 3 reviewed" in review.ask().text


def test_a_decision_is_taken_back(serve: Serve) -> None:
    review = serve()
    page = _page_of(review, "ann")
    review.send(page, points="1")
    number, _ = review.standing()["ann"]
    assert review.send(page, number, then="undo").status == 303
    assert review.standing() == {}
    assert "Nobody has reviewed this yet" in review.ask(page).text


def test_of_two_people_none_replaces_what_the_other_saved_without_being_asked(serve: Serve) -> None:
    bo, cy = serve(by="Bo"), serve(by="Cy")
    page = _page_of(bo, "ann")
    bo.send(page, points="2")
    assert "Saved: 2 of 5 points, by Bo" in cy.ask(page).text
    refused = cy.send(page, points="4", remark="No.")
    assert refused.status == 409
    assert "another person saved 2 of 5 points, by Bo" in refused.text
    assert 'value="4"' in refused.text
    assert "\nNo.</textarea>" in refused.text
    number, made = bo.standing()["ann"]
    assert made.score == 2
    assert f'name="instead_of" value="{number}"' in refused.text
    assert cy.send(page, number, points="4").status == 303
    assert cy.standing()["ann"][1].score == 4
    assert bo.send(page, number, then="undo").status == 409
    assert cy.standing()["ann"][1].by == "Cy"


def test_a_script_gets_the_same_as_data(serve: Serve) -> None:
    review = serve()
    page = _page_of(review, "ann")
    as_json = {"accept": "application/json"}
    saved = review.send(page, headers=as_json, points="2")
    assert '"progress":"1 of 3 reviewed"' in saved.text
    assert review.send(page, headers=as_json, points="3").status == 409
    assert review.send(page, headers=as_json, points="9").status == 422
    state = review.ask(page.replace("/answers/", "/state/"))
    assert '"points":"2"' in state.text


def test_what_cannot_be_saved_is_said_and_what_was_written_stays(serve: Serve) -> None:
    review = serve()
    refused = review.send(_page_of(review, "ann"), points="7", item=["1"], remark="<b>Hm</b>")
    assert refused.status == 422
    assert "&#39;7&#39; is not a number of points from 0 to 5" in refused.text
    assert "\n&lt;b&gt;Hm&lt;/b&gt;</textarea>" in refused.text
    assert review.standing() == {}


def test_names_are_hidden_with_their_order_and_files(serve: Serve) -> None:
    review, other = serve("--anonymous"), serve("--anonymous", by="Cy")
    assert review.pages() == other.pages()
    for page in ("/", *review.pages()):
        text = review.ask(page).text
        for student in ANSWERS:
            assert f"{student}.ipynb" not in text
            assert f"<bdi>{student}</bdi>" not in text
    assert "<h1><bdi>Answer 1</bdi></h1>" in review.ask(review.pages()[0]).text


def test_the_models_answer_is_there_to_compare_with(serve: Serve) -> None:
    review = serve()
    assert "They grow, but for 7." in review.ask(_page_of(review, "ann")).text


def test_markup_in_an_answer_and_a_remark_is_shown_as_it_was_typed(serve: Serve) -> None:
    review = serve()
    page = _page_of(review, "bo")
    review.send(page, points="1", remark=HOSTILE)
    text = review.ask(page).text
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "\u202e" not in text.split("<textarea")[0]
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2


def test_comments_around_an_answer_are_not_shown(serve: Serve) -> None:
    review = serve()
    page = review.ask(_page_of(review, "ann")).text
    assert f"<code>{ANSWERS['ann']}</code>" in page
    assert "ANSWER HERE" not in page


def test_a_long_answer_is_shown(serve: Serve) -> None:
    review = serve()
    assert review.ask(_page_of(review, "cy")).text.count("word ") > 3_000


def test_the_latest_notebook_of_each_student_counts(serve: Serve, gradebook: Path) -> None:
    with Gradebook(gradebook) as book:
        recorded(book, answered("ann", "I have thought again."))
    review = serve()
    assert len(review.pages()) == 4
    text = review.ask(_page_of(review, "ann")).text
    assert "I have thought again." in text
    assert "They grow, but for the last one." not in text


def test_a_picture_is_sent_as_what_it_is_and_nothing_else_there_is(serve: Serve) -> None:
    review = serve()
    of_ann = _page_of(review, "ann").replace("/answers/", "/pictures/")
    of_bo = _page_of(review, "bo").replace("/answers/", "/pictures/")
    for path, media in ((f"{of_ann}/1", "image/png"), (f"{of_bo}/2", "image/jpeg")):
        found = review.ask(path)
        assert (found.status, found.headers["content-type"]) == (200, media)
        assert found.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in found.headers["content-security-policy"]
    assert review.ask(f"{of_ann}/1").content == PICTURES["ann"][0].data
    for place in ("0", "3", "-1", "x", "1/1", "99999999999999999999"):
        assert review.ask(f"{of_ann}/{place}").status == 404, place
    assert review.ask(of_ann.replace("/pictures/", "/pictures/0") + "/1").status == 404


def test_no_picture_is_sent_without_the_token_or_to_another_host(serve: Serve) -> None:
    review = serve()
    path = _page_of(review, "ann").replace("/answers/", "/pictures/") + "/1"
    assert review.ask(path, host="attacker.example").status == 403
    assert review.ask(path, sec_fetch_site="cross-site").status == 403
    connection = http.client.HTTPConnection("127.0.0.1", review.port, timeout=60)
    connection.request("GET", f"/{'a' * 43}{path}")
    answer = connection.getresponse()
    assert answer.status == 404
    assert PICTURES["ann"][0].data not in answer.read()
    connection.close()


def test_a_host_that_lies_gets_nothing(serve: Serve) -> None:
    """A name of an attacker's that was made to point to this machine (DNS rebinding)."""
    review = serve()
    page, form = _page_of(review, "ann"), f"token={review.token}&instead_of=0&points=5"
    port = review.port
    lies = ("attacker.example", f"attacker.example:{port}", "127.0.0.1", f"[::1]:{port}", "")
    for host in lies:
        asked, sent = review.ask(host=host), review.ask(page, form, host=host)
        assert (asked.status, sent.status) == (403, 403), host
        assert "ann" not in asked.text
    assert review.standing() == {}


def test_the_other_name_of_this_machine_is_answered(serve: Serve) -> None:
    review = serve()
    assert review.ask(host=f"localhost:{review.port}").status == 200


def test_two_hosts_or_none_get_nothing(serve: Serve) -> None:
    review = serve()
    for hosts in ((), (f"127.0.0.1:{review.port}", "attacker.example")):
        connection = http.client.HTTPConnection("127.0.0.1", review.port, timeout=60)
        connection.putrequest("GET", f"{review.base}/", skip_host=True)
        for host in hosts:
            connection.putheader("Host", host)
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status in (400, 403)
        assert b"ann" not in answer.read()
        connection.close()


def test_without_the_token_in_the_address_there_is_nothing(serve: Serve) -> None:
    review = serve()
    page = _page_of(review, "ann")
    for token in ("", "wrong", "%C3%A9", "a" * 43, review.token[:-1], review.token.lower()):
        for path in ("/", page, page.replace("/answers/", "/state/")):
            connection = http.client.HTTPConnection("127.0.0.1", review.port, timeout=60)
            connection.request("GET", f"/{token}{path}")
            answer = connection.getresponse()
            assert answer.status == 404, token
            assert b"They grow" not in answer.read()
            connection.close()


def test_nothing_is_saved_without_the_token_in_the_form(serve: Serve) -> None:
    review = serve()
    for token in ("", "wrong", "\u00e9"):
        assert review.send(_page_of(review, "ann"), token=token, points="5").status == 403
    assert review.ask(_page_of(review, "ann"), "instead_of=0&points=5").status == 403
    assert review.standing() == {}


def test_a_page_of_another_origin_saves_nothing(serve: Serve) -> None:
    review = serve()
    for sent in (
        {"origin": "http://attacker.example"},
        {"origin": "null"},
        {"origin": f"https://127.0.0.1:{review.port}"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ):
        refused = review.send(_page_of(review, "ann"), headers=sent, points="5")
        assert refused.status == 403, sent
        assert "access-control-allow-origin" not in refused.headers
    assert review.standing() == {}


def test_nothing_is_shared_kept_or_framed(serve: Serve) -> None:
    review = serve()
    for path in ("/", review.pages()[0], "/answers/none"):
        headers = review.ask(path, origin=f"http://127.0.0.1:{review.port}").headers
        assert "access-control-allow-origin" not in headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


def test_a_body_that_no_form_can_have_is_refused(serve: Serve) -> None:
    review = serve()
    refused = review.send(_page_of(review, "ann"), points="5", remark="a" * 200_000)
    assert refused.status == 422
    assert "longer than 64,000 bytes" in refused.text
    assert review.standing() == {}


def test_other_methods_do_nothing(serve: Serve) -> None:
    review = serve()
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
        connection = http.client.HTTPConnection("127.0.0.1", review.port, timeout=60)
        connection.request(method, f"{review.base}{_page_of(review, 'ann')}")
        assert connection.getresponse().status == 404
        connection.close()


def test_it_listens_on_the_loopback_address_alone(serve: Serve) -> None:
    """Another address of the loopback network stands for those of other networks."""
    review = serve()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", review.port), 5)


def test_ctrl_c_ends_it_with_what_is_to_be_done_next(serve: Serve) -> None:
    review = serve()
    review.send(_page_of(review, "ann"), points="5")
    printed = review.end()
    assert review.process.returncode == 0
    assert "1 of 3 reviewed; run `grade` as before" in printed
    assert review.token not in printed


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["mean"], "is no written answer"),
        (["tren"], "there is no exercise 'tren' (written ones: trend, chart)"),
        (["chart", "--gradebook", "none.sqlite"], "there is no gradebook"),
        (["trend", "--port", "{taken}"], "cannot be listened on"),
    ],
)
def test_what_cannot_be_reviewed_is_said(
    survey: Path, gradebook: Path, options: list[str], words: str
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        named = [each.format(taken=port) for each in options]
        command = [sys.executable, "-c", "from grader.cli import main; main()", "review"]
        found = subprocess.run(
            [*command, "--root", str(survey), "--gradebook", str(gradebook), *named],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert found.returncode == 2
    assert words in " ".join((found.stdout + found.stderr).split())


def test_the_title_names_the_exercise_too(survey: Path, gradebook: Path) -> None:
    command = [sys.executable, "-c", "from grader.cli import main; main()", "review"]
    options = ["--root", str(survey), "--gradebook", str(gradebook), "--assignment", "none"]
    found = subprocess.run(
        [*command, "What the numbers say", *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "there is no assignment 'none'" in found.stderr


def test_what_was_decided_is_in_the_results_that_are_read_from_the_gradebook(serve: Serve) -> None:
    from grader.gradebook.decided import decided
    from grader.model import Graded, Submission

    review = serve()
    review.send(_page_of(review, "ann"), item=["0", "1"], points="")
    with Gradebook(review.gradebook) as book:
        decisions = book.decisions()
        (kept,) = book.latest("ann")
    submission = Submission("ann", "ann.ipynb", "ann.ipynb")
    result = decided(Graded(submission, NAME, kept.result), decisions)
    assert (result.status, result.score, result.reason) == (Status.GRADED, 15, "")
    trend = result.exercises[1]
    assert (trend.verdict.value, trend.score, trend.solved) == ("reviewed", 5, True)
