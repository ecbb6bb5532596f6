"""Bringing practice questions in from other programs, and taking them out."""

import re
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from string import ascii_lowercase

import yaml

from literacy_app.authoring.loader import Draft, read_draft, read_exchange
from literacy_app.authoring.rules.exchange import Portable, Reading, Remark, practice_sets
from literacy_app.authoring.rules.gift import write_gift
from literacy_app.authoring.rules.moodle_xml import write_moodle_xml
from literacy_app.foundation.errors import InputError, NotFound, Problem
from literacy_app.foundation.languages import LANGUAGES
from literacy_app.foundation.writing import written_whole
from literacy_app.framework.loader import read_edition
from literacy_app.lessons.loader import read_curriculum, read_set

WRITERS = {"gift": write_gift, "moodle-xml": write_moodle_xml}
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")


@dataclass(frozen=True)
class Imported:
    """What became of a file. `folder` (below content/) holds the questions now; without `missing` they are in practice."""

    folder: str
    ids: tuple[str, ...]
    left: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    missing: tuple[Problem, ...]


def export_sets(content: Path, form: str, language: str, article: str | None) -> tuple[str, int]:
    """The practice set of one article, or all, as a file of another program, and how many questions it has. Raises NotFound."""
    sets = practice_sets(read_curriculum(content), language, article)
    if not sets:
        raise NotFound(f"no practice set of {article or 'any article'}")
    return WRITERS[form](sets), sum(len(questions) for questions in sets.values())


def import_file(content: Path, file: Path, article: str, language: str, name: str | None) -> Imported:
    """Keep the questions of a GIFT or Moodle XML file as a draft, and put it into practice once nothing is missing.

    A first file makes the draft `name` (by default the file's own); a second one in another language, with the same
    questions in the same order, completes it. Nothing that is there already is overwritten. Raises InputError.
    """
    if article not in [one.id for one in read_edition(content).articles]:
        raise InputError([Problem("--article", article, "there is no such article")])
    name = name or re.sub(r"[^a-z0-9]+", "-", file.name.split(".")[0].lower()).strip("-")
    if not NAME.fullmatch(name):
        raise InputError([Problem("--draft", name, "a name has small letters, digits and -, 41 at most")])
    folder = content / "drafts" / article / name
    reading = read_exchange(file)
    if folder.exists():
        _add_language(folder, content, reading, file.name, language)
    else:
        reading = _without_known(reading, content, article, language)
        _begin(folder, content, reading, file.name, article, language)
    ids = tuple(question.id for question in read_draft(folder, content).questions.questions)
    placed, missing = accept_draft(content, article, name)
    return Imported(placed, ids, _problems(reading.left, file.name), _problems(reading.notes, file.name), missing)


def accept_draft(content: Path, article: str, name: str) -> tuple[str, tuple[Problem, ...]]:
    """Move a draft into the practice set of its article if nothing is missing; says where it is now and what is missing."""
    folder = content / "drafts" / article / name
    if not folder.is_dir():
        raise NotFound(str(folder.relative_to(content)))
    missing = _missing(folder, content, article)
    if missing:
        return str(folder.relative_to(content)), missing
    target = content / "practice" / article
    _join(folder, target, content)
    shutil.rmtree(folder)
    return str(target.relative_to(content)), ()


def _problems(remarks: tuple[Remark, ...], file: str) -> tuple[Problem, ...]:
    return tuple(Problem(file, f"line {remark.line}", remark.message) for remark in remarks)


def _without_known(reading: Reading, content: Path, article: str, language: str) -> Reading:
    """Questions that the article asks already, word for word, are left."""
    folder = content / "practice" / article
    known: dict[str, str] = {}
    if folder.exists():
        words = read_set(folder, content, read_edition(content)).words[language]
        known = {said.stem: id for id, said in words.items()}
    twice = tuple(Remark(q.line, f"is here already as {known[q.stem]}") for q in reading.questions if q.stem in known)
    new = tuple(question for question in reading.questions if question.stem not in known)
    return replace(reading, questions=new, left=tuple(sorted(reading.left + twice, key=lambda remark: remark.line)))


def _begin(folder: Path, content: Path, reading: Reading, file: str, article: str, language: str) -> None:
    if not reading.questions:
        raise InputError([*_problems(reading.left, file), Problem(file, "", "has no question that can be taken")])
    first = _next_number(content, article)
    ids = [f"{article}-{first + place}" for place in range(len(reading.questions))]
    named = list(zip(ids, reading.questions, strict=True))
    folder.mkdir(parents=True)
    shapes = [_shape_line(id, question) for id, question in named]
    (folder / "items.yml").write_text("".join([f"article: {article}\nquestions:\n", *shapes]), encoding="utf-8")
    (folder / "key.yml").write_text("".join(_key_line(id, question) for id, question in named), encoding="utf-8")
    _write_words(folder, language, named)


def _add_language(folder: Path, content: Path, reading: Reading, file: str, language: str) -> None:
    draft = read_draft(folder, content)
    where = str(folder.relative_to(content))
    if language in draft.words:
        raise InputError([Problem(file, "", f"{where} has words in {language} already; choose another --draft")])
    ids = [question.id for question in draft.questions.questions]
    if len(ids) != len(reading.questions):
        told = f"gives {len(reading.questions)} questions, and {where} has {len(ids)}; a translation has the same ones"
        raise InputError([*_problems(reading.left, file), Problem(file, "", told)])
    outlines = _outlines(draft)
    wrong = [
        Problem(file, f"line {question.line}", f"does not translate {id}: its kind, options or right answers differ")
        for id, question, outline in zip(ids, reading.questions, outlines, strict=True)
        if question.outline != outline
    ]
    if wrong:
        raise InputError(wrong)
    _write_words(folder, language, list(zip(ids, reading.questions, strict=True)))


def _outlines(draft: Draft) -> list[tuple[str, tuple[bool, ...]]]:
    result = []
    for question in draft.questions.questions:
        answer = draft.key[question.id]
        options = ("true", "false") if question.kind == "true_false" else question.options
        right = set(answer) if isinstance(answer, tuple) else {answer}
        result.append((question.kind, tuple(option in right for option in options)))
    return result


def _next_number(content: Path, article: str) -> int:
    """The first number after those of the practice set and of every draft of the article."""
    pattern = re.compile(rf"\bid: *{article}-(\d+)\b")
    files = [content / "practice" / article / "items.yml", *(content / "drafts" / article).glob("*/items.yml")]
    texts = [file.read_text(encoding="utf-8") for file in files if file.exists()]
    return max((int(number) for text in texts for number in pattern.findall(text)), default=0) + 1


def _options(question: Portable) -> list[str]:
    if question.kind == "true_false":
        return [choice.text for choice in question.choices]
    return list(ascii_lowercase[: len(question.choices)])


def _shape_line(id: str, question: Portable) -> str:
    options = "" if question.kind == "true_false" else f", options: [{', '.join(_options(question))}]"
    return f"  - {{id: {id}, kind: {question.kind}{options}}}\n"


def _key_line(id: str, question: Portable) -> str:
    right = [id for id, choice in zip(_options(question), question.choices, strict=True) if choice.right]
    if question.kind == "multiple":
        return f"{id}: [{', '.join(right)}]\n"
    return f'{id}: "{right[0]}"\n' if question.kind == "true_false" else f"{id}: {right[0]}\n"


class _Words(yaml.SafeDumper):
    """Writes words as people would: several lines as a block, the rest as it stands."""


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Words.add_representer(str, _represent)


def _write_words(folder: Path, language: str, named: list[tuple[str, Portable]]) -> None:
    questions: dict[str, object] = {}
    for id, question in named:
        pairs = list(zip(_options(question), question.choices, strict=True))
        said: dict[str, object] = {"stem": question.stem}
        if question.kind != "true_false":
            said["options"] = {option: choice.text for option, choice in pairs}
        said["why"] = {option: choice.why for option, choice in pairs if choice.why}
        questions[id] = said
    text = yaml.dump({"questions": questions}, Dumper=_Words, allow_unicode=True, sort_keys=False, width=1 << 20)
    (folder / f"words.{language}.yml").write_text(text, encoding="utf-8")


def _missing(folder: Path, content: Path, article: str) -> tuple[Problem, ...]:
    """Why a draft cannot be practised yet, in the lines of its own files."""
    where = str(folder.relative_to(content))
    absent = tuple(
        Problem(f"{where}/words.{language}.yml", "", "is missing: nobody has said the questions in this language yet")
        for language in LANGUAGES
        if not (folder / f"words.{language}.yml").exists()
    )
    if absent:
        return absent
    with tempfile.TemporaryDirectory() as made:
        alone = Path(made) / article
        shutil.copytree(folder, alone)
        try:
            read_set(alone, Path(made), read_edition(content))
        except InputError as error:
            return tuple(replace(one, file=one.file.replace(article, where, 1)) for one in error.problems)
    return ()


def _join(draft: Path, target: Path, content: Path) -> None:
    """Put the draft's lines behind those of the practice set; the whole is checked before anything is changed."""
    names = ["items.yml", "key.yml", *(f"words.{language}.yml" for language in LANGUAGES)]
    with tempfile.TemporaryDirectory() as made:
        trial = Path(made) / "practice" / target.name
        shutil.copytree(target if target.exists() else draft, trial)
        if target.exists():
            for name in names:
                joined = _joined(
                    (target / name).read_text(encoding="utf-8"), (draft / name).read_text(encoding="utf-8")
                )
                (trial / name).write_text(joined, encoding="utf-8")
        read_set(trial, Path(made), read_edition(content))
        target.mkdir(parents=True, exist_ok=True)
        for name in names:
            with written_whole(target / name) as file:
                file.write((trial / name).read_bytes())


def _joined(have: str, more: str) -> str:
    """The lines of `questions:` of one file at the end of those of another; a file without that word is lines throughout."""
    own, new = have.rstrip("\n").split("\n"), more.rstrip("\n").split("\n")
    if "questions:" not in new:
        return "\n".join([*own, *new, ""])
    start = own.index("questions:") + 1 if "questions:" in own else len(own)
    end = next((place for place in range(start, len(own)) if own[place][:1] not in ("", " ", "#", "-")), len(own))
    return "\n".join([*own[:end], *new[new.index("questions:") + 1 :], *own[end:], ""])
