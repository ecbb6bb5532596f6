"""No interview lost: the twenty scars of other systems, each tried on the real queue, in a real browser, at a real server."""

import json
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from drill import interviewer, stock, supervisor
from drill.interviewer import PASSWORD
from drill.proxy import Fault, Kind, Plan, Proxy, Request, always, in_turn, straight
from drill.supervisor import Supervisor
from literacy_app.accounts.rules import Role
from tests.browser.conftest import PHONE
from tests.browser.field_phone import FINISH, QUEUE, Phone, effects, interviews, receipts, records, stored, whole

pytestmark = pytest.mark.browser
SIZE: ViewportSize = {"width": PHONE["width"], "height": PHONE["height"]}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervisor]:
    """The product, served as an office serves it, on the small stock."""
    prepared = supervisor.prepare(tmp_path_factory.mktemp("prepared") / "data")
    with Supervisor(prepared, tmp_path_factory.mktemp("field") / "data") as server:
        server.start()
        yield server


@pytest.fixture
def proxy(server: Supervisor) -> Iterator[Proxy]:
    """The network between phones and server."""
    with Proxy(server.port) as proxy:
        yield proxy


@pytest.fixture
def handset(browser: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """Makes phones as things: each with storage of its own."""
    made: list[BrowserContext] = []

    def make() -> BrowserContext:
        # Our scripts are put into a page of the server's, which its policy rightly forbids.
        made.append(browser.new_context(viewport=SIZE, user_agent="drill", bypass_csp=True))
        return made[-1]

    yield make
    for context in made:
        context.close()


@pytest.fixture
def phone(server: Supervisor, proxy: Proxy, handset: Callable[[], BrowserContext]) -> Callable[..., Phone]:
    """Makes phones with an interviewer signed in on each; `page` is another page of a phone that is there."""

    def make(page: Page | None = None, account: interviewer.Phone | None = None, **options: Any) -> Phone:
        account = account or interviewer.enrol(server.data, options.get("owner", "in"))
        key = interviewer.key_from(server.base, account)
        assert key is not None
        return Phone(page or handset().new_page(), f"http://127.0.0.1:{proxy.port}", account, key, **options)

    return make


Make = Callable[..., Phone]


@pytest.mark.parametrize("fault", [Fault(Kind.SWALLOW, 0.1), Fault(Kind.CUT_RESPONSE, 30), Fault(Kind.RESET_AFTER)])
def test_01_the_server_commits_and_the_reply_is_dropped(
    server: Supervisor, proxy: Proxy, phone: Make, fault: Fault
) -> None:
    mine, made = phone(), interviews(1)
    mine.finish(*made)
    proxy.plan = in_turn(fault)
    assert mine.send()["stopped"] == "network" and mine.counts()["finalised"] == 1
    assert stored(server, made) == whole(made)
    assert mine.send()["sent"] == 1 and mine.seen[-1] == 202
    assert mine.counts()["acknowledged"] == 1 and effects(server, made[0]) == (1, 1, 1, 1)
    assert proxy.happened[fault.kind] == 1


def test_02_the_same_record_comes_from_twenty_at_once(server: Supervisor, phone: Make) -> None:
    mine, made = phone(), interviews(1)
    mine.finish(*made)
    body = mine.ask("queue.export()").splitlines()[1].encode()
    headers = {"Authorization": f"Bearer {mine.account.token}", "Content-Type": "application/json"}

    def send(_: int) -> httpx.Response:
        return httpx.post(f"{server.base}/api/v1/records", content=body, headers=headers, timeout=30, trust_env=False)

    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(send, range(24)))
    assert Counter(one.status_code for one in answers) == {201: 1, 202: 23}
    assert len({one.text for one in answers}) == 1 and effects(server, made[0]) == (1, 1, 1, 1)
    assert mine.send()["sent"] == 1 and effects(server, made[0]) == (1, 1, 1, 1)


def test_03_other_answers_under_a_known_id_are_set_aside_and_kept(server: Supervisor, phone: Make) -> None:
    first, second = phone(), phone()
    made, later = interviews(1), interviews(1)
    other = stock.Interview(made[0].id, made[0].body.replace(b'"sequence": 1', b'"sequence": 2'))
    first.finish(*made)
    first.send()
    second.finish(other, *later)
    assert second.send()["sent"] == 1 and second.seen == [409, 201]
    assert second.states() == {other.id: "attention", later[0].id: "acknowledged"}
    assert other.id in second.ask("queue.export()")
    assert second.ask("queue.attention()")[0]["reason"] == "409"
    assert stored(server, made) == whole(made)


@pytest.mark.parametrize("kind", [Kind.PORTAL, Kind.REDIRECT, Kind.NO_CONTENT, Kind.WRONG_SHAPE])
def test_04_a_captive_portal_delivers_nothing(server: Supervisor, proxy: Proxy, phone: Make, kind: Kind) -> None:
    mine, made = phone(), interviews(2)
    mine.finish(*made)
    proxy.plan = always(Fault(kind))
    assert mine.send() == {"sent": 0, "stopped": "network"} and mine.counts()["finalised"] == 2
    assert stored(server, made) == [] and proxy.happened[kind] == 1
    proxy.plan = straight
    assert mine.send()["sent"] == 2 and stored(server, made) == whole(made)


@pytest.mark.parametrize("kind", [Kind.TRUNCATED, Kind.OTHER_RECEIPT])
def test_04_a_receipt_that_is_cut_or_of_another_is_none(
    server: Supervisor, proxy: Proxy, phone: Make, kind: Kind
) -> None:
    mine, made = phone(), interviews(1)
    mine.finish(*made)
    proxy.plan = in_turn(Fault(kind))
    assert mine.send()["sent"] == 0 and mine.counts()["finalised"] == 1
    mine.ask("window.skip += 3600000")
    assert mine.send()["sent"] == 1 and effects(server, made[0]) == (1, 1, 1, 1)


def test_05_the_sign_in_runs_out_in_the_middle_of_the_queue(server: Supervisor, proxy: Proxy, phone: Make) -> None:
    mine, made = phone(), interviews(4)
    mine.finish(*made)
    proxy.plan = in_turn(Fault(Kind.PASS), Fault(Kind.ANSWER, status=401, body='{"error": "sign_in"}'))
    assert mine.send() == {"sent": 1, "stopped": "sign-in"}
    for _ in range(5):  # whatever asks, nothing goes out until somebody has signed in, who is asked once
        assert mine.send()["stopped"] == "sign-in"
    assert mine.ask("window.prompts") == 1 and mine.seen == [201, 401] and mine.counts()["finalised"] == 3
    fresh = interviewer.enrol(server.data, "in")
    assert mine.ask("(token) => queue.resume(token)", fresh.token)["sent"] == 3
    assert stored(server, made) == whole(made)


def test_05_a_token_that_has_expired_takes_nothing_with_it(server: Supervisor, phone: Make) -> None:
    mine, made = phone(), interviews(2)
    with sqlite3.connect(server.database) as database:
        past = "UPDATE device SET expires_at = '2020-01-01 00:00:00.000000' WHERE id = ?"
        database.execute(past, (UUID(mine.account.device).hex,))
    mine.finish(*made)
    assert mine.send()["stopped"] == "sign-in" and mine.seen == [401] and stored(server, made) == []
    assert mine.ask("(token) => queue.resume(token)", interviewer.enrol(server.data, "in").token)["sent"] == 2
    assert stored(server, made) == whole(made)


@pytest.mark.parametrize("status", [429, 503])
def test_06_the_server_asks_for_patience_and_gets_it(
    server: Supervisor, proxy: Proxy, phone: Make, status: int
) -> None:
    mine, made = phone(), interviews(3)
    mine.finish(*made)
    proxy.plan = in_turn(Fault(Kind.ANSWER, status=status, headers=(("Retry-After", "60"),)))
    mine.send()
    assert [mine.send()["stopped"] for _ in range(3)] == ["pause"] * 3 and mine.seen == [status]
    mine.ask("window.skip += 61000")
    # What was put off stands behind the others once more, so that it could not hold them up.
    assert mine.send()["sent"] == 3 and [number for _, _, number in records(server, made)] == [2, 3, 1]


def test_06_one_bad_record_stops_none_of_the_rest(server: Supervisor, proxy: Proxy, phone: Make) -> None:
    mine, made = phone(), interviews(5)
    mine.finish(*made)
    proxy.plan = in_turn(Fault(Kind.PASS), Fault(Kind.ANSWER, status=500, body='{"error": "500"}'))
    assert mine.send()["sent"] == 4 and mine.states()[made[1].id] == "finalised"
    assert [number for _, _, number in records(server, made)] == [1, 3, 4, 5]
    mine.ask("window.skip += 20000")
    assert mine.send()["sent"] == 1 and stored(server, made) == whole(made)


def test_06_what_is_too_large_waits_for_a_person_and_is_kept(server: Supervisor, proxy: Proxy, phone: Make) -> None:
    mine, made = phone(), interviews(2)
    large = interviews(1, paradata={"notes": "x" * 400_000})
    mine.finish(*large, *made)
    assert mine.send()["sent"] == 2 and mine.seen == [413, 201, 201]
    assert mine.states()[large[0].id] == "attention" and large[0].id in mine.ask("queue.export()")


def test_06_a_line_that_never_answers_is_left_and_tried_again_by_itself(
    server: Supervisor, proxy: Proxy, phone: Make
) -> None:
    mine, made = phone(speed=60), interviews(1)
    mine.finish(*made)
    proxy.plan = in_turn(*[Fault(Kind.SWALLOW, 30)] * 3)
    assert mine.send()["stopped"] == "network"
    mine.until("queue.counts().then(counts => counts.acknowledged === 1)")
    assert effects(server, made[0]) == (1, 1, 1, 1) and len(proxy.requests) >= 4


STEPS = {
    "sealing": (straight, "finishing"),
    "sending": (always(Fault(Kind.DELAY, 3)), "sending"),
    "answered": (always(Fault(Kind.SWALLOW, 3)), "sending"),
    "cut": (always(Fault(Kind.CUT_RESPONSE, 200)), "sending"),
    "noted": (straight, "acknowledged"),
}


@pytest.mark.parametrize("step", STEPS)
def test_07_the_tab_dies_at_any_step(server: Supervisor, proxy: Proxy, phone: Make, step: str) -> None:
    mine, made = phone(), interviews(3)
    proxy.plan, until = STEPS[step]
    if until == "finishing":
        rows = [(one.id, one.body.decode(), stock.PILOT, None) for one in made]
        mine.page.evaluate("([script, rows]) => { eval(script)(rows); }", [FINISH, rows])
    else:
        mine.finish(*made)
        mine.page.evaluate("() => { queue.send(); }")
        # A record may be back in its place before anybody looks: that it was tried is what stays.
        tried = "one.attempts > 0" if until == "sending" else f"one.state === '{until}'"
        mine.until(f"queue.list().then(list => list.some(one => {tried}))")
    mine.crash()
    proxy.plan = straight
    kept = [one for one in made if one.id in mine.states()]
    assert len(kept) == 3 or step == "sealing"  # what was not kept yet was not said to be kept
    mine.send()
    assert mine.counts()["unsent"] == 0 and stored(server, made) == whole(kept)
    assert all(effects(server, one) == (1, 1, 1, 1) for one in kept)


def test_07_the_tab_dies_at_moments_that_nobody_chose(server: Supervisor, proxy: Proxy, phone: Make) -> None:
    mine, rng, told = phone(), random.Random(7), list[stock.Interview]()
    proxy.plan = always(Fault(Kind.DELAY, 0.05))
    made = interviews(24)
    for number in range(8):
        mine.finish(*made[number * 3 : number * 3 + 3])
        told += made[number * 3 : number * 3 + 3]
        mine.page.evaluate("() => { queue.send(); }")
        time.sleep(rng.uniform(0, 0.3))
        mine.crash()
    mine.send()
    assert mine.counts()["unsent"] == 0 and stored(server, told) == whole(told)
    assert all(effects(server, one) == (1, 1, 1, 1) for one in told)


def test_09_of_two_tabs_one_sends(server: Supervisor, proxy: Proxy, phone: Make) -> None:
    mine, made = phone(), interviews(4)
    other = phone(mine.page.context.new_page(), mine.account)
    mine.finish(*made)
    proxy.plan = always(Fault(Kind.DELAY, 0.3))
    mine.page.evaluate("() => { window.sent = queue.send(); }")
    mine.until("queue.counts().then(counts => counts.sending > 0)")
    assert other.send() == {"sent": 0, "stopped": "elsewhere"}
    assert mine.ask("window.sent")["sent"] == 4 and mine.seen == [201] * 4 and other.seen == []
    assert stored(server, made) == whole(made)


def test_09_without_locks_two_tabs_may_both_send_and_nothing_is_doubled(server: Supervisor, phone: Make) -> None:
    mine, made = phone(locks=False), interviews(6)
    other = phone(mine.page.context.new_page(), mine.account, locks=False)
    mine.finish(*made)
    for tab in (mine, other):
        tab.page.evaluate("() => { window.sent = queue.send(); }")
    for tab in (mine, other):
        tab.ask("window.sent")
    assert all(effects(server, one) == (1, 1, 1, 1) for one in made) and mine.counts()["unsent"] == 0


def test_10_an_older_questionnaire_is_taken_by_the_server_and_waits_for_a_look(server: Supervisor, phone: Make) -> None:
    mine, made = phone(), interviews(1, version=99)
    mine.finish(*made)
    assert mine.send()["sent"] == 1 and receipts(mine)[0]["status"] == "quarantined"
    assert receipts(mine)[0]["reason"] == "other_version" and stored(server, made) == whole(made)


def test_11_a_later_version_of_the_store_keeps_what_waits(server: Supervisor, phone: Make) -> None:
    mine, made = phone(), interviews(3)
    mine.finish(*made)
    later = (
        QUEUE[0].replace("const VERSION = 1;", "const VERSION = 2;").replace('"tombstones"]', '"tombstones", "photos"]')
    )
    assert "VERSION = 2" in later and "photos" in later
    account = interviewer.enrol(server.data, "in")
    newer = phone(mine.page.context.new_page(), account, store=later)
    assert newer.counts()["finalised"] == 3 and newer.send()["sent"] == 3 and stored(server, made) == whole(made)
    refused = "queue.counts().then(() => 'went on', error => error instanceof Store.Newer ? 'newer' : String(error))"
    assert mine.ask(refused) == "newer"


def test_11_a_connection_that_closes_under_the_app_is_opened_again(server: Supervisor, phone: Make) -> None:
    mine, made = phone(), interviews(2)
    mine.finish(made[0])
    mine.ask("store.database.close()")
    mine.finish(made[1])
    mine.ask("store.database.close()")
    assert mine.send()["sent"] == 2 and stored(server, made) == whole(made)


def test_12_a_phone_that_is_full_says_so_and_what_was_kept_before_still_goes_out(
    server: Supervisor, phone: Make
) -> None:
    mine, made, more = phone(), interviews(2), interviews(1, paradata={"notes": "y" * 100_000})
    mine.finish(*made)
    # Chromium lets no test make its disk small, so the browser's own refusal is played: a put above a size fails with it.
    mine.ask("() => { window.put = IDBObjectStore.prototype.put; }")
    mine.ask(
        """() => {
          IDBObjectStore.prototype.put = function (value, ...rest) {
            if (JSON.stringify(value).length > 100000) throw new DOMException('', 'QuotaExceededError');
            return window.put.call(this, value, ...rest);
          };
        }"""
    )
    row = (more[0].id, more[0].body.decode(), stock.PILOT, None)
    refused = "error => error instanceof Store.Full ? 'full' : String(error)"
    assert mine.ask(f"([script, row]) => eval(script)([row]).then(() => 'kept', {refused})", [FINISH, row]) == "full"
    assert set(mine.states()) == {one.id for one in made}  # what was refused is not half there
    assert mine.send()["sent"] == 2 and stored(server, made) == whole(made)
    mine.ask("() => { IDBObjectStore.prototype.put = window.put; }")
    mine.finish(*more)
    assert mine.send()["sent"] == 1 and stored(server, more) == whole(more)
    assert [number for _, _, number in records(server, [*made, *more])] == [1, 2, 3]


def test_12_a_phone_too_full_to_note_anything_can_still_send(server: Supervisor, phone: Make) -> None:
    mine, made = phone(), interviews(2)
    mine.finish(*made)
    full = "IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); }"
    mine.ask(f"() => {{ {full}; }}")
    mine.send()
    assert len(stored(server, made)) >= 1 and mine.counts()["unsent"] == 2  # nothing noted, so nothing forgotten
    mine.open()  # there is room again
    assert mine.send()["sent"] == 2 and stored(server, made) == whole(made)


@pytest.mark.parametrize(
    "missing",
    [
        "Object.defineProperty(window, 'indexedDB', { value: undefined })",
        "IDBFactory.prototype.open = () => { throw new DOMException('', 'SecurityError'); }",
    ],
)
def test_12_where_nothing_can_be_kept_the_app_does_not_begin(
    proxy: Proxy, handset: Callable[[], BrowserContext], missing: str
) -> None:
    page = handset().new_page()
    page.add_init_script(missing)
    page.goto(f"http://127.0.0.1:{proxy.port}/field/")
    page.get_by_role("heading", name="这个浏览器存不住答卷").wait_for()


def test_13_the_worker_touches_nothing_but_get(proxy: Proxy, handset: Callable[[], BrowserContext]) -> None:
    page, base = handset().new_page(), f"http://127.0.0.1:{proxy.port}"
    page.goto(f"{base}/field/")
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    assert page.evaluate("Boolean(navigator.serviceWorker.controller)")
    with page.expect_response(lambda response: "/api/v1/records" in response.url) as caught:
        page.evaluate("fetch('/api/v1/records', { method: 'POST', body: 'x'.repeat(50000) }).then(r => r.status)")
    assert caught.value.status == 401 and not caught.value.from_service_worker
    posted = [one for one in proxy.requests if one.method == "POST"]
    assert len(posted) == 1 and posted[0].size > 50_000


TEXTS = ("\u0001\u0008\u001f\u007f", "🏡👩‍👩‍👧🏽", "𠮷野家𪚥㐂", "e\u0301 \u200b\ufeff\u2028", "שלום", "水" * 10_000)


def test_14_strange_and_long_texts_arrive_as_they_are(server: Supervisor, phone: Make) -> None:
    mine, made = phone(), [interviews(1, paradata={"said": text})[0] for text in TEXTS]
    made += [interviews(1, answers={"remark": text[:200]})[0] for text in TEXTS[1:]]
    mine.finish(*made)
    assert mine.send()["sent"] == len(made) and {one["status"] for one in receipts(mine)} == {"accepted"}
    assert stored(server, made) == whole(made)


def test_14_half_a_character_is_never_lost_in_silence_and_stops_nothing(server: Supervisor, phone: Make) -> None:
    mine, half, made = phone(), interviews(1), interviews(1)
    text = half[0].body.decode()[:-1] + ', "paradata": "\\ud800"}'
    mine.ask(FINISH, [(half[0].id, text, stock.PILOT, None)])
    mine.finish(*made)
    assert mine.send()["sent"] == 1
    assert mine.states() == {half[0].id: "attention", made[0].id: "acknowledged"}
    assert [status for _, status, _ in records(server, half)] == ["attention"] and stored(server, half) == []


def test_15_somebody_else_signs_in_on_the_same_phone(server: Supervisor, phone: Make) -> None:
    first, made, theirs = phone(owner="in"), interviews(2), interviews(1)
    first.finish(*made)
    second = phone(first.page, owner="else")
    second.finish(*theirs)
    assert second.send()["sent"] == 1 and stored(server, made) == []
    assert second.ask("store.others('else')") == {"people": 1, "drafts": 0, "unsent": 2}
    again = phone(first.page, first.account, owner="in")
    assert again.send()["sent"] == 2 and stored(server, [*made, *theirs]) == whole([*made, *theirs])
    with sqlite3.connect(server.database) as database:
        found = dict(database.execute("SELECT id, actor FROM submission").fetchall())
    assert {found[UUID(one.id).hex] for one in made} == {"device:in"}
    assert found[UUID(theirs[0].id).hex] == "device:else"


def test_16_the_survey_closed_after_the_interview_began(server: Supervisor, phone: Make) -> None:
    mine = phone()
    then = {"started_at": "2020-06-01T10:00:00+08:00", "finished_at": "2020-06-01T10:20:00+08:00"}
    made = interviews(1, wave="closed", **then)
    mine.finish(*made)
    assert mine.send()["sent"] == 1 and receipts(mine)[0]["status"] == "accepted"
    with sqlite3.connect(server.database) as database:
        flags = database.execute("SELECT flags FROM submission WHERE id = ?", (UUID(made[0].id).hex,)).fetchone()[0]
    assert json.loads(flags) == ["late"]


@pytest.mark.parametrize("wrong", [-3, 3, -20_000, 27_000])
def test_17_a_wrong_clock_changes_neither_order_nor_receipt(server: Supervisor, phone: Make, wrong: int) -> None:
    mine, made = phone(), interviews(2)
    mine.ask(f"window.shift = {wrong * 86_400_000}")
    mine.finish(made[0])
    mine.ask("window.shift = 0")  # set right in the middle of the queue
    mine.finish(made[1])
    began = datetime.now(UTC)
    assert mine.send()["sent"] == 2 and [number for _, _, number in records(server, made)] == [1, 2]
    times = [datetime.fromisoformat(one["received_at"]) for one in receipts(mine)]
    assert all(began - timedelta(seconds=2) <= time <= datetime.now(UTC) for time in times)
    mine.ask(f"window.shift = {wrong * 86_400_000}")
    assert mine.ask("(now) => queue.purge(null, now)", datetime.now(UTC).isoformat()) == 0


def test_18_what_the_office_took_out_is_not_brought_back_by_sending_it_again(server: Supervisor, phone: Make) -> None:
    mine, made = phone(), interviews(1)
    mine.finish(*made)
    mine.send()
    with sqlite3.connect(server.database) as database:
        database.execute("UPDATE submission SET status = 'voided' WHERE id = ?", (UUID(made[0].id).hex,))
    mine.ask("(ids) => queue.again(ids)", [made[0].id])
    assert mine.send()["sent"] == 1 and mine.seen == [201, 202] and mine.counts()["acknowledged"] == 1
    with sqlite3.connect(server.database) as database:
        status = database.execute("SELECT status FROM submission WHERE id = ?", (UUID(made[0].id).hex,)).fetchone()[0]
    assert status == "voided" and effects(server, made[0]) == (1, 1, 1, 1)


def as_supervisor(server: Supervisor, context: BrowserContext) -> Page:
    """A page of the office on which a supervisor is signed in."""
    interviewer.take_on(server.data, "su", Role.SUPERVISOR)
    page = context.new_page()
    page.goto(f"{server.base}/account/sign-in")
    page.fill("#login", "su")
    page.fill("#password", PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    return page


def test_19_a_file_that_was_handed_in_and_the_network_later_come_to_the_same(
    server: Supervisor, phone: Make, handset: Callable[[], BrowserContext]
) -> None:
    owner = str(interviewer.take_on(server.data, "hand").id)
    mine, made = phone(account=interviewer.enrol(server.data, "hand"), owner=owner), interviews(3)
    mine.finish(*made)
    file = mine.ask("queue.export()").encode()
    page = as_supervisor(server, handset())
    for _ in range(2):  # twice, as people do
        page.goto(f"{server.base}/office/devices/")
        page.set_input_files("#file", {"name": "records.txt", "mimeType": "text/plain", "buffer": file})
        page.locator("form[enctype] button").click()
        page.wait_for_load_state()
    assert "新的 0 份，原来就有的 3 份" in page.locator("main").inner_text()
    assert stored(server, made) == whole(made) and mine.counts()["finalised"] == 3
    assert mine.send()["sent"] == 3 and mine.seen == [202] * 3
    assert all(effects(server, one) == (1, 1, 1, 1) for one in made)


def test_20_numbers_that_have_not_come_are_shown_to_the_supervisor(
    server: Supervisor, proxy: Proxy, phone: Make, handset: Callable[[], BrowserContext]
) -> None:
    mine, made = phone(owner="gap"), interviews(5)
    mine.finish(*made)
    proxy.plan = in_turn(Fault(Kind.PASS), *[Fault(Kind.ANSWER, status=500, body='{"error": "500"}')] * 2)
    assert mine.send()["sent"] == 3
    headers = {"Authorization": f"Bearer {mine.account.token}"}
    told = f"unsent={mine.counts()['unsent']}&sequence=5"
    httpx.get(f"{server.base}/api/v1/field/assignments?{told}", headers=headers, trust_env=False).raise_for_status()
    page = as_supervisor(server, handset())
    reply = page.goto(f"{server.base}/office/devices/")
    assert reply is not None and reply.status == 200, page.content()
    card = page.locator(".card", has_text="Gap")
    assert "没有收到 2 份，编号： 2–3" in card.inner_text()
    mine.ask("window.skip += 60000")
    mine.send()
    page.reload()
    assert "做过的 5 份都收到了" in card.inner_text()


DAYS, A_DAY, RATE = 14, timedelta(days=1), 2_000


def three_in_ten(rng: random.Random) -> Plan:
    """Of every ten requests three are cut off, on their way there or back, anywhere."""

    def choose(request: Request) -> Fault:
        if not request.path.endswith("/records") or request.number % 10 not in (2, 5, 8):
            return Fault(Kind.PASS)
        if rng.random() < 0.5:
            return Fault(Kind.CUT_REQUEST, rng.randrange(request.size))
        return Fault(Kind.CUT_RESPONSE, rng.randrange(400))

    return choose


def test_fourteen_days_offline_then_a_slow_line_that_breaks(server: Supervisor, proxy: Proxy, phone: Make) -> None:
    mine, made, start = phone(), interviews(60, answers={"q1": "true"}), datetime.now(UTC) - DAYS * A_DAY
    rows = []
    for number, one in enumerate(made):
        at = start + number * DAYS * A_DAY / len(made)
        rows.append((one.id, one.body.decode(), stock.PILOT, at.timestamp() * 1000))
    mine.page.context.set_offline(True)
    mine.ask(FINISH, rows)
    mine.ask("window.shift = 0")
    found = mine.ask("queue.warnings()")
    assert found["unsent"] == 60 and found["oldest"] > 13.9 * 86_400_000
    assert mine.send() == {"sent": 0, "stopped": "network"}
    mine.page.context.set_offline(False)
    proxy.slow_down(RATE)
    proxy.plan = three_in_ten(random.Random(14))
    began = time.monotonic()
    while mine.counts()["unsent"] and time.monotonic() - began < 150:
        mine.send()  # somebody taps again after each break; the queue's own pauses would only take longer
    took, cuts = time.monotonic() - began, proxy.happened[Kind.CUT_REQUEST] + proxy.happened[Kind.CUT_RESPONSE]
    sent = sum(one.size for one in proxy.requests if one.path.endswith("/records"))
    print(f"60 interviews of 14 days: {took:.0f} s at {RATE} B/s, {cuts} connections cut, {sent / 60:.0f} bytes each")
    assert mine.counts()["unsent"] == 0 and stored(server, made) == whole(made)
    assert all(effects(server, one) == (1, 1, 1, 1) for one in made)
    assert cuts >= 20 and Counter(mine.states().values()) == {"acknowledged": 60}
