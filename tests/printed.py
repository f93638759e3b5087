"""Small PDF documents, written by hand: pages of text and rules, in a font that no file embeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 600, 800


@dataclass
class Page:
    """What is drawn on a page; y counts from its upper edge."""

    drawn: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, text: str, size: float = 10) -> Page:
        code = text.encode("utf-16-be").hex()
        self.drawn.append(f"BT /F1 {size} Tf {x} {HEIGHT - y - size} Td <{code}> Tj ET")
        return self

    def rule(self, left: float, top: float, right: float, bottom: float) -> Page:
        self.drawn.append(f"1 w {left} {HEIGHT - top} m {right} {HEIGHT - bottom} l S")
        return self

    def box(self, left: float, top: float, right: float, bottom: float, grey: float) -> Page:
        """A filled box without an outline."""
        size = f"{right - left} {bottom - top}"
        self.drawn.append(f"{grey} g {left} {HEIGHT - bottom} {size} re f 0 g")
        return self

    def image(self) -> Page:
        """A picture of one grey dot, over the whole page."""
        self.drawn.append(f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q")
        return self

    def line(self, y: float, cells: Iterable[str | None], xs: Sequence[float]) -> Page:
        """Text that begins at each x."""
        for x, cell in zip(xs, cells, strict=False):
            if cell:
                self.text(x, y, cell)
        return self

    def table(
        self,
        top: float,
        xs: Sequence[float],
        rows: Sequence[Sequence[str | None]],
        high: float = 20,
    ) -> Page:
        """Cells between rules on all sides."""
        bottom = top + high * len(rows)
        for at, row in enumerate(rows):
            self.line(top + high * at + 4, row, [x + 3 for x in xs])
        for at in range(len(rows) + 1):
            self.rule(xs[0], top + high * at, xs[-1], top + high * at)
        for x in xs:
            self.rule(x, top, x, bottom)
        return self


def pdf(*pages: Page, encrypted: bool = False) -> bytes:
    """The document. Its font is one that every reader knows by name, and so are its codes."""
    kids = " ".join(f"{5 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
        b"/DescendantFonts [4 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /W [1 95 500] "
        b"/FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 4 "
        b"/FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 "
        b"/StemV 80 >> >>",
    ]
    for at, page in enumerate(pages):
        stream = "\n".join(page.drawn).encode("latin-1")
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {6 + 2 * at} 0 R >>".encode(),
            f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream",
        ]
    return _file(objects, encrypted)


def _file(objects: Sequence[bytes], encrypted: bool) -> bytes:
    parts = [b"%PDF-1.4\n"]
    places = []
    for number, thing in enumerate(objects, 1):
        places.append(sum(map(len, parts)))
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, thing))
    start = sum(map(len, parts))
    # keys of a password that nobody knows
    lock = b" /Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >> /ID [<00> <00>]" % (
        b"11" * 32,
        b"22" * 32,
    )
    listed = b"".join(b"%010d 00000 n \n" % place for place in places)
    parts += [
        b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, listed),
        b"trailer\n<< /Size %d /Root 1 0 R%s >>\n" % (len(objects) + 1, lock * encrypted),
        b"startxref\n%d\n%%%%EOF\n" % start,
    ]
    return b"".join(parts)
