"""Reading one document: what cannot be read says what to do."""

import pytest

from pipeline.documents import DocumentError, load_document
from pipeline.settings import Settings


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ftp://example.org/x", "only http:// and https:// are fetched"),
        ("http://127.0.0.1:9/x", "a page saved by hand can be read as a file"),
        ("nothing_there.txt", "check the path"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_mend(name, says):
    with pytest.raises(DocumentError, match=says) as told:
        load_document(name, Settings())
    assert str(told.value).startswith(f"{name}: ")
