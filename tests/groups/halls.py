"""A hall for tests: a session that is led on one client and joined on others."""

from dataclasses import dataclass

from tests.page_client import Page, PageClient
from tests.people import People


@dataclass
class Hall:
    """One open session."""

    leader: PageClient
    address: str
    code: str

    def phone(self) -> PageClient:
        """A phone that has not been here yet."""
        return PageClient(self.leader.client.application)

    def joined(self) -> PageClient:
        """A phone that takes part."""
        phone = self.phone()
        phone.get(f"/join/{self.code}")
        phone.follow(phone.post(f"/join/{self.code}"))
        return phone

    def step(self) -> None:
        """Do what the leader's main button says."""
        page = self.leader.get(self.address)
        self.leader.post(f"{self.address}/step", {name: page.hidden(name) for name in ("position", "shown")})

    def answer(self, phone: PageClient, chosen: str | list[str]) -> Page:
        """Answer what is asked now; the page that follows."""
        asked = self.asked(phone)
        return phone.follow(phone.post(f"/join/{self.code}/answer", {**asked, "answer": chosen}))

    def asked(self, phone: PageClient) -> dict[str, str]:
        """What the form of the question that is asked now says of itself."""
        page = phone.get(f"/join/{self.code}")
        return {name: page.hidden(name) for name in ("item", "seat")}


def open_hall(people: People, login: str = "ou", subject: str = "lesson:alpha") -> Hall:
    """A session that one of the stock people opened."""
    leader = people.sign_in(login)
    page = leader.get("/office/sessions/new")
    fields = {"id": page.hidden("id"), "pilot": page.hidden("pilot"), "subject": subject}
    opened = leader.post("/office/sessions/new", fields)
    code = leader.follow(opened).one("main svg text").get_text()
    return Hall(leader, opened.location, code)
