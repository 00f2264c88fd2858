"""Set the invented reports as PDFs: `python tests/make_corpus/report_pdf.py`.

The same bytes come out each time (ReportLab's invariant mode), in the manner of the real ones: EPARs in a wide
sans with "Page n/N", product information in Times with a bare page number, FDA papers in Helvetica.
"""

import io
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image as Bitmap
from PIL import ImageDraw
from reportlab import rl_config
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    Image,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

sys.path.insert(0, str(Path(__file__).parent))

from report_text import Block, Report, read_all

rl_config.invariant = 1
PDFS = Path(__file__).parents[2] / "gtminer" / "standin" / "corpus" / "pdf"
for name, file in (("Vera", "Vera.ttf"), ("Vera-Bold", "VeraBd.ttf"), ("Vera-Italic", "VeraIt.ttf")):
    pdfmetrics.registerFont(TTFont(name, file))
pdfmetrics.registerFontFamily("Vera", normal="Vera", bold="Vera-Bold", italic="Vera-Italic", boldItalic="Vera-Bold")


class Template(NamedTuple):
    """How a kind of paper looks: page size, fonts, body size, and whether the footer counts `Page n/N`."""

    size: tuple[float, float]
    font: str
    bold: str
    points: float
    counts_pages: bool


TEMPLATES = {
    "epar": Template(A4, "Vera", "Vera-Bold", 8.5, counts_pages=True),
    "epar-old": Template(A4, "Helvetica", "Helvetica-Bold", 9.5, counts_pages=True),
    "smpc": Template(A4, "Times-Roman", "Times-Bold", 11, counts_pages=False),
    "fda": Template(LETTER, "Helvetica", "Helvetica-Bold", 10, counts_pages=False),
    "letter": Template(LETTER, "Times-Roman", "Times-Bold", 11.5, counts_pages=False),
}
_GREEK = dict(zip("αβγδεκλμσ", "abgdeklms", strict=True))
_NOT_LATIN = re.compile("[≥≤−▼ﬁﬂ]")


class Setter:
    """Sets one report; built twice, since `Page n/N` needs N."""

    def __init__(self, report: Report, pages: int) -> None:
        """*pages* is N."""
        self.report, self.pages = report, pages
        self.look = TEMPLATES[report.front["template"]]
        self.margin = 22 * mm
        font, bold, points = self.look.font, self.look.bold, self.look.points
        body = ParagraphStyle("body", fontName=font, fontSize=points, leading=points * 1.35, spaceAfter=points * 0.6)
        heading = ParagraphStyle("heading", parent=body, fontName=bold, spaceBefore=points * 0.8, keepWithNext=1)
        self.styles = {
            "text": body,
            "bare": ParagraphStyle("bare", parent=heading),
            "h1": ParagraphStyle("h1", parent=heading, fontSize=points * 1.45, leading=points * 1.8),
            "h2": ParagraphStyle("h2", parent=heading, fontSize=points * 1.2, leading=points * 1.5),
            "h3": ParagraphStyle("h3", parent=heading),
            "bullet": ParagraphStyle("bullet", parent=body, leftIndent=12, bulletIndent=2, spaceAfter=2),
            "caption": ParagraphStyle("caption", parent=heading, fontSize=points * 0.95),
            "cell": ParagraphStyle("cell", parent=body, fontSize=points * 0.9, leading=points * 1.1, spaceAfter=0),
            "head": ParagraphStyle("head", parent=body, fontName=bold, fontSize=points * 0.9, leading=points * 1.1),
            "footnote": ParagraphStyle("footnote", parent=body, fontSize=points * 0.8, leading=points),
            "cover": ParagraphStyle("cover", parent=body, fontSize=points * 1.3, leading=points * 2, spaceAfter=8),
            "title": ParagraphStyle("title", parent=heading, fontSize=points * 2.6, leading=points * 3.2),
            "centre": ParagraphStyle("centre", parent=heading, alignment=TA_CENTER),
        }

    def build(self) -> tuple[bytes, int]:
        """Return the PDF and how many pages it has."""
        packed = io.BytesIO()
        front = self.report.front
        order = ["two", "one"] if front.get("first") == "two" else ["one", "two"]
        document = _Document(
            packed,
            pagesize=self.look.size,
            title=front["title"],
            author="Invented for the gtminer stand-in",
            pageTemplates=[self._page(name, 1 + (name == "two")) for name in order],
        )
        contents = TableOfContents(dotsMinLevel=0)
        contents.levelStyles = [ParagraphStyle("toc", parent=self.styles["text"], leftIndent=8 * n) for n in range(3)]
        document.multiBuild([*self._cover(), *self._flow(contents)])
        return packed.getvalue(), document.page

    def _page(self, name: str, columns: int) -> PageTemplate:
        width, height = self.look.size
        gap = 8 * mm
        inner = (width - 2 * self.margin - gap * (columns - 1)) / columns
        frames = [
            Frame(self.margin + (inner + gap) * n, self.margin, inner, height - 2 * self.margin, 0, 0, 0, 0)
            for n in range(columns)
        ]
        return PageTemplate(name, frames, onPage=self._furniture)

    def _furniture(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        """Draw header, footer and stamp."""
        front, (width, height) = self.report.front, self.look.size
        canvas.saveState()
        if stamp := front.get("watermark"):
            canvas.saveState()
            canvas.setFont("Helvetica", 38)
            canvas.setFillGray(0.8)
            canvas.translate(width / 2, height / 2)
            canvas.rotate(54)
            canvas.drawCentredString(0, 0, stamp)
            canvas.restoreState()
        canvas.setFont(self.look.font, 7.5)
        if document.page > 1 and "header" in front:
            canvas.drawString(self.margin, height - 14 * mm, front["header"])
        lines = front.get("footer", [])
        for number, line in enumerate(lines):
            canvas.drawString(self.margin, 15 * mm - 9 * number, line)
        if self.look.counts_pages:
            # As in the real ones, the number stands on the line of the EMA's reference.
            low = 15 * mm - 9 * max(0, len(lines) - 1)
            canvas.drawRightString(width - self.margin, low, f"Page {document.page}/{self.pages}")
        elif front.get("numbers", True):
            canvas.drawCentredString(width / 2, 10 * mm, str(document.page))
        canvas.restoreState()

    def _cover(self) -> list[Flowable]:
        cover = self.report.front.get("cover")
        if not cover:
            return []
        lines: list[Flowable] = [Spacer(1, 20 * mm)]
        for line in cover:
            style = "title" if line.startswith("!") else "cover"
            lines.append(self._paragraph(line.removeprefix("!"), style))
        return [*lines, PageBreak()]

    def _flow(self, contents: TableOfContents) -> list[Flowable]:
        flow: list[Flowable] = []
        for block in self.report.blocks:
            setter: Callable[[Block], list[Flowable]] | None = getattr(
                self, f"_set_{block.kind.replace('-', '_')}", None
            )
            if block.kind == "contents":
                flow += [self._paragraph("Table of contents", "bare"), contents, PageBreak()]
            elif setter:
                flow += setter(block)
            else:
                flow.append(self._paragraph(block.text, block.kind))
        return flow

    def _set_bullet(self, block: Block) -> list[Flowable]:
        return [Paragraph(dress(block.text, self.look.font), self.styles["bullet"], bulletText="•")]

    def _set_page(self, block: Block) -> list[Flowable]:
        return [PageBreak()]

    def _set_next_column(self, block: Block) -> list[Flowable]:
        return [FrameBreak()]

    def _set_columns(self, block: Block) -> list[Flowable]:
        return [NextPageTemplate("two"), PageBreak()]

    def _set_one_column(self, block: Block) -> list[Flowable]:
        return [NextPageTemplate("one"), PageBreak()]

    def _set_line(self, block: Block) -> list[Flowable]:
        return [Spacer(1, 6)]

    def _set_abbreviations(self, block: Block) -> list[Flowable]:
        rows = [[self._paragraph(cell, "cell") for cell in row] for row in block.rows]
        table = Table(rows, colWidths=[30 * mm, None], style=TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP")]))
        table.hAlign = "LEFT"
        return [self._paragraph("List of abbreviations", "bare"), table, PageBreak()]

    def _set_ruled(self, block: Block) -> list[Flowable]:
        return self._table(block, [("GRID", (0, 0), (-1, -1), 0.5, colors.black)])

    def _set_booktabs(self, block: Block) -> list[Flowable]:
        rules = [
            ("LINEABOVE", (0, 0), (-1, 0), 1, colors.black),
            ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black),
            ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black),
        ]
        return self._table(block, rules)

    def _table(self, block: Block, rules: list[tuple[Any, ...]]) -> list[Flowable]:
        width = self.look.size[0] - 2 * self.margin
        share = width / sum(block.widths)
        commands: list[tuple[Any, ...]] = [*rules, ("VALIGN", (0, 0), (-1, -1), "TOP")]
        rows: list[list[Any]] = []
        for number, row in enumerate(block.rows):
            if row[0].startswith("* "):  # a system organ class spans the table
                commands.append(("SPAN", (0, number), (-1, number)))
                rows.append([self._paragraph(row[0][2:], "head"), *[""] * (len(block.widths) - 1)])
                continue
            if len(row) != len(block.widths):
                raise ValueError(f"{self.report.name}: {row} has not {len(block.widths)} cells")
            rows.append([self._paragraph(cell, "head" if number == 0 else "cell") for cell in row])
        table = Table(rows, colWidths=[share * part for part in block.widths], repeatRows=1, style=TableStyle(commands))
        caption = [] if block.text == "." else [self._paragraph(block.text, "caption")]
        return [*caption, table, Spacer(1, 8)]

    def _set_picture(self, block: Block) -> list[Flowable]:
        """A table as a picture: its caption is text, its body is not."""
        width, height = 760, 26 * len(block.rows) + 8
        bitmap = Bitmap.new("1", (width, height), 1)
        draw = ImageDraw.Draw(bitmap)
        for number, row in enumerate(block.rows):
            top = 4 + 26 * number
            draw.line((0, top, width, top))
            for column, cell in enumerate(row):
                draw.text((8 + column * width / len(row), top + 6), cell)
        packed = io.BytesIO()
        bitmap.save(packed, "PNG")
        packed.seek(0)
        scale = (self.look.size[0] - 2 * self.margin) / width
        image = Image(packed, width * scale, height * scale)
        return [KeepTogether([self._paragraph(block.text, "caption"), image, Spacer(1, 8)])]

    def _paragraph(self, text: str, style: str) -> Paragraph:
        paragraph = Paragraph(dress(text, self.look.font), self.styles[style])
        if style in ("h1", "h2", "h3"):
            paragraph.toc_level = int(style[1]) - 1
        return paragraph


class _Document(BaseDocTemplate):  # type: ignore[misc]  # reportlab ships no types
    def afterFlowable(self, flowable: Flowable) -> None:
        """Tell the contents of a heading."""
        if (level := getattr(flowable, "toc_level", None)) is not None:
            self.notify("TOCEntry", (level, flowable.getPlainText(), self.page))


def dress(text: str, font: str) -> str:
    """Return *text* with the characters that the standard fonts lack set in one that has them."""
    text = re.sub(f"[{''.join(_GREEK)}]", lambda found: f"<greek>{_GREEK[found[0]]}</greek>", text)
    return text if font == "Vera" else _NOT_LATIN.sub(lambda found: f'<font name="Vera">{found[0]}</font>', text)


def make(report: Report) -> bytes:
    """Return the PDF of *report*."""
    _, pages = Setter(report, 1).build()
    return Setter(report, pages).build()[0]


def main() -> int:
    """Write all PDFs."""
    PDFS.mkdir(exist_ok=True)
    for report in read_all():
        packed = make(report)
        (PDFS / f"{report.name}.pdf").write_bytes(packed)
        print(f"{report.name}: {len(packed):,} bytes", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
