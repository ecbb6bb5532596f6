"""Rows as an SPSS system file: bytecode-compressed, UTF-8, in one pass, with the number of cases left open.

Layout as described by the PSPP developers ("System File Format", GNU PSPP Developers' Guide); what reads it back in the
tests is ReadStat, through pyreadstat.
"""

import struct
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from literacy_app.exports.rules import Column, ColumnType, Value
from literacy_app.foundation.clock import REPORTING_ZONE

EPOCH = date(1582, 10, 14)  # from which SPSS counts seconds
BEGINNING = datetime(1582, 10, 14, tzinfo=UTC)
LONGEST_TEXT = 32_767
LONGEST_LABEL, LONGEST_VALUE_LABEL = 255, 120
TOO_LONG = "（太长，见 data.jsonl / too long, see data.jsonl）"

BIAS = 100
LITERAL, SPACES, NOTHING, END, PAD = b"\xfd", b"\xfe", b"\xff", b"\xfc", b"\0"
SEGMENT, HELD = 252, 255  # bytes of width that a segment of a long text stands for, and bytes that it holds
SYSMIS = -1.7976931348623157e308
FORMATS = {ColumnType.NUMBER: 5, ColumnType.MOMENT: 22, ColumnType.DAY: 39}  # F, DATETIME, SDATE
STRING = 1
NOMINAL, SCALE = 1, 3
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Fragment = tuple[bytes, bytes]


def clipped(text: str, most: int) -> bytes:
    """The text in UTF-8, without half a character at its end; an ellipsis says that something is left out."""
    data = text.encode()
    return data if len(data) <= most else data[: most - 3].decode(errors="ignore").encode() + "…".encode()


class SavFile:
    """A table with labels."""

    def __init__(self, language: str, title: str, made: datetime) -> None:
        self.language, self.title, self.made = language, title, made
        self.columns: Sequence[Column] = ()

    def head(self) -> bytes:
        """What can be said before anything is known of the answers."""
        here = self.made.astimezone(REPORTING_ZONE)
        day = f"{here.day:02d} {MONTHS[here.month - 1]} {here:%y}".encode()
        return struct.pack(
            "<4s60siiiiid9s8s64s3x",
            b"$FL2",
            b"@(#) SPSS DATA FILE literacy".ljust(60),
            2,
            -1,  # elements a case: readers count for themselves
            1,
            0,
            -1,  # cases: only the end knows
            BIAS,
            day,
            f"{here:%H:%M:%S}".encode(),
            clipped(self.title, 64).ljust(64),
        )

    def start(self) -> bytes:
        """All columns with their widths, labels and codes."""
        shorts = _Shorts()
        variables, labels, longs, long_texts, display = [], [], [], [], []
        place = 1
        for column in self.columns:
            segments = _segments(column)
            short = shorts.next()
            longs.append(f"{short.decode()}={column.spss}")
            if len(segments) > 1:
                long_texts.append(b"%s=%05d\0\t" % (short, column.width))
            for index, width in enumerate(segments):
                name = short if index == 0 else shorts.next()
                variables.append(self._variable(column, name, width, first=index == 0))
                measure = NOMINAL if column.nominal or column.type is ColumnType.TEXT else SCALE
                display.append(struct.pack("<iii", measure, 12, 0 if column.type is ColumnType.TEXT else 1))
            labels.append(self._labels(column, place))
            place += sum(_chunks(width) for width in segments)
        records = [
            *variables,
            *labels,
            _extension(3, struct.pack("<8i", 1, 0, 0, -1, 1, 1, 2, 65001), 4),
            _extension(
                4, struct.pack("<ddd", SYSMIS, -SYSMIS, struct.unpack("<d", b"\xfe" + b"\xff" * 5 + b"\xef\xff")[0]), 8
            ),
            _extension(11, b"".join(display), 4),
            _extension(13, "\t".join(longs).encode(), 1),
            *([_extension(14, b"".join(long_texts), 1)] if long_texts else []),
            _extension(20, b"UTF-8", 1),
            struct.pack("<ii", 999, 0),
        ]
        return b"".join(records)

    def _variable(self, column: Column, name: bytes, width: int, *, first: bool) -> bytes:
        is_text = column.type is ColumnType.TEXT
        label = clipped(column.label.text(self.language), LONGEST_LABEL) if first else b""
        codes = () if is_text else column.codes
        form = STRING << 16 | width << 8 if is_text else _format(column)
        head = struct.pack("<iiiiii8s", 2, width if is_text else 0, int(bool(label)), len(codes), form, form, name)
        if label:
            head += struct.pack("<i", len(label)) + label.ljust(-(-len(label) // 4) * 4)
        head += b"".join(struct.pack("<d", code.number) for code in codes)
        more = struct.pack("<iiiiii8s", 2, -1, 0, 0, 0, 0, b" " * 8) * (_chunks(width) - 1 if is_text else 0)
        return head + more

    def _labels(self, column: Column, place: int) -> bytes:
        options = (*column.options, *column.codes)
        if not options or column.type is ColumnType.TEXT:
            return b""
        parts = [struct.pack("<ii", 3, len(options))]
        for option in options:
            label = clipped(option.label.text(self.language), LONGEST_VALUE_LABEL)
            parts.append(struct.pack("<dB", option.number, len(label)) + label.ljust(-(-(len(label) + 1) // 8) * 8 - 1))
        return b"".join([*parts, struct.pack("<iii", 4, 1, place)])

    def maker(self, columns: Sequence[Column]) -> Callable[[Sequence[Value]], Fragment]:
        """What writes cells: their commands, and the eight bytes of each command that has some."""
        widths = [column.width for column in columns]

        def write(values: Sequence[Value]) -> Fragment:
            made = [_cell(value, width) for value, width in zip(values, widths, strict=True)]
            return b"".join([one[0] for one in made]), b"".join([one[1] for one in made])

        def write_texts(values: Sequence[Value]) -> Fragment:
            made = [_text(str(value or ""), width) for value, width in zip(values, widths, strict=True)]
            return b"".join([one[0] for one in made]), b"".join([one[1] for one in made])

        if all(column.type is ColumnType.TEXT for column in columns):
            return write_texts
        texts = [column.type is ColumnType.TEXT for column in columns]
        return lambda values: write([("" if t and v is None else v) for t, v in zip(texts, values, strict=True)])

    def rows(self, rows: Sequence[Sequence[Fragment]]) -> bytes:
        """Rows, each filled up to whole groups of eight commands so that it stands by itself."""
        out: list[bytes] = []
        for row in rows:
            commands = b"".join([one[0] for one in row])
            commands += PAD * (-len(commands) % 8)
            payload = b"".join([one[1] for one in row])
            done = taken = 0
            while (found := commands.find(LITERAL, done)) >= 0:
                group = found & ~7
                literals = 8 * commands.count(LITERAL, group, group + 8)
                out += (commands[done : group + 8], payload[taken : taken + literals])
                done, taken = group + 8, taken + literals
            out.append(commands[done:])
        return b"".join(out)

    def end(self) -> bytes:
        """The command that says that all cases are there."""
        return END + PAD * 7


def _format(column: Column) -> int:
    width = {ColumnType.MOMENT: 20, ColumnType.DAY: 10}.get(column.type, 12 if column.decimals else 11)
    return FORMATS[column.type] << 16 | width << 8 | (column.decimals if column.type is ColumnType.NUMBER else 0)


def _cell(value: Value, width: int) -> Fragment:
    if value is None:
        return NOTHING, b""
    if isinstance(value, str):
        return _text(value, width)
    if isinstance(value, datetime):
        # SPSS knows no zones: what the clock on the wall of the reporting zone showed.
        return _number((value + _offset(value) - BEGINNING).total_seconds() // 1)
    if isinstance(value, date):
        return _number((value - EPOCH).days * 86400)
    return _number(value)


def _offset(moment: datetime) -> timedelta:
    return moment.astimezone(REPORTING_ZONE).utcoffset() or timedelta(0)


def _number(value: float) -> Fragment:
    if value == int(value) and -BIAS < value <= 251 - BIAS:
        return bytes([int(value) + BIAS]), b""
    return LITERAL, struct.pack("<d", value)


def _text(value: str, width: int) -> Fragment:
    data = value.encode()
    if len(data) > width:
        data = clipped(TOO_LONG if width >= LONGEST_TEXT else value, width)
    if width <= HELD:
        whole = _chunks(width)
    else:
        # Each segment holds 255 bytes and fills 256.
        whole = sum(_chunks(part) for part in _widths(width))
        if len(data) > HELD:
            data = b" ".join([data[at : at + HELD] for at in range(0, len(data), HELD)])
    filled = -(-len(data) // 8)
    return LITERAL * filled + SPACES * (whole - filled), data.ljust(filled * 8)


def _segments(column: Column) -> tuple[int, ...]:
    return _widths(column.width) if column.type is ColumnType.TEXT else (8,)


def _widths(width: int) -> tuple[int, ...]:
    """The widths of the segments of a text: one up to 255 bytes, then one for every 252."""
    if width <= HELD:
        return (width,)
    count = -(-width // SEGMENT)
    return (HELD,) * (count - 1) + (width - (count - 1) * SEGMENT,)


def _chunks(width: int) -> int:
    return -(-width // 8)


def _extension(subtype: int, data: bytes, size: int) -> bytes:
    return struct.pack("<iiii", 7, subtype, size, len(data) // size) + data


class _Shorts:
    """The names of eight characters that every variable has beside its own: V0000001 and so on."""

    def __init__(self) -> None:
        self.count = 0

    def next(self) -> bytes:
        self.count += 1
        return b"V%07d" % self.count
