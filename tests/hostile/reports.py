"""Reports: JSON, Cobertura XML and LCOV that are damaged, contradictory, foreign, or bombs."""

import gzip
import json
from collections.abc import Callable, Iterator, Sequence

from hostile.case import Case, Refuses, Same, Warns
from hostile.project import Make, both, only_report, sparse

JSON, XML, LCOV = "coverage.json", "coverage.xml", "coverage.lcov"


def cases() -> Iterator[Case]:
    """All cases of this file."""
    yield from _any_format()
    yield from _json_texts()
    yield from _json_values()
    yield from _json_bombs()
    yield from _xml()
    yield from _xml_bombs()
    yield from _lcov()
    yield from _lcov_bombs()


def _like(name: str) -> Make:
    return only_report(name, lambda content: content)


_LIKE = {name: _like(name) for name in (JSON, XML, LCOV)}


def _any_format() -> Iterator[Case]:
    for name in (JSON, XML, LCOV):
        like = _LIKE[name]
        yield Case(
            f"{name} packed by gzip",
            only_report(name, lambda each: gzip.compress(each, mtime=0)),
            Refuses("not coverage data"),
        )
        yield Case(f"{name} that is empty", only_report(name, b""), Refuses("empty"))
        yield Case(f"{name} of blanks", only_report(name, b" \n" * 9000), Refuses("not coverage data"))
        yield Case(
            f"{name} cut in the middle", only_report(name, lambda each: each[: len(each) // 2]), Refuses(f"{name}:")
        )
        mark = only_report(name, lambda each: b"\xef\xbb\xbf" + each)
        yield Case(f"{name} behind a byte-order mark", mark, Same(), like=like)
        yield Case(
            f"{name} with Windows' line ends",
            only_report(name, lambda each: each.replace(b"\n", b"\r\n")),
            Same(),
            like=like,
        )
        wide = only_report(name, lambda each: each.decode().encode("utf-16"))
        yield Case(f"{name} in UTF-16", wide, Refuses("") if name != XML else Same(), like=like)
        yield Case(
            f"{name} with null bytes at its end",
            only_report(name, lambda each: each + bytes(100)),
            _null(name),
            like=like,
        )


def _null(name: str) -> Same | Refuses:
    """Lines that are no records mean nothing in LCOV."""
    return Same() if name == LCOV else Refuses(name)


def _json_texts() -> Iterator[Case]:
    texts = {
        "nests 100,000 lists": b'{"files": ' + b"[" * 100_000,
        "nests 100,000 objects": b'{"files": ' + b'{"a":' * 100_000,
        "is an object without files": b'{"meta": {}}',
        "has files that are a list": b'{"meta": {}, "files": [], "totals": {}}',
        "has nothing in it": b"{}",
        "has a number of 5,000 digits": b'{"meta": {}, "totals": {"num_statements": '
        + b"9" * 5000
        + b'}, "files": {}}',
        "has single quotes": b"{'files': {}}",
        "is followed by more": b'{"files": {}} {"files": {}}',
        "holds bytes that are no UTF-8": b'{"files": {"\xff\xfe": {}}}',
    }
    for what, text in texts.items():
        yield Case(f"JSON that {what}", only_report(JSON, text), Refuses(f"{JSON}: "))
    last = only_report(JSON, lambda each: each.replace(b'{"meta"', b'{"files": {"x.py": 1}, "meta"', 1))
    yield Case("JSON with the files twice, of which the last counts", last, Same(), like=_LIKE[JSON])
    deep = only_report(
        JSON, lambda each: each.replace(b'{"meta"', b'{"more": ' + b"[" * 500 + b"]" * 500 + b', "meta"', 1)
    )
    yield Case("JSON with nests in a key that nobody knows", deep, Same(), like=_LIKE[JSON])


def _edited(place: Sequence[str], value: object) -> Make:
    def edit(content: bytes) -> bytes:
        document = json.loads(content)
        inner = document
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = value
        return json.dumps(document).encode()

    return only_report(JSON, edit)


def _json_values() -> Iterator[Case]:
    stock = ("files", "shop/stock.py")
    for what, value in {
        "not a number": float("nan"),
        "infinite": float("inf"),
        "negative": -1,
        "a fraction": 1.5,
        "a text": "7",
        "true": True,
        "null": None,
        "a list": [],
        "2**40": 2**40,
    }.items():
        yield Case(
            f"JSON whose total of statements is {what}",
            _edited(("totals", "num_statements"), value),
            Refuses("summary"),
        )
    for what, value in {
        "a number": 5,
        "a text": "1-3",
        "an object": {"1": 2},
        "texts": ["1"],
        "negative": [-1],
        "of ten millions and one": [10_000_001],
        "fractions": [1.5],
        "true": [True],
        "lists": [[1]],
    }.items():
        yield Case(
            f"JSON with missing lines that are {what}",
            _edited((*stock, "missing_lines"), value),
            Refuses("shop/stock.py"),
        )
    for what, value in {"a number": 5, "texts": [["1", 2]], "empty": [[]]}.items():
        yield Case(
            f"JSON with missing branches that are {what}",
            _edited((*stock, "missing_branches"), value),
            Refuses("shop/stock.py"),
        )
    for what, value in {"a list": [], "a text": "x", "null": None, "a number": 1}.items():
        yield Case(f"JSON whose entry of a file is {what}", _edited(stock, value), Refuses("shop/stock.py"))
    less = _edited((*stock, "summary", "covered_lines"), 10**9)
    yield Case("JSON that covers more than there is", less, Refuses("more than there is"))
    wrong = _edited(("totals", "covered_lines"), 0)
    yield Case("JSON whose files don't add up to its totals", wrong, Warns("do not add up"), like=_LIKE[JSON])
    yield Case(
        "JSON of a newer format", _edited(("meta", "format"), 99), Same("newer than gapplan knows"), like=_LIKE[JSON]
    )
    screen = _edited(("meta", "version"), "\x1b[2J" * 50)
    yield Case("JSON of a version that clears the screen", screen, Same(), like=_LIKE[JSON])
    for what, name in {
        "leads above the root": "../../etc/passwd",
        "has a null byte": "a\0b.py",
        "is empty": "",
        "has 1 MB": "n" * 1_000_000,
    }.items():
        yield Case(f"JSON with a file whose name {what}", _renamed(name), Same(), like=_LIKE[JSON])


def _renamed(name: str) -> Make:
    def edit(content: bytes) -> bytes:
        document = json.loads(content)
        document["files"][name] = document["files"].pop("shop/idle.py")
        return json.dumps(document).encode()

    return only_report(JSON, edit)


def _json_bombs() -> Iterator[Case]:
    zeros = both(only_report(JSON, b'{"files": '), sparse(JSON))
    yield Case("JSON of a gigabyte", zeros, Refuses(JSON), is_bomb=True)
    tiny = only_report(JSON, lambda _: b'{"files": [' + b"{}," * 20_000_000 + b"{}]}")
    yield Case("JSON of 20,000,000 empty objects", tiny, Refuses(JSON), is_bomb=True)
    amplified = only_report(JSON, lambda _: _far(2000))
    yield Case("JSON of 2,000 files with one line, at 10,000,000", amplified, Refuses(JSON), is_bomb=True)


def _far(files: int) -> bytes:
    summary = {"num_statements": 1, "covered_lines": 0}
    entries = {f"n{number}.py": {"missing_lines": [10_000_000], "summary": summary} for number in range(files)}
    return json.dumps({"meta": {}, "files": entries, "totals": {"num_statements": files, "covered_lines": 0}}).encode()


def _xml_with(change: Callable[[str], str]) -> Make:
    return only_report(XML, lambda each: change(each.decode()).encode())


def _after_head(text: str) -> Make:
    return _xml_with(lambda each: each.replace("?>", "?>" + text, 1))


LAUGHS = (
    "<!DOCTYPE a [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
    + "]>"
)


def _xml() -> Iterator[Case]:
    for what, text in {
        "a billion laughs": LAUGHS,
        "an entity of a file": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        "an entity of an address": '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',
        "an entity of a parameter": '<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///dev/zero"> %x;]>',
        "an entity that is not parsed": '<!DOCTYPE a [<!NOTATION n SYSTEM "x"><!ENTITY x SYSTEM "y" NDATA n>]>',
    }.items():
        yield Case(f"XML with {what}", _after_head(text), Refuses("XML refused"))
    yield Case(
        "XML with a document type elsewhere",
        _after_head('<!DOCTYPE c SYSTEM "http://127.0.0.1:9/x.dtd">'),
        Same(),
        like=_LIKE[XML],
    )
    yield Case(
        "XML with a style sheet elsewhere",
        _after_head('<?xml-stylesheet href="http://127.0.0.1:9/"?>'),
        Same(),
        like=_LIKE[XML],
    )
    yield Case("XML with a long comment", _after_head("<!--" + "x" * 1_000_000 + "-->"), Same(), like=_LIKE[XML])
    yield Case(
        "XML that nests 100,000 deep", only_report(XML, b"<coverage>" + b"<a>" * 100_000), Refuses("nests deeper")
    )
    yield Case(
        "XML that is a page of the web", only_report(XML, b"<?xml version='1.0'?><html/>"), Refuses("not Cobertura")
    )
    yield Case("XML with nothing in it", only_report(XML, b"<?xml version='1.0'?>"), Refuses("not well-formed"))
    for encoding in ("utf-7", "no-such-encoding", "hex", "idna"):
        odd = _xml_with(lambda each, encoding=encoding: each.replace("?>", f' encoding="{encoding}"?>', 1))  # type: ignore[misc]
        yield Case(f"XML that says it is {encoding}", odd, Refuses(XML))
    for what, value in {"a word": "x", "not a number": "nan", "infinite": "1.0e999", "empty": ""}.items():
        odd = _xml_with(lambda each, value=value: each.replace('number="1"', f'number="{value}"', 1))  # type: ignore[misc]
        yield Case(f"XML with a line that is {what}", odd, Refuses("where a number belongs"))
    for what, value in {"of 5,000 digits": "9" * 5000, "a word": "many"}.items():
        odd = _xml_with(lambda each, value=value: each.replace('hits="1"', f'hits="{value}"', 1))  # type: ignore[misc]
        yield Case(f"XML with hits {what}", odd, Refuses("where a number belongs"))
    unnamed = _xml_with(lambda each: each.replace("filename=", "nofilename=", 1))
    yield Case("XML with a class without a file", unnamed, Refuses("no filename"))
    yield Case(
        "XML with an attribute twice",
        _xml_with(lambda each: each.replace('hits="1"', 'hits="1" hits="1"', 1)),
        Refuses("not well-formed"),
    )
    yield Case(
        "XML with a control character",
        _xml_with(lambda each: each.replace("stock.py", "st\x1bock.py", 1)),
        Refuses("not well-formed"),
    )
    yield Case(
        "XML with a reference to a control character",
        _xml_with(lambda each: each.replace("stock.py", "st&#27;ock.py", 1)),
        Refuses("not well-formed"),
    )


def _xml_bombs() -> Iterator[Case]:
    yield Case(
        "XML of a gigabyte",
        both(only_report(XML, b"<?xml version='1.0'?><coverage>"), sparse(XML)),
        Refuses(XML),
        is_bomb=True,
    )
    many = only_report(XML, lambda _: b"<coverage>" + b"<a/>" * 20_000_000 + b"</coverage>")
    yield Case("XML of 20,000,000 empty elements", many, Refuses(XML), is_bomb=True)
    attribute = only_report(XML, lambda _: b'<coverage x="' + b"a" * 150_000_000 + b'"/>')
    yield Case("XML with an attribute of 150 MB", attribute, Refuses(XML), is_bomb=True)
    line = b'<class filename="n%d.py"><lines><line number="10000000" hits="0"/></lines></class>'
    far = only_report(XML, lambda _: b"<coverage>" + b"".join(line % number for number in range(2000)) + b"</coverage>")
    yield Case("XML of 2,000 files with one line, at 10,000,000", far, Refuses(XML), is_bomb=True)


def _lcov() -> Iterator[Case]:
    record = "SF:shop/x.py\n{}\nend_of_record\n"
    for what, line in {
        "a negative line": "DA:-1,0",
        "a line of ten millions and one": "DA:10000001,0",
        "a line of 5,000 digits": "DA:" + "9" * 5000 + ",0",
        "hits that are no number": "DA:1,nan",
        "hits without end": "DA:1,1e999",
        "a word for hits": "DA:1,x",
        "no hits": "DA:1",
        "a branch without a line": "BRDA:,0,0,1",
        "a negative sum": "LF:-1",
        "a sum of 10**12": "LF:1000000000000",
        "a sum of words": "LF:many",
        "a null byte for a number": "DA:\0,1",
    }.items():
        yield Case(
            f"LCOV with {what}", only_report(LCOV, record.format(line).encode()), Refuses(f"{LCOV}:2: damaged LCOV")
        )
    yield Case(
        "LCOV that covers more than there is",
        only_report(LCOV, record.format("LF:1\nLH:5").encode()),
        Refuses("more than there is"),
    )
    yield Case(
        "LCOV without an end of the last record",
        only_report(LCOV, lambda each: each.rstrip().removesuffix(b"end_of_record")),
        Refuses("cut short"),
    )
    yield Case(
        "LCOV with a file in a file", only_report(LCOV, b"SF:a.py\nSF:b.py\nend_of_record\n"), Refuses("begins inside")
    )
    yield Case("LCOV without a file", only_report(LCOV, b"TN:\nend_of_record\n"), Refuses("without a single SF"))
    unknown = only_report(LCOV, lambda each: each.replace(b"end_of_record", b"VER:1\nnonsense\nend_of_record"))
    yield Case("LCOV with records that nobody knows", unknown, Same(), like=_LIKE[LCOV])
    named = only_report(LCOV, lambda each: each.replace(b"SF:shop/idle.py", b"SF:shop/\x1b[2J\0\xff.py"))
    yield Case("LCOV with a name of control characters", named, Same(), like=_LIKE[LCOV])
    yield Case(
        "LCOV with a name of 100,000 characters",
        only_report(LCOV, lambda each: each.replace(b"SF:shop/idle.py", b"SF:" + b"n" * 100_000)),
        Same(),
        like=_LIKE[LCOV],
    )


def _lcov_bombs() -> Iterator[Case]:
    yield Case(
        "LCOV of a gigabyte without a line end",
        both(only_report(LCOV, b"TN:\nSF:a.py\n"), sparse(LCOV)),
        Refuses(LCOV),
        is_bomb=True,
    )
    far = only_report(
        LCOV, lambda _: b"".join(b"SF:n%d.py\nDA:10000000,0\nend_of_record\n" % number for number in range(2000))
    )
    yield Case("LCOV of 2,000 files with one line, at 10,000,000", far, Refuses(LCOV), is_bomb=True)
    files = only_report(LCOV, lambda _: b"".join(b"SF:%d\nend_of_record\n" % number for number in range(1_000_000)))
    yield Case("LCOV of 1,000,000 files", files, Refuses(LCOV), is_bomb=True)
