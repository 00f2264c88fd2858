"""PDFs that are whole, cut, locked, empty, hostile or senseless, made from scratch; all words in them are invented."""

import io
import re
import zlib
from collections.abc import Mapping, Sequence

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

PROSE = (
    "In the study of imaginogene testparvovec, pyrexia was reported in 12 of the 58 patients and headache in 9 of "
    "them. None of the patients had a serious adverse reaction, and the events were mild and passed within a week."
)
HOLDS_PROSE = " ".join(PROSE.split())


def lines_of(text: str, width: int = 80) -> list[str]:
    """Break *text* into lines."""
    found, line = [], ""
    for word in text.split():
        if len(line) + len(word) >= width:
            found.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*found, line]


def written(pages: Sequence[str], locked: StandardEncryption | None = None) -> bytes:
    """A PDF of *pages*, uncompressed, so that bytes of a page can be found and spoiled."""
    packed = io.BytesIO()
    canvas = Canvas(packed, pagesize=A4, invariant=1, pageCompression=0, encrypt=locked)
    for page in pages:
        for number, line in enumerate(lines_of(page)):
            canvas.drawString(72, 770 - 14 * number, line)
        canvas.showPage()
    canvas.save()
    return packed.getvalue()


def scanned(pages: int = 2) -> bytes:
    """Pages that are pictures."""
    packed = io.BytesIO()
    canvas = Canvas(packed, pagesize=A4, invariant=1)
    picture = ImageReader(Image.new("L", (200, 280), 230))
    for _ in range(pages):
        canvas.drawImage(picture, 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return packed.getvalue()


def put_together(objects: Mapping[int, bytes], trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF file of numbered *objects*, with its table of places."""
    body = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    places = {}
    for number, content in objects.items():
        places[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    size = max(objects) + 1
    rows = [b"0000000000 65535 f \n"] + [
        b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
        for number in range(1, size)
    ]
    start = len(body)
    table = b"xref\n0 %d\n%s" % (size, b"".join(rows))
    return body + table + b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)


def stream(content: bytes, extra: bytes = b"") -> bytes:
    """A stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), extra, content)


def drawn(*contents: bytes, resources: bytes = b"", more: Mapping[int, bytes] | None = None) -> bytes:
    """A PDF whose pages draw *contents* (stream objects); fonts: F1 is Helvetica."""
    kids = b" ".join(b"%d 0 R" % (10 + 2 * number) for number in range(len(contents)))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(contents)),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    for number, content in enumerate(contents):
        objects[10 + 2 * number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> %s >> >>" % (11 + 2 * number, resources)
        )
        objects[11 + 2 * number] = content
    return put_together(objects | dict(more or {}))


def shown(text: str, size: float = 11) -> bytes:
    """The content of a page that shows *text*."""
    rows = [
        b"BT /F1 %g Tf 72 %d Td (%s) Tj ET" % (size, 770 - 14 * number, line.encode("latin-1"))
        for number, line in enumerate(lines_of(text))
    ]
    return b"\n".join(rows)


def without_end() -> bytes:
    """P05: no end mark, but a place of the table that is right."""
    return written([PROSE]).replace(b"%%EOF", b"")


def bad_places() -> bytes:
    """P06: the file says that its table stands elsewhere."""
    return re.sub(rb"startxref\s+\d+", b"startxref\n7", written([PROSE]))


def linearized(cut: bool) -> bytes:
    """P08: a file that says how long it is; *cut* leaves the later half out and closes the rest neatly."""
    length = 12_000
    objects = drawn(*(stream(shown(f"Page {number}. {PROSE}")) for number in range(1, 9)))
    head = b"%%PDF-1.7\n9 0 obj\n<< /Linearized 1 /L %d /N 8 >>\nendobj\n" % length
    whole = head + objects[len(b"%PDF-1.7\n") :]
    whole += b"\n" * (length - len(whole) - len(b"%%EOF\n")) + b"%%EOF\n"
    return whole[: length // 2] + b"\n%%EOF\n" if cut else whole


def with_hole() -> bytes:
    """P09: the second of three pages lost its content to zeros."""
    long = " ".join([PROSE] * 20)
    packed = drawn(stream(shown(PROSE)), stream(shown(long)), stream(shown(PROSE)))
    start = packed.index(b"BT", packed.index(b"13 0 obj"))
    end = packed.index(b"endstream", start)
    return packed[:start] + b"\0" * (end - start) + packed[end:]


def locked_for_users() -> bytes:
    """P10."""
    return written([PROSE], StandardEncryption("secret", "owner", strength=128))


def locked_for_change() -> bytes:
    """P11: opens without a password, may not be changed."""
    return written([PROSE], StandardEncryption("", "owner", strength=128, canPrint=0))


def nested_forms() -> bytes:
    """P12: ten forms that draw ten forms each, eight deep."""
    forms = {
        100 + depth: stream(
            b"/X0 Do " * 10 if depth < 8 else b"BT /F1 9 Tf 1 1 Td (x) Tj ET",
            b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> "
            b"/XObject << /X0 %d 0 R >> >>" % (101 + min(depth, 7)),
        )
        for depth in range(9)
    }
    return drawn(stream(b"/X0 Do"), resources=b"/XObject << /X0 100 0 R >>", more=forms)


def flate_bomb(megabytes: int) -> bytes:
    """P13: a content stream that unpacks to *megabytes* of blanks."""
    packer = zlib.compressobj(1)
    blanks = b" " * (1 << 20)
    packed = b"".join(packer.compress(blanks) for _ in range(megabytes)) + packer.flush()
    return drawn(stream(packed, b"/Filter /FlateDecode"))


def looping_tables() -> bytes:
    """P14: the table of places says that itself is the earlier one."""
    packed = written([PROSE])
    place = re.search(rb"startxref\s+(\d+)", packed)
    assert place
    return packed.replace(b"/Root", b"/Prev %s /Root" % place[1])


def looping_pages() -> bytes:
    """P14: the tree of pages holds itself."""
    return put_together({
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>",
    })  # fmt: skip


def deep_arrays() -> bytes:
    """P14: 200,000 open brackets in a content stream."""
    return drawn(stream(b"[" * 200_000 + b"\n" + shown(PROSE)))


def without_codes() -> bytes:
    """P17: a font whose codes are glyphs and nothing says which characters these are."""
    glyphs = "".join(f"{ord(char) - 29:04X}" for char in PROSE * 3 if char.isalpha() or char == " ")
    more = {
        50: b"<< /Type /Font /Subtype /Type0 /BaseFont /Nameless /Encoding /Identity-H /DescendantFonts [51 0 R] >>",
        51: b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Nameless /FontDescriptor 52 0 R /DW 500 "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        52: b"<< /Type /FontDescriptor /FontName /Nameless /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 "
        b"/Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>",
    }
    rows = [
        f"BT /F9 9 Tf 40 {780 - 12 * number} Td <{glyphs[place : place + 320]}> Tj ET"
        for number, place in enumerate(range(0, len(glyphs), 320))
    ]
    packed = drawn(stream("\n".join(rows).encode()), more=more)
    return packed.replace(b"/F1 3 0 R", b"/F9 50 0 R", 1)


def with_wrong_codes() -> bytes:
    """P18: every letter is said to be the one 29 places before it, as `+HOOR` for Hello."""
    shifted = "".join(chr(ord(char) - 29) if ord(char) > 64 else char for char in PROSE * 3)
    return written([re.sub(r"[()\\\\]", "", shifted)])


def spoiled_page() -> bytes:
    """P20: the packed content of the second of three pages is damaged."""
    packed = zlib.compress(shown(PROSE))
    spoiled = packed[:2] + b"\xff" * (len(packed) - 2)
    filters = b"/Filter /FlateDecode"
    return drawn(stream(packed, filters), stream(spoiled, filters), stream(packed, filters))


def with_controls() -> bytes:
    """P26: escape sequences and a bell in the text."""
    return drawn(stream(b"BT /F1 11 Tf 72 700 Td (before \\033]0;owned\\007\\000 after) Tj ET"))


def evil_map(marker: str) -> tuple[bytes, bytes]:
    """P27: a PDF that names a CMap, and the pickle of that name to lie beside it, which would write *marker*."""
    import gzip
    import pickle

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str, str]]:
            return (open, (marker, "w"))

    more = {
        50: b"<< /Type /Font /Subtype /Type0 /BaseFont /Nameless /Encoding /evil /DescendantFonts [51 0 R] >>",
        51: b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Nameless "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (evil) /Supplement 0 >> >>",
    }
    packed = drawn(stream(b"BT /F9 9 Tf 40 700 Td <0041> Tj ET\n" + shown(PROSE)), more=more)
    return packed.replace(b"/F1 3 0 R", b"/F1 3 0 R /F9 50 0 R", 1), gzip.compress(pickle.dumps(Evil()))
