"""The reader of the pages and the comparison, on pages made up for it."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))
from blocks import blocks_of  # noqa: E402
from compare import same  # noqa: E402

PAGE = """# Title

```sh
echo hi
```

<!-- output -->
```text
hi
```

<!-- not run: needs root -->
```sh
reboot
```

1. In a list

   <!-- background until: ready -->
   ```js
   if (true) {
     console.log('ready');
   }
   ```

<!-- setup
A=1
-->
"""


def test_blocks_come_in_order_with_their_marks():
    blocks = blocks_of("page.md", PAGE)
    assert [(b.language, b.line) for b in blocks] == [("sh", 3), ("text", 8), ("sh", 13), ("js", 20), ("sh", 26)]
    assert [b.output for b in blocks] == [False, True, False, False, False]
    assert blocks[2].not_run == "not run: needs root" and blocks[3].until == "ready" and blocks[4].setup
    assert blocks[3].code == "if (true) {\n  console.log('ready');\n}\n" and blocks[4].code == "A=1\n"


@pytest.mark.parametrize("text", ["```sh\necho", "```sh title=x\n```", "<!-- output -->\ntext\n"])
def test_a_page_that_cannot_be_read_is_refused(text):
    with pytest.raises(ValueError):
        blocks_of("page.md", text)


@pytest.mark.parametrize("language, shown, printed, expected", [
    ("text", "a … c\n", "a b c", True),
    ("text", "a c", "a b c", False),
    ("text", "a.c", "abc", False),
    ("json", '{"id": "494612480000000001"}', '{"id": "594612480000000001"}', True),
    ("json", '{"id": "494612480000000001"}', '{"id": "7"}', False),
    ("json", '{"at": "2026-11-20T12:00:00.000Z", "seq": 1}', '{"at": "2027-01-20T12:00:00.123Z", "seq": 1}', True),
    ("json", '{"seq": 1}', '{"seq": 2}', False),
    ("json", '{"seq": 1}', '{"seq": 1, "more": 1}', False),
    ("json", '{"seq": 1}', '{"seq": true}', False),
    ("json", '{"token": "…"}', '{"token": "x.y"}', True),
    ("json", '[1, 2]', '[1]', False),
    ("json", '{}', "no JSON", False),
])
def test_what_is_shown_is_compared_with_what_was_printed(language, shown, printed, expected):
    assert same(language, shown, printed) is expected
