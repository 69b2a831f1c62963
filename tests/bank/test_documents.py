"""Other kinds of documents: HTML, Word, PDF and Anki packages give the questions that a person sees in them."""

import json
import sqlite3
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
import zstandard

from coach.bank import anki, archives
from coach.bank.documents import load_text
from coach.bank.drafts import Draft, PastReview
from coach.bank.readers import reader_for
from coach.errors import BankError
from coach.storage.anki import read_notes

PAGE = """<!doctype html><html><head><title>T</title><style>p{}</style></head><body>
<nav><a>Home</a></nav><h1>Bread</h1>
<h2>What is <em>yeast</em>?</h2><p>A fungus &amp; more.</p><ul><li>gas</li><li>taste</li></ul>
<pre><code>def rise():
    wait()
</code></pre><script>alert("What?")</script>
<h2>Why knead?</h2><p>Gluten<br>forms.</p><ol><li>Push</li><li>Fold</li></ol></body></html>"""


def drafts(path: Path) -> list[Draft]:
    text = load_text(path)
    reader = reader_for(text)
    assert reader is not None
    return reader.read(text, str(path)).drafts


def test_html(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGE)
    yeast, knead = drafts(path)
    assert (yeast.text, yeast.section, yeast.code_blocks) == ("What is yeast?", "Bread", 1)
    assert yeast.answer == "A fungus & more.\n\n- gas\n- taste\n\n\n```\ndef rise():\n    wait()\n```"
    assert (knead.text, knead.answer) == ("Why knead?", "Gluten forms.\n\n1. Push\n2. Fold")


def test_broken_html_is_read_as_far_as_it_makes_sense(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<h2>What is x?<p>One." + "<div>" * 5000 + "</ul></pre><h2>Why y?</h2>Two.<pre>code")
    assert [draft.text for draft in drafts(path)][-1] == "Why y?"


def test_an_open_head_and_a_form_around_the_page_hide_nothing(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    bread = "<h1>Bread</h1><h2>What is yeast?</h2><p>A fungus.</p><h2>Why knead?</h2><p>Gluten.</p>"
    answers = [("What is yeast?", "A fungus."), ("Why knead?", "Gluten.")]
    for page in (
        f"<html><head><title>What is T?</title><meta charset=utf-8><body>{bread}",
        f"<title>What is T?</title>{bread}",
        f"<body><form action=x><select><option>What is a choice?</select>{bread}</form>",
    ):
        path.write_text(page)
        assert [(draft.text, draft.answer) for draft in drafts(path)] == answers


def test_word_documents(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_heading("Bread", 1)
    document.add_heading("What is yeast?", 2)
    document.add_paragraph("A fungus.")
    document.add_paragraph("gas", style="List Bullet")
    document.add_heading("Why knead?", 2)
    document.add_paragraph("Gluten\tforms.")
    path = tmp_path / "notes.docx"
    document.save(str(path))
    yeast, knead = drafts(path)
    assert (yeast.text, yeast.section) == ("What is yeast?", "Bread")
    assert yeast.answer.startswith("A fungus.")
    assert "gas" in yeast.answer
    assert (knead.text, knead.answer) == ("Why knead?", "Gluten\tforms.")


def test_questions_that_unfold_and_terms_of_a_list_are_questions_on_a_page(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        "<h1>Bread</h1><details><summary>What is yeast?</summary><p>A fungus.</p></details>"
        "<dl><dt>Why knead?</dt><dd>Gluten.</dd><dt>Explain proofing.</dt><dd>A rest.</dd></dl>"
    )
    found = [(draft.text, draft.answer, draft.section) for draft in drafts(path)]
    assert found == [
        ("What is yeast?", "A fungus.", "Bread"),
        ("Why knead?", "Gluten.", "Bread"),
        ("Explain proofing.", "A rest.", "Bread"),
    ]


def test_tables_and_raised_letters_of_a_page_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        "<h2>What does it cost?</h2><p>O(n<sup>2</sup>d<sub>model</sub>) in all.</p>"
        "<table><tr><th>Method</th><th>Cost</th></tr><tr><td>full</td><td>n<sup>2</sup></td></tr></table><h2>Why?</h2>No."
    )
    assert drafts(path)[0].answer == "O(n^2d_(model)) in all.\n\nMethod | Cost\n\nfull | n^2"


def test_tables_and_formulas_of_word_documents_can_be_read(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_heading("What does it cost?", 1)
    paragraph = document.add_paragraph("O(n")
    paragraph.add_run("2").font.superscript = True
    paragraph.add_run(") for ")
    formula = (
        '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:sSup><m:e><m:r><m:t>e</m:t></m:r>'
        "</m:e><m:sup><m:r><m:t>qk</m:t></m:r></m:sup></m:sSup></m:oMath>"
    )
    paragraph._p.append(docx.oxml.parse_xml(formula))
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "full", "quadratic"
    document.add_heading("Why?", 1)
    document.add_paragraph("Pairs.")
    path = tmp_path / "notes.docx"
    document.save(str(path))
    assert drafts(path)[0].answer == "O(n^2) for e^(qk)\n\nfull | quadratic"


def pdf(*pages: list[str], larger: tuple[str, ...] = ()) -> bytes:
    """A PDF file with the given lines on each page, some of them in larger letters."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    for page in pages:
        shown = " ".join(f"/F1 {18 if line in larger else 12} Tf ({line}) Tj T*" for line in page)
        content = f"BT 20 TL 50 800 Td {shown} ET"
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /Contents {len(objects) + 2} 0 R "
            "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} /MediaBox [0 0 600 850] >>"
    out, offsets = "%PDF-1.4\n", []
    for at, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{at} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{out.rindex('xref')}\n%%EOF"
    return out.encode("latin-1")


def test_pdf_questions_across_pages(tmp_path: Path) -> None:
    path = tmp_path / "bread.pdf"
    first = [
        "Core Concepts",
        " ",
        "1. What is yeast?",
        " ",
        "A fungus.",
        " ",
        "2. Why do you knead",
        "dough?",
        " ",
        "For",
    ]
    path.write_bytes(pdf(first, ["gluten.", " ", "3. How hot is an oven?", " ", "Very."]))
    assert [
        (draft.section, draft.external_id, draft.text, " ".join(draft.answer.split())) for draft in drafts(path)
    ] == [
        ("Core Concepts", "1", "What is yeast?", "A fungus."),
        ("Core Concepts", "2", "Why do you knead dough?", "For gluten."),
        ("Core Concepts", "3", "How hot is an oven?", "Very."),
    ]


def test_a_pdf_that_asks_nothing_has_its_larger_lines_for_headings(tmp_path: Path) -> None:
    path = tmp_path / "notes.pdf"
    first = ["On the crust", "of bread", "It browns by heat, which", "takes sugar.", "Crumb", "Soft, if it"]
    path.write_bytes(pdf(first, ["is kept moist."], larger=("On the crust", "of bread", "Crumb")))
    assert [(draft.text, " ".join(draft.answer.split())) for draft in drafts(path)] == [
        ("Explain “On the crust of bread”.", "It browns by heat, which takes sugar."),
        ("Explain “Crumb”.", "Soft, if it is kept moist."),
    ]


def test_a_pdf_without_text_says_so(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf([]))
    with pytest.raises(BankError, match="only pictures"):
        load_text(path)


@pytest.fixture
def package(tmp_path: Path) -> bytes:
    genanki = pytest.importorskip("genanki")
    deck = genanki.Deck(1234567890, "Bread::Basics")
    deck.add_note(genanki.Note(genanki.BASIC_MODEL, ["What is <b>yeast</b>?", "A&nbsp;fungus.<br>Alive."], tags=["b"]))
    deck.add_note(genanki.Note(genanki.CLOZE_MODEL, ["Dough needs {{c1::water::what}}.", ""]))
    deck.add_note(genanki.Note(genanki.BASIC_MODEL, ["No back", ""]))
    path = tmp_path / "deck.apkg"
    genanki.Package(deck).write_to_file(str(path))
    return path.read_bytes()


def test_anki_packages(package: bytes) -> None:
    parsed = anki.read_package(package, "deck.apkg", read_notes)
    yeast, water = parsed.drafts
    assert (yeast.text, yeast.answer, yeast.section, yeast.tags) == (
        "What is yeast?",
        "A fungus.\nAlive.",
        "Bread / Basics",
        ("b",),
    )
    assert (water.text, water.answer) == ("Complete: Dough needs [what].", "Dough needs water.")
    assert yeast.written_id
    assert [part.line for part in parsed.skipped] == [3]


def test_reviews_of_anki_cards_become_history(package: bytes) -> None:
    collection = sqlite3.connect(":memory:")
    collection.deserialize(anki.collection_file(package))
    (card,) = collection.execute("select min(id) from cards").fetchone()
    for moment, ease in ((1_760_000_000_000, 3), (1_760_400_000_000, 1), (1_760_400_000_500, 0)):
        row = [moment, card, 0, ease, 1, 1, 2500, 8000, 1]
        collection.execute(f"insert into revlog values ({','.join('?' * 9)})", row)
    collection.commit()
    (first, *_) = read_notes(collection.serialize())
    parsed = anki.read_package(package, "deck.apkg", lambda _: [first])
    assert parsed.drafts[0].history == (
        PastReview(datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC), 4, 8.0),
        PastReview(datetime(2025, 10, 14, 0, 0, tzinfo=UTC), 1, 8.0),
    )


SCHEMA_18 = """
update col set ver = 18, models = '', decks = '';
create table notetypes (id integer primary key, name text not null collate unicase, config blob not null);
create table fields (ntid integer not null, ord integer not null, name text not null collate unicase,
    config blob not null, primary key (ntid, ord)) without rowid;
create unique index idx_fields_name_ntid on fields (name, ntid);
create table decks (id integer primary key, name text not null collate unicase, common blob not null);
create unique index idx_decks_name on decks (name);
"""


def modern(package: bytes) -> bytes:
    """The package as Anki writes it since 2022: names in tables, compressed, an empty old collection beside it."""
    collection = sqlite3.connect(":memory:")
    collection.deserialize(anki.collection_file(package))
    models, decks = map(json.loads, collection.execute("select models, decks from col").fetchone())
    collection.create_collation("unicase", lambda one, other: (one > other) - (one < other))
    collection.executescript(SCHEMA_18)
    fields = [
        (model, at, field["name"], b"") for model, entry in models.items() for at, field in enumerate(entry["flds"])
    ]
    collection.executemany("insert into fields values (?, ?, ?, ?)", fields)
    names = [(deck, entry["name"].replace("::", "\x1f"), b"") for deck, entry in decks.items()]
    collection.executemany("insert into decks values (?, ?, ?)", names)
    collection.commit()
    result = BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        archive.writestr("meta", b"\x08\x03")
        archive.writestr("collection.anki2", b"SQLite format 3\0: please update Anki")
        archive.writestr("collection.anki21b", zstandard.compress(collection.serialize()))
    return result.getvalue()


def test_new_anki_packages_give_what_old_ones_do(package: bytes) -> None:
    old = anki.read_package(package, "deck.apkg", read_notes)
    assert anki.read_package(modern(package), "deck.apkg", read_notes) == old


def test_a_new_anki_package_that_cannot_be_unpacked_says_how_to_export_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_UNPACKED", 2**20)
    for content in (b"no Zstandard", zstandard.compress(bytes(archives.MOST_UNPACKED + 1))):
        result = BytesIO()
        with zipfile.ZipFile(result, "w") as archive:
            archive.writestr("collection.anki21b", content)
        with pytest.raises(BankError, match="Support older Anki versions"):
            anki.read_package(result.getvalue(), "deck.apkg", read_notes)


def test_damaged_collections_are_refused() -> None:
    for data in (b"", b"SQLite format 3\0" + b"x" * 5000, b"nothing"):
        with pytest.raises(BankError, match="damaged Anki collection"):
            read_notes(data)


def test_an_archive_whose_directory_points_before_the_file_is_refused() -> None:
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("one.txt", "some text")
    data = bytearray(written.getvalue())
    end = data.rindex(b"PK\x05\x06")
    data[end + 18] = 1  # third byte of the directory's offset: 65,536 too far, so members are looked for before 0
    with pytest.raises(BankError, match="damaged"):
        archives.member(bytes(data), "one.txt")
