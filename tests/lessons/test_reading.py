"""A lesson on one page, and a lesson read aloud."""

from pathlib import Path

import pytest

from literacy_app.config import Settings
from tests.page_client import PageClient

SOUND = bytes(range(256)) * 4
AUDIO = "/audio/alpha.zh_Hans.m4a"


@pytest.fixture
def recording(settings: Settings) -> Path:
    """A recording in the folder of a lesson; for a server it is bytes like others."""
    path = settings.content / "lessons/alpha/audio.zh_Hans.m4a"
    path.write_bytes(SOUND)
    return path


def test_the_whole_lesson_stands_on_one_page(client: PageClient) -> None:
    page = client.get(client.get("/learn/alpha").link("打印这一课"))
    for words in (
        "你知道吗？",
        "一个想法",
        "怎么做",
        "带回家",
        "我就去做",
        "哪一个？",
        "乙",
        "这句话对吗？",
        "不对",
        "一本书",
    ):
        assert words in page.text
    assert page.one("main img")["alt"] == "一幅画"


def test_the_whole_lesson_holds_neither_key_nor_reasons(client: PageClient) -> None:
    page = client.get("/learn/alpha/print")
    assert "因为" not in page.text and "理由在" not in page.text
    assert not page.soup.select("main .right, main .chosen, main [name=answer]")


def test_a_lesson_that_does_not_exist_cannot_be_printed_and_none_is_posted_to(client: PageClient) -> None:
    assert client.get("/learn/none/print").status == 404
    # A question could be posted to at such an address; there is none of this name.
    assert client.post("/learn/alpha/print").status == 404


def test_a_lesson_without_a_recording_has_no_player(client: PageClient) -> None:
    page = client.get("/learn/alpha")
    assert not page.soup.select("audio") and page.soup.select("main div[data-listen]")


def test_a_recording_is_offered_on_the_first_page_with_its_size(client: PageClient, recording: Path) -> None:
    page = client.get("/learn/alpha")
    player = page.one("audio")
    assert (player["preload"], player["src"]) == ("none", AUDIO)
    assert "1.0 kB" in page.one(".recording").get_text()
    assert not client.get("/learn/alpha/idea").soup.select("audio")


def test_another_language_is_not_read_in_this_one(client: PageClient, recording: Path) -> None:
    assert client.get("/audio/alpha.en.m4a").status == 404


def test_a_player_gets_the_piece_that_it_asks_for(client: PageClient, recording: Path) -> None:
    response = client.get(AUDIO, headers={"Range": "bytes=100-199"}).response
    assert response.status_code == 206
    assert (response.headers["Content-Range"], response.mimetype) == ("bytes 100-199/1024", "audio/mp4")
    assert response.data == SOUND[100:200]
    response.close()


def test_a_piece_beyond_the_end_is_refused_and_the_whole_is_given_to_who_asks_for_it(
    client: PageClient, recording: Path
) -> None:
    assert client.get(AUDIO, headers={"Range": "bytes=5000-"}).status == 416
    response = client.get(AUDIO, headers={"Accept-Encoding": "gzip, br"}).response
    assert (response.headers["Accept-Ranges"], response.data) == ("bytes", SOUND)
    assert "Content-Encoding" not in response.headers
    response.close()


def test_what_was_not_changed_is_not_sent_again(client: PageClient, recording: Path) -> None:
    first = client.get(AUDIO).response
    again = client.get(AUDIO, headers={"If-None-Match": first.headers["ETag"]}).response
    first.close()
    again.close()
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path", [AUDIO, "/audio/none.zh_Hans.m4a", "/audio/alpha.zh_Hans.exe", "/audio/..%2f..%2fx.zh_Hans.m4a"]
)
def test_what_was_not_recorded_is_not_found(client: PageClient, path: str) -> None:
    assert client.get(path).status == 404


def test_a_recording_cannot_be_posted_to(client: PageClient, recording: Path) -> None:
    client.get("/learn/alpha")
    assert client.post(AUDIO).status == 405
