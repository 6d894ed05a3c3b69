"""Whatever a label holds, a filter made of it finds its own rows and no others."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vidviz.errors import SearchIndexError
from vidviz.index.column_keys import column_key, column_name
from vidviz.index.expressions import quote
from vidviz.index.filters import ColumnIn, LabelIn, NotVideoIn, TagIn, VideoIn
from vidviz.index.rows import ClipRow

HOSTILE = [
    "", " ", '"', "'", "\\", '\\"', '\\\\"', "\n", "\r\n", "\t", "\x00", "\x1b[31m", "\x7f", "\u2028", "\ufeff", "😀",
    "e\u0301", "é", "%", "_", "{}", "{label}", "$meta", "null", "true", "\\n", "\\u0041", "\\x41", "a\\", '"a"',
    "' or id >= 0 or label == '", '" or id >= 0 or label == "', '\\" or id >= 0 or label == \\"', '"] or id in [0, 1',
    'x") or (id >= 0) or (label == "x', "/* x */", "-- x", "# x", "like", "a" * 3000, "<script>alert(1)</script>",
]  # fmt: skip

hostile_alphabet = st.sampled_from("\"'\\\n\r\t\0/*%_[](){}=<>!&|$ ab1é\u2028")
labels = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(hostile_alphabet, max_size=12),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)


def assert_each_finds_only_its_own(index, texts):
    texts = list(dict.fromkeys(texts))
    rows = [
        ClipRow(number, text[:60], text, number, number + 1, {"c": text, "tags": [text]})
        for number, text in enumerate(texts)
    ]
    index.delete(index.ids().tolist())
    index.upsert(rows, [[1.0] + [0.0] * (index.dimension - 1)] * len(rows))
    query = [1.0] * index.dimension
    for row in rows:
        for condition in (
            LabelIn((row.label,)),
            ColumnIn("c", (row.label,)),
            VideoIn((row.video_id,)),
            TagIn((row.label,)),
        ):
            found = {hit.clip_id for hit in index.search(query, 100, [condition])[0]}
            assert found == {other.clip_id for other in rows if condition.keeps(other)}, condition
        others = {hit.clip_id for hit in index.search(query, 100, [NotVideoIn((row.video_id,))])[0]}
        assert others == {other.clip_id for other in rows if other.video_id != row.video_id}


def test_known_attacks_find_only_their_own_row(index):
    index.prepare()
    assert_each_finds_only_its_own(index, HOSTILE)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(labels, min_size=2, max_size=5))
def test_no_text_leaves_its_quotes(milvus_index, texts):
    assert_each_finds_only_its_own(milvus_index, texts)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(hostile_alphabet, min_size=1, max_size=12))
@example("][")  # each of these ended a server, or its parser, while brackets were sent
@example('"]["')
@example("&][")
@example("a[b]")
def test_no_column_name_leaves_its_quotes(milvus_index, column):
    rows = [ClipRow(0, "v", "l", 0, 1, {column: "x"}), ClipRow(1, "v", "l", 0, 1, {"other": "x"})]
    milvus_index.upsert(rows, [[1.0] * 16] * 2)
    assert [hit.clip_id for hit in milvus_index.search([1.0] * 16, 5, [ColumnIn(column, ("x",))])[0]] == [0]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_quoting_can_be_undone_and_holds_no_bare_quote(text):
    quoted = quote(text)
    inner = quoted[1:-1]
    assert quoted[0] == quoted[-1] == '"'
    assert not set("\n\r\t") & set(inner)
    plain, place = [], 0
    while place < len(inner):
        if inner[place] == "\\":
            plain.append({"n": "\n", "r": "\r", "t": "\t"}.get(inner[place + 1], inner[place + 1]))
            place += 2
        else:
            assert inner[place] != '"'
            plain.append(inner[place])
            place += 1
    assert "".join(plain) == text


@given(st.text(st.one_of(hostile_alphabet, st.characters(exclude_categories=["Cs"], max_codepoint=0x9F))))
def test_keys_of_columns_can_be_undone_and_hold_nothing_that_servers_stumble_over(column):
    assert column_name(column_key(column)) == column
    assert not ({*map(chr, range(32)), *"[]"} - set("\n\r\t")) & set(column_key(column))


def test_text_that_is_not_unicode_is_refused():
    with pytest.raises(SearchIndexError, match="not valid Unicode"):
        quote("a\ud800")


def test_a_thousand_values_are_no_matter(milvus_index):
    milvus_index.upsert([ClipRow(5, "v", "l", 0, 1, {"c": "n999"})], [[1.0] * 16])
    many = tuple(f"n{number}" for number in range(1000))
    for condition in (ColumnIn("c", many), LabelIn((*many, "l"))):
        assert [hit.clip_id for hit in milvus_index.search([1.0] * 16, 5, [condition])[0]] == [5]
