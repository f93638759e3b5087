"""The text of a file: in the encoding that its source declares, or in the one that its bytes show.

A mark at the start says it. Without one, bytes that are whole UTF-8 are UTF-8, and others that
are whole GB18030 are that (GBK and GB2312 are parts of it), if the characters are such as people
write: nearly any bytes are GB18030 somehow. What is none of them may be of Taiwan, of Japan or of
Western Europe. Anything else is for a person to say.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

from gongkai.errors import BrokenDelivery
from gongkai.read.grid import Document
from gongkai.text import Text

MARKS = (
    # that of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
UNMARKED = ("utf-8", "gb18030")
ELSEWHERE = ["big5", "shift_jis", "cp1252"]
BLOCK = 1 << 20


def encoding_of(document: Document) -> str:
    """The encoding of a text file that says nothing of it.

    Raises BrokenDelivery where the bytes are not of one encoding from first to last.
    """
    with document.path.open("rb") as file:
        start = file.read(4)
    for mark, encoding in MARKS:
        if start.startswith(mark):
            return encoding
    for encoding in UNMARKED:
        if _fault(document.path, encoding) is None and _is_written(document.path, encoding):
            return encoding
    if found := _elsewhere(document.path.read_bytes()):
        return found
    # the one that goes further is the one that it was meant to be
    byte, line = max(_fault(document.path, encoding) or (1, 1) for encoding in UNMARKED)
    raise BrokenDelivery(
        Text(
            f"文件既不是 UTF-8 也不是 GB18030 编码（第 {byte} 字节）",
            f"the bytes are neither UTF-8 nor GB18030 (byte {byte})",
        ),
        where=f"{document.name}, 第 {line} 行 line {line}",
        do=Text(
            "请部门以 UTF-8 重新导出，或在来源中声明编码。",
            "Ask the department to export in UTF-8, or declare the encoding in the source.",
        ),
    )


def text_of(document: Document, declared: str | None) -> str:
    """The whole text, without a mark at its start.

    Raises BrokenDelivery where the bytes are not in the declared encoding.
    """
    encoding = declared or encoding_of(document)
    try:
        return document.path.read_bytes().decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BrokenDelivery(
            Text(
                f"文件不是 {encoding} 编码（第 {error.start + 1} 字节）",
                f"the bytes are not {encoding} (byte {error.start + 1})",
            ),
            where=f"{document.name}, 第 {line} 行 line {line}",
            do=Text(
                "请向部门确认导出编码，或修改来源声明。",
                "Ask the department in which encoding it exports, or mend the source.",
            ),
        ) from None


def _is_written(path: Path, encoding: str) -> bool:
    """Whether the characters of a text in GB18030 are such as people write."""
    if encoding == "utf-8":
        return True
    with path.open("rb") as file:
        return _is_chinese(file.read(BLOCK).decode(encoding, errors="ignore"))


def _is_chinese(text: str) -> bool:
    """Other encodings, taken for GB18030, give rare characters and those of nobody's use. Of
    simplified Chinese nearly all is in GB2312, of traditional Chinese nearly half."""
    beyond = [character for character in text if character > "\x7f"]
    common = len("".join(beyond).encode("gb2312", errors="ignore")) // 2
    private = sum("\ue000" <= character <= "\uf8ff" for character in beyond)
    return common * 10 >= len(beyond) * 3 and private * 20 <= len(beyond)


def _elsewhere(content: bytes) -> str | None:
    """The encoding of other places that the bytes look most like. Not asked of a text that is
    UTF-8 or GB18030 but for some bytes: it is damaged."""
    first = re.search(rb"[\x80-\xff]", content)
    content = content[first.start() if first else 0 :][:BLOCK]
    for encoding in UNMARKED:
        read = content.decode(encoding, errors="replace")
        beyond = sum(character > "\x7f" for character in read)
        whole = encoding == "utf-8" or _is_chinese(read.replace("\ufffd", ""))
        if read.count("\ufffd") * 2 <= beyond and whole:
            return None
    best = from_bytes(content, cp_isolation=ELSEWHERE).best()
    return best.encoding if best else None


def _fault(path: Path, encoding: str) -> tuple[int, int] | None:
    """The byte and the line, both from 1, where a file stops being in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    byte, line = 0, 1
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            kept = len(decoder.getstate()[0])
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                bad = byte - kept + error.start
                return bad + 1, line + block[: max(error.start - kept, 0)].count(b"\n")
            if not block:
                return None
            byte += len(block)
            line += block.count(b"\n")
